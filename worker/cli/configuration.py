"""Apply, plan and export the configuration file."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from sync.config.applying import Applied, Wanted, read_wanted
from sync.config.applying import apply as apply_wanted
from sync.config.applying import plan as plan_wanted
from sync.config.comparing import Action, Change, Detail, Noun
from sync.config.exporting import document, export_yaml
from sync.config.flaws import FileRefused
from sync.config.loading import load_stored
from worker.cli.context import Context, command
from worker.cli.exits import Exit, Failure
from worker.cli.output import Output

ACTIONS: dict[Action, tuple[str, str]] = {
    "created": ("nieuw", "new"),
    "changed": ("wijzigt", "changes"),
    "adopted": ("stond op een pagina en staat nu in het bestand", "was made on a page and now stands in the file"),
    "restored": ("keert terug, met wat bewaard bleef", "returns, with what was kept"),
    "removed": ("verdwijnt", "is removed"),
    "disabled": ("staat niet meer in het bestand: uitgezet, koppelingen en logboek blijven",
                 "is no longer in the file: switched off, mappings and log are kept"),
}  # fmt: skip
NOUNS: dict[Noun, tuple[str, str]] = {
    "connection": ("verbinding", "connection"),
    "link": ("koppeling", "link"),
}

File = Annotated[Path | None, typer.Argument(help="The file; boekbrug.yaml (or --config) when left out.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(plan)
    app.command()(apply)
    app.command()(export)


def plan(ctx: typer.Context, file: File = None) -> None:
    """Say what is wrong in the file, or what applying it would change. Changes nothing."""
    here = command(ctx)
    path = file or here.config
    wanted = read_file(here, path)
    try:
        changes = plan_wanted(here.runtime.sessions, here.runtime.vault, wanted)
    except FileRefused as refusal:
        raise _refused(refusal, path) from None
    here.output.show({"changes": [_document(change) for change in changes]}, lambda: _print(here.output, changes))


def apply(ctx: typer.Context, file: File = None) -> None:
    """Apply the file, all of it or nothing, and print the addresses for web hooks."""
    here = command(ctx)
    path = file or here.config
    wanted = read_file(here, path)
    try:
        applied = apply_wanted(here.runtime.sessions, here.runtime.vault, wanted)
    except FileRefused as refusal:
        raise _refused(refusal, path) from None
    _show_applied(here, applied)


def export(
    ctx: typer.Context,
    out: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead of stdout.")] = None,
) -> None:
    """Write the configuration as a file that `apply` accepts unchanged; secrets stay references."""
    here = command(ctx)
    with here.runtime.sessions() as session:
        configuration = load_stored(session, None).configuration
    text = export_yaml(configuration)
    if out is not None:
        _write(out, text)
        here.output.show({"written": str(out)}, lambda: here.output.say(f"Geschreven: {out}", f"Written: {out}"))
    else:
        here.output.show(document(configuration), lambda: here.output.write(text))


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failure(
            Exit.USAGE,
            f"{path}: niet te schrijven ({error.strerror})",
            f"{path}: cannot be written ({error.strerror})",
        ) from None


def read_file(here: Context, path: Path) -> Wanted:
    """Read and check a file, with its secrets. Raises Failure with every flaw; touches no database."""
    try:
        return read_wanted(path.read_bytes(), os.environ)
    except OSError as error:
        raise Failure(
            Exit.USAGE,
            f"{path}: niet te lezen ({error.strerror}) -> geef het bestand op: boekbrug apply BESTAND",
            f"{path}: cannot be read ({error.strerror}) -> name the file: boekbrug apply FILE",
        ) from None
    except FileRefused as refusal:
        raise _refused(refusal, path) from None


def _refused(refusal: FileRefused, path: Path) -> Failure:
    """Name every flaw with file, line, column, field, what and remedy."""
    nl, en = ("\n".join(flaw.line(str(path), tongue) for flaw in refusal.flaws) for tongue in ("nl", "en"))
    flaws = [
        {
            "file": str(path), "line": flaw.mark.line, "column": flaw.mark.column, "field": flaw.field,
            "code": flaw.code, "nl": flaw.what("nl"), "en": flaw.what("en"),
            "remedy_nl": flaw.remedy("nl"), "remedy_en": flaw.remedy("en"),
        }
        for flaw in refusal.flaws
    ]  # fmt: skip
    return Failure(Exit.USAGE, nl, en, {"flaws": flaws})


def _document(change: Change) -> dict[str, Any]:
    fields = [
        {"field": detail.field, "before": detail.before, "after": detail.after, "secret": detail.secret}
        for detail in change.details
    ]
    return {"action": change.action, "kind": change.noun, "name": change.name, "fields": fields}


def _show_applied(here: Context, applied: Applied) -> None:
    base = here.settings.public_url.rstrip("/")
    hooks = {name: f"{base}/hooks/{token}" for name, token in applied.hooks.items()}
    answer = {"changes": [_document(change) for change in applied.changes], "hooks": hooks}

    def human() -> None:
        _print(here.output, applied.changes)
        for name, url in hooks.items():
            here.output.say(f"Web hook van {name} (geheim): {url}", f"Web hook of {name} (secret): {url}")

    here.output.show(answer, human)


def _print(output: Output, changes: Sequence[Change]) -> None:
    if not changes:
        output.say("Geen verschil: er verandert niets.", "No difference: nothing changes.")
    for change in changes:
        noun, action = output.words(*NOUNS[change.noun]), output.words(*ACTIONS[change.action])
        output.say(*(2 * (f"{noun} {change.name}: {action}",)))
        for detail in change.details:
            output.say(f"    {_detail(detail, output)}", f"    {_detail(detail, output)}")


def _detail(detail: Detail, output: Output) -> str:
    if detail.secret:
        return f"{detail.field}: {output.words('gewijzigd (niet getoond)', 'changed (not shown)')}"
    return f"{detail.field}: {_value(detail.before)} -> {_value(detail.after)}"


def _value(value: Any) -> str:
    return "-" if value is None else str(value)
