"""Nextens does what every target must do: companies and persons, with a list to index and without."""

from dataclasses import replace

import pytest

from adapters.base import Draft, Target
from adapters.nextens import Nextens
from models.records import JsonScalar, Relation
from models.words import Role
from tests.adapters.contract_target import TargetContract
from tests.adapters.nextens.conftest import Office, Open
from tests.adapters.nextens.factories import company, person


class TestCompanies(TargetContract):
    """Run the shared tests against the stand-in."""

    unknown_id = "bedrijf:00000000-0000-4000-8000-0000000000ff"

    @pytest.fixture
    def unreachable(self, open_office: Open) -> Nextens:
        """Point both addresses at a closed port."""
        return open_office("http://127.0.0.1:9")

    def make(self, number: int) -> Relation:
        """Make a company."""
        return company(number)


class TestPersons(TestCompanies):
    """Persons live at paths of their own, and their phone is a mobile one."""

    unknown_id = "persoon:00000000-0000-4000-8000-0000000000ff"

    def make(self, number: int) -> Relation:
        """Make a person."""
        return person(number)

    def other_phone(self, target: Target, relation: Relation, draft: Draft) -> dict[str, JsonScalar]:
        """Return the one field that another mobile number changes."""
        wanted = target.draft(replace(relation, mobile="06 11111111"), Role.CUSTOMER, {})
        return {name: value for name, value in wanted.fields.items() if draft.fields[name] != value}

    def test_a_relation_without_a_name_is_stopped(self, target: Target, relation: Relation) -> None:
        nameless = target.draft(replace(relation, last_name=None), Role.CUSTOMER, {})
        assert [problem.field for problem in nameless.problems if problem.blocking] == ["last_name"]


class TestListed(TestCompanies):
    """An office whose clients can be listed."""

    @pytest.fixture
    def target(self, office: Office, open_office: Open) -> Nextens:
        """Switch lists on, on both sides."""
        office.options(lists=True)
        return open_office(office.url, list=True)
