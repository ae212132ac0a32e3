"""The few words that rendering adds to a page, in the language of the page."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    contents: str = "Inhalt"
    note: str = "Hinweis"
    tip: str = "Tipp"
    warning: str = "Achtung"
    fact: str = "Gut zu wissen"
    done: str = "erledigt"
    open: str = "offen"
    table: str = "Tabelle"
    footnotes: str = "Fußnoten"
    footnote: str = "Fußnote"
    back: str = "Zurück zum Text"
    section_link: str = "Adresse des Abschnitts „%s“"
    edit: str = "Bearbeiten"
    edit_section: str = "Abschnitt „%s“ bearbeiten"
    start_page: str = "Seite anlegen"
    no_such_page: str = "Diese Seite gibt es noch nicht"
    from_page: str = "Aus der Seite"
    in_circles: str = "Diese Seite zeigt sich hier selbst; das geht nicht."
    no_file: str = "Datei fehlt"
    no_such_thing: str = "gibt es hier nicht"
    picture: str = "Bild"
    map: str = "Karte"
    tagged: str = "Seiten mit dem Schlagwort „%s“"
    none_tagged: str = "Mit dem Schlagwort „%s“ gibt es noch keine Seite."
    decimal: str = ","


_ENGLISH = Words(
    contents="Contents",
    note="Note",
    tip="Tip",
    warning="Caution",
    fact="Good to know",
    done="done",
    open="open",
    table="Table",
    footnotes="Footnotes",
    footnote="Footnote",
    back="Back to the text",
    section_link="Address of the section “%s”",
    edit="Edit",
    edit_section="Edit the section “%s”",
    start_page="Start this page",
    no_such_page="This page does not exist yet",
    from_page="From the page",
    in_circles="This page would show itself here; that is not possible.",
    no_file="File is missing",
    no_such_thing="does not exist here",
    picture="Picture",
    map="Map",
    tagged="Pages with the tag “%s”",
    none_tagged="There is no page with the tag “%s” yet.",
    decimal=".",
)


def words_in(language: str) -> Words:
    """German where we have no words of that language; "de-x-leicht" is German."""
    return _ENGLISH if language.partition("-")[0].lower() == "en" else Words()
