import re
import time
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from tests.sandbox.clients import SnelStart

ADRES = {"straat": "Kade 1", "postcode": "1234 AB", "plaats": "Utrecht"}


def test_post_answers_the_whole_record_with_what_snelstart_fills_in(snelstart: SnelStart) -> None:
    made = snelstart.create(
        naam=" Jansen B.V. ", btwNummer="NL111222333B01", iban="nl91 abna 0417 1643 00", vestigingsAdres=ADRES
    )
    land = made["vestigingsAdres"]["land"]["id"]
    assert (made["naam"], made["btwNummer"], made["iban"]) == (
        "Jansen B.V.",
        "111222333B01",
        "NL91ABNA0417164300",
    )
    assert snelstart.get(f"/landen/{land}")["landcodeISO"] == "NLD"
    assert made["relatiecode"] > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?", made["modifiedOn"])


def test_normalising_can_be_switched_off(snelstart: SnelStart) -> None:
    snelstart.control("PUT", "options", {"normalise": False, "strict_address": False})
    made = snelstart.create(btwNummer="NL111222333B01", vestigingsAdres=ADRES)
    assert made["btwNummer"] == "NL111222333B01"
    assert made["vestigingsAdres"]["land"] is None


def test_put_replaces_the_whole_record(snelstart: SnelStart) -> None:
    made = snelstart.create(telefoon="0201", vestigingsAdres=ADRES, kvkNummer="12345678", memo="oud")
    body = {"id": made["id"], "relatiesoort": ["Klant"], "naam": "Nieuw"}
    new = snelstart.call("PUT", f"/relaties/{made['id']}", body).json()
    read = snelstart.get(f"/relaties/{made['id']}")
    assert new == read
    assert read["naam"] == "Nieuw"
    assert read["relatiecode"] == made["relatiecode"]
    assert [read.get(name) for name in ("telefoon", "kvkNummer", "memo")] == [None, None, None]
    assert read["vestigingsAdres"]["straat"] is None
    assert read["modifiedOn"] >= made["modifiedOn"]


def test_read_only_members_are_not_taken_over(snelstart: SnelStart) -> None:
    made = snelstart.create(modifiedOn="2001-01-01T00:00:00", inkoopBoekingenUri="x", extraVeldenKlant=[{"naam": "a"}])
    assert made["modifiedOn"] > "2020"
    assert made["inkoopBoekingenUri"] == f"/relaties/{made['id']}/inkoopboekingen"
    assert made["extraVeldenKlant"] == []


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"naam": " "}, "REL-0007"),
        ({"relatiesoort": []}, "REL-0001"),
        ({"relatiesoort": ["Eigen"]}, "REL-0048"),
        ({"relatiesoort": ["Klant", "Leverancier"]}, "REL-0065"),
        ({"id": str(uuid.uuid4())}, "REL-0063"),
        ({"relatiecode": -1}, "REL-0008"),
        ({"kvkNummer": "1234567"}, "REL-0006"),
        ({"btwNummer": "NL111222334B01"}, "REL-0088"),
        ({"btwNummer": "NL123456789B14"}, "REL-0088"),
        ({"btwNummer": "BE0123456789"}, "REL-0087"),
        ({"btwNummer": "NL.111222333.B01"}, "REL-0059"),
        ({"iban": "NL91ABNA0417164301"}, "REL-0011"),
        ({"bic": "FOUT"}, "REL-0010"),
        ({"telefoon": "1" * 26}, "REL-0013"),
        ({"mobieleTelefoon": "1" * 26}, "REL-0012"),
        ({"email": "geen adres"}, "REL-0061"),
        ({"email": "a@b.nl;fout"}, "REL-0084"),
        ({"websiteUrl": "geen url"}, "REL-0015"),
        ({"oin": "123"}, "REL-0086"),
        ({"krediettermijn": 1001}, "REL-0003"),
        ({"vestigingsAdres": {"straat": "Kade 1"}}, "REL-0060"),
        ({"vestigingsAdres": {**ADRES, "straat": "x" * 51}}, "REL-0020"),
        ({"vestigingsAdres": {**ADRES, "land": {"id": str(uuid.uuid4())}}}, "REL-0056"),
        ({"correspondentieAdres": {"contactpersoon": "x" * 51}}, "REL-0028"),
        ({"factuurRelatie": {"id": str(uuid.uuid4())}}, "REL-0017"),
        ({"bankieren": True}, "REL-0014"),
        ({"factuurEmailVersturen": {"shouldSend": True}}, "REL-0032"),
        ({"relatiesoort": ["Leverancier"], "kredietLimiet": 100}, "REL-0062"),
    ],
)
def test_each_rule_has_its_code(snelstart: SnelStart, members: dict[str, object], code: str) -> None:
    assert code in snelstart.refuse(**members)


@pytest.mark.parametrize("number", ["111222333B01", "NL002455799B11", "NL123456789B13"])
def test_good_dutch_vat_numbers_pass(snelstart: SnelStart, number: str) -> None:
    snelstart.create(btwNummer=number)


