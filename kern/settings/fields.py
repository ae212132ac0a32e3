"""The list of what a town sets itself, each with its group, label, default and check."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kern.errors import Invalid
from kern.i18n import _l
from kern.settings.words import SYNONYMS

Check = Callable[[Any], Any]


def _line(limit: int) -> Check:
    def check(value: Any) -> str:
        text = " ".join(str(value or "").split())
        if len(text) > limit:
            raise Invalid("Bitte höchstens %(limit)s Zeichen.", limit=limit)
        return text

    return check


def _text(limit: int = 50_000) -> Check:
    def check(value: Any) -> str:
        text = str(value or "").replace("\r\n", "\n").strip()
        if len(text) > limit:
            raise Invalid("Bitte höchstens %(limit)s Zeichen.", limit=limit)
        return text

    return check


def _number(low: int, high: int) -> Check:
    def check(value: Any) -> int:
        try:
            number = int(value)
        except (TypeError, ValueError):
            raise Invalid("Bitte geben Sie eine ganze Zahl ein.") from None
        if not low <= number <= high:
            raise Invalid("Bitte eine Zahl von %(low)s bis %(high)s.", low=low, high=high)
        return number

    return check


def _email(value: Any) -> str:
    text = str(value or "").strip()
    if text and not re.fullmatch(r"[^@\s<>,;:\"]+@[^@\s<>,;:\"]+\.[^@\s<>,;:\".]+", text):
        raise Invalid("Das sieht nicht wie eine E-Mail-Adresse aus.")
    return text


def _colour(value: Any) -> str:
    text = str(value or "").strip().lower()
    if text and not re.fullmatch(r"#[0-9a-f]{6}", text):
        raise Invalid("Bitte eine Farbe wie #43600c angeben.")
    return text


def _one_of(*allowed: str) -> Check:
    def check(value: Any) -> str:
        if value not in allowed:
            raise Invalid("Bitte wählen Sie einen der Werte.")
        return str(value)

    return check


def _switch(value: Any) -> bool:
    return bool(value)


@dataclass(frozen=True, slots=True)
class Field:
    key: str
    group: str  # "ort", "kontakt", "texte", "regeln", "hinweise", "suche", "zeiten", "aussehen" ...
    label: object
    kind: str  # "line", "text", "number", "email", "colour", "choice", "image", "switch"
    default: Any
    checker: Check
    hint: object = ""
    choices: tuple[tuple[str, object], ...] = ()

    def check(self, value: Any) -> Any:
        try:
            return self.checker(value)
        except Invalid as error:
            raise Invalid(error.message, field=self.key, **error.params) from None


LANDS = (
    ("BW", "Baden-Württemberg"),
    ("BY", "Bayern"),
    ("BE", "Berlin"),
    ("BB", "Brandenburg"),
    ("HB", "Bremen"),
    ("HH", "Hamburg"),
    ("HE", "Hessen"),
    ("MV", "Mecklenburg-Vorpommern"),
    ("NI", "Niedersachsen"),
    ("NW", "Nordrhein-Westfalen"),
    ("RP", "Rheinland-Pfalz"),
    ("SL", "Saarland"),
    ("SN", "Sachsen"),
    ("ST", "Sachsen-Anhalt"),
    ("SH", "Schleswig-Holstein"),
    ("TH", "Thüringen"),
)

NETIQUETTE = """\
1. Bleiben Sie freundlich. Wir streiten über Sachen, nicht über Menschen.
2. Bleiben Sie beim Thema des Gesprächs.
3. Nennen Sie keine Telefonnummern, Adressen oder Namen anderer Menschen.
4. Keine Beleidigung, keine Drohung, keine Hetze.
5. Keine Werbung.
6. Schreiben Sie selbst; fremde Texte und Bilder nur mit Erlaubnis.
7. Nichts, was verboten ist."""

REASONS = """\
1. Ihr Text spricht eine Person scharf an. Bitte schreiben Sie ihn sachlich noch einmal.
2. Ihr Text gehört zu einem anderen Thema. Bitte schreiben Sie ihn in das passende Gespräch.
3. In Ihrem Text stehen Angaben über andere Menschen. Bitte lassen Sie diese weg.
4. Ein Satz in Ihrem Text verletzt andere. Bitte lassen Sie ihn weg.
5. Ihr Text wirbt für ein Angebot. Das ist auf dieser Seite nicht möglich.
6. Text oder Bild stammen wohl nicht von Ihnen. Bitte sagen Sie es mit eigenen Worten.
7. Nach unserer Einschätzung ist der Inhalt verboten. Darum zeigen wir ihn nicht."""

FIELDS: tuple[Field, ...] = (
    Field("name", "ort", _l("Name des Ortes"), "line", "Unsere Stadt", _line(80)),
    Field("claim", "ort", _l("Leitspruch"), "line", "Mitreden, mitentscheiden", _line(80)),
    Field(
        "owner",
        "ort",
        _l("Wem die Seite gehört"),
        "line",
        "",
        _line(120),
        _l("Steht ganz oben, zum Beispiel „Offizielle Seite der Stadt Lindenau am See“."),
    ),
    Field(
        "land",
        "ort",
        _l("Bundesland (für Feiertage)"),
        "choice",
        "SH",
        _one_of(*(key for key, _name in LANDS)),
        choices=LANDS,
    ),
    Field(
        "welcome",
        "ort",
        _l("Überschrift der Startseite"),
        "line",
        "Worum geht es Ihnen?",
        _line(120),
    ),
    Field(
        "intro",
        "ort",
        _l("Ein Satz darunter"),
        "line",
        "Lesen Sie, was geplant ist. Sagen Sie Ihre Meinung. Sehen Sie, was daraus wird.",
        _line(300),
    ),
    Field("office", "kontakt", _l("Zuständige Stelle"), "line", "", _line(120)),
    Field("address", "kontakt", _l("Anschrift"), "line", "", _line(200)),
    Field("phone", "kontakt", _l("Telefon"), "line", "", _line(40)),
    Field("hours", "kontakt", _l("Sprechzeiten"), "line", "", _line(120)),
    Field("email", "kontakt", _l("E-Mail für Fragen"), "email", "", _email),
    Field(
        "contact_users",
        "kontakt",
        _l("Kontaktstelle für Nutzerinnen und Nutzer"),
        "line",
        "",
        _line(200),
        _l("Art. 12 DSA: ein Weg zu einem Menschen. Leer lassen für die E-Mail für Fragen."),
    ),
    Field(
        "contact_authorities",
        "kontakt",
        _l("Kontaktstelle für Behörden"),
        "line",
        "",
        _line(200),
        _l("Art. 11 DSA. Leer lassen für die E-Mail für Fragen."),
    ),
    Field(
        "contact_languages",
        "kontakt",
        _l("Sprachen der Kontaktstellen"),
        "line",
        "Deutsch, Englisch",
        _line(120),
    ),
    Field(
        "paper",
        "kontakt",
        _l("Mitmachen auf Papier"),
        "line",
        "",
        _line(300),
        _l("Ein Satz: wo Bögen liegen und wo man sie abgibt."),
    ),
    Field(
        "moderators",
        "regeln",
        _l("Wer moderiert"),
        "line",
        "",
        _line(300),
        _l("Namen oder Rollen. Steht auf der Seite „So moderieren wir“."),
    ),
    Field(
        "netiquette",
        "regeln",
        _l("Regeln für gute Gespräche"),
        "text",
        NETIQUETTE,
        _text(20_000),
        _l("Jede Regel beginnt mit ihrer Nummer in einer neuen Zeile."),
    ),
    Field(
        "reasons",
        "regeln",
        _l("Textbausteine der Moderation"),
        "text",
        REASONS,
        _text(20_000),
        _l("Je Zeile ein Satz; davor die Nummer der Regel, zu der er gehört."),
    ),
    Field(
        "hint_words",
        "hinweise",
        _l("Wortliste"),
        "text",
        "",
        _text(20_000),
        _l(
            "Ein Wort je Zeile; Beugungen und einfache Tricks werden mit erkannt. Ein Stern am "
            "Anfang oder Ende nimmt längere Wörter dazu, hinter # steht Ihre Bemerkung. Bitte "
            "erwarten Sie wenig: Solche Listen finden gemessen nur 9 von 100 Beleidigungen, und "
            "von 100 Treffern sind 63 keine. Leer heißt: keine Wortliste."
        ),
    ),
    Field(
        "hint_links",
        "hinweise",
        _l("Auf Internetadressen hinweisen"),
        "switch",
        default=True,
        checker=_switch,
        hint=_l("Bei mehreren, bei gekürzten, und bei der ersten von noch Unbekannten."),
    ),
    Field(
        "hint_personal",
        "hinweise",
        _l("Auf Angaben über Menschen hinweisen"),
        "switch",
        default=True,
        checker=_switch,
        hint=_l(
            "Telefon, E-Mail, Konto, Autokennzeichen, Name, Anschrift. Straßen, um die es geht, "
            "sind oft dabei."
        ),
    ),
    Field(
        "hint_lookalikes",
        "hinweise",
        _l("Auf ähnliche Texte hinweisen"),
        "switch",
        default=True,
        checker=_switch,
        hint=_l("Auch auf denselben Vordruck von verschiedenen Menschen: Der ist erlaubt."),
    ),
    Field(
        "hint_manner",
        "hinweise",
        _l("Auf die Schreibweise hinweisen"),
        "switch",
        default=True,
        checker=_switch,
        hint=_l("Großbuchstaben, eingefügt statt getippt, der erste Text eines Menschen."),
    ),
    Field(
        "hint_many",
        "hinweise",
        _l("Viele Texte: ab wie vielen eines Menschen in einer Stunde"),
        "number",
        5,
        _number(2, 100),
    ),
    Field(
        "synonyms",
        "suche",
        _l("Wörter, die dasselbe meinen"),
        "text",
        SYNONYMS,
        _text(20_000),
        _l(
            "Je Zeile Wörter mit Komma dazwischen: Wer eins davon sucht, findet auch die anderen, "
            "zum Beispiel „Rathaus, Stadtverwaltung“. Mit > gilt es nur in eine Richtung: Bei "
            "„ÖPNV > Bus, Bahn“ findet ÖPNV auch Bus, aber Bus nicht ÖPNV. Beugungen kennt die "
            "Suche selbst. Hinter # steht Ihre Bemerkung."
        ),
    ),
    Field("imprint", "texte", _l("Impressum"), "text", "", _text()),
    Field("privacy", "texte", _l("Datenschutz"), "text", "", _text()),
    Field("accessibility", "texte", _l("Erklärung zur Barrierefreiheit"), "text", "", _text()),
    Field("howto", "texte", _l("So geht’s"), "text", "", _text()),
    Field(
        "target_hours",
        "zeiten",
        _l("Beiträge prüfen innerhalb von (Arbeitsstunden)"),
        "number",
        9,
        _number(1, 200),
    ),
    Field("day_opens", "zeiten", _l("Arbeitstag beginnt (Stunde)"), "number", 8, _number(0, 12)),
    Field("day_closes", "zeiten", _l("Arbeitstag endet (Stunde)"), "number", 17, _number(12, 24)),
    Field("sender_name", "mail", _l("Name des Absenders von Mails"), "line", "", _line(80)),
    Field("sender_address", "mail", _l("Adresse des Absenders von Mails"), "email", "", _email),
    Field("logo", "aussehen", _l("Logo"), "image", "", _line(200)),
    Field("picture", "aussehen", _l("Bild der Startseite"), "image", "", _line(200)),
    Field(
        "linde",
        "aussehen",
        _l("Hauptfarbe"),
        "colour",
        "",
        _colour,
        _l("Für Fortschritt und Erreichtes. Leer lassen für Lindgrün."),
    ),
    Field("linde_dark", "aussehen", _l("Hauptfarbe im Dunkeln"), "colour", "", _colour),
    Field("action", "aussehen", _l("Farbe von Knöpfen und Links"), "colour", "", _colour),
    Field(
        "action_dark",
        "aussehen",
        _l("Farbe von Knöpfen und Links im Dunkeln"),
        "colour",
        "",
        _colour,
    ),
)
BY_KEY = {field.key: field for field in FIELDS}
