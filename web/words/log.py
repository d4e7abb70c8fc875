"""Keep the words of the log, Dutch and English."""

from web.words.mapping import MATCHED

REASONS = {
    **{code: MATCHED[code] for code in MATCHED if code not in ("created", "adopted")},
    "unchanged": ("niets gewijzigd in het CRM", "nothing changed in the CRM"),
    "equal": ("boekhouding heeft dit al", "the books hold this already"),
    "decided_never": ("een mens besloot: niet meedoen", "a person decided: leave out"),
    "unticked": ("vinkje staat uit", "box is not ticked"),
    "gone_from_crm": ("bestaat niet meer in het CRM", "no longer exists in the CRM"),
    "put_back": ("teruggezet op verzoek", "put back on request"),
    "cured": ("het is verholpen", "it was cured"),
    "timeline": ("bericht op de tijdlijn", "message on the timeline"),
    "index": ("wacht op de lijst van de boekhouding", "wait for the list of the books"),
    "busy": ("wacht op een andere verwerking", "wait for another attempt"),
    "numbers": ("zoekt een vrij nummer", "look for a free number"),
    "budget": ("wacht op ruimte in de aanroeplimiet", "wait for room in the call limit"),
}
"""Why an attempt ended as it did, where sync.backlog.REASONS and the catalogue of causes do not say."""

WORDS = {
    **{f"reason.{code}": pair for code, pair in REASONS.items()},
    "log.title": ("Logboek", "Log"),
    "log.caption": ("Verwerkingen, nieuwste eerst", "Attempts, newest first"),
    "log.search": ("Id in CRM of boekhouding, of kenmerk van een wijziging", "Id in CRM or books, or id of a change"),
    "log.since": ("Vanaf", "From"),
    "log.until": ("Tot en met", "Up to and including"),
    "log.kind": ("Soort", "Kind"),
    "log.calls": ("Aanroepen (CRM + doel)", "Calls (CRM + target)"),
    "log.and_more": ("en nog {count}", "and {count} more"),
    "log.waited": ("Van horen tot klaar", "From hearing to done"),
    "log.none": ("Er is niets gevonden.", "Nothing was found."),
    "log.newest": ("Terug naar de nieuwste", "Back to the newest"),
    "log.export": ("Exporteren (CSV)", "Export (CSV)"),
    "log.at": ("Tijd", "Time"),
    "log.link": ("Koppeling", "Link"),
    "log.record_id": ("Id in het CRM", "Id in the CRM"),
    "log.role": ("Rol", "Role"),
    "log.outcome": ("Uitkomst", "Outcome"),
    "log.reason": ("Reden", "Reason"),
    "log.fields": ("Velden", "Fields"),
    "log.target_id": ("Id in het doelsysteem", "Id in the target"),
    "log.source_calls": ("Aanroepen CRM", "Calls to the CRM"),
    "log.target_calls": ("Aanroepen doelsysteem", "Calls to the target"),
    "log.duration_ms": ("Duur (ms)", "Duration (ms)"),
    "log.waited_ms": ("Van horen tot klaar (ms)", "From hearing to done (ms)"),
    "log.correlation_id": ("Kenmerk van de wijziging", "Id of the change"),
}
