"""A person brings an office across, looks around, decides and offers again, from the command line."""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import text

from sync.run import run_job
from tests.fixtures.bridge import Bridge
from tests.flows.sandbox_data import BOTH, customer
from tests.worker.test_cli_configuration import Desk
from web.progress import DISPATCHER_LOCK

ADDRESS = {"straat": "Kade 1", "postcode": "1011 AB", "plaats": "Amsterdam"}


class Office(Desk):
    """Type commands against the database of a bridge, whose jobs the test runs itself."""

    def __init__(self, folder: Path, bridge: Bridge, database_url: str, redis_url: str) -> None:
        super().__init__(folder, database_url, redis_url)
        self.bridge = bridge
        self.environment["BOEKBRUG_SECRET_KEYS"] = f"t1:{b64encode(b't' * 32).decode()}"

    def dry_run(self) -> dict[str, int]:
        counts = self.json("backfill", "office", "--dry-run")["counts"]
        return {deed: count for deed, count in counts.items() if count}


@pytest.fixture
def office(tmp_path: Path, bridge: Bridge, fresh_database_url: str, redis_url: str) -> Office:
    return Office(tmp_path, bridge, fresh_database_url, redis_url)


@pytest.fixture
def dispatcher(bridge: Bridge) -> Iterator[None]:
    """Stand in for a worker's dispatcher: commands that wait want one to be at work."""
    ending = Event()

    def work() -> None:
        while not ending.wait(0.05):
            for job_id in bridge.due():
                run_job(bridge.outside, job_id)

    with bridge.outside.sessions() as session, ThreadPoolExecutor(1) as beside:
        session.execute(text("SELECT pg_advisory_lock(:key)"), {"key": DISPATCHER_LOCK})
        running = beside.submit(work)
        yield
        ending.set()
        running.result()


def fill(bridge: Bridge) -> dict[str, str]:
    """Put one of each kind on the stage; returns their ids in the CRM."""
    known = {"naam": "Bekend B.V.", "relatiesoort": ["Klant"], "relatiecode": 501, "kvkNummer": "12345678"}
    look_alike = {
        "naam": "Lijkt B.V.",
        "relatiesoort": ["Klant"],
        "relatiecode": 502,
        "vestigingsAdres": ADDRESS,
    }
    bridge.control("books", "POST", "seed", {"relaties": [known, look_alike]})
    where = {"line_1": "Kade 1", "postal_code": "1011 AB", "locality": "Amsterdam", "country_code": "NL"}
    bare = {"vat_number": None, "coc_code": None}
    save = bridge.crm_save
    return {
        "known": save(None, **customer(name="Bekend B.V.", relation_number="1", vat_number=None)),
        "new": save(None, **customer(name="Nieuw B.V.", relation_number="2", relation_type_id=BOTH, **bare)),
        "long": save(None, **customer(name="X" * 51, relation_number="3", **bare)),
        "alike": save(None, **customer(name="Lijkt B.V.", relation_number="4", visiting_address=where, **bare)),
        "twin": save(None, **customer(name="Een B.V.", relation_number="5", coc_code="23456789", vat_number=None)),
        "twin 2": save(None, **customer(name="Twee B.V.", relation_number="6", coc_code="23456789", vat_number=None)),
    }


def test_a_dry_run_writes_nothing_and_foretells_what_the_run_does(office: Office) -> None:
    fill(office.bridge)

    foretold = office.dry_run()

    assert foretold == {"create": 3, "link_update": 1, "review": 2, "issue": 1}
    assert len(office.bridge.relaties()) == 2
    assert office.bridge.mappings() == []

    assert office.json("backfill", "office", "--no-wait")["estimate"]["relations"] == 6
    office.bridge.drain()

    outcomes = Counter(office.bridge.outcomes())
    del outcomes["parked"]
    assert outcomes == {
        "created": 3, "linked": 1, "updated": 1, "review": 2, "issue": 1, "told": 1, "unticked": 1,
    }  # fmt: skip
    assert office.dry_run() == {"nothing": 4, "review": 2}


def test_issues_say_in_words_what_whose_move_and_who(office: Office) -> None:
    ids = fill(office.bridge)
    office.bridge.sync(ids["long"])

    (cause,) = office.json("issues", "--records", code=1)["issues"]

    assert (cause["cause"], cause["whose_move"], cause["records"]) == ("snelstart.name_too_long", "crm_user", 1)
    assert "50" in cause["what_nl"]
    assert cause["rows"][0]["name"] == "X" * 51
    shown = office.run("issues", "--language", "en")
    assert "CRM user" in shown.stdout


def test_a_decision_is_carried_out_and_remembered(office: Office) -> None:
    ids = fill(office.bridge)
    office.bridge.sync(ids["alike"])
    (question,) = office.json("reviews", code=1)["reviews"]
    assert (question["record_id"], question["name"]) == (ids["alike"], "Lijkt B.V.")
    target = question["candidates"][0]["target_id"]

    office.json("reviews", "decide", str(question["id"]), "use", code=2)
    assert office.json("reviews", "decide", str(question["id"]), "use", target)["target_id"] == target
    office.bridge.drain()

    assert office.json("reviews")["reviews"] == []
    (row,) = office.json("mappings", "--search", ids["alike"])["mappings"]
    assert (row["target_id"], row["matched_by"], row["name"]) == (target, "person", "Lijkt B.V.")


