"""Keep the words of the overview, Dutch and English."""

WORDS = {
    "work": ("Werk", "Work"),
    "number": ("Aantal", "Number"),
    "no_work": ("Er staat niets open: alles is verwerkt.", "Nothing is open: all is done."),
    "age": ("Oudste wijziging die nu verwerkt kan worden", "Oldest change that could be worked on now"),
    "seconds": ("s", "s"),
    "dispatcher_runs": ("De verdeler draait.", "The dispatcher runs."),
    "dispatcher_away": ("De verdeler draait niet: start een worker.", "The dispatcher does not run: start a worker."),
    "log": ("Laatste 20 verwerkingen", "Last 20 attempts"),
    "no_log": ("Er is nog niets verwerkt.", "Nothing has been done yet."),
    "no_issues": ("Er staan geen meldingen open.", "No issues are open."),
    "issues": ("Wat niet lukte, per oorzaak", "What went wrong, by cause"),
    "other_language": ("English", "Nederlands"),
    "connections": ("Koppelingen", "Connections"),
}
