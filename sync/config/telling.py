"""Tell a link's rules in full sentences, Dutch and English; every setting has one, whatever it is set to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from models.causes import Language
from sync.config.rules import FailureRules, RelationRules

Words = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Sentence:
    """Say what one setting does."""

    setting: str
    """Its dotted name in the configuration file."""
    nl: str
    en: str

    def words(self, language: Language) -> str:
        """Return the sentence in one language."""
        return self.nl if language == "nl" else self.en


@dataclass(frozen=True, slots=True)
class About:
    """Hold what sentences need to know of the target."""

    target: str
    """What it is called."""
    label: Callable[[str], Words] = lambda name: (name, name)
    """Name one of its fields in words."""
    numbered: bool = True
    """Whether its records carry a number of ours."""


def sentences(rules: RelationRules, about: About) -> list[Sentence]:
    """Return one sentence per setting, in the order in which things happen."""
    told = [Sentence(name, *tell(rules, about)) for name, tell in TOLD.items()]
    failures = [Sentence(f"failure.{name}", *tell(rules.failure)) for name, tell in FAILURES.items()]
    return [*told, *failures]


Tell = Callable[[RelationRules, About], Words]

KEYS: Mapping[str, Words] = {
    "crm_id": ("het CRM-nummer in het extra veld", "the CRM's id in the extra field"),
    "bsn": ("het BSN", "the BSN"),
    "rsin": ("het RSIN", "the RSIN"),
    "kvk": ("het KvK-nummer", "the Chamber of Commerce number"),
    "vat": ("het btw-nummer", "the VAT number"),
    "relation_number": (
        "het relatienummer (nooit alleen: ook een ander kenmerk moet kloppen)",
        "the relation number (never alone: another identifier must agree)",
    ),
    "name_postcode": (
        "naam met postcode (dat wordt een vraag, geen koppeling)",
        "name with postal code (which becomes a question, not a match)",
    ),
    "exact_name": ("de exacte naam", "the exact name"),
}
"""What each identifier is called in a sentence."""

ROLES: Mapping[str, Words] = {
    "customer": ("klant", "customer"),
    "supplier": ("leverancier", "supplier"),
    "both": ("klant en leverancier", "customer and supplier"),
}
WINNERS: Mapping[str, Words] = {
    "crm": ("het CRM wint", "the CRM wins"),
    "books": ("{target} wint", "{target} wins"),
    "ask": ("u beslist", "you decide"),
}


def _quoted(name: str) -> str:
    return f"\N{LEFT DOUBLE QUOTATION MARK}{name}\N{RIGHT DOUBLE QUOTATION MARK}"


def _pair(pieces: Sequence[Words], joint: Words) -> Words:
    return tuple(_joined([piece[side] for piece in pieces], joint[side]) for side in (0, 1))  # type: ignore[return-value]


def _joined(pieces: Sequence[str], joint: str) -> str:
    return pieces[0] if len(pieces) == 1 else f"{', '.join(pieces[:-1])} {joint} {pieces[-1]}"


def _flag(rules: RelationRules, _: About) -> Words:
    if rules.flag is None:
        return "Alle actieve relaties doen mee.", "All active relations take part."
    name = _quoted(rules.flag)
    return (
        f"Alleen relaties met het vinkje {name} in het CRM doen mee.",
        f"Only relations with the checkbox {name} ticked in the CRM take part.",
    )


def _roles(rules: RelationRules, _: About) -> Words:
    if not rules.roles:
        return (
            "Het relatietype in het CRM speelt geen rol: wie meedoet, is een cliënt.",
            "The relation type in the CRM does not matter: whoever takes part is a client.",
        )
    pieces = [
        (f"{_quoted(label)} wordt {ROLES[role][0]}", f"{_quoted(label)} becomes {ROLES[role][1]}")
        for label, role in rules.roles.items()
    ]
    nl, en = _pair(pieces, ("en", "and"))
    return (
        f"Het relatietype beslist: {nl}. Andere relatietypen doen niet mee.",
        f"The relation type decides: {en}. Other relation types take no part.",
    )


def _match(rules: RelationRules, about: About) -> Words:
    nl, en = _pair([KEYS[key] for key in rules.match], ("en dan", "and then"))
    return (
        f"Staat de relatie misschien al in {about.target}, dan wordt zij herkend aan: {nl}. Bij twijfel: een vraag.",
        f"A relation that may stand in {about.target} already is recognised by: {en}. In doubt you are asked.",
    )


NO_NUMBER: Words = (
    "Een nieuwe relatie krijgt geen nummer van ons: dit systeem geeft zijn eigen.",
    "A new relation gets no number of ours: this system gives its own.",
)


def _number(rules: RelationRules, about: About) -> Words:
    if not about.numbered:
        return NO_NUMBER
    if rules.number == "crm":
        return (
            f"Een nieuwe relatie krijgt in {about.target} het relatienummer van het CRM, als dat vrij is en past.",
            f"A new relation gets the CRM's relation number in {about.target}, if that is free and fits.",
        )
    return (
        f"Een nieuwe relatie krijgt in {about.target} een nummer uit de eigen reeks.",
        f"A new relation gets a number of the link's own series in {about.target}.",
    )


def _number_range(rules: RelationRules, about: About) -> Words:
    first, last = rules.number_range
    if not about.numbered:
        return (
            f"De eigen nummerreeks ({first} tot en met {last}) wordt hier niet gebruikt.",
            f"The link's own numbers ({first} to {last}) are not used here.",
        )
    return (
        f"De eigen nummerreeks loopt van {first} tot en met {last}; ook voor een tweede rol.",
        f"The link's own numbers run from {first} to {last}; also for a second role.",
    )


def _create(rules: RelationRules, about: About) -> Words:
    if rules.create:
        return (
            f"Staat de relatie nog niet in {about.target}, dan wordt zij daar aangemaakt.",
            f"A relation that does not stand in {about.target} yet is created there.",
        )
    return (
        f"Er wordt nooit een relatie aangemaakt in {about.target}: wie daar niet staat, wacht op u.",
        f"No relation is ever created in {about.target}: one that does not stand there waits for you.",
    )


def _blank_empty(rules: RelationRules, about: About) -> Words:
    if rules.blank_empty:
        return (
            f"Een veld dat in het CRM leeg is, wordt in {about.target} leeggemaakt.",
            f"A field that is empty in the CRM is emptied in {about.target}.",
        )
    return (
        f"Een veld dat in het CRM leeg is, blijft in {about.target} zoals het is.",
        f"A field that is empty in the CRM stays in {about.target} as it is.",
    )


def winner(rules: RelationRules, field: str) -> str:
    """Return who wins a target's field that both sides changed."""
    return rules.policy.get(field, rules.policy.get("*", "crm"))


