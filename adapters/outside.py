"""Bundle what upper rooms hand down, so that no adapter opens a server of its own."""

from dataclasses import dataclass

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
