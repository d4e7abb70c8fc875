"""What is to be expected of demo data: counts per kind, and the ids of every trap."""

from dataclasses import dataclass, field
from typing import Any

from sandbox import books, taxes, traps

Record = dict[str, Any]


@dataclass
class Made:
    """Hold what was made, by trap; what concerns Nextens comes last."""

    relations: list[Record]
    contact_persons: list[Record]
    both: list[Record]
    wrong: dict[str, list[Record]]
    unticked: list[Record]
    twins: list[tuple[Record, Record]]
    entered: list[books.Entry]
    wrong_nextens: dict[str, list[Record]] = field(default_factory=dict)
    postal: list[Record] = field(default_factory=list)
    clients: list[taxes.Client] = field(default_factory=list)
    to_nextens: list[str] = field(default_factory=list)

    def expected(self) -> Record:
        """Return counts and ids, as the file holds them."""
        return {"counts": self._counts(), "ids": self._ids()}

    def _ids(self) -> Record:
        """List the ids per trap; pairs are (first, second) and (CRM record, relatie)."""
        return {
            "both": [each["id"] for each in self.both],
            "wrong": {kind: [each["id"] for each in found] for kind, found in self.wrong.items()},
            "unticked": [each["id"] for each in self.unticked],
            "doubles": [[first["id"], second["id"]] for first, second in self.twins],
            "in_books": {
                how: [[entry.crm_id, entry.relatie["id"]] for entry in self.entered if entry.how == how]
                for how in books.HOW
            },
            "differing": [entry.crm_id for entry in self.entered if entry.differs],
            "clashes": [entry.relatie["id"] for entry in self.entered if entry.clash],
            **self._nextens_ids(),
        }

    def _nextens_ids(self) -> Record:
        """List what concerns Nextens; `nextens_only` holds, per client there, what a sync must leave as it is."""
        return {
            "to_nextens": self.to_nextens,
            "wrong_nextens": {kind: [each["id"] for each in found] for kind, found in self.wrong_nextens.items()},
            "postal": [each["id"] for each in self.postal],
            "in_nextens": {
                how: [[each.crm_id, each.record["Id"]] for each in self.clients if each.how == how] for how in taxes.HOW
            },
            "differing_nextens": [each.crm_id for each in self.clients if each.differs],
            "nextens_only": {each.record["Id"]: each.extras for each in self.clients},
        }

    def _counts(self) -> Record:
        """Count; `plain_new` are relations without a trap that are not in the books yet."""
        labels = [relation["relation_type_id"] for relation in self.relations]
        plain = self.plain()
        clients = {each.crm_id for each in self.clients}
        return {
            "relations": len(self.relations),
            "organizations": sum("name" in each for each in self.relations),
            "persons": sum("name" not in each for each in self.relations),
            "contact_persons": len(self.contact_persons),
            "customers": labels.count(traps.CUSTOMER),
            "suppliers": labels.count(traps.SUPPLIER),
            "both": labels.count(traps.BOTH),
            "wrong": {kind: len(found) for kind, found in self.wrong.items()},
            "unticked": len(self.unticked),
            "doubles": len(self.twins),
            "in_books": {how: sum(entry.how == how for entry in self.entered) for how in books.HOW},
            "differing": sum(entry.differs for entry in self.entered),
            "in_nextens": {how: sum(each.how == how for each in self.clients) for how in taxes.HOW},
            "wrong_nextens": {kind: len(found) for kind, found in self.wrong_nextens.items()},
            "postal": len(self.postal),
            "plain_new_nextens": sum(each["id"] not in clients for each in self.plain(in_books=True)),
            "plain_new": len(plain),
            "plain_new_roles": sum(1 + (each["relation_type_id"] == traps.BOTH) for each in plain),
        }

    def plain(self, in_books: bool = False) -> list[Record]:
        """Return the relations without a trap, those in the books too if asked for."""
        wrong = (*self.wrong.values(), *self.wrong_nextens.values())
        special = {each["id"] for found in wrong for each in found}
        special |= {each["id"] for each in self.unticked}
        special |= {each["id"] for pair in self.twins for each in pair}
        if not in_books:
            special |= {entry.crm_id for entry in self.entered}
        return [each for each in self.relations if each["id"] not in special]
