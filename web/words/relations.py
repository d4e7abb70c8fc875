"""Keep the words of the timeline and of undoing, Dutch and English."""

_STATES = {
    "in_sync": ("bijgewerkt: CRM en boekhouding kloppen met elkaar", "in sync: CRM and books agree"),
    "waiting": ("wacht op verwerking", "waits to be worked on"),
    "running": ("wordt nu verwerkt", "is being worked on now"),
    "asked": ("wacht op uw beoordeling", "waits for your review"),
    "wrong": ("niet gelukt: zie de melding", "did not succeed: see the issue"),
    "left_out": ("doet niet mee", "does not take part"),
    "erased": ("gewist: de persoonsgegevens zijn vernietigd", "erased: the personal data were destroyed"),
    "new": ("nog niet verwerkt", "not worked on yet"),
}
_ORIGINS = {
    "hook": ("het CRM meldde een wijziging", "the CRM told of a change"),
    "poll": ("Boekbrug zag een wijziging in het CRM", "Boekbrug saw a change in the CRM"),
    "api": ("een andere toepassing meldde een wijziging", "another application told of a change"),
    "command": ("een mens vroeg om verwerking", "a person asked for it"),
    "backfill": ("alles werd nagelopen", "everything was gone through"),
    "reconcile": ("de vergelijking vond een verschil", "the comparison found a difference"),
    "decision": ("een mens besloot", "a person decided"),
    "feedback": ("het vervolg op een melding in het CRM", "what followed a message in the CRM"),
}
_OPERATIONS = {
    "create": ("aanmaken in het doelsysteem", "create in the target"),
    "update": ("bijwerken in het doelsysteem", "update in the target"),
    "message": ("bericht plaatsen in het CRM", "post a message in the CRM"),
    "untick": ("vinkje uitzetten in het CRM", "untick the box in the CRM"),
    "tick": ("vinkje aanzetten in het CRM", "tick the box in the CRM"),
}
_ANSWERS = {
    "open": ("nog geen antwoord; wordt opgezocht", "no answer yet; is being located"),
    "done": ("gelukt", "succeeded"),
    "refused": ("geweigerd; er is niets geschreven", "refused; nothing was written"),
    "absent": ("opgezocht: niet aangekomen", "looked up: never arrived"),
    "taken": ("het nummer is van een ander", "the number is somebody else's"),
}
_STEPS = {
    "heard": ("Gehoord", "Heard"),
    "request": ("Verzoek", "Request"),
    "attempt": ("Besluit", "Decision"),
    "mapping": ("Koppeling", "Tie"),
    "issue": ("Melding", "Issue"),
    "review": ("Beoordeling", "Review"),
    "mail": ("E-mail", "Mail"),
    "person": ("Door een mens", "By a person"),
}
_ENTRY_STATES = {
    "opened": ("ontstaan", "opened"),
    "closed": ("gesloten", "closed"),
    "ignored": ("terzijde gelegd", "put aside"),
    "asked": ("gevraagd", "asked"),
    "decided": ("besloten", "decided"),
}
_DECISIONS = {
    "use": ("deze relatie gebruiken", "use this relation"),
    "create": ("een nieuwe aanmaken", "create a new one"),
    "never": ("niet meedoen", "leave out"),
}
_MAILS = {
    "waiting": ("wacht op verzending", "waits to be sent"),
    "handed": ("aan de mailserver gegeven", "handed to the mail server"),
    "sent": ("verzonden", "sent"),
    "refused": ("geweigerd", "refused"),
}
_EVIDENCE = {
    "agrees": ("klopt", "agrees"),
    "differs": ("verschilt", "differs"),
    "absent": ("ontbreekt", "is absent"),
}
_BOXES = {
    "as_left": ("zoals de gebruiker het liet", "as its user left it"),
    "unticking": ("wordt door Boekbrug uitgezet", "is being unticked by Boekbrug"),
    "unticked": ("door Boekbrug uitgezet", "unticked by Boekbrug"),
    "retrying": ("door Boekbrug uitgezet; nieuwe poging loopt", "unticked by Boekbrug; being tried again"),
}
_DEEDS = {
    "relation.sync": ("vroeg om verwerking", "asked for it to be worked on"),
    "relation.undo": ("vroeg vorige waarden terug te zetten", "asked for former values to be put back"),
    "mapping.relink": ("koppelde aan een andere relatie", "tied it to another relation"),
    "mapping.break": ("verbrak de koppeling", "broke the tie"),
    "mapping.restore": ("herstelde de koppeling", "restored the tie"),
    "mapping.sync": ("vroeg om verwerking", "asked for it to be worked on"),
    "review.decide": ("beantwoordde de vraag", "answered the question"),
    "issue.ignore": ("legde de melding terzijde", "put the issue aside"),
    "issue.take_back": ("haalde de melding terug", "took the issue back"),
    "issue.retry": ("bood de relatie opnieuw aan", "offered the relation again"),
}
UNDO = {
    "title": ("Ongedaan maken", "Undo"),
    "put_back": ("vorige waarden teruggezet", "former values put back"),
    "unknown": ("Deze verwerking staat niet (meer) in het logboek.", "This attempt is not in the log (any more)."),
    "created": (
        (
            "Wat is aangemaakt, kan niet ongedaan worden gemaakt. Verwijder de relatie met de hand in de boekhouding; "
            "verbreek dan de koppeling."
        ),
        "What was created cannot be undone. Remove it in the books by hand, then break the tie.",
    ),
    "nothing_written": (
        "Deze verwerking heeft niets overschreven.",
        "This attempt overwrote nothing.",
    ),
    "no_values": (
        "De waarden van deze verwerking zijn gewist of niet meer te lezen.",
        "The values of this attempt were erased or can no longer be read.",
    ),
    "not_active": (
        "De relatie doet nu niet mee: zet eerst het vinkje aan of herstel de koppeling.",
        "The relation does not take part now: tick its box or restore the tie first.",
    ),
    "relinked": (
        "De relatie is intussen aan een andere gekoppeld. Er is niets teruggezet.",
        "The relation was tied to another one meanwhile. Nothing was put back.",
    ),
    "waiting": (
        "Er wacht al een verzoek om iets terug te zetten. Probeer het opnieuw als dat klaar is.",
        "A wish to put something back is waiting already. Try again when it is done.",
    ),
    "gone": (
        "De relatie bestaat niet meer in het doelsysteem. Er is niets teruggezet.",
        "The relation no longer exists in the target. Nothing was put back.",
    ),
    "nothing": (
        "Er is geen veld gekozen, of overal staat de vorige waarde al. Er is niets gewijzigd.",
        "No field was chosen, or the former value stands everywhere already. Nothing was changed.",
    ),
    "no_such_field": (
        "Een gekozen veld hoort niet bij deze verwerking. Er is niets gewijzigd.",
        "A chosen field is not part of this attempt. Nothing was changed.",
    ),
    "stale": (
        "Wat er nu staat, is veranderd sinds u keek. Er is niets gewijzigd; bekijk het hieronder opnieuw.",
        "What stands there has changed since you looked. Nothing was changed; look at it again below.",
    ),
    "changed": (
        "een deel bleef staan: iemand wijzigde het intussen",
        "some was left alone: somebody changed it meanwhile",
    ),
    "refused": ("het doelsysteem weigerde de vorige waarde", "the target refused the former value"),
    "away": (
        "Het doelsysteem antwoordt nu niet. Er is niets gewijzigd; probeer het over een minuut opnieuw.",
        "The target does not answer now. Nothing was changed; try again in a minute.",
    ),
    "intro": (
        (
            "Een verwerking overschreef deze velden in het doelsysteem. Kies wat terug moet. Daarna laat Boekbrug die "
            "velden met rust, totdat het CRM ze opnieuw wijzigt."
        ),
        (
            "An attempt overwrote these fields in the target. Choose what is to be put back. Boekbrug then leaves "
            "those "
            "fields alone until the CRM changes them again."
        ),
    ),
    "caption": ("Wat teruggezet kan worden", "What can be put back"),
    "choose": ("Terugzetten", "Put back"),
    "former": ("Vóór de verwerking", "Before the attempt"),
    "wrote": ("Door Boekbrug geschreven", "Written by Boekbrug"),
    "now": ("Staat er nu", "Stands there now"),
    "verdict": ("Wat te doen", "What to do"),
    "restore": ("wordt teruggezet", "will be put back"),
    "changed_since": (
        "intussen door iemand gewijzigd; blijft staan, tenzij u het aanvinkt",
        "changed by somebody since; stays, unless you tick it",
    ),
    "already": ("staat al zo", "stands so already"),
    "do": ("Zet terug", "Put back"),
    "asked": ("Dit wordt teruggezet zodra de verwerking loopt.", "This is put back as soon as the job runs."),
    "back": ("Terug naar het logboek", "Back to the log"),
}

