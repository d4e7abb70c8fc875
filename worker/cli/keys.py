"""Make, rotate and judge the master keys."""

import os
from collections.abc import Mapping
from pathlib import Path

import typer

from models.vault import key_file, new_key_text, parse_keys
from sync.rotation import remaining, rotate, sealed_by, unread
from worker.cli.context import Context, command
from worker.cli.exits import Exit

keys = typer.Typer(no_args_is_help=True, help="Make, rotate and judge the master keys.", rich_markup_mode=None)


THEN_NL = "Stop alle processen, start ze weer en voer dan `boekbrug keys rotate` uit."
THEN_EN = "Stop all processes, start them again, then run `boekbrug keys rotate`."
"""Not one after another: a process without the new key cannot read what one with it writes."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(keys, name="keys")


@keys.command()
def new(ctx: typer.Context) -> None:
    """Make a key: put in front of the key file, or printed when BOEKBRUG_SECRET_KEYS is used."""
    here = command(ctx)
    given = here.settings.secret_keys
    if given is not None:
        return _print_new(here, given.get_secret_value())
    path = here.settings.data_dir / "secret.keys"
    text = key_file(here.settings.data_dir)
    fresh = new_key_text(_next_id(text))
    _replace(path, f"{fresh},{text}")
    key_id = fresh.partition(":")[0]
    here.output.show(
        {"key": key_id, "file": str(path)},
        lambda: here.output.say(
            f"Sleutel {key_id} staat vooraan in {path}. {THEN_NL}",
            f"Key {key_id} stands first in {path}. {THEN_EN}",
        ),
    )
    return None


def _print_new(here: Context, text: str) -> None:
    fresh = new_key_text(_next_id(text))
    here.output.show(
        {"key": fresh.partition(":")[0], "text": fresh},
        lambda: here.output.say(
            f"{fresh}\nZet dit, met een komma, vooraan in BOEKBRUG_SECRET_KEYS van elk proces. {THEN_NL}",
            f"{fresh}\nPut this, with a comma, in front of BOEKBRUG_SECRET_KEYS of every process. {THEN_EN}",
        ),
    )


def _next_id(text: str) -> str:
    """Choose an id that no key has yet."""
    used = {key.id for key in parse_keys(text)}
    return next(name for name in (f"k{number}" for number in range(1, 10_000)) if name not in used)


def _replace(path: Path, text: str) -> None:
    """Replace the key file whole and on disk: half a key file would lose every secret."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


@keys.command("rotate")
def rotate_(ctx: typer.Context) -> None:
    """Bring everything stored under the newest key; may be stopped and started again, and jobs may run."""
    here = command(ctx)
    runtime = here.runtime
    done = 0
    total = remaining(runtime.sessions, runtime.vault)
    with here.output.progress("Sleutels vernieuwen", "Rotating keys", total) as advance:
        for step in rotate(runtime.sessions, runtime.vault):
            advance(step.rows)
            done += step.rows
    left, index = remaining(runtime.sessions, runtime.vault), unread(runtime.sessions, runtime.vault)
    here.output.show(
        {"moved": done, "key": runtime.vault.current, "waiting": left, "index": dict(index)},
        lambda: _told(here, done, left, index),
    )
    if left:
        raise typer.Exit(Exit.PERSON)


def _told(here: Context, done: int, left: int, index: Mapping[str, int]) -> None:
    say, key = here.output.say, here.runtime.vault.current
    say(f"{done} waarden staan nu onder sleutel {key}.", f"{done} values now stand under key {key}.")
    if left:
        say(
            f"{left} waarden zijn intussen nog onder een oude sleutel geschreven. {THEN_NL}",
            f"{left} values were still written under an old key meanwhile. {THEN_EN}",
        )
    if index:
        say(*_reading(index))


def _reading(index: Mapping[str, int]) -> tuple[str, str]:
    names = ", ".join(sorted(index))
    nl = f"Houd de oude sleutel tot {names} geheel is gelezen: bij de eerstvolgende nieuwe relatie"
    en = f"Keep the old key until {names} has been read as a whole: at the next new relation"
    return f"{nl}, of nu met `boekbrug reconcile`.", f"{en}, or now with `boekbrug reconcile`."


@keys.command()
def status(ctx: typer.Context) -> None:
    """Show how many values need each key and which key may go; exit 1 when something waits for `rotate`."""
    here = command(ctx)
    runtime = here.runtime
    counts = sealed_by(runtime.sessions, runtime.vault)
    index = unread(runtime.sessions, runtime.vault)
    configured = _configured(here)
    rows = [
        (key, key == runtime.vault.current, key in configured, counts.get(key, 0))
        for key in dict.fromkeys([*configured, *counts])
    ]
    left = sum(count for _, newest, _, count in rows if not newest)
    document = {
        "current": runtime.vault.current,
        "waiting": left,
        "index": dict(index),
        "keys": [
            {
                "key": key,
                "newest": newest,
                "configured": there,
                "values": count,
                "may_go": _may_go(newest, count),
            }
            for key, newest, there, count in rows
        ],
    }
    here.output.show(document, lambda: _table(here, rows))
    if index:
        here.output.say(*_reading(index))
    lost = [key for key in counts if key not in configured]
    if lost:
        names = ", ".join(lost)
        here.output.say(f"Sleutel {names} ontbreekt: zet hem terug.", f"Key {names} is missing: put it back.")
        raise typer.Exit(Exit.USAGE)
    raise typer.Exit(Exit.PERSON if left else Exit.OK)


def _may_go(newest: bool, needed_by: int) -> bool:
    return not newest and not needed_by


def _configured(here: Context) -> list[str]:
    given = here.settings.secret_keys
    return [key.id for key in parse_keys(given.get_secret_value() if given else key_file(here.settings.data_dir))]


def _table(here: Context, rows: list[tuple[str, bool, bool, int]]) -> None:
    words = here.output.words
    columns = [
        words("sleutel", "key"),
        words("nieuwste", "newest"),
        words("ingesteld", "configured"),
        words("waarden", "values"),
        words("mag weg", "may go"),
    ]
    yes, no = words("ja", "yes"), words("nee", "no")
    here.output.table(
        columns,
        [
            (key, yes if newest else no, yes if there else no, count, yes if _may_go(newest, count) else no)
            for key, newest, there, count in rows
        ],
    )
