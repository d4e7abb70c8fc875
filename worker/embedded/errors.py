"""The one exception of the embedded servers."""


class EmbeddedError(RuntimeError):
    """Say why a server cannot run, and what its user can do about it."""
