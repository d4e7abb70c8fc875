"""Close the story: tables of what came about, what is whose move, calls and times, and the verdict."""

from collections.abc import Sequence
from typing import Any

from models.causes import MOVERS
from web.access.users import made_up_password
from web.words.mapping import MATCHED
from worker.cli import issues, mappings, reviews
from worker.cli.links import word
from worker.cli.users import ensure_user
from worker.demo.plot import Plot
from worker.demo.sandbox import Sandbox
from worker.demo.stage import Stage
from worker.demo.verifying import Flaw, Verdict

SAMPLE = 6
REVIEWS_SHOWN = 4
USER = "demo"
"""Who may sign in on the demonstration's pages, as an administrator."""


def close(plot: Plot, verdict: Verdict) -> None:
    """Print the closing tables."""
    _mappings(plot.stage)
    _questions(plot.stage)
    _calls(plot.stage)
    _times(plot)
    _verdict(plot, verdict)


def _mappings(stage: Stage) -> None:
    stage.screen.act("Koppelingen", "Mappings")
    rows, total = mappings.find(stage.here, None, None, SAMPLE)
    documents = [mappings.row_document(row, {}) for row in rows]
    columns = ("naam", "name"), ("rol", "role"), ("nummer", "number"), ("hoe", "how")
    stage.screen.table(
        columns,
        [
            (
                one["name"],
                word(stage.here.output, one["role"]),
                one["target_number"] or "",
                stage.screen.words(*MATCHED.get(one["matched_by"], (one["matched_by"],) * 2)),
            )
            for one in documents
        ],
    )
    counts = mappings.counts(stage.here)
    told = ", ".join(f"{count} {stage.screen.words(*MATCHED.get(how, (how, how)))}" for how, count in counts)
    stage.screen.say(f"De laatste {len(rows)} van {total}: {told}.", f"The last {len(rows)} of {total}: {told}.")


def _questions(stage: Stage) -> None:
    screen, tongue = stage.screen, stage.here.output.language
    screen.act("Wat niet lukte, en wie aan zet is", "What went wrong, and whose move it is")
    found = [issues.group_document(stage.here, group, records=False) for group in issues.grouped(stage.here)]
    rows = [
        (
            one["records"],
            one[f"what_{tongue}"],
            screen.words(*MOVERS[one["whose_move"]]),
            one[f"do_{tongue}"],
        )
        for one in found
    ]
    asked: dict[str, list[dict[str, Any]]] = {}
    for one in reviews.documents_of(stage.here):
        asked.setdefault(one["reason"], []).append(one)
    rows += [
        (len(many), many[0][f"what_{tongue}"], screen.words(*MOVERS[many[0]["whose_move"]]),
         many[0][f"do_{tongue}"])
        for many in asked.values()
    ]  # fmt: skip
    screen.table((("records", "records"), ("wat", "what"), ("aan zet", "whose move"), ("te doen", "to do")), rows)


def _stand_ins(stage: Stage) -> tuple[tuple[str, Sandbox], ...]:
    return ("crm (Simplicate)", stage.crm), ("books (SnelStart)", stage.books), ("tax (Nextens)", stage.tax)


def usage(stage: Stage) -> list[dict[str, Any]]:
    """Return per connection what its stand-in counted at the door, against its limits."""
    rows = []
    for name, sandbox in _stand_ins(stage):
        stats = sandbox.control("GET", "stats")
        throttled = sum(count for reason, count in stats["refused"].items() if reason != "outage")
        windows = [(window["max_arrivals"], window["count"], window["seconds"]) for window in stats["windows"]]
        concurrent = sandbox.control("GET", "limits")["concurrent"]
        rows.append(
            {
                "connection": name,
                "calls": stats["total"],
                "fullest": [{"calls": one, "limit": limit, "seconds": length} for one, limit, length in windows],
                "at_once": stats["concurrent"]["max"],
                "at_once_limit": concurrent,
                "refused_for_limit": throttled,
            }
        )
    return rows


