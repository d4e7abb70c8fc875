"""Keep the words of the pages about mappings, Dutch and English."""

MATCHED = {
    "created": ("aangemaakt", "created"),
    "adopted": ("teruggevonden na een storing", "found again after a failure"),
    "person": ("gekozen door een mens", "chosen by a person"),
    "kvk": ("KvK-nummer", "KvK number"),
    "vat": ("btw-nummer", "VAT number"),
    "bsn": ("BSN", "BSN"),
    "rsin": ("RSIN", "RSIN"),
    "crm_id": ("CRM-id", "CRM id"),
    "relation_number": ("relatienummer en naam", "relation number and name"),
    "name_postcode": ("naam en postcode", "name and postcode"),
    "exact_name": ("de hele naam", "the whole name"),
}
"""How a mapping came about -> Dutch and English."""
STATES = {
    "active": ("gekoppeld", "linked"),
    "broken": ("losgemaakt", "broken"),
    "failed": ("mislukt", "failed"),
}
EVENTS = {
    "relinked": ("aan een andere relatie gekoppeld", "tied to another relation"),
    "broken": ("koppeling verbroken", "tie broken"),
    "restored": ("koppeling hersteld", "tie restored"),
    "updated": ("bijgewerkt", "updated"),
    "ticked_again": ("vinkje weer aangezet", "box ticked again"),
    "unticked": ("vinkje uitgezet", "box unticked"),
    "gone_from_crm": ("verwijderd in het CRM", "deleted in the CRM"),
    "role_gone": ("geen klant of leverancier meer", "no customer or supplier any more"),
    "erased": ("gegevens gewist", "data erased"),
    "undone": ("teruggezet", "put back"),
    "put_back": ("vorige waarden teruggezet", "former values put back"),
}
SORTS = {
    "newest": ("nieuwste eerst", "newest first"),
    "crm": ("op CRM-id", "by CRM id"),
    "number": ("op nummer", "by number"),
    "written": ("laatst bijgewerkt eerst", "last written first"),
}
_REFUSALS = {
    "moved": (
        (
            "Intussen heeft {by} deze koppeling gewijzigd: zij wijst nu naar {target}. Er is niets gewijzigd; "
            "bekijk het opnieuw."
        ),
        "Meanwhile {by} changed this tie: it points to {target} now. Nothing was changed; look again.",
    ),
    "taken": (
        "Die relatie hoort al bij CRM-record {holder}. Verbreek eerst die koppeling, of kies een andere relatie.",
        "That relation belongs to CRM record {holder} already. Break that tie first, or choose another relation.",
    ),
    "writing": (
        "Deze relatie wordt nu net weggeschreven. Probeer het over een minuut opnieuw.",
        "This relation is being written right now. Try again in a minute.",
    ),
    "busy": ("Iemand anders was net voor. Bekijk het opnieuw.", "Somebody else was first. Look again."),
    "unknown": ("Deze koppeling is er niet (meer).", "This mapping does not exist (any more)."),
    "same": ("De relatie is hier al aan gekoppeld.", "The relation is tied to this one already."),
    "absent": (
        "De boekhouding kent geen actieve relatie met dit id.",
        "The books know no active relation with this id.",
    ),
    "inactive": (
        "Deze relatie staat in de boekhouding op non-actief. Maak haar daar eerst actief.",
        "This relation is inactive in the books. Make it active there first.",
    ),
    "other_role": (
        "Deze relatie is in de boekhouding niet van de juiste soort (klant of leverancier).",
        "This relation is not of the right kind (customer or supplier) in the books.",
    ),
    "not_ticked": (
        "Het vinkje in het CRM staat uit. Zet het daar aan; dan doet de relatie weer mee.",
        "The box in the CRM is not ticked. Tick it there, and the relation takes part again.",
    ),
    "not_by_hand": (
        "Deze koppeling is niet hier verbroken, maar door het CRM. Zet het vinkje in het CRM weer aan.",
        "This tie was not broken here but by the CRM. Tick the box in the CRM again.",
    ),
    "erased": ("De gegevens van deze relatie zijn gewist.", "The data of this relation were erased."),
    "gone_from_crm": ("Het CRM heeft deze relatie niet meer.", "The CRM no longer has this relation."),
    "unreachable": (
        "{system} antwoordt nu niet. Er is niets gewijzigd; probeer het later opnieuw.",
        "{system} does not answer now. Nothing was changed; try again later.",
    ),
    "broken_already": ("Deze koppeling is al verbroken.", "This tie is broken already."),
    "active_already": ("Deze koppeling doet al mee.", "This tie takes part already."),
    "personal_number": (
        (
            "Dit lijkt een nummer van een persoon (BSN, RSIN of btw-nummer). Zoek het in het vak voor nummers: wat u "
            "daar typt, komt niet in de adresbalk."
        ),
        (
            "This looks like the number of a person (BSN, RSIN or VAT number). Search it in the field for numbers: "
            "what you type there does not appear in the address."
        ),
    ),
}
_PAGE = {
    "title": ("Gekoppelde relaties", "Linked relations"),
    "one": ("Gekoppelde relatie", "Linked relation"),
    "search": ("Naam, id of nummer", "Name, id or number"),
    "search_hint": (
        "Hele woorden van de naam, een id, een relatienummer of een KvK-nummer.",
        "Whole words of the name, an id, a relation number or a KvK number.",
    ),
    "by_number": ("Zoeken op BSN, RSIN of btw-nummer", "Search by BSN, RSIN or VAT number"),
    "by_number_hint": (
        "Het nummer komt niet in de adresbalk en wordt nergens bewaard.",
        "The number does not appear in the address and is kept nowhere.",
    ),
    "number_field": ("Nummer", "Number"),
    "how": ("Hoe gekoppeld", "How matched"),
    "by_whom": ("Door wie", "By whom"),
    "sort": ("Volgorde", "Order"),
    "source_id": ("In het CRM", "In the CRM"),
    "number": ("Relatienummer", "Relation number"),
    "target_id": ("In de boekhouding", "In the books"),
    "target_id_field": ("Id in de boekhouding", "Id in the books"),
    "role": ("Rol", "Role"),
    "written": ("Laatst bijgewerkt", "Last written"),
    "made": ("Gekoppeld op", "Linked on"),
    "choose": ("Kies", "Choose"),
    "choose_all": ("Kies alles op deze pagina", "Choose all on this page"),
    "with_chosen": ("Met de gekozen relaties", "With the chosen relations"),
    "go_on": ("Verder", "Continue"),
    "act.break": ("Koppeling verbreken", "Break the tie"),
    "act.sync": ("Opnieuw synchroniseren", "Synchronise again"),
    "act.export": ("Exporteren", "Export"),
    "act.restore": ("Koppeling herstellen", "Restore the tie"),
    "act.relink": ("Andere relatie kiezen", "Choose another relation"),
    "nothing": ("Er zijn geen gekoppelde relaties gevonden.", "No linked relations were found."),
    "caption": ("Gekoppelde relaties, {count} op deze pagina", "Linked relations, {count} on this page"),
    "nobody_chosen": ("Kies eerst een of meer relaties.", "Choose one or more relations first."),
    "evidence": ("Bewijs", "Evidence"),
    "agrees": ("komt overeen", "agrees"),
    "differs": ("verschilt", "differs"),
    "absent_there": ("ontbreekt", "is absent"),
    "open_crm": ("Openen in het CRM", "Open in the CRM"),
    "timeline": ("Alles over deze relatie", "Everything about this relation"),
    "on_timeline": ("Op de tijdlijn", "On the timeline"),
    "history": ("Geschiedenis", "History"),
    "event": ("Wat", "What"),
    "undo": ("Ongedaan maken", "Undo"),
    "back_to": ("Terug naar {target}", "Back to {target}"),
    "attempts": ("Laatste pogingen", "Last attempts"),
    "no_attempts": ("Er is nog niets geprobeerd.", "Nothing was tried yet."),
    "status": ("Stand van zaken", "Status"),
    "status.work": ("Wordt nu gesynchroniseerd…", "Being synchronised now…"),
    "status.waits": ("Wacht op zijn beurt: {reason}", "Waits for its turn: {reason}"),
    "status.held": ("Wacht op een mens; zie Meldingen en Beoordelen.", "Waits for a person; see Issues and Reviews."),
    "status.done": ("Alles is verwerkt.", "Everything is done."),
    "status.broken": ("Doet niet mee.", "Takes no part."),
    "relink.title": ("Andere relatie in de boekhouding kiezen", "Choose another relation in the books"),
    "relink.now": ("Nu gekoppeld aan", "Tied now to"),
    "relink.search": ("Zoeken in de boekhouding", "Search the books"),
    "relink.search_hint": (
        "Naam, relatienummer, KvK-nummer of id. Waar de boekhouding geen lijst geeft, moet de naam precies zijn.",
        "Name, relation number, KvK number or id. Where the target gives no list, the name must be exact.",
    ),
    "relink.own": ("Zoek met de gegevens uit het CRM", "Search with the data of the CRM"),
    "relink.found": ("Gevonden in de boekhouding", "Found in the books"),
    "relink.none": ("Niets gevonden in de boekhouding.", "Nothing was found in the books."),
    "see_holder": ("Bekijk de relatie waar zij al bij hoort: {name}", "See the relation that it belongs to: {name}"),
    "relink.look": ("Bekijk {target}", "Look at {target}"),
    "relink.holder": ("Hoort al bij", "Belongs to"),
    "relink.inactive": ("non-actief", "inactive"),
    "relink.preview": ("Wat er gebeurt als u dit opslaat", "What happens if you save this"),
    "relink.compared": ("Veld voor veld", "Field by field"),
    "relink.overwrites": (
        "In de boekhouding overschreven velden: {count}; ingevulde lege velden: {filled}.",
        "Fields overwritten in the books: {count}; empty fields filled: {filled}.",
    ),
    "relink.equal": ("Er wordt niets overschreven: alles is al gelijk.", "Nothing is overwritten: all is equal."),
    "relink.kept": ("Blijft staan volgens de regels: {fields}.", "Stays by the rules: {fields}."),
    "relink.asked": ("Hierover wordt eerst een vraag gesteld: {fields}.", "You will be asked first about: {fields}."),
    "relink.stopped": (
        "De koppeling kan worden opgeslagen, maar synchroniseren kan pas als dit in het CRM is hersteld:",
        "The tie can be saved, but can only be synchronised once this is put right in the CRM:",
    ),
    "relink.old_stays": (
        "De vorige relatie in de boekhouding blijft zoals zij is.",
        "The former relation in the books stays as it is.",
    ),
    "relink.save": ("Opslaan en synchroniseren", "Save and synchronise"),
    "break.title": ("Koppeling verbreken", "Break the tie"),
    "break.what": (
        (
            "De relatie in de boekhouding blijft zoals zij is, maar krijgt geen wijzigingen meer uit het CRM, ook niet "
            "als het vinkje daar aan blijft staan. U kunt dit hier later herstellen."
        ),
        (
            "The relation in the books stays as it is but gets no more changes from the CRM, even while the box "
            "there stays ticked. You can restore it here later."
        ),
    ),
    "restore.title": ("Koppeling herstellen", "Restore the tie"),
    "restore.what": (
        (
            "De relatie doet weer mee en wordt meteen bijgewerkt met de gegevens uit het CRM. Velden die de "
            "boekhouding intussen wijzigde, volgen de regels van de koppeling."
        ),
        (
            "The relation takes part again and is brought up to date from the CRM at once. Fields that the books "
            "changed meanwhile follow the rules of the link."
        ),
    ),
    "sync.what": (
        "Boekbrug bekijkt deze relaties meteen opnieuw. Wat al gelijk is, wordt niet geschreven.",
        "Boekbrug looks at these relations again at once. What is equal is not written.",
    ),
    "bulk.title": ("Gekozen relaties", "Chosen relations"),
    "bulk.can": ("Wordt uitgevoerd", "Will be done"),
    "bulk.cannot": ("Wordt overgeslagen: al losgemaakt", "Will be skipped: broken already"),
    "bulk.result": ("{done} van {total} uitgevoerd.", "{done} of {total} done."),
    "bulk.done_one": ("Gedaan", "Done"),
    "back": ("Terug naar de lijst", "Back to the list"),
    "back_one": ("Terug naar de relatie", "Back to the relation"),
    "done.relinked": (
        "Opgeslagen. De relatie wordt nu gesynchroniseerd; deze pagina werkt zichzelf bij.",
        "Saved. The relation is being synchronised; this page keeps itself up to date.",
    ),
    "done.broken": ("De koppeling is verbroken.", "The tie was broken."),
    "done.restored": (
        "De koppeling is hersteld en wordt nu gesynchroniseerd.",
        "The tie was restored and is being synchronised.",
    ),
    "done.synced": ("De relatie wordt opnieuw bekeken.", "The relation is looked at again."),
}
WORDS = {
    **{f"mapping.{code}": pair for code, pair in (_PAGE | _REFUSALS).items()},
    **{f"mapping.matched.{code}": pair for code, pair in MATCHED.items()},
    **{f"mapping.state.{code}": pair for code, pair in STATES.items()},
    **{f"mapping.event.{code}": pair for code, pair in (MATCHED | EVENTS).items()},
    **{f"mapping.sort.{code}": pair for code, pair in SORTS.items()},
}
