"""An update whose answer never came is read before anything is believed, whatever the CRM says by then."""

import pytest

from sync.run import run_job
from tests.fixtures.bridge import Bridge
from tests.flows.sandbox_data import customer


@pytest.mark.parametrize("policy", ["crm", "books", "ask"])
def test_change_taken_back_while_its_write_is_unknown_is_taken_back_in_the_books(bridge: Bridge, policy: str) -> None:
    bridge.apply(policy={"*": policy})
    record = bridge.crm_save(None, **customer())
    bridge.sync(record)
    fault = {"method": "PUT", "path": "/v2/relaties", "kind": "timeout_after", "count": 1}
    bridge.control("books", "POST", "faults", fault)
    bridge.crm_save(record, phone="0201112233")
    bridge.hear(record)
    for job_id in bridge.due():
        run_job(bridge.outside, job_id)
    assert bridge.relaties()[0]["telefoon"] == "0201112233"

    bridge.crm_save(record, phone=customer()["phone"])
    bridge.hear(record)
    bridge.drain()

    assert bridge.relaties()[0]["telefoon"] == customer()["phone"]
    assert bridge.open_reviews() == []
