"""Keep the words of the page, Dutch and English."""

WORDS: dict[str, tuple[str, str]] = {}
