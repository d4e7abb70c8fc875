"""Turn a JSON body into a whole client, its values normalised and judged; what is left out becomes empty."""

import json
from collections import Counter
from typing import Any

from sandbox.nextens import errors
from sandbox.nextens.errors import Fault
from sandbox.nextens.fields import Field, Table
from sandbox.nextens.kinds import KINDS, NEDERLAND, dutch_postcode

Record = dict[str, Any]


def parse(body: bytes) -> Record:
    """Return the members of a body; raise Refused when it is not a JSON object."""
    try:
        given = json.loads(body)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise errors.invalid([], "De aanvraag bevat geen geldige JSON.")
    return given


class Binder:
    """Bind one body to one table, collecting every fault."""

    def __init__(self, model: str, table: Table, warnings: Counter[str], quote: bool) -> None:
        self.model, self.table, self.warnings, self.quote = model, table, warnings, quote
        self.faults: list[Fault] = []

    def bind(self, given: Record, partial: bool = False) -> Record:
        """Return the whole record, or only what was sent when `partial`; raise Refused with all that is wrong."""
        record = self._object(given, self.table, "")
        for name, each in self.table.items():
            if each.required and record[name] is None and not partial:
                self._blame(name, "VERPLICHT", f"{name} is verplicht.")
        if self.faults:
            raise errors.invalid(self.faults)
        sent = {name.lower() for name in given}
        return {name: value for name, value in record.items() if not partial or name.lower() in sent}

    def _object(self, given: Record, table: Table, path: str) -> Record:
        names = {name.lower(): name for name in table}
        record = {name: member.empty() for name, member in table.items()}
        for key, value in given.items():
            name = names.get(key.lower())
            if name is None:
                self.warnings[f"unknown member {self.model}.{path}{key}"] += 1
                continue
            if name != key:
                self.warnings[f"other case {self.model}.{path}{key}"] += 1
            if value is not None and not table[name].read_only:
                record[name] = self._value(value, table[name], path + name)
        if "Postcode" in table:
            self._postcode(record, path)
        return record

    def _value(self, value: Any, field: Field, path: str) -> Any:
        if field.kind == "object":
            if isinstance(value, dict):
                return self._object(value, field.members, f"{path}.")
            self._blame(path, "TYPE", "Een object wordt verwacht.")
            return field.empty()
        if isinstance(value, (bool, dict, list)):
            self._blame(path, "TYPE", "Een tekst of een getal wordt verwacht.")
            return None
        return self._text(str(value), field, path)

    def _text(self, value: str, field: Field, path: str) -> Any:
        """Normalise and judge one value; of blanks alone nothing is left."""
        kind = KINDS[field.kind]
        value = kind.clean(value.strip())
        if not value:
            return field.empty()
        if field.limit is not None and len(value) > field.limit:
            self._blame(path, "TE_LANG", f"{path} mag niet langer zijn dan {field.limit} tekens.")
        elif not kind.good(value):
            self._blame(path, "ONGELDIG", errors.quoted(kind.words, value, self.quote))
        return int(value) if field.kind == "sub_number" and value.isdecimal() else value

    def _postcode(self, record: Record, path: str) -> None:
        """Judge a postcode by its country: the Netherlands when there is none."""
        if not record["Postcode"] or record["LandCode"] not in (None, NEDERLAND):
            return
        found = dutch_postcode(record["Postcode"])
        if found is None:
            words = errors.quoted(KINDS["postcode"].words, record["Postcode"], self.quote)
            self._blame(f"{path}Postcode", "ONGELDIG", words)
        record["Postcode"] = found

    def _blame(self, path: str, code: str, words: str) -> None:
        self.faults.append(Fault(path, code, words))
