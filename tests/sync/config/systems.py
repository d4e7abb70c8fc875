"""Stand in for the adapters' registry where a test is about the file, not about a system."""

from collections.abc import Collection, Mapping, Sequence

from pydantic import BaseModel, ConfigDict


class Options(BaseModel):
    """Be the own keys of every system below."""

    model_config = ConfigDict(extra="forbid")

    poll_seconds: float = 30
    token_url: str | None = None
    zone: str = "UTC"
    tags: list[str] = []


class SomeSystems:
    """Know a source, a target and one system that may be both."""

    def names(self) -> Sequence[str]:
        return ["hub", "simplicate", "snelstart"]

    def roles_of(self, system: str) -> Collection[str]:
        return {"hub": ("source", "target"), "simplicate": ("source",), "snelstart": ("target",)}[system]

    def options_model(self, system: str) -> type[BaseModel]:
        return Options

    def optional_credentials(self, system: str) -> Sequence[str]:
        return ()

    def credential_names(self, system: str) -> Sequence[str]:
        names = {
            "hub": (),
            "simplicate": ("key", "secret"),
            "snelstart": ("subscription_key", "connection_key"),
        }
        return names[system]

    def default_url(self, system: str) -> str | None:
        return "https://b2bapi.snelstart.nl/v2" if system == "snelstart" else None

    def default_limits(self, system: str) -> Mapping[str, int]:
        return {"minute": 60}


SYSTEMS = SomeSystems()
