"""The Grafana dashboard asks for metrics that exist, says what each panel shows, and leaves none out."""

import json
import re
from pathlib import Path
from typing import Any

from tests.test_documents import ROOT, metrics

FILE = ROOT / "docs" / "grafana" / "boekbrug.json"
NAME = re.compile(r"\bboekbrug_[a-z_]+")


def dashboard(path: Path = FILE) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text())
    return document


def asked() -> set[str]:
    """Return the metrics of all queries; a histogram is asked for by its buckets."""
    queries = [target["expr"] for panel in dashboard()["panels"] for target in panel["targets"]]
    return {name.removesuffix("_bucket") for query in queries for name in NAME.findall(query)}


def test_every_metric_of_the_dashboard_exists_and_none_is_missing_from_it() -> None:
    assert asked() == metrics()


def test_every_panel_has_a_title_a_query_and_a_place_of_its_own() -> None:
    panels = dashboard()["panels"]
    titles = [panel["title"] for panel in panels]
    assert all(titles) and len(set(titles)) == len(titles)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        assert panel["targets"] and panel["datasource"]["uid"] == "${datasource}"
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken and all(x < 24 for x, _ in cells)
        taken |= cells


def test_no_address_of_a_machine_stands_in_it() -> None:
    assert not re.search(r"https?://|localhost|127\.0", FILE.read_text())
