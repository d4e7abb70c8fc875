"""Name who asks: a signed-in person, or an application with a token."""

from dataclasses import dataclass, field

from models.words import Access
from sync.audit import Actor


@dataclass(frozen=True, slots=True)
class Who:
    """Hold who is signed in on a page."""

    user_id: int
    name: str
    role: Access
    language: str
    """Empty: what the browser prefers."""
    csrf: str = field(repr=False)
    """What every form of this session must carry."""
    must_change: bool = False
    """Whether they must choose a password of their own before anything else."""

    @property
    def actor(self) -> Actor:
        """Return the name under which an action is written down."""
        return Actor(self.name, "page")

    def may(self, needed: str) -> bool:
        """Tell whether the role covers another, by its word; for templates."""
        return self.role.covers(Access(needed))
