"""The contacts between organisations and persons, as a list of their own."""

from typing import Any

from sandbox.common.http import Reply, Request
from sandbox.common.stats import Stats
from sandbox.simplicate.errors import Refused
from sandbox.simplicate.fields import CONTACTPERSON
from sandbox.simplicate.lists import envelope, page
from sandbox.simplicate.present import Presenter
from sandbox.simplicate.store import Store

Record = dict[str, Any]


class Contacts:
    """Answer `crm/contactperson`."""

    def __init__(self, store: Store, presenter: Presenter, stats: Stats) -> None:
        self.store, self.presenter, self.stats = store, presenter, stats

    def browse(self, request: Request) -> Reply:
        """Answer a page; filters know organisation and person by id."""
        contacts = [
            {**each, "organization": {"id": each["organization_id"]}, "person": {"id": each["person_id"]}}
            for each in self.store.contacts.values()
        ]
        return page(request, contacts, CONTACTPERSON, self.presenter.contact)

    def read(self, request: Request, key: str) -> Reply:
        """Answer one contact, as a list of one where types are unreliable."""
        shown = self.presenter.contact(self._find(key))
        return envelope([shown] if self.presenter.options.unreliable_types else shown)

    def delete(self, request: Request, key: str) -> Reply:
        """Undo a link."""
        self.store.remove_contact(self._find(key)["id"])
        self.stats.wrote("DELETE contactperson", key)
        return envelope(None)

    def _find(self, key: str) -> Record:
        if key not in self.store.contacts:
            raise Refused(404, f"contactperson {key} not found", "Database")
        return self.store.contacts[key]
