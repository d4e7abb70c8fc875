"""State what every target must do; each adapter's tests inherit it and bring two fixtures.

`target` opens the system's stand-in, `unreachable` a connection to a port where nobody listens. What a target
says of itself (`numbered`, `listed`, `strict`, `roles_share_record`) decides which form of a promise it is held to.
"""

from dataclasses import replace
from itertools import count

import pytest

from adapters.base import Draft, Searched, Target, TargetRecord
from adapters.errors import AlreadyExists, Missing, Unavailable, Unsupported
from models.records import Address, Contact, JsonScalar, Relation
from models.words import Role

NUMBERS = count(700_001)


class CalledOff(Exception):
    """Be what a gate raises to call a write off."""


def go() -> None:
    """Let a write through."""


def stop() -> None:
    """Call a write off."""
    raise CalledOff


class TargetContract:
    """Hold the tests; `calls` made are real calls to the system's stand-in."""

    unknown_id = "00000000-0000-4000-8000-0000000000ff"
    """An id of the system's own form that no record has."""

    @pytest.fixture
    def number(self) -> int:
        """Take a number nobody has."""
        return next(NUMBERS)

    @pytest.fixture
    def relation(self, number: int) -> Relation:
        """Take the relation of that number."""
        return self.make(number)

    @pytest.fixture
    def carried(self, target: Target, number: int) -> int | None:
        """Return the number that a create carries, where one does."""
        return number if target.numbered else None

    def make(self, number: int) -> Relation:
        """Make a complete and sound relation; another number is another relation to the target too."""
        return Relation(
            id=f"relation:{number}",
            type="organisation",
            name=f"Timmerbedrijf Spaander {number} B.V.",
            roles=frozenset({Role.CUSTOMER}),
            number=str(number),
            visiting=Address("Zaagpad", "3", "bis", "3512 AB", "Utrecht", "NL"),
            mailing=Address("Postbus 12", None, None, "3500 AA", "Utrecht", "NL"),
            phone="030 765 43 21",
            email=f"post{number}@spaander.example",
            website="https://www.spaander.example",
            kvk=f"{number:08d}"[-8:],
            vat="NL000099998B57",
            iban="NL91ABNA0417164300",
            payment_term_days=30,
            contacts=(Contact("c1", "Ina Beitel", main=True),),
        )

    @pytest.fixture
    def draft(self, target: Target, relation: Relation) -> Draft:
        """Translate that relation."""
        return target.draft(relation, Role.CUSTOMER, {})

    @pytest.fixture
    def created(self, target: Target, draft: Draft, carried: int | None) -> TargetRecord:
        """Create it."""
        return target.create(draft, Role.CUSTOMER, carried, go)

    def test_a_sound_relation_has_no_problems(self, draft: Draft) -> None:
        assert list(draft.problems) == []
        assert draft.fields

    def test_translating_makes_no_call(self, target: Target, relation: Relation) -> None:
        before = target.calls
        target.draft(relation, Role.SUPPLIER, {})
        target.identity(relation)
        target.number_from(relation)
        assert target.calls == before

    def test_translating_twice_gives_the_same(self, target: Target, relation: Relation, draft: Draft) -> None:
        assert target.draft(relation, Role.CUSTOMER, {}) == draft

    def test_a_relation_without_a_name_is_stopped(self, target: Target, relation: Relation) -> None:
        nameless = target.draft(replace(relation, name=""), Role.CUSTOMER, {})
        assert [problem.field for problem in nameless.problems if problem.blocking] == ["name"]

    def test_the_name_cannot_be_left_out(self, target: Target, draft: Draft) -> None:
        assert target.without(draft, "name") is None

    def test_an_optional_field_can_be_left_out_once(self, target: Target, draft: Draft) -> None:
        smaller = target.without(draft, "vat")
        if target.strict:
            assert smaller is None
            return
        assert smaller is not None
        assert set(smaller.fields) < set(draft.fields)
        assert target.without(smaller, "vat") is None

    def test_what_was_created_is_what_was_asked(
        self, target: Target, created: TargetRecord, draft: Draft, carried: int | None
    ) -> None:
        held = created.fields
        assert [name for name in draft.fields if not target.same(name, draft.fields[name], held[name])] == []
        assert created.roles == {Role.CUSTOMER} or (target.roles_share_record and not created.roles)
        assert created.number == (str(carried) if target.numbered else None)
        assert (created.active, created.system_row) == (True, False)

    def test_what_was_created_can_be_read(self, target: Target, created: TargetRecord) -> None:
        read = target.read(created.id)
        assert (read.id, read.number, read.fields, read.identity) == (
            created.id, created.number, created.fields, created.identity,
        )  # fmt: skip

    def test_what_was_created_is_located(
        self, target: Target, draft: Draft, created: TargetRecord, carried: int | None
    ) -> None:
        assert [one.id for one in target.locate(draft.fields, carried)] == [created.id]

    def test_what_nobody_has_is_not_located(self, target: Target, draft: Draft, carried: int | None) -> None:
        assert list(target.locate(draft.fields, carried)) == []

    def test_a_relation_is_created_once(
        self, target: Target, created: TargetRecord, draft: Draft, carried: int | None
    ) -> None:
        with pytest.raises(AlreadyExists):
            target.create(draft, Role.CUSTOMER, carried, go)
        assert [one.id for one in target.locate(draft.fields, carried)] == [created.id]

    def test_what_cannot_be_listed_can_be_searched(
        self, target: Target, relation: Relation, created: TargetRecord
    ) -> None:
        assert target.listed or isinstance(target, Searched)
        if isinstance(target, Searched):
            found = target.search(target.identity(relation), thorough=True)
            assert [(one.id, one.fields) for one in found] == [(created.id, created.fields)]

    def test_what_nobody_has_is_not_found(self, target: Target, relation: Relation) -> None:
        if isinstance(target, Searched):
            assert list(target.search(target.identity(relation), thorough=False)) == []

    def test_both_sides_identify_a_relation_alike(
        self, target: Target, relation: Relation, created: TargetRecord
    ) -> None:
        ours, theirs = target.identity(relation), created.identity
        assert (ours.kvk, ours.vat, ours.number) == (theirs.kvk, theirs.vat, theirs.number)
        assert (ours.rsin, ours.bsn, ours.type) == (theirs.rsin, theirs.bsn, theirs.type)
        assert (ours.name, ours.postal_code) == (theirs.name, theirs.postal_code)
        assert (ours.exact_name, ours.birth_date) == (theirs.exact_name, theirs.birth_date)

    def test_an_update_changes_its_fields_and_no_other(
        self, target: Target, relation: Relation, draft: Draft, created: TargetRecord
    ) -> None:
        changes = self.other_phone(target, relation, draft)
        answered = target.update(created, changes, go)
        read = target.read(created.id)
        assert answered.fields == read.fields
        assert {name for name, value in read.fields.items() if created.fields[name] != value} == set(changes)
        assert (read.number, read.roles, read.active) == (created.number, created.roles, created.active)

    def other_phone(self, target: Target, relation: Relation, draft: Draft) -> dict[str, JsonScalar]:
        """Return the one field that another phone number changes."""
        wanted = target.draft(replace(relation, phone="030 111 22 33"), Role.CUSTOMER, {})
        changes = {name: value for name, value in wanted.fields.items() if draft.fields[name] != value}
        assert len(changes) == 1
        return changes

    def test_an_update_keeps_what_is_not_ours(
        self, target: Target, relation: Relation, draft: Draft, created: TargetRecord
    ) -> None:
        target.update(target.read(created.id), self.other_phone(target, relation, draft), go)
        before, after = dict(created.raw), dict(target.read(created.id).raw)
        changed = {key for key in before if before[key] != after.get(key)}
        assert len(changed) <= 2, changed  # the field itself and the moment of the change

    def test_a_gate_can_call_a_creation_off(self, target: Target, draft: Draft, carried: int | None) -> None:
        with pytest.raises(CalledOff):
            target.create(draft, Role.CUSTOMER, carried, stop)
        assert list(target.locate(draft.fields, carried)) == []

    def test_a_gate_can_call_an_update_off(self, target: Target, draft: Draft, created: TargetRecord) -> None:
        with pytest.raises(CalledOff):
            target.update(created, draft.fields, stop)
        assert target.read(created.id).modified_on == created.modified_on

    def test_a_gate_opens_once_per_write(self, target: Target, draft: Draft, carried: int | None) -> None:
        opened: list[int] = []
        record = target.create(draft, Role.CUSTOMER, carried, lambda: opened.append(target.calls))
        target.update(record, draft.fields, lambda: opened.append(target.calls))
        assert len(opened) == 2

    def test_a_live_edit_takes_two_calls_and_a_create_one(self, target: Target, created: TargetRecord) -> None:
        start, number = target.calls, next(NUMBERS)
        draft = target.draft(self.make(number), Role.CUSTOMER, {})
        other = target.create(draft, Role.CUSTOMER, number if target.numbered else None, go)
        assert target.calls == start + 1
        target.update(target.read(other.id), draft.fields, go)
        assert target.calls == start + 3

    def test_an_id_nobody_has_is_missing(self, target: Target) -> None:
        with pytest.raises(Missing):
            target.read(self.unknown_id)

    def test_the_whole_list_holds_each_record_once(self, target: Target, created: TargetRecord) -> None:
        if not target.listed:
            with pytest.raises(Unsupported):
                target.pages(None)
            return
        pages = list(target.pages(None))
        ids = [record.id for page in pages for record in page.records]
        assert ids.count(created.id) == 1
        assert len(ids) == len(set(ids))
        assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]

    def test_a_record_is_listed_from_its_own_moment_on(self, target: Target, created: TargetRecord) -> None:
        read = target.read(created.id)
        if not target.listed:
            with pytest.raises(Unsupported):
                target.pages(read.modified_on)
            return
        assert read.modified_on is not None
        assert read.modified_on.tzinfo is None
        listed = [record for page in target.pages(read.modified_on) for record in page.records]
        assert created.id in {record.id for record in listed}
        assert all(record.modified_on and record.modified_on >= read.modified_on for record in listed)

    def test_a_role_is_kept(self, target: Target, relation: Relation, carried: int | None) -> None:
        draft = target.draft(relation, Role.SUPPLIER, {})
        record = target.create(draft, Role.SUPPLIER, carried, go)
        if target.roles_share_record:
            assert Role.SUPPLIER in record.roles or not record.roles
        else:
            assert record.roles == {Role.SUPPLIER}

    def test_it_names_itself_in_one_call(self, target: Target) -> None:
        start = target.calls
        assert target.identify()
        assert target.calls == start + 1

    def test_its_check_finds_nothing_wrong(self, target: Target) -> None:
        findings = target.check()
        assert findings
        assert [finding.en for finding in findings if not finding.ok] == []

    def test_a_system_that_is_away_is_unavailable(self, unreachable: Target) -> None:
        with pytest.raises(Unavailable):
            unreachable.identify()

    def test_a_check_of_a_system_that_is_away_is_a_finding(self, unreachable: Target) -> None:
        assert [finding.ok for finding in unreachable.check()] == [False]
