"""What can be switched on a Simplicate stand-in."""

from dataclasses import dataclass

from sandbox.common.options import Options


@dataclass
class SimplicateOptions(Options):
    """Hold the switches; each marks a point where the public facts leave room or contradict each other."""

    key: str = "sandbox-key"
    secret: str = "sandbox-secret"  # noqa: S105 - a stand-in's own, worth nothing elsewhere
    #: Answer with the types that clients really met instead of the documented ones.
    unreliable_types: bool = True
    #: Shape of an error: object, batch, string, message, plain, or mixed (each in turn).
    error_shape: str = "object"
    #: Timeline messages can be listed by what they are linked to, as other lists can by their objects' members.
    timeline_filter: bool = True
    #: Name of the environment, as hooks and `simplicate_url` carry it.
    domain: str = "sandbox.simplicate.nl"