def test_a_foreign_vat_number_goes_with_its_country(snelstart: SnelStart) -> None:
    belgium = next(land["id"] for land in snelstart.get("/landen") if land["landcode"] == "BE")
    made = snelstart.create(btwNummer="BE0123456789", vestigingsAdres={**ADRES, "land": {"id": belgium}})
    assert made["btwNummer"] == "BE0123456789"


def test_only_the_relatiecode_is_unique(snelstart: SnelStart) -> None:
    same = {"kvkNummer": "12345678", "btwNummer": "111222333B01", "email": "a@b.nl", "naam": "Zelfde"}
    first, second = snelstart.create(**same), snelstart.create(**same)
    assert first["relatiecode"] != second["relatiecode"]
    snelstart.create(relatiecode=10001)
    assert snelstart.refuse(relatiecode=10001) == {"REL-0008"}
    body = {"id": first["id"], "relatiesoort": ["Klant"], "naam": "x", "relatiecode": 10001}
    answer = snelstart.call("PUT", f"/relaties/{first['id']}", body)
    assert answer.json()[0]["errorCode"] == "REL-0008"


def test_allocation_steps_over_taken_codes(snelstart: SnelStart) -> None:
    codes = [snelstart.create(**given)["relatiecode"] for given in ({"relatiecode": 1}, {"relatiecode": 2}, {})]
    assert codes == [1, 2, 3]


def test_the_relatiesoort_stays(snelstart: SnelStart) -> None:
    made = snelstart.create()
    body = {"id": made["id"], "relatiesoort": ["Leverancier"], "naam": "x"}
    assert snelstart.call("PUT", f"/relaties/{made['id']}", body).json()[0]["errorCode"] == "REL-0064"
    snelstart.control("PUT", "options", {"strict_roles": False})
    body["relatiesoort"] = ["Klant", "Leverancier"]
    assert snelstart.call("PUT", f"/relaties/{made['id']}", body).status_code == 200


def test_ids_in_url_and_body_must_agree(snelstart: SnelStart) -> None:
    made = snelstart.create()
    body = {"relatiesoort": ["Klant"], "naam": "x"}
    assert snelstart.call("PUT", f"/relaties/{made['id']}", body).json()[0]["errorCode"] == "REL-0047"
    missing = snelstart.call("PUT", f"/relaties/{uuid.uuid4()}", body)
    assert (missing.status_code, missing.json()[0]["errorCode"]) == (404, "REL-0005")


def test_delete_makes_inactive_and_hides_from_reading(snelstart: SnelStart) -> None:
    made = snelstart.create(naam="Weg", relatiecode=77)
    path = f"/relaties/{made['id']}"
    answer = snelstart.call("DELETE", path)
    assert (answer.status_code, answer.json()) == (200, {})
    assert [snelstart.call(method, path, {}).status_code for method in ("GET", "PUT", "DELETE")] == [404] * 3
    (listed,) = snelstart.get("/relaties", **{"$filter": "Naam eq 'Weg'"})
    assert listed["nonactief"] is True
    assert snelstart.refuse(relatiecode=77) == {"REL-0008"}
    snelstart.control("PUT", "options", {"list_inactive": False})
    assert snelstart.find("Naam eq 'Weg'") == []


def test_system_rows_are_there_and_stay(snelstart: SnelStart) -> None:
    rows = {row["relatiecode"]: row for row in snelstart.get("/relaties")}
    assert rows[0]["relatiesoort"] == ["Eigen"]
    assert snelstart.call("DELETE", f"/relaties/{rows[-1]['id']}").json()[0]["errorCode"] == "REL-0067"
    assert snelstart.call("DELETE", f"/relaties/{rows[-2]['id']}").json()[0]["errorCode"] == "REL-0103"


def test_bodies_that_do_not_bind(snelstart: SnelStart) -> None:
    broken = snelstart.call("POST", "/relaties", data=b"{", headers={"Content-Type": "application/json"})
    wrong = snelstart.call("POST", "/relaties", {"relatiecode": "tien", "vestigingsAdres": []})
    long = snelstart.call("POST", "/relaties", {"relatiesoort": ["Klant"], "naam": "x" * 51})
    assert [each.status_code for each in (broken, wrong, long)] == [400] * 3
    assert "relatie" in broken.json()["modelState"]
    assert set(wrong.json()["modelState"]) == {"relatie.relatiecode", "relatie.vestigingsAdres"}
    assert set(long.json()["modelState"]) == {"relatie.naam"}
    assert snelstart.call("POST", "/relaties").json()[0]["errorCode"] == "ALG-0106"


def test_binding_forgives_case_and_text_numbers_but_says_so(snelstart: SnelStart) -> None:
    made = snelstart.create(RELATIECODE="12", onbekend=1)
    assert made["relatiecode"] == 12
    warnings = snelstart.control("GET", "stats")["warnings"]
    assert set(warnings) == {"other case relatie.RELATIECODE", "unknown member relatie.onbekend"}


