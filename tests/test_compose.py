"""docker-compose.yml is well-formed, starts what exists, and keeps secrets out of itself."""

import importlib.metadata
import importlib.util
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from worker.compose import COMPOSE_FILE, read_services
from worker.supervisor import SERVICES

# The part of the Compose specification that the file uses, and nothing else: a misspelt key is refused.
# That Docker itself accepts the file is not tested here.
DURATION = {"type": "string", "pattern": r"^(\d+(ms|s|m|h))+$"}
WORDS = {"type": "array", "items": {"type": "string"}, "minItems": 1}
COMMAND = {"oneOf": [{"type": "string", "minLength": 1}, WORDS]}
SCALAR = {"type": ["string", "number", "boolean", "null"]}
HEALTH = {
    "type": "object",
    "required": ["test", "interval", "timeout", "retries", "start_period"],
    "additionalProperties": False,
    "properties": {
        "test": {**WORDS, "prefixItems": [{"enum": ["CMD", "CMD-SHELL"]}], "minItems": 2},
        "retries": {"type": "integer", "minimum": 1},
        **dict.fromkeys(("interval", "timeout", "start_period", "start_interval"), DURATION),
    },
}
DEPENDS = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "required": ["condition"],
        "additionalProperties": False,
        "properties": {"condition": {"enum": ["service_healthy", "service_completed_successfully"]}},
    },
}
SERVICE = {
    "type": "object",
    "required": ["image", "restart"],
    "additionalProperties": False,
    "properties": {
        "image": {"type": "string"},
        "build": {"type": "string"},
        "restart": {"type": "string", "pattern": r"^(unless-stopped|on-failure(:\d+)?)$"},
        "init": {"type": "boolean"},
        "command": COMMAND,
        "environment": {"type": "object", "additionalProperties": SCALAR},
        "env_file": {"type": "array"},
        "volumes": WORDS,
        "ports": WORDS,
        "shm_size": {"type": "string", "pattern": r"^\d+[kmg]b$"},
        "depends_on": DEPENDS,
        "stop_grace_period": DURATION,
        "healthcheck": HEALTH,
    },
}
SCHEMA = {
    "type": "object",
    "required": ["services"],
    "additionalProperties": False,
    "patternProperties": {"^x-": {}},
    "properties": {
        "services": {"type": "object", "additionalProperties": SERVICE},
        "volumes": {"type": "object", "additionalProperties": {"type": ["object", "null"]}},
    },
}
SECRET_NAME = re.compile("PASSWORD|SECRET|KEY")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(COMPOSE_FILE.read_text())
    return content


def test_file_follows_the_schema(compose: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(compose)


def test_a_misspelt_key_would_be_refused(compose: dict[str, Any]) -> None:
    broken = {**compose, "services": {"web": {**compose["services"]["web"], "restrat": "always"}}}
    with pytest.raises(jsonschema.ValidationError, match="restrat"):
        jsonschema.Draft202012Validator(SCHEMA).validate(broken)


def test_everything_referred_to_is_defined(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name, service in services.items():
        assert service.get("depends_on", {}).keys() <= services.keys(), name
        named = {volume.split(":")[0] for volume in service.get("volumes", [])}
        assert named <= compose["volumes"].keys(), name
        for other, on in service.get("depends_on", {}).items():
            assert on["condition"] != "service_healthy" or "healthcheck" in services[other], (name, other)


def test_every_lasting_service_restarts_and_has_a_health_check(compose: dict[str, Any]) -> None:
    lasting = {name: service for name, service in compose["services"].items() if name != "migrate"}
    assert lasting.keys() == {"postgres", "redis", *SERVICES}
    for name, service in lasting.items():
        assert service["restart"] == "unless-stopped", name
        assert "healthcheck" in service, name


def test_workers_can_be_many(compose: dict[str, Any]) -> None:
    assert not {"container_name", "ports"} & compose["services"]["worker"].keys()


def test_secrets_come_from_the_environment_and_are_required(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        for variable, value in service.get("environment", {}).items():
            if SECRET_NAME.search(variable):
                assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), (name, variable)
        for value in service.get("environment", {}).values():
            inside = re.search(r"://\w*:(?P<word>[^@]*)@", str(value))
            assert inside is None or inside["word"].startswith("${"), name


def test_commands_start_what_exists() -> None:
    web, worker, beat, flower = read_services(SERVICES, {})
    programs = {script.name for script in importlib.metadata.entry_points(group="console_scripts")}
    # Before the project itself is installed, its own program is known from its metadata only.
    programs.add("boekbrug")
    for service in (web, worker, beat, flower):
        assert service.command[0] in programs
        assert service.health[0] in {*programs, "python"}
    assert web.command[1].partition(":")[0] == "web.app"
    for celery, kind in ((worker, "worker"), (beat, "beat"), (flower, "flower")):
        assert celery.command[:4] == ("celery", "-A", "worker.app", kind)


@pytest.mark.parametrize("module", ["web.app", "worker.app", "worker.cli"])
def test_modules_named_in_commands_can_be_found(module: str) -> None:
    assert importlib.util.find_spec(module) is not None


@pytest.mark.parametrize("name", SERVICES)
def test_inline_health_checks_are_python(name: str) -> None:
    (service,) = read_services((name,), {})
    if service.health[:2] == ("python", "-c"):
        compile(service.health[2], name, "exec")


def test_image_gets_every_package_and_no_more() -> None:
    copied = set(re.findall(r"^COPY (\w+) \1$", _beside("Dockerfile"), re.MULTILINE))
    packages = {path.parent.name for path in COMPOSE_FILE.parent.glob("*/__init__.py")} - {
        "tests",
        "benchmarks",
    }
    assert copied == packages
    allowed = set(re.findall(r"^!(\S+)$", _beside(".dockerignore"), re.MULTILINE))
    assert packages <= allowed
    assert not {"tests", "var", ".env", "secrets.env"} & allowed


def _beside(name: str) -> str:
    return Path(COMPOSE_FILE.with_name(name)).read_text()
