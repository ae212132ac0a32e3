"""The form of a question: the fields its kind has, from the draft and back as JSON."""

from collections.abc import Mapping
from typing import Any

from wtforms import (
    BooleanField,
    DecimalField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than stubs
from wtforms.validators import Length, Optional, ValidationError

from kern.i18n import _l
from kern.web import Form
from umfragen.definition import Text
from umfragen.definition.questions import AnyQuestion
from umfragen.editing.wording import words_in

TEXTS = frozenset(
    {
        *("text", "help", "check_text", "required_text", "invalid_text", "unit"),
        *("low_text", "middle_text", "high_text", "yes_text", "no_text"),
    }
)
BASIC: Mapping[str, tuple[str, ...]] = {
    "single": ("display",),
    "multiple": ("display", "least", "most"),
    "yes_no": ("yes_text", "no_text"),
    "scale": ("look", "low", "high", "low_text", "middle_text", "high_text"),
    "matrix": ("cell",),
    "ranking": ("most",),
    "number": ("low", "high", "unit"),
    "number_list": ("total", "total_rule", "unit"),
    "slider": ("low", "high", "step", "unit", "low_text", "high_text"),
    "when": ("clock", "earliest", "latest"),
    "short_text": ("max_length",),
    "long_text": ("max_length",),
    "contact": ("format", "pattern"),
    "files": ("most", "megabytes", "extensions"),
    "place": ("shape", "zoom", "within"),
    "consent": (),
    "info": (),
    "computed": ("formula", "shown"),
}
"""What one sets first, by kind; the rest of a kind is folded away."""

FOLDED: Mapping[str, tuple[str, ...]] = {
    "single": ("shuffle",),
    "multiple": ("shuffle",),
    "matrix": ("shuffle", "low", "high", "decimals", "max_length"),
    "ranking": ("shuffle", "least"),
    "number": ("decimals",),
    "number_list": ("low", "high", "decimals", "shuffle"),
}
ANSWERED = ("required_text", "invalid_text", "check", "check_text")
SILENT = frozenset({"info", "computed"})


def _choices(*pairs: tuple[str, object]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in pairs]


class CommaField(DecimalField):
    """Takes `2,5` and `2.5`, keeps what was typed when it is no number."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = (valuelist[0] if valuelist else "").strip().replace(",", ".")
        self.data = None
        if text:
            try:
                self.data = float(text)  # type: ignore[assignment]  # JSON knows floats
            except ValueError as error:
                raise ValueError(self.gettext("Bitte tragen Sie hier eine Zahl ein.")) from error

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data:g}".replace(".", ",")


class QuestionForm(Form):
    """Fields a kind does not have are taken off by `form_for`."""

    stand = HiddenField()
    text = TextAreaField(
        _l("Frage"),
        description=_l("Mit {kürzel.shown} steht hier eine frühere Antwort."),
    )
    help = TextAreaField(_l("Hilfe"), description=_l("Steht klein unter der Frage."))
    required = RadioField(
        _l("Pflicht"),
        choices=_choices(
            ("no", _l("nein")),
            ("soft", _l("weich: fragt einmal nach, ob die Lücke Absicht ist")),
            ("yes", _l("ja")),
        ),
    )
    display = SelectField(
        _l("Darstellung"),
        choices=_choices(
            ("list", _l("Liste")),
            ("dropdown", _l("Auswahl zum Aufklappen")),
            ("images", _l("Bilder")),
        ),
    )
    least = IntegerField(_l("Mindestens so viele Antworten"), [Optional()])
    most = IntegerField(_l("Höchstens so viele Antworten"), [Optional()])
    shuffle = BooleanField(_l("Antworten für jeden Menschen neu mischen"))
    yes_text = StringField(_l("Statt „Ja“"), [Optional()])
    no_text = StringField(_l("Statt „Nein“"), [Optional()])
    look = SelectField(
        _l("Aussehen"),
        choices=_choices(
            ("numbers", _l("Zahlen")),
            ("stars", _l("Sterne")),
            ("faces", _l("Gesichter")),
            ("nps", _l("Weiterempfehlung von 0 bis 10")),
        ),
    )
    low = CommaField(_l("Kleinster Wert"), [Optional()])
    high = CommaField(_l("Größter Wert"), [Optional()])
    step = CommaField(_l("Schritt"), [Optional()])
    decimals = IntegerField(_l("Stellen nach dem Komma"), [Optional()])
    unit = StringField(_l("Einheit"), [Optional()], description=_l("Zum Beispiel: Euro, Stunden."))
    low_text = StringField(_l("Worte beim kleinsten Wert"), [Optional()])
    middle_text = StringField(_l("Worte in der Mitte"), [Optional()])
    high_text = StringField(_l("Worte beim größten Wert"), [Optional()])
    cell = SelectField(
        _l("Was in jede Zeile kommt"),
        choices=_choices(
            ("single", _l("eine Antwort")),
            ("multiple", _l("mehrere Antworten")),
            ("number", _l("Zahlen")),
            ("text", _l("Texte")),
        ),
    )
    total = CommaField(_l("Summe"), [Optional()], description=_l("Leer: ohne feste Summe."))
    total_rule = SelectField(
        _l("Die Summe ist"),
        choices=_choices(
            ("exact", _l("genau so groß")),
            ("at_most", _l("höchstens so groß")),
            ("at_least", _l("mindestens so groß")),
        ),
    )
    clock = SelectField(
        _l("Gefragt wird nach"),
        choices=_choices(
            ("date", _l("einem Tag")),
            ("time", _l("einer Uhrzeit")),
            ("both", _l("Tag und Uhrzeit")),
        ),
    )
    earliest = StringField(
        _l("Frühestens"), [Optional()], description=_l("Wie 2026-12-24 oder 18:30.")
    )
    latest = StringField(_l("Spätestens"), [Optional()])
    max_length = IntegerField(_l("Höchstens so viele Zeichen"), [Optional()])
    format = SelectField(
        _l("Art der Angabe"),
        choices=_choices(
            ("email", _l("E-Mail-Adresse")),
            ("phone", _l("Telefonnummer")),
            ("pattern", _l("nach einem eigenen Muster")),
        ),
    )
    pattern = StringField(
        _l("Muster"), [Optional()], description=_l("Ein regulärer Ausdruck, zum Beispiel [0-9]{5}.")
    )
    megabytes = IntegerField(_l("Größte Datei in Megabyte"), [Optional()])
    extensions = StringField(
        _l("Erlaubte Dateien"), [Optional()], description=_l("Zum Beispiel: pdf, jpg, png.")
    )
    shape = SelectField(
        _l("Auf der Karte zeigen Menschen"),
        choices=_choices(
            ("point", _l("einen Punkt")), ("line", _l("eine Strecke")), ("area", _l("eine Fläche"))
        ),
    )
    zoom = IntegerField(
        _l("Wie nah die Karte beginnt"), [Optional()], description=_l("Von 1 (Welt) bis 19 (Haus).")
    )
    within = StringField(
        _l("Nur in diesem Ausschnitt"),
        [Optional()],
        description=_l("West, Süd, Ost, Nord in Grad, mit Punkt: 7.05, 50.68, 7.20, 50.77."),
    )
    formula = TextAreaField(_l("Formel"), description=_l("Ein Ausdruck, zum Beispiel: alter * 2."))
    shown = BooleanField(_l("Ergebnis den Menschen zeigen"))
    has_other = BooleanField(_l("„Andere“ mit einer Zeile für eigene Worte"))
    other_text = StringField(_l("Statt „Andere“"), [Optional()])
    has_remark = BooleanField(_l("Zusätzlich ein freies Feld für Bemerkungen"))
    remark_text = StringField(_l("Beschriftung des freien Feldes"), [Optional()])
    name = StringField(
        _l("Kürzel"),
        description=_l("So heißt die Frage in Bedingungen und Ausgaben: weg, alter, F12."),
    )
    required_text = StringField(_l("Eigener Hinweis, wenn die Antwort fehlt"), [Optional()])
    invalid_text = StringField(_l("Eigener Hinweis, wenn die Antwort nicht passt"), [Optional()])
    check = TextAreaField(
        _l("Prüfung der Antwort"),
        [Optional()],
        description=_l("Ein Ausdruck, der stimmen muss, zum Beispiel: self < 100."),
    )
    check_text = StringField(_l("Hinweis, wenn die Prüfung nicht stimmt"), [Optional()])
    pasted = TextAreaField(
        _l("Mehrere auf einmal einfügen"),
        [Optional(), Length(max=60_000)],
        description=_l(
            "Eine je Zeile, auch aus Word oder Excel. Punkte und Nummern davor fallen weg."
        ),
    )

    basic: tuple[str, ...] = ()
    folded: tuple[str, ...] = ()

    def validate_within(self, field: Field) -> None:
        if field.data and _degrees(field.data) is None:
            raise ValidationError(_l("Bitte schreiben Sie vier Zahlen mit Kommas dazwischen."))

    def values(self, question: AnyQuestion, language: str) -> dict[str, Any]:
        """Settings by their names in the document. Texts keep their other languages."""
        known = ("name", "text", "help", "required", *self.basic, *self.folded)
        found = {}
        for name in known:
            if name in self and hasattr(question, name):
                found[name] = self._value(question, name, language)
        return found

    def _value(self, question: AnyQuestion, name: str, language: str) -> Any:
        data, old = self[name].data, getattr(question, name)
        if name in TEXTS:
            return words_in(old, language, (data or "").strip())
        if name == "extensions":
            return [
                word.strip(" .").lower() for word in (data or "").split(",") if word.strip(" .")
            ]
        if name == "within":
            return list(_degrees(data or "") or ())
        if data is None:
            may_be_empty = type(question).__dataclass_fields__[name].default is None
            return None if may_be_empty else old
        return data.strip() if isinstance(data, str) else data


def _degrees(text: str) -> tuple[float, ...] | None:
    try:
        found = tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError:
        return None
    return found if len(found) in {0, 4} else None


def form_for(question: AnyQuestion, language: str, stand: str, *, filled: bool) -> QuestionForm:
    """`filled`: with what was just sent; else with the question as it is in the draft."""
    kind = question.KIND
    form = QuestionForm() if filled else QuestionForm(formdata=None, data=_data(question, language))
    form.basic = BASIC[kind]
    form.folded = (*FOLDED.get(kind, ()), *(() if kind in SILENT else ANSWERED))
    kept = {"csrf_token", "stand", "text", "help", "name", *form.basic, *form.folded}
    if kind not in SILENT:
        kept.add("required")
    if kind in {"single", "multiple"}:
        kept |= {"has_other", "other_text", "has_remark", "remark_text"}
    if any(hasattr(question, field) for field in ("options", "rows", "columns")):
        kept.add("pasted")
    for name in [field.name for field in form]:
        if name not in kept:
            del form[name]
    if kind == "info":
        form.text.label.text = _l("Text")
    if not filled:
        form.stand.data = stand
    return form


def _data(question: AnyQuestion, language: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in (*QuestionForm.__dict__, *TEXTS):
        if hasattr(question, name) and name not in {"other", "remark"}:
            found[name] = _shown(name, getattr(question, name), language)
    for line in ("other", "remark"):
        free = getattr(question, line, None)
        found[f"has_{line}"] = free is not None
        found[f"{line}_text"] = own_words(free.text, language) if free else ""
    return found


def _shown(name: str, value: Any, language: str) -> Any:
    if isinstance(value, Text):
        return own_words(value, language)
    if name == "extensions":
        return ", ".join(value)
    if name == "within":
        return ", ".join(f"{number:g}" for number in value)
    return getattr(value, "value", value)


def own_words(text: Text, language: str) -> str:
    """In this language or in every one; never a fallback from another."""
    words = dict(text)
    return words.get(language, words.get("", ""))
