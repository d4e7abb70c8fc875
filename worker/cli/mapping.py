"""Print which field becomes which and by what rules, as a document to keep."""

import csv
import sys
from enum import StrEnum
from typing import Annotated

import typer

from sync.mapping_document import HEADS, mapping_of, markdown, table
from worker.cli.context import command
from worker.cli.links import link_named


class Form(StrEnum):
    """Offer the forms of the document."""

    MD = "md"
    CSV = "csv"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(mapping)


def mapping(
    ctx: typer.Context,
    link: Annotated[str, typer.Argument(help="The link.")],
    form: Annotated[Form, typer.Option("--format", help="Markdown, or rows for a spreadsheet.")] = Form.MD,
) -> None:
    """Print a link's rules in sentences and its field mapping."""
    here = command(ctx)
    with here.runtime.sessions() as session:
        found = mapping_of(session, link)
    if found is None:
        link_named(here, link)
        return
    heads, rows = HEADS[here.language], list(table(found, here.language))
    document = {
        "link": link,
        "rules": [{"setting": one.setting, "sentence": one.words(here.language)} for one in found.sentences],
        "fields": [dict(zip(heads, row, strict=True)) for row in rows],
    }

    def human() -> None:
        if form is Form.MD:
            here.output.write(markdown(found, here.language))
        else:
            csv.writer(sys.stdout).writerows([heads, *rows])

    here.output.show(document, human)
