"""A relation that was erased stays away while it is unticked, and comes back as a new one to its own record."""

import pytest

from models.tables import RelationMapping, Snapshot, SubjectKey, SyncLog
from models.words import Kind
from sync.erasing import erase, holders
from tests.fixtures.bridge import Bridge
from tests.flows.sandbox_data import numbered_customer


@pytest.fixture
def erased(bridge: Bridge) -> str:
    """Return a relation that was synchronised, unticked and erased."""
    record_id = bridge.crm_save(None, **numbered_customer(1))
    bridge.sync(record_id)
    bridge.crm_save(record_id, custom_fields={"sync_snelstart": "0"})
    bridge.sync(record_id)
    with bridge.outside.sessions() as session:
        (record,) = holders(session, Kind.RELATION, record_id)
    erase(bridge.outside.sessions, bridge.outside.settings, record, "anna")
    return record_id


def test_an_edit_while_it_is_unticked_stores_nothing_and_troubles_nobody(bridge: Bridge, erased: str) -> None:
    bridge.crm_save(erased, phone="0201112233")
    bridge.poll()
    bridge.drain()
    bridge.sync(erased)
    assert [key.sealed for key in bridge.rows(SubjectKey)] == [None]
    assert bridge.rows(Snapshot) == []
    assert bridge.rows(SyncLog, SyncLog.sealed.is_not(None)) == []
    assert bridge.open_issues() == []
    assert bridge.outcomes()[-1] == "excluded"


def test_ticked_again_it_is_new_to_us_and_finds_its_own_record(bridge: Bridge, erased: str) -> None:
    (before,) = bridge.rows(RelationMapping)
    bridge.crm_save(erased, phone="0204445566", custom_fields={"sync_snelstart": "1"})
    bridge.sync(erased)
    bridge.poll()
    bridge.drain()
    (relatie,) = bridge.relaties()
    assert relatie["telefoon"] == "0204445566"
    (after,) = bridge.rows(RelationMapping)
    assert (after.id, after.target_id, after.state) == (before.id, before.target_id, "active")
    assert after.base is not None
    assert len(bridge.rows(Snapshot)) == 1
    assert bridge.open_issues() == []
    bridge.crm_save(erased, phone="0207778899")
    bridge.sync(erased)
    assert [one["telefoon"] for one in bridge.relaties()] == ["0207778899"]
