"""Plots: whatever the numbers, well-formed SVG within its frame that says what it shows."""

import re
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from web.plots import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Figure, Series, draw

SVG = "{http://www.w3.org/2000/svg}"
moments = st.floats(min_value=-1e10, max_value=1e10)
values = st.one_of(st.none(), st.floats(), st.floats(min_value=0, max_value=1e6))
points = st.lists(st.tuples(moments, values), max_size=40)
series = st.builds(
    Series, st.text(max_size=20), st.sampled_from(["one", "two", "limit", "ahead", "bar", "bar failed"]), points
)


def parse(drawn: str) -> ET.Element:
    return ET.fromstring(str(drawn).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def storable(text: str) -> bool:
    """XML knows no control characters and no half characters; our words hold none."""
    return text.isprintable()


@given(st.lists(series, max_size=4), moments, moments, st.text(max_size=30).filter(storable))
def test_any_series_is_well_formed_and_stays_in_its_frame(
    drawn: list[Series], since: float, until: float, title: str
) -> None:
    known = [Series(one.label if storable(one.label) else "x", one.kind, one.points) for one in drawn]
    figure = Figure("plot-any", title, known, since, until, [(since, "00:00"), (until, "12:00")], "s")
    root = parse(draw(figure))

    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "plot-any-title")
    assert (root.find(f"{SVG}title").text or "") == title  # type: ignore[union-attr]
    for line in root.iter(f"{SVG}polyline"):
        for x, y in (pair.split(",") for pair in line.get("points", "").split()):
            assert LEFT <= float(x) <= WIDTH - RIGHT and TOP <= float(y) <= HEIGHT - BOTTOM
    for bar in root.iter(f"{SVG}rect"):
        left, top, width, height = (float(bar.get(name, "nan")) for name in ("x", "y", "width", "height"))
        assert left >= LEFT - 0.1 and left + width <= WIDTH - RIGHT + 0.1
        assert top >= TOP - 0.1 and top + height <= HEIGHT - BOTTOM + 0.1 and height >= 0
    assert not re.search(r" style=|nan|inf", str(draw(figure)).replace(title, ""))


def test_no_value_is_a_gap_and_not_a_zero() -> None:
    figure = Figure("plot-gap", "gap", [Series("a", "one", [(0, 1), (1, 2), (2, None), (3, 4)])], 0, 4)
    lines = [one.get("points", "").split() for one in parse(draw(figure)).iter(f"{SVG}polyline")]
    assert [len(one) for one in lines] == [2, 2]
    heights = [float(pair.split(",")[1]) for one in lines for pair in one]
    assert all(height < HEIGHT - BOTTOM for height in heights)
    assert figure.top == 4


def test_bars_on_bars_stand_on_the_first() -> None:
    below = Series("a", "bar", [(0, 3)])
    figure = Figure("plot-bars", "bars", [below, Series("b", "bar failed", [(0, 5)], [3])], 0, 4)
    first, second = parse(draw(figure)).iter(f"{SVG}rect")
    top = float(second.get("y", "")) + float(second.get("height", ""))
    assert abs(top - float(first.get("y", ""))) < 0.15


def test_hostile_words_stay_words() -> None:
    figure = Figure("plot-x", "</title><script>", [Series("<b>", "one", [(0, 1)])], 0, 1, [(0, "<i>")])
    root = parse(draw(figure))
    assert root.find(f"{SVG}title").text == "</title><script>"  # type: ignore[union-attr]
    assert not list(root.iter(f"{SVG}script"))
