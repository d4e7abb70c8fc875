"""A broken file is refused as a whole, each flaw with its line, in both languages, without traceback."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.config.checking import read_configuration
from sync.config.flaws import CATALOGUE, FileRefused, Flaw
from tests.sync.config.files import OFFICE
from tests.sync.config.systems import SYSTEMS


def refused(text: str | bytes) -> list[Flaw]:
    with pytest.raises(FileRefused) as caught:
        read_configuration(text if isinstance(text, bytes) else text.encode(), SYSTEMS)
    return list(caught.value.flaws)


def said(text: str | bytes) -> list[tuple[int, str, str]]:
    return [(flaw.mark.line, flaw.field, flaw.code) for flaw in refused(text)]


def broken(old: str, new: str) -> str:
    assert old in OFFICE
    return OFFICE.replace(old, new)


def test_the_office_file_is_accepted() -> None:
    configuration, _ = read_configuration(OFFICE.encode(), SYSTEMS)
    assert list(configuration.connections) == ["crm", "books"]
    assert configuration.connections["crm"].options == {"poll_seconds": 30}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("links:", "linkz:", (12, "linkz", "unknown_key")),
        ("    hook_secrets", "    hook_secretz", (6, "connections.crm.hook_secretz", "unknown_key")),
        ("poll_seconds", "poll_secnds", (7, "connections.crm.poll_secnds", "unknown_key")),
        ("hour:", "houre:", (11, "connections.books.limits.houre", "unknown_key")),
        ("number: crm", "nummer: crm", (20, "links.office.relations.nummer", "unknown_key")),
        ("flag: sync_snelstart", "create: true", (16, "links.office.relations", "missing")),
        ("{key: env:CRM_KEY, ", "{kye: env:CRM_KEY, ", (5, "connections.crm.credentials.kye", "unknown_key")),
        ("{key: env:CRM_KEY, ", "{", (5, "connections.crm.credentials", "missing")),
        ("env:CRM_KEY", "s3cr3t-key", (5, "connections.crm.credentials.key", "literal_secret")),
        ("[env:CRM_HOOK]", "[hunter2]", (6, "connections.crm.hook_secrets.0", "literal_secret")),
        ("system: simplicate", "system: simplicat", (3, "connections.crm.system", "system")),
        ("https://kant", "http://kant", (4, "connections.crm.base_url", "insecure")),
        ("https://kant", "ftp://kant", (4, "connections.crm.base_url", "url")),
        ("https://kant", "https://user:word@kant", (4, "connections.crm.base_url", "url")),
        (
            "poll_seconds: 30",
            "token_url: http://kant.nl/token",
            (7, "connections.crm.token_url", "insecure"),
        ),
        ("    base_url: https://kantoor.simplicate.nl/api/v2\n", "", (2, "connections.crm", "base_url")),
        ("hour: 5000", "hour: many", (11, "connections.books.limits.hour", "type")),
        ("hour: 5000", "hour: 0", (11, "connections.books.limits.hour", "value")),
        ("source: crm", "source: crn", (14, "links.office.source", "no_connection")),
        ("source: crm", "source: books", (14, "links.office.source", "role")),
        ("target: books", "target: crm", (15, "links.office.target", "role")),
        ("Klant: customer", "Klant: client", (18, "links.office.relations.roles.Klant", "choice")),
        ("number: crm", "number_range: [9, 1]", (20, "links.office.relations.number_range", "number_range")),
        ("  office:", "  Office!:", (13, "links.Office!", "name")),
        ("  books:\n", "  crm:\n", (8, "connections.crm", "duplicate")),
        ("  books:\n", "  books: &b\n", (8, "", "alias")),
        ("poll_seconds: 30", "poll_seconds: !!python/none x", (7, "connections.crm.poll_seconds", "tag")),
        ("poll_seconds: 30", "poll_seconds: .nan", (7, "connections.crm.poll_seconds", "scalar")),
        ("poll_seconds: 30", 'poll_seconds: "\\0"', (7, "connections.crm.poll_seconds", "scalar")),
        ("links:", "links: [", (14, "", "unreadable")),
    ],
)
def test_each_fault_is_named_with_its_line(old: str, new: str, expected: tuple[int, str, str]) -> None:
    assert expected in said(broken(old, new))


def test_all_faults_are_named_at_once_in_the_order_of_the_file() -> None:
    text = broken("hook_secrets", "hooks").replace("hour:", "uur:").replace("source: crm", "source: kassa")
    found = said(text)
    assert [line for line, _, _ in found] == [6, 11, 14]


def test_a_near_key_is_suggested_and_a_far_one_gets_the_list() -> None:
    (near,) = refused(broken("poll_seconds", "pol_seconds"))
    assert near.remedy("nl") == "bedoelde u `poll_seconds`?"
    (far,) = refused(broken("poll_seconds", "xyzzy"))
    assert "poll_seconds" in far.remedy("en")


def test_a_circle_is_refused_with_the_way_round() -> None:
    hubs = "".join(f"  {name}: {{system: hub, base_url: 'https://{name}.nl'}}\n" for name in ("a", "b", "c"))
    ways = [("one", "a", "b"), ("two", "b", "c"), ("three", "c", "a")]
    links = "".join(f"  {n}: {{source: {s}, target: {t}, relations: {{flag: x}}}}\n" for n, s, t in ways)
    (flaw,) = refused(f"connections:\n{hubs}links:\n{links}")
    assert (flaw.code, flaw.mark.line) == ("circle", 8)
    assert "c -> a -> b -> c" in flaw.what("en")
    longer = links.replace("source: c, target: a", "source: a, target: c")
    read_configuration(f"connections:\n{hubs}links:\n{longer}".encode(), SYSTEMS)


def test_a_link_to_itself_and_a_second_link_of_the_same_pair_are_refused() -> None:
    hub = "connections:\n  a: {system: hub, base_url: 'https://a.nl'}\n"
    assert said(hub + "links:\n  x: {source: a, target: a, relations: {flag: x}}\n") == [(4, "links.x", "itself")]
    second = OFFICE + "  again: {source: crm, target: books, relations: {flag: other}}\n"
    assert said(second) == [(21, "links.again.relations", "twice")]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"# only words\n",
        b"~",
        b"\xff\xfe",
        b"\x00",
        b"- a\n- b",
        b"just text",
        b"{" * 5000,
        b"a: " * 3000,
        b"connections: 3",
        b"connections: {crm: 4}",
        b"connections: {}\nlinks: 4",
        b"? [a]\n: b",
        b"a: b\n---\nc: d",
        b"x: !!int ''",
        b"x: !!bool z",
        b"\t",
        b"x: " + b"9" * 5000,
        b" " * 1_000_001,
        "a: \ud800".encode("utf-8", "surrogatepass"),
    ],
)
def test_what_is_no_configuration_at_all_still_gets_a_line(content: bytes) -> None:
    for flaw in refused(content):
        assert flaw.mark.line >= 1


def test_no_secret_is_ever_quoted() -> None:
    secret = "T0p-S3cret/" * 40
    places = [
        broken("env:CRM_KEY", secret),
        broken("[env:CRM_HOOK]", f"[{secret}]"),
        broken("[env:CRM_HOOK]", secret),
        broken("{key: env:CRM_KEY, secret: env:CRM_SECRET}", secret),
        broken("env:CRM_KEY", f"[{secret}]"),
    ]
    for text in places:
        with pytest.raises(FileRefused) as caught:
            read_configuration(text.encode(), SYSTEMS)
        lines = [flaw.line("f", language) for flaw in caught.value.flaws for language in ("nl", "en")]
        assert "T0p" not in " ".join([*lines, str(caught.value), repr(caught.value.flaws)])


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_file_with_a_random_change_is_read_or_refused_with_lines(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(OFFICE)))
    end = data.draw(st.integers(start, min(len(OFFICE), start + 30)))
    middle = data.draw(
        st.text(alphabet=st.characters(codec=None), max_size=12)
        | st.sampled_from([": ", "- ", "{", "]", "'", "\n  ", "*a", "&b", "!!x"])
    )
    content = (OFFICE[:start] + middle + OFFICE[end:]).encode("utf-8", "surrogatepass")
    lines = content.count(b"\n") + content.count(b"\r") + 3
    for flaw in flaws_in(content):
        assert 1 <= flaw.mark.line <= lines
        assert flaw.line("f.yaml", "nl")
        assert flaw.line("f.yaml", "en")


def flaws_in(content: bytes) -> list[Flaw]:
    """Return the flaws of a file; only a refusal may come out of it, and never an empty one."""
    try:
        read_configuration(content, SYSTEMS)
    except FileRefused as refusal:
        return list(refusal.flaws) or pytest.fail("refused without a reason")
    return []


def test_every_sentence_can_be_said_in_both_languages() -> None:
    for cause in CATALOGUE:
        assert all((cause.what_nl, cause.what_en, cause.do_nl, cause.do_en))
        assert cause.what("nl")
        assert cause.do("en")
