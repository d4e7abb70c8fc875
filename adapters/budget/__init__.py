"""Share one vendor's call allowance between all processes, exactly and without asking the vendor."""

from adapters.budget.budget import SPENT, Budget, Permit
from adapters.budget.state import BudgetState, WindowState
from adapters.budget.windows import Window, windows_of

__all__ = ["SPENT", "Budget", "BudgetState", "Permit", "Window", "WindowState", "windows_of"]
