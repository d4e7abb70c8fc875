"""What the documents say exists: files, commands, settings, metrics; and the example file is accepted."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
import typer

from models.settings import Settings
from sync.config.applying import read_wanted
from worker.cli.main import app

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "boekbrug.yaml"
ROOMS = ("models", "adapters", "sync", "tasks", "web", "worker")

LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s#]*)(?:#([^)\s]+))?\)")
COMMAND = re.compile(r"boekbrug((?: +[^\s`|#]+)+)")
CODE = re.compile(r"```(?:sh|console)\n(.*?)```|`([^`\n]+)`", re.DOTALL)
SETTING = re.compile(r"BOEKBRUG_[A-Z0-9]+(?:_[A-Z0-9]+)*")
METRIC = re.compile(r'(Counter|Histogram|Gauge|_gauge|_family)\(\s*"([a-z_]+)"')


@cache
def documents() -> dict[str, str]:
    """Return every Markdown file of the repository, as git sees it."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "*.md"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return {name: (ROOT / name).read_text() for name in listed.stdout.split("\0") if name}


def commands_in(text: str) -> list[list[str]]:
    """Return the words behind `boekbrug` in code blocks and code words."""
    code = "\n".join(block or word for block, word in CODE.findall(text))
    return [found.split() for found in COMMAND.findall(code)]


def headings(text: str) -> set[str]:
    """Return the anchors that a page of Markdown has."""
    found = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).strip().replace(" ", "-") for one in found}


def metrics() -> set[str]:
    """Return the names under which the product's metrics are exposed."""
    names = set()
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for kind, name in METRIC.findall(path.read_text()):
                full = name if name.startswith("boekbrug_") else f"boekbrug_{name}"
                names.add(f"{full.removesuffix('_total')}_total" if kind == "Counter" else full)
    return names


def settings() -> set[str]:
    """Return the environment variables that mean something: of settings, compose file and tests."""
    own = {f"BOEKBRUG_{name.upper()}" for name in Settings.model_fields}
    compose = SETTING.findall((ROOT / "docker-compose.yml").read_text())
    tests = SETTING.findall((ROOT / "tests" / "fixtures" / "servers.py").read_text())
    return {*own, *compose, *tests}


def fault_in(words: list[str]) -> str | None:
    """Say what of a command line does not exist, as far as a document can be wrong about it."""
    place = typer.main.get_command(app)
    options = {name for each in place.params for name in each.opts}
    for word in words:
        if word.startswith("--"):
            if word.partition("=")[0] not in options:
                return f"{word} of {place.name}"
        elif (below := getattr(place, "commands", None)) is not None:
            if word not in below:
                return word
            place = below[word]
            options |= {name for each in place.params for name in (*each.opts, *each.secondary_opts)}
    return None


@pytest.mark.parametrize("name", sorted(documents()))
def test_every_relative_link_leads_somewhere(name: str) -> None:
    for target, anchor in LINK.findall(documents()[name]):
        path = (ROOT / name).parent / target if target else ROOT / name
        assert path.exists(), target
        if anchor and path.suffix == ".md":
            assert anchor in headings(path.read_text()), f"{target}#{anchor}"


@pytest.mark.parametrize("name", sorted(documents()))
def test_every_named_command_exists(name: str) -> None:
    assert [fault for words in commands_in(documents()[name]) if (fault := fault_in(words))] == []


def test_the_check_of_commands_sees_what_is_wrong() -> None:
    assert len(commands_in(documents()["README.md"])) > 4
    assert commands_in("```sh\nboekbrug nonsense --all  # so\n```") == [["nonsense", "--all"]]
    assert fault_in(["nonsense"]) == "nonsense"
    assert fault_in(["reviews", "undo"]) == "undo"
    assert fault_in(["backfill", "office", "--dry"]) == "--dry of backfill"
    assert fault_in(["backfill", "office", "--dry-run"]) is None


@pytest.mark.parametrize("name", sorted(documents()))
def test_every_named_setting_exists(name: str) -> None:
    assert set(SETTING.findall(documents()[name])) - settings() == set()


def test_every_setting_is_described() -> None:
    told = set(SETTING.findall(documents()["docs/operating.md"]))
    assert {f"BOEKBRUG_{name.upper()}" for name in Settings.model_fields} - told == set()


def test_every_metric_is_described_and_every_described_metric_exists() -> None:
    told = set(re.findall(r"\bboekbrug_[a-z_]+", documents()["docs/operating.md"]))
    assert metrics() == told
    assert len(told) > 10


def test_every_decision_is_in_the_list_in_order() -> None:
    files = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert re.findall(r"\((\d{4}-[a-z0-9-]+\.md)\)", documents()["docs/decisions/README.md"]) == files
    for number, name in enumerate(files, 1):
        text = documents()[f"docs/decisions/{name}"]
        assert name.startswith(f"{number:04}-")
        assert text.startswith(f"# {number}. ")
        assert all(f"**{word}.**" in text for word in ("Context", "Choice", "Cost"))


def test_the_example_is_accepted_and_only_for_its_secrets_to_be_filled_in() -> None:
    content = EXAMPLE.read_bytes()
    names = re.findall(r"env:([A-Z_]+)", content.decode())
    wanted = read_wanted(content, dict.fromkeys(names, "a made-up secret"))
    assert list(wanted.configuration.links) == ["office", "clients"]