def test_mappings_are_found_by_number_and_by_kvk_and_name_their_relation(office: Office) -> None:
    ids = fill(office.bridge)
    office.bridge.sync(*ids.values())
    for words in ("501", "12345678", ids["known"]):
        (row,) = office.json("mappings", "--search", words)["mappings"]
        assert (row["source_id"], row["name"], row["matched_by"]) == (ids["known"], "Bekend B.V.", "kvk")
    answer = office.json("mappings", "--link", "office", "--limit", "1")
    assert len(answer["mappings"]) == 1
    assert answer["total"] == 4


def test_what_was_put_right_is_offered_again_by_its_cause(office: Office) -> None:
    ids = fill(office.bridge)
    office.bridge.sync(ids["long"])
    office.bridge.crm_save(ids["long"], name="Kort B.V.")

    assert office.json("replay", "--cause", "check.kvk")["replayed"] == []
    (job,) = office.json("replay", "--cause", "snelstart.name_too_long")["replayed"]
    assert job["record_id"] == ids["long"]
    office.bridge.drain()

    assert office.json("issues")["issues"] == []
    assert "Kort B.V." in [one["naam"] for one in office.bridge.relaties()]
    assert office.bridge.crm_record(ids["long"])["custom"]["sync_snelstart"] == "1"
    assert office.run("replay").exit_code == 2


def test_sync_offers_and_with_wait_follows_to_the_outcome(office: Office, dispatcher: None) -> None:
    ids = fill(office.bridge)

    answer = office.json("sync", "office", ids["known"], ids["long"], "--wait", code=1)

    ended = {(one["record_id"], one["outcome"]) for one in answer["records"]}
    assert ended == {(ids["known"], "linked"), (ids["known"], "updated"), (ids["long"], "issue")}


def test_waiting_without_a_worker_says_so_and_loses_nothing(office: Office) -> None:
    ids = fill(office.bridge)
    result = office.run("sync", "office", ids["new"], "--wait", "--language", "en")
    assert result.exit_code == 3
    assert "No worker runs" in result.output
    office.bridge.drain()
    assert [one["outcome"] for one in log_of(office, ids["new"])] == ["created", "created"]


def log_of(office: Office, record: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = office.json("log", "--record", record)["log"]
    return rows


def test_the_log_tells_cost_and_fields_of_each_attempt(office: Office) -> None:
    ids = fill(office.bridge)
    office.bridge.sync(ids["new"])
    newest, oldest = log_of(office, ids["new"])
    assert {newest["role"], oldest["role"]} == {"customer", "supplier"}
    assert "naam" in newest["fields"]
    (mark,) = {newest["correlation_id"], oldest["correlation_id"]}
    assert len(office.json("log", "--correlation", mark)["log"]) == 2


def test_reconcile_reports_drift_and_repairs_it_through_jobs(office: Office) -> None:
    ids = fill(office.bridge)
    office.bridge.sync(ids["known"], ids["new"])
    relatie = next(one for one in office.bridge.relaties() if one["naam"] == "Nieuw B.V.")
    office.bridge.control("books", "POST", "edit", {"id": relatie["id"], "changes": {"telefoon": "0200000000"}})

    found = office.json("reconcile", "--link", "office", code=1)["links"]["office"]
    assert found["counts"]["differs"] == 1
    assert [one["fields"] for one in found["findings"] if one["finding"] == "differs"] == [["telefoon"]]

    office.json("reconcile", "--repair")
    office.bridge.drain()
    assert "0200000000" not in [one["telefoon"] for one in office.bridge.relaties()]


def test_an_unknown_link_is_refused_with_those_there_are(office: Office) -> None:
    result = office.run("backfill", "offices", "--language", "en")
    assert result.exit_code == 2
    assert "office" in result.output


def test_a_tie_is_moved_broken_and_restored_by_command_with_the_plan_first(office: Office) -> None:
    ids = fill(office.bridge)
    office.bridge.sync(ids["known"])
    (row,) = office.json("mappings", "--search", "bekend bv")["mappings"]
    other = office.bridge.control("books", "POST", "edit", {"changes": {"naam": "Ander", "relatiesoort": ["Klant"]}})
    change = ("mappings", "relink", str(row["id"]), other["id"])

    plan = office.json(*change)["plan"]
    assert (plan["was_target_id"], plan["overwrites"]["naam"]) == (
        row["target_id"],
        {"from": "Ander", "to": "Bekend B.V."},
    )
    assert office.bridge.mappings()[0].target_id == row["target_id"]
    office.json(*change, "--yes", "--reason", "dubbel")
    office.bridge.drain()
    assert office.bridge.mappings()[0].target_id == other["id"]
    assert office.json(*change, "--yes", code=2)["error"]["code"] == "mapping.same"

    office.json("mappings", "break", str(row["id"]), "--yes")
    assert office.bridge.mappings()[0].state == "broken"
    assert office.json("mappings", "restore", str(row["id"]))["plan"]["was_target_id"] == other["id"]
    office.json("mappings", "restore", str(row["id"]), "--yes")
    assert office.bridge.mappings()[0].state == "active"
    assert office.json("mappings", "--search", "111222333")["mappings"] == []
