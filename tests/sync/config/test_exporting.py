"""An export is accepted unchanged, plans to no change and says the same as the file that was applied."""

from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.database import Sessions
from models.vault import Vault
from sync.config.applying import apply, plan, read_wanted
from sync.config.checking import read_configuration
from sync.config.exporting import export_yaml
from sync.config.loading import load_stored
from sync.config.model import Configuration
from tests.sync.config.conftest import emptied
from tests.sync.config.files import ENVIRONMENT, OFFICE
from tests.sync.config.systems import SYSTEMS

NAMES = st.from_regex(r"[a-z][a-z0-9_-]{0,12}", fullmatch=True)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20)
REFERENCES = st.sampled_from([f"env:{name}" for name in ENVIRONMENT])
NUMBERS = st.integers(1, 10**12 - 1)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


def connections(system: str) -> st.SearchStrategy[dict[str, Any]]:
    names = SYSTEMS.credential_names(system)
    needed: dict[str, st.SearchStrategy[Any]] = {
        "system": st.just(system),
        "credentials": st.fixed_dictionaries(dict.fromkeys(names, REFERENCES)),
    }
    if system == "simplicate":
        needed["base_url"] = st.sampled_from(["https://kantoor.simplicate.nl/api/v2", "http://127.0.0.1:8080"])
    return st.fixed_dictionaries(
        needed,
        optional={
            "hook_secrets": st.lists(REFERENCES, max_size=2),
            "limits": some(minute=NUMBERS, hour=NUMBERS, day=NUMBERS, concurrent=NUMBERS, poll=NUMBERS),
            "enabled": st.booleans(),
            "poll_seconds": st.floats(0.01, 1e6) | st.integers(1, 900),
            "token_url": st.none() | st.just("https://token.nl/t"),
            "tags": st.lists(WORDS, max_size=3),
            **({"base_url": st.just("https://books.nl")} if system == "snelstart" else {}),
        },
    )


RULES = st.fixed_dictionaries(
    {"flag": st.none() | WORDS},
    optional={
        "roles": st.dictionaries(WORDS, st.sampled_from(["customer", "supplier", "both"]), max_size=3),
        "match": st.lists(st.sampled_from(["kvk", "vat", "bsn", "name_postcode"]), min_size=1, unique=True),
        "number": st.sampled_from(["crm", "own"]),
        "number_range": st.lists(NUMBERS, min_size=2, max_size=2).map(sorted),
        "create": st.booleans(),
        "blank_empty": st.booleans(),
        "policy": st.dictionaries(WORDS, st.sampled_from(["crm", "books", "ask"]), max_size=3),
        "main_contact": st.none() | WORDS,
        "bsn_source": st.none() | WORDS,
    },
)


@st.composite
def files(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(NAMES, min_size=2, max_size=5, unique=True))
    split = draw(st.integers(1, len(names) - 1))
    sources, targets = names[:split], names[split:]
    pairs = draw(st.lists(st.tuples(st.sampled_from(sources), st.sampled_from(targets)), unique=True, max_size=3))
    links = draw(st.lists(NAMES, min_size=len(pairs), max_size=len(pairs), unique=True))
    blocks = {name: draw(connections("simplicate" if name in sources else "snelstart")) for name in names}
    joined = [
        {"source": source, "target": target, **draw(some(enabled=st.booleans())), "relations": draw(RULES)}
        for source, target in pairs
    ]
    return {"connections": blocks, "links": dict(zip(links, joined, strict=True))}


def applied(text: str, sessions: Sessions, vault: Vault) -> Configuration:
    wanted = read_wanted(text.encode(), ENVIRONMENT, SYSTEMS)
    apply(sessions, vault, wanted, SYSTEMS)
    return wanted.configuration


def exported(sessions: Sessions) -> str:
    with sessions() as session:
        return export_yaml(load_stored(session, None).configuration)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(first=files(), second=files())
def test_an_export_equals_what_was_applied(
    first: dict[str, Any], second: dict[str, Any], sessions: Sessions, vault: Vault
) -> None:
    emptied(sessions)
    for file in (first, second):
        wanted = applied(yaml.safe_dump(file, sort_keys=False, allow_unicode=True), sessions, vault)
        text = exported(sessions)
        again, _ = read_configuration(text.encode(), SYSTEMS)
        assert again == wanted
        assert plan(sessions, vault, read_wanted(text.encode(), ENVIRONMENT, SYSTEMS)) == []


def test_an_export_reads_like_the_file_it_came_from(empty: Sessions, vault: Vault) -> None:
    applied(OFFICE.replace('"file:/run/secrets/books"', "env:BOOKS_KOPPEL"), empty, vault)
    text = exported(empty)
    assert yaml.safe_load(text)["links"]["office"]["relations"] == {
        "flag": "sync_snelstart",
        "roles": {"Klant": "customer", "Leverancier": "supplier"},
    }
    assert "env:CRM_SECRET" in text
    assert "secret-1" not in text
    assert "_refs" not in text
