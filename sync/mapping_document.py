"""Write a link's rules and field mapping down for whoever must sign for them: Markdown, or rows for a spreadsheet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters import registry
from models.causes import Language
from models.tables import Connection, Link
from sync.config.loading import REMOVED, own_options
from sync.config.rules import RelationRules
from sync.config.telling import About, Sentence, Words, sentences
from sync.mapping_table import Row, rows
from sync.rules import relation_rules

HEADS: dict[Language, tuple[str, ...]] = {
    "nl": ("Soort", "CRM-veld", "Betekenis", "Doelveld", "Naam in het doel", "Vertaling", "Langste", "Verplicht",
           "Bij verschil wint"),
    "en": ("Kind", "CRM field", "Meaning", "Target field", "Name in the target", "Translation", "Longest", "Required",
           "In a conflict wins"),
}  # fmt: skip
SHAPES: dict[str, Words] = {"organisation": ("organisatie", "organisation"), "person": ("persoon", "person")}
WINNERS: dict[str, Words] = {"crm": ("CRM", "CRM"), "books": ("boekhouding", "books"), "ask": ("vraag", "ask")}
YES: Words = ("ja", "yes")
NO: Words = ("nee", "no")


@dataclass(frozen=True, slots=True)
class Mapping:
    """Hold one link with its ends, its rules in words and its fields."""

    link: Link
    source: Connection
    target: Connection
    rules: RelationRules
    rows: Sequence[Row]

    @property
    def sentences(self) -> list[Sentence]:
        """Tell the rules."""
        labels = {row.target.name: row.target.label for row in self.rows}
        numbered = registry.numbered(self.target.system)
        about = About(self.target.name, lambda name: labels.get(name, (name, name)), numbered)
        return sentences(self.rules, about)


def mapping_of(session: Session, link_name: str) -> Mapping | None:
    """Read a link's mapping; None when there is no such link for relations."""
    link = session.scalar(select(Link).where(Link.name == link_name))
    if link is None or link.rules.get(REMOVED) or "relations" not in link.rules:
        return None
    source, target = (session.get_one(Connection, one) for one in (link.source_id, link.target_id))
    rules = relation_rules(link.rules)
    return Mapping(link, source, target, rules, rows(source.system, target.system, rules, own_options(target.options)))


def table(found: Mapping, language: Language) -> Iterator[tuple[str, ...]]:
    """Yield the fields as rows of text, under HEADS."""
    side = 0 if language == "nl" else 1
    for row in found.rows:
        length = "" if row.target.length is None else str(row.target.length)
        yield (
            SHAPES[row.shape][side], ", ".join(row.places), ", ".join(one.label[side] for one in row.sources),
            row.target.name, row.target.label[side], " ".join(row.rules(language)), length,
            (YES if row.target.required else NO)[side], WINNERS[row.winner][side],
        )  # fmt: skip


def markdown(found: Mapping, language: Language) -> str:
    """Write the whole document."""
    dutch = language == "nl"
    lines = [
        f"# {'Koppeling' if dutch else 'Link'} {_cell(found.link.name)}",
        "",
        f"{_cell(found.source.name)} ({found.source.system}) -> {_cell(found.target.name)} ({found.target.system})",
        "",
        f"## {'Regels' if dutch else 'Rules'}",
        "",
        *(f"- {_cell(one.words(language))}" for one in found.sentences),
        "",
        f"## {'Velden' if dutch else 'Fields'}",
        "",
        _line(HEADS[language]),
        _line(["---"] * len(HEADS[language])),
        *(_line(one) for one in table(found, language)),
    ]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_cell(one) for one in cells)} |"


def _cell(text: str) -> str:
    """Write a text so that it stays one cell, and no markup of its own."""
    return text.translate({ord("|"): "\\|", ord("<"): "&lt;", ord("\n"): " ", ord("\r"): " "})