WORDS = {
    **{f"relation.state.{code}": pair for code, pair in _STATES.items()},
    **{f"relation.origin.{code}": pair for code, pair in _ORIGINS.items()},
    **{f"relation.operation.{code}": pair for code, pair in _OPERATIONS.items()},
    **{f"relation.answer.{code}": pair for code, pair in _ANSWERS.items()},
    **{f"relation.step.{code}": pair for code, pair in _STEPS.items()},
    **{f"relation.entry.{code}": pair for code, pair in _ENTRY_STATES.items()},
    **{f"relation.decision.{code}": pair for code, pair in _DECISIONS.items()},
    **{f"relation.mail.{code}": pair for code, pair in _MAILS.items()},
    **{f"relation.evidence.{code}": pair for code, pair in _EVIDENCE.items()},
    **{f"relation.box.{code}": pair for code, pair in _BOXES.items()},
    **{f"relation.deed.{code}": pair for code, pair in _DEEDS.items()},
    **{f"undo.{code}": pair for code, pair in UNDO.items()},
    "relation.title": ("Tijdlijn van {name}", "Timeline of {name}"),
    "relation.crm_id": ("Id in het CRM", "Id in the CRM"),
    "relation.mapped": ("Gekoppeld aan", "Tied to"),
    "relation.not_mapped": ("nog nergens aan gekoppeld", "not tied to anything yet"),
    "relation.issues": ("Open meldingen", "Open issues"),
    "relation.reviews": ("Open beoordelingen", "Open reviews"),
    "relation.told": ("Bericht in het CRM", "Message in the CRM"),
    "relation.told_stands": ("staat op de tijdlijn", "stands on the timeline"),
    "relation.told_none": ("geen", "none"),
    "relation.box": ("Vinkje", "Box"),
    "relation.sync": ("Synchroniseer nu", "Synchronise now"),
    "relation.story": ("Wat er gebeurde, nieuwste eerst", "What happened, newest first"),
    "relation.loose": ("Los van een wijziging", "Apart from any change"),
    "relation.change": ("Kenmerk", "Id"),
    "relation.total": ("Van horen tot klaar: {time}", "From hearing to done: {time}"),
    "relation.under_way": ("nog bezig", "still under way"),
    "relation.calls": (
        "{source} aanroep(en) naar het CRM, {target} naar het doelsysteem, {time}",
        "{source} call(s) to the CRM, {target} to the target, {time}",
    ),
    "relation.number": ("nummer {number}", "number {number}"),
    "relation.answered": ("antwoord om {time}", "answered at {time}"),
    "relation.fields": ("Velden", "Fields"),
    "relation.before": ("Was", "Was"),
    "relation.after": ("Werd", "Became"),
    "relation.changes": ("Gewijzigde velden, stap {step}.", "Changed fields, step {step}."),
    "relation.undo": ("Ongedaan maken…", "Undo…"),
    "relation.undoing": (
        "Er wacht een verzoek om vorige waarden terug te zetten.",
        "A wish to put former values back is waiting.",
    ),
    "relation.evidence": ("Bewijs", "Evidence"),
    "relation.none": ("Er is nog niets gebeurd.", "Nothing has happened yet."),
    "relation.newest": ("Terug naar de nieuwste", "Back to the newest"),
    "relations.done.synced": ("De relatie wordt nu verwerkt.", "The relation is being worked on now."),
    "relations.done.undone": UNDO["asked"],
    "relations.found": ("Wat één wijziging raakte", "What one change touched"),
    "relations.several": ("Deze wijziging raakte meer relaties.", "This change touched several relations."),
    "relations.not_found": (
        "Onder dit kenmerk is nog niets verwerkt. Kijk over een minuut opnieuw.",
        "Nothing was done under this id yet. Look again in a minute.",
    ),
}
