"""A storm in short: workers killed, Redis emptied and restarted, calls spoilt, doubles at the same moment."""

from benchmarks.crashes import Storm, run
from benchmarks.measure import Report

SHORT = Storm(
    changes=80, kills=5, doubles=12, seconds=12, workers=2, wipes=1, restarts=1, revocations=1, strangers=4,
    drain_seconds=60, deadline=2, settle=2, lease=2, late=0.7, window=2, seed=7,
)  # fmt: skip


def test_nothing_is_lost_doubled_or_overtaken_in_a_storm() -> None:
    report = Report("6-crashes")
    assert run(SHORT, report, None) == []
    assert report.notes["damage"]["kills"] == SHORT.kills
    assert report.notes["changes"] == SHORT.changes
    assert sum(report.notes["faults"]["books"].values()) > 0