def _calls(stage: Stage) -> None:
    stage.screen.act("Aanroepen, geteld door de sandboxes", "Calls, as counted by the sandboxes")
    columns = (
        ("verbinding", "connection"), ("aanroepen", "calls"), ("volste minuut", "fullest minute"),
        ("volste uur", "fullest hour"), ("tegelijk", "at once"), ("geweigerd: limiet", "refused: limit"),
    )  # fmt: skip
    rows = []
    for one in usage(stage):
        filled = [f"{window['calls']} / {window['limit']}" for window in one["fullest"]]
        at_once = f"{one['at_once']} / {one['at_once_limit']}" if one["at_once_limit"] else str(one["at_once"])
        rows.append((one["connection"], one["calls"], *[*filled, "-"][:2], at_once, one["refused_for_limit"]))
    stage.screen.table(columns, rows)


def _times(plot: Plot) -> None:
    plot.stage.screen.act("Tijden, van opslaan tot aankomst", "Times, from saving to arrival")
    rows = [(plot.stage.screen.words(one.nl, one.en), f"{one.seconds:.2f} s") for one in plot.times]
    plot.stage.screen.table((("wat", "what"), ("tijd", "time")), rows)


def _verdict(plot: Plot, verdict: Verdict) -> None:
    screen = plot.stage.screen
    screen.act("Controle in de sandboxes", "Verified in the sandboxes")
    if not verdict.flaws:
        both = (verdict.checked, verdict.relaties)
        screen.say(
            "{} relaties in het CRM, {} in de boekhouding.".format(*both),
            "{} relations in the CRM, {} in the books.".format(*both),
        )
        screen.good(
            "Wat geldig is staat er precies één keer, met de nieuwste waarden.",
            "All that is valid stands there exactly once, with its newest values.",
        )
        screen.good(
            "Elke fout en elke dubbele is een melding of een vraag.",
            "Every fault and every double is an issue or a review.",
        )
    else:
        screen.table((("wat er mis is", "what is wrong"),), [(screen.words(one.nl, one.en),) for one in verdict.flaws])
    screen.note(f"Duur: {screen.seconds:.0f} s.", f"Took {screen.seconds:.0f} s.")


def addresses(stage: Stage) -> None:
    """Print where to look around, and with what to sign in."""
    stage.screen.act("Adressen", "Addresses")
    password = made_up_password()
    ensure_user(stage.runtime.sessions, USER, password)
    rows = [
        (stage.screen.words("pagina's", "pages"), stage.web_url),
        (stage.screen.words("aanmelden", "sign in"), f"{USER} / {password}"),
        (stage.screen.words("metingen", "metrics"), f"{stage.web_url}/metrics"),
        (stage.screen.words("gezondheid", "health"), f"{stage.web_url}/readyz"),
        ("Flower", stage.flower_url),
        ("Simplicate (sandbox)", f"{stage.crm.url}/_control/stats"),
        ("SnelStart (sandbox)", f"{stage.books.url}/_control/stats"),
        ("Nextens (sandbox)", f"{stage.tax.url}/_control/stats"),
        (stage.screen.words("mail", "mail"), f"{stage.post.url}/_control/mails"),
        (stage.screen.words("logboeken", "logs"), str(stage.logs)),
        (stage.screen.words("opdrachten", "commands"), f"{stage.shell}; boekbrug issues"),
    ]
    stage.screen.table((("wat", "what"), ("waar", "where")), rows)


def document(plot: Plot, verdict: Verdict) -> dict[str, Any]:
    """Return the whole outcome for programs."""
    return {
        "good": not verdict.flaws,
        "seconds": round(plot.stage.screen.seconds, 1),
        "relations": verdict.checked,
        "relaties": verdict.relaties,
        "flaws": _flaws(verdict.flaws),
        "times": [{"what": one.en, "seconds": one.seconds} for one in plot.times],
        "calls": usage(plot.stage),
    }


def _flaws(flaws: Sequence[Flaw]) -> list[dict[str, str]]:
    return [{"record_id": one.record_id, "nl": one.nl, "en": one.en} for one in flaws]