def _policy(rules: RelationRules, about: About) -> Words:
    named = [name for name in rules.policy if name != "*"]
    labels = [(*about.label(name), winner(rules, name)) for name in named]
    labels += [("alle andere velden", "all other fields", winner(rules, "*"))] if named else []
    if not labels:
        nl, en = _wins(winner(rules, "*"), about.target)
        return f"Wijzigden beide kanten een veld: {nl}.", f"Where both sides changed a field: {en}."
    sides = ["; ".join(f"{label[side]}: {_wins(label[2], about.target)[side]}" for label in labels) for side in (0, 1)]
    return f"Wijzigden beide kanten een veld, dan geldt: {sides[0]}.", f"Where both sides changed a field: {sides[1]}."


def _wins(who: str, target: str) -> Words:
    nl, en = WINNERS[who]
    return nl.replace("{target}", target), en.replace("{target}", target)


def _on_deleted(_: RelationRules, about: About) -> Words:
    return (
        f"Wordt een relatie in het CRM verwijderd, dan blijft zij in {about.target} staan; de vergelijking meldt het.",
        f"A relation that is deleted in the CRM stays in {about.target}; the comparison reports it.",
    )


def _main_contact(rules: RelationRules, _: About) -> Words:
    if rules.main_contact is None:
        return (
            "Is er plaats voor een contactpersoon, dan gaat de hoofdcontactpersoon van het CRM mee.",
            "Where one contact person fits, the CRM's main contact is sent.",
        )
    name = _quoted(rules.main_contact)
    return (
        f"Is er plaats voor een contactpersoon, dan gaat wie in het CRM de functie {name} heeft.",
        f"Where one contact person fits, whoever has the function {name} in the CRM is sent.",
    )


def _sourced(number: str, field: str | None) -> Words:
    if field is None:
        return f"Een {number} wordt niet gelezen.", f"A {number} is not read."
    name = _quoted(field)
    return (f"Het {number} staat in het CRM in het veld {name}.", f"The {number} stands in the CRM's field {name}.")


TOLD: Mapping[str, Tell] = {
    "flag": _flag,
    "roles": _roles,
    "match": _match,
    "create": _create,
    "number": _number,
    "number_range": _number_range,
    "policy": _policy,
    "blank_empty": _blank_empty,
    "on_deleted": _on_deleted,
    "main_contact": _main_contact,
    "bsn_source": lambda rules, _: _sourced("BSN", rules.bsn_source),
    "rsin_source": lambda rules, _: _sourced("RSIN", rules.rsin_source),
}
"""Setting -> what tells it; a test holds it against the model."""


def _message(rules: FailureRules) -> Words:
    if rules.message:
        return (
            "Lukt het niet, dan komt er een bericht op de tijdlijn van de relatie; het verdwijnt als het opgelost is.",
            "When it fails, a message appears on the relation's timeline; it goes once it is solved.",
        )
    return (
        "Lukt het niet, dan komt er geen bericht op de tijdlijn.",
        "When it fails, no message is put on the timeline.",
    )


def _untick(rules: FailureRules) -> Words:
    if rules.untick:
        return ("Is er niets verstuurd, dan gaat het vinkje uit.", "When nothing was sent, the checkbox is unticked.")
    return (
        "Het vinkje blijft aan, ook als er niets is verstuurd.",
        "The checkbox stays ticked, even when nothing was sent.",
    )


def _mail(rules: FailureRules) -> Words:
    if rules.mail:
        return (
            "Wie de relatie opsloeg krijgt een e-mail; is dat onbekend, dan de relatiebeheerder.",
            "Whoever saved the relation gets a mail; when that is not known, the relation's manager does.",
        )
    return ("Er gaat geen e-mail uit.", "No mail is sent.")


def _mail_to(rules: FailureRules) -> Words:
    if rules.mail_to is None:
        return (
            "Is niemand bekend om te mailen, dan krijgt niemand een e-mail.",
            "When nobody is known to mail, nobody gets one.",
        )
    return (
        f"Is niemand bekend om te mailen, dan gaat de e-mail naar {rules.mail_to}.",
        f"When nobody is known to mail, the mail goes to {rules.mail_to}.",
    )


LANGUAGES: Mapping[str, Words] = {"nl": ("Nederlands", "Dutch"), "en": ("Engels", "English")}


def _language(rules: FailureRules) -> Words:
    nl, en = LANGUAGES[rules.language]
    return f"Berichten en e-mails zijn in het {nl}.", f"Messages and mails are in {en}."


FAILURES: Mapping[str, Callable[[FailureRules], Words]] = {
    "message": _message,
    "untick": _untick,
    "mail": _mail,
    "mail_to": _mail_to,
    "language": _language,
}
"""Setting of `failure` -> what tells it."""
