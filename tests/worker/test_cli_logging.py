"""Log lines carry the correlation id and never a personal number or a password."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from models.settings import Settings
from worker import logging as set_up

BSN = "123456782"
"""Passes the 11-test; made up for tests."""


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    set_up.configure_logging(Settings(log_json=True, log_level="INFO"))
    yield stream
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def read(lines: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_every_line_of_a_block_has_its_correlation_id(lines: io.StringIO) -> None:
    with set_up.correlated("abc"):
        structlog.get_logger("ours").info("job.done", calls=2)
        logging.getLogger("theirs").warning("slow %s", "answer")
    structlog.get_logger("ours").info("later")
    ours, theirs, later = read(lines)
    assert (ours["event"], ours["calls"], ours["correlation_id"], ours["level"]) == (
        "job.done",
        2,
        "abc",
        "info",
    )
    assert (theirs["event"], theirs["correlation_id"]) == ("slow answer", "abc")
    assert "correlation_id" not in later


def test_personal_numbers_and_passwords_are_masked_wherever_they_stand(lines: io.StringIO) -> None:
    try:
        float(f"bad value {BSN}")
    except ValueError:
        logging.getLogger("theirs").exception("at %s", f"https://me:word@host/{BSN}")
    structlog.get_logger("ours").info("x", vat=f"NL{BSN}B01", number=int(BSN), many=[{"a": BSN}], job=123456781)
    text = lines.getvalue()
    assert BSN not in text
    assert "me:word" not in text
    assert "123456781" in text


@pytest.mark.parametrize("spelling", ["1234.56.782", "123 456 782", "12-34-56-782"])
def test_grouped_numbers_are_masked_too(lines: io.StringIO, spelling: str) -> None:
    logging.getLogger("theirs").warning("of %s, 2026-11-21", spelling)
    assert read(lines)[0]["event"] == "of •••, 2026-11-21"


def test_text_of_an_error_keeps_no_long_number(lines: io.StringIO) -> None:
    try:
        float("bad x123456781 at postgresql://me:word@host/db")
    except ValueError:
        logging.getLogger("theirs").exception("failed")
    text = str(read(lines)[0]["exception"])
    assert "bad x••• at postgresql://•••@host/db" in text


def test_a_command_logs_warnings_only(lines: io.StringIO) -> None:
    set_up.configure_logging(Settings(), quiet=True)
    logging.getLogger("theirs").info("chatter")
    assert lines.getvalue() == ""
