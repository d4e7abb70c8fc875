"""What users are told quotes no BSN or RSIN, however freely the target quotes it."""

import json

import pytest
import redis

from benchmarks.leaks import assert_no_leaks, dump_database, dump_redis
from tests.fixtures.post import Post
from tests.fixtures.tax import MakeTwoTargets
from tests.flows.quoting import quoting
from tests.flows.sandbox_data import rsin
from tests.flows.test_mails import send
from tests.flows.test_nextens import bsn, company, person


def test_message_mail_and_stores_hold_no_number(
    make_two_targets: MakeTwoTargets, post: Post, redis_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    both = make_two_targets(smtp_url=post.smtp, admin_email="beheer@kantoor.example")
    with quoting(both.tax.url) as talkative:
        both.tax.url = talkative.url
        both.apply(failure={"mail_to": "kantoor@kantoor.example"})
        talkative.refused = {bsn(1), rsin(1)}
        wrong = str(int(bsn(2)) + 1)
        changes = {"first_name": "Bo", "custom_fields": {"sync_nextens": "1", "bsn": wrong}}
        saved = [("person", person()), ("organization", company()), ("person", person(**changes))]
        both.sync(*[both.crm_save(None, resource, **record) for resource, record in saved])
        send(both)

    assert len(talkative.quoted) == 2
    timeline = both.control("crm", "GET", "state")["message"]
    assert len(timeline) == 3
    assert len(post.mails()) == 3
    assert any("geweigerd" in one["content"] for one in timeline)
    said = "".join(capsys.readouterr()).encode()
    with redis.Redis.from_url(redis_url) as client:
        places = {
            # An earlier test may have turned the log elsewhere.
            **({"said": said} if said else {}),
            **dump_database(both.outside.sessions),
            **dump_redis(client),
            "timeline": json.dumps(timeline).encode(),
            "mail": json.dumps(post.mails()).encode(),
            "addresses": "\n".join(talkative.asked).encode(),
        }
    assert_no_leaks({bsn(1), bsn(2), rsin(1), wrong}, places)