def test_modified_on_follows_the_vendors_clock(snelstart: SnelStart) -> None:
    snelstart.control("POST", "clock_offset", {"seconds": 7200})
    stamp = datetime.fromisoformat(snelstart.create()["modifiedOn"]).replace(tzinfo=UTC)
    assert abs(stamp - datetime.now(UTC) - timedelta(hours=2)) < timedelta(seconds=5)


def test_paging_with_a_cap_of_500(snelstart: SnelStart) -> None:
    seed = [{"naam": f"R{number:04}", "relatiesoort": ["Klant"]} for number in range(700)]
    snelstart.control("POST", "seed", {"relaties": seed})
    first = snelstart.get("/relaties", **{"$top": "500"})
    second = snelstart.get("/relaties", **{"$top": "500", "$skip": "500"})
    assert (len(first), len(second)) == (500, 203)
    assert len({row["id"] for row in first + second}) == 703
    over = snelstart.call("GET", "/relaties", params={"$top": "501"})
    assert over.status_code == 400
    assert "501" in over.json()["Message"]


def test_a_bookkeepers_edit_is_seen_by_a_delta(snelstart: SnelStart) -> None:
    made = snelstart.create(naam="Voor", vestigingsAdres=ADRES)
    time.sleep(0.005)
    edit = {"id": made["id"], "changes": {"telefoon": "020", "vestigingsAdres": {"plaats": "Goes"}}}
    edited = snelstart.control("POST", "edit", edit)
    assert edited["vestigingsAdres"]["straat"] == "Kade 1"
    since = f"ModifiedOn gt datetime'{made['modifiedOn']}'"
    (found,) = snelstart.get("/relaties", **{"$filter": since})
    assert (found["telefoon"], found["vestigingsAdres"]["plaats"]) == ("020", "Goes")


def test_custom_fields_must_have_been_defined(snelstart: SnelStart) -> None:
    snelstart.control("POST", "seed", {"extra_fields": {"Klant": {"CrmId": "Text", "Aantal": "Integer"}}})
    made = snelstart.create()
    path = f"/relaties/{made['id']}/customFields"

    def put(*fields: dict[str, object], side: str = "klantCustomFields") -> str:
        return str(snelstart.call("PUT", path, {side: list(fields)}).json()[0]["errorCode"])

    assert put({"name": "Ander", "value": "x"}) == "REF-0002"
    assert put({"name": "CrmId", "value": "x"}, {"name": "CrmId", "value": "y"}) == "REF-0003"
    assert put({"name": "CrmId", "value": "x"}, side="leverancierCustomFields") == "REF-0006"
    assert put({"name": "Aantal", "value": "veel"}) == "REF-0007"
    assert put({"name": "CrmId", "value": 5}) == "REF-0014"
    good = {"klantCustomFields": [{"name": "CrmId", "value": "organization:1"}]}
    assert snelstart.call("PUT", path, good).status_code == 200
    assert snelstart.get(path)["klantCustomFields"][0] == {"name": "CrmId", "value": "organization:1"}
    where = "ExtraVeldenKlant/any(e:e/Naam eq 'CrmId' and e/Waarde eq 'organization:1')"
    assert snelstart.find(where) == ["Test"]
    body = {"id": made["id"], "relatiesoort": ["Klant"], "naam": "Later"}
    snelstart.call("PUT", f"/relaties/{made['id']}", body)
    assert snelstart.find(where) == ["Later"]


def test_kostenplaatsen_have_their_codes(snelstart: SnelStart) -> None:
    made = snelstart.call("POST", "/kostenplaatsen", {"nummer": 10, "omschrijving": "Project"})
    assert made.status_code == 201
    path = f"/kostenplaatsen/{made.json()['id']}"
    for body, code in (
        ({"nummer": 10, "omschrijving": "x"}, "KPL-0008"),
        ({"nummer": 0, "omschrijving": "x"}, "KPL-0007"),
        ({"nummer": 11}, "KPL-0004"),
        ({"omschrijving": "x" * 51, "nummer": 11}, "KPL-0005"),
        ({"omschrijving": "x"}, "KPL-0006"),
        ({"omschrijving": "x", "nummer": 11, "nonactief": True}, "KPL-0009"),
    ):
        assert snelstart.call("POST", "/kostenplaatsen", body).json()[0]["errorCode"] == code
    body = {"id": made.json()["id"], "nummer": 12, "omschrijving": "Ander"}
    assert snelstart.call("PUT", path, body).json()["nummer"] == 12
    assert snelstart.call("DELETE", path).status_code == 200
    assert snelstart.call("GET", path).status_code == 404
    ignored = snelstart.get("/kostenplaatsen", **{"$filter": "nummer eq 99"})
    assert [each["nonactief"] for each in ignored] == [True]
