"""Read from docker-compose.yml how each process is started and how its health is tested."""

import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

COMPOSE_FILE = Path(__file__).resolve().parents[1] / "docker-compose.yml"

_VARIABLE = re.compile(
    r"\$(?:(?P<escaped>\$)|(?P<plain>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*)(?:(?P<kind>:-|:\?)(?P<word>[^}]*))?\})"
)
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True)
class Service:
    """What the supervisor needs to know of one service; times in seconds."""

    name: str
    command: tuple[str, ...]
    health: tuple[str, ...]
    health_timeout: float
    grace: float


def read_services(
    names: tuple[str, ...], environment: Mapping[str, str], file: Path = COMPOSE_FILE
) -> tuple[Service, ...]:
    """Read services with their variables filled in from an environment, as Docker Compose would.

    Only commands and health checks are read: addresses and secrets are the caller's, not the containers'.
    """
    services = yaml.safe_load(file.read_text())["services"]
    return tuple(_service(name, services[name], environment) for name in names)


def _service(name: str, entry: Mapping[str, Any], environment: Mapping[str, str]) -> Service:
    """Build one service."""
    check = entry.get("healthcheck", {})
    return Service(
        name=name,
        command=_words(entry["command"], environment),
        health=_health(check.get("test", ()), environment),
        health_timeout=seconds(check.get("timeout", "30s")),
        grace=seconds(entry.get("stop_grace_period", "10s")),
    )


def _words(command: str | list[str], environment: Mapping[str, str]) -> tuple[str, ...]:
    """Split a command, and fill in its variables."""
    if isinstance(command, str):
        return tuple(shlex.split(fill_in(command, environment)))
    return tuple(fill_in(word, environment) for word in command)


def _health(test: list[str], environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the command of a health check; empty when there is none."""
    if not test or test[0] == "NONE":
        return ()
    kind, *words = test
    if kind == "CMD-SHELL":
        return ("sh", "-c", fill_in(words[0], environment))
    return _words(words, environment)


def fill_in(text: str, environment: Mapping[str, str]) -> str:
    """Fill in `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:?message}`; `$$` is one dollar sign.

    Raises `LookupError` with the message when a required variable is missing or empty.
    """

    def value(match: re.Match[str]) -> str:
        if match["escaped"]:
            return "$"
        name = match["plain"] or match["name"]
        found = environment.get(name, "")
        if found or match["kind"] is None:
            return found
        if match["kind"] == ":?":
            raise LookupError(f"{name}: {match['word']}")
        return str(match["word"])

    return _VARIABLE.sub(value, text)


def seconds(duration: str) -> float:
    """Read a duration such as `1m30s`."""
    parts = re.findall(r"(\d+)(ms|s|m|h)", duration)
    if "".join(number + unit for number, unit in parts) != duration:
        raise ValueError(f"not a duration: {duration}")
    return sum(int(number) * _SECONDS[unit] for number, unit in parts)


def search_path(environment: Mapping[str, str], programs: Path) -> dict[str, str]:
    """Return the environment with a folder of programs searched first, as it is in the container."""
    path = os.pathsep.join((str(programs), environment.get("PATH", os.defpath)))
    return {**environment, "PATH": path}
