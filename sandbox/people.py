"""Make organisations, private persons and the contacts of organisations, as Simplicate stores them."""

import random
from datetime import date, timedelta
from typing import Any

from sandbox import names
from sandbox.makers import Makers
from sandbox.simplicate.standard import fixed_id
from sandbox.simplicate.writing import address
from sandbox.traps import CUSTOMER, SUPPLIER, TICKED

Record = dict[str, Any]
_FUNCTIONS = ("Directeur", "Administratie", "Inkoop", "Boekhouder", "Eigenaar")


class Records:
    """Make records from one seeded source, and collect the contacts that come with organisations."""

    def __init__(self, dice: random.Random, suppliers: float, contacts: float) -> None:
        self.dice, self.make = dice, Makers(dice)
        self.suppliers, self.contacts = suppliers, contacts
        self.contact_persons: list[Record] = []
        self.links: list[Record] = []
        self._names: set[str] = set()

    def organization(self) -> Record:
        """Make a company with numbers that fit its legal form, and perhaps one or two contacts."""
        form = self.dice.choice(names.FORMS)
        name = self._company_name(form)
        rsin = None if form == "Eenmanszaak" else self.make.rsin()
        domain = f"{name.split()[0].lower()}-{len(self._names)}.example"
        record = {
            **self._relation("organization"),
            "name": name,
            "coc_code": self.make.kvk(),
            "vat_number": f"NL{rsin}B01" if rsin else self.make.sole_trader_vat(),
            "email": f"info@{domain}",
            "url": f"https://www.{domain}",
            "visiting_address": self.address(),
            "custom": {**TICKED, **({"rsin": rsin} if rsin else {})},
            "debtor": {"payment_term": {"id": fixed_id("paymentterm", 30), "name": "30 dagen", "days": 30}},
        }
        if self.dice.random() < self.contacts:
            self._add_contacts(record, domain)
        return record

    def person(self) -> Record:
        """Make a private person who is a relation by himself."""
        born = date(1950, 1, 1) + timedelta(days=self.dice.randrange(19_000))
        record = {
            **self._relation("person"),
            **self._name(),
            "date_of_birth": born.isoformat(),
            "address": self.address(),
            "custom": {**TICKED, "bsn": self.make.bsn()},
        }
        record["email"] = f"{record['first_name'].lower()}.{self.dice.randrange(10**6)}@post.example"
        return record

    def _relation(self, kind: str) -> Record:
        """Make what organisations and persons share."""
        return {
            "id": self.make.key(kind),
            "relation_type_id": SUPPLIER if self.dice.random() < self.suppliers else CUSTOMER,
            "phone": self.make.phone(),
            "bank_account": self.make.iban(),
        }

    def _company_name(self, form: str) -> str:
        """Put together a name that no other company has, of at most 50 characters."""
        legal = "" if form == "Eenmanszaak" else f" {form}"
        name = f"{self.dice.choice(names.SURNAMES)} {self.dice.choice(names.TRADES)}"
        while name + legal in self._names:
            name = f"{self.dice.choice(names.SURNAMES)} & {self.dice.choice(names.SURNAMES)}"
            name += f" {self.dice.choice(names.TRADES)}"
        self._names.add(name + legal)
        return name + legal

    def _name(self) -> Record:
        male = self.dice.random() < 0.5
        return {
            "first_name": self.dice.choice(names.MALE if male else names.FEMALE),
            "family_name_prefix": self.dice.choice(names.PREFIXES) or None,
            "family_name": self.dice.choice(names.SURNAMES),
            "gender": "Male" if male else "Female",
            "gender_id": fixed_id("gender", "Male" if male else "Female"),
        }

    def address(self) -> Record:
        """Make a Dutch address."""
        return address(
            {
                "id": self.make.key("address"),
                "line_1": f"{self.dice.choice(names.STREETS)} {self.dice.randrange(1, 300)}",
                "postal_code": self.make.postcode(),
                "locality": self.dice.choice(names.TOWNS),
                "country_code": "NL",
            }
        )

    def _add_contacts(self, organization: Record, domain: str) -> None:
        """Add one or two contacts; the first is the main one and often receives the invoices."""
        for at in range(self.dice.choice((1, 1, 2))):
            name = self._name()
            person = {
                "id": self.make.key("person"),
                **name,
                "custom": {},
                "updated_at": "2026-01-02 12:00:00",
            }
            mail = f"{name['first_name'].lower()}@{domain}"
            self.contact_persons.append(person)
            self.links.append(
                {
                    "id": self.make.key("contactperson"),
                    "organization_id": organization["id"],
                    "person_id": person["id"],
                    "work_function": self.dice.choice(_FUNCTIONS),
                    "work_email": mail,
                    "work_mobile": f"0655{self.dice.randrange(10**6):06}",
                }
            )
            if at == 0 and self.dice.random() < 0.5:
                parts = (name["first_name"], name["family_name_prefix"], name["family_name"])
                organization["invoice_receiver"] = " ".join(filter(None, parts))
