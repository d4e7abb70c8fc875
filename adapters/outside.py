"""Bundle what upper rooms hand down, so that no adapter opens a server of its own."""

from dataclasses import dataclass, replace

import redis

from models.database import Sessions
from models.settings import Settings
from models.vault import Vault


@dataclass(frozen=True)
class Outside:
    """Hold the servers, keys and settings of this process; made once, shared by its threads."""

    redis: redis.Redis
    sessions: Sessions
    vault: Vault
    settings: Settings
    tries: int = 3
    """How often a safe call is tried at once: enough for a dropped connection, no burden to a sick system."""

    def once(self) -> "Outside":
        """Return the same for a probe: each of its calls is tried once, because it comes again by itself."""
        return replace(self, tries=1)
