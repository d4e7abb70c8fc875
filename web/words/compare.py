"""Keep the words of the side-by-side table, Dutch and English."""

WORDS = {
    "compare.field": ("Veld", "Field"),
    "compare.crm": ("In het CRM", "In the CRM"),
    "compare.books": ("In de boekhouding", "In the books"),
    "compare.will_be": ("Wordt", "Will be"),
    "compare.verdict": ("Vergelijking", "Comparison"),
    "compare.differs": ("verschilt", "differs"),
    "compare.equal": ("gelijk", "equal"),
    "compare.empty": ("leeg", "empty"),
    "compare.stays": ("blijft zo", "stays as it is"),
    "compare.emptied": ("wordt leeggemaakt", "is emptied"),
    "compare.masked": (
        "Nummers waar een BSN in kan staan, zijn deels verborgen.",
        "Numbers that may hold a BSN are partly hidden.",
    ),
    "compare.nothing": ("Er is niets te vergelijken.", "There is nothing to compare."),
}
