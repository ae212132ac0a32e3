"""Forms of those who write in the wiki and of those who decide."""

from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than stubs
from wtforms.validators import DataRequired, Length, Optional

from kern.files.documents import ENDINGS
from kern.i18n import _, _l
from kern.moderation.netiquette import rules as list_rules
from kern.web import Form, OpenForm
from kern.web.uploads import DocumentField, PictureField
from wiki import rules
from wiki.models import Protection, Review

MISSING = _l("Bitte füllen Sie dieses Feld aus.")


class TitleForm(Form):
    title = StringField(_l("Titel"), [DataRequired(MISSING)])
    parent = StringField(
        _l("Steht unter der Seite"),
        [Optional()],
        description=_l("Der Titel einer anderen Seite dieses Bereichs. Leer: ganz oben."),
    )
    summary = StringField(
        _l("Warum?"), [Optional()], description=_l("Ein Satz für alle, die es prüfen und lesen.")
    )
    base = HiddenField()


class EditForm(OpenForm, TitleForm):
    """`email` is asked only of people without a login; the view says whether it is needed."""

    text = TextAreaField(
        _l("Text"),
        description=_l(
            "Leerzeile: neuer Absatz. ## Überschrift, **fett**, - Liste, [[Seite]] für einen Link."
        ),
    )
    tags = StringField(
        _l("Schlagwörter"), [Optional()], description=_l("Durch Kommas getrennt: Ufer, Denkmal")
    )
    place = StringField(
        _l("Ort in Worten"),
        [Optional(), Length(max=200)],
        description=_l(
            "Kennt der Ort ihn schon, genügt der Name, etwa „Marktplatz“. Sonst setzen Sie darunter"
            " den Punkt."
        ),
    )
    lat = StringField(_l("Breite"), [Optional()])
    lon = StringField(_l("Länge"), [Optional()])
    picture = PictureField(_l("Bild hinzufügen"), can_be_left_out=True)
    picture_name = StringField(
        _l("Name des Bildes"),
        [Optional(), Length(max=80)],
        description=_l("So steht es im Text: ![Was zu sehen ist](anhang:name.jpg)"),
    )
    picture_alt = StringField(_l("Was ist auf dem Bild zu sehen?"), [Optional(), Length(max=300)])
    picture_caption = StringField(_l("Bildunterschrift"), [Optional(), Length(max=300)])
    picture_author = StringField(_l("Wer hat es gemacht?"), [Optional(), Length(max=120)])
    picture_licence = StringField(_l("Lizenz des Bildes"), [Optional(), Length(max=60)])
    document = DocumentField(
        _l("Datei"),
        can_be_left_out=True,
        description=_l("PDF, ODT, ODS, DOCX oder XLSX bis 20 MB, ohne Makros und Kennwort."),
        render_kw={"accept": ENDINGS},
    )
    document_title = StringField(
        _l("Wie heißt sie?"),
        [Optional(), Length(max=200)],
        description=_l("So steht sie auf der Seite: „Satzung des Vereins“."),
    )
    email = EmailField(
        _l("Ihre E-Mail-Adresse"),
        [Optional(), Length(max=254)],
        description=_l(
            "Dorthin schicken wir einen Link, mit dem Sie bestätigen. Sie bleibt geheim."
        ),
        render_kw={"autocomplete": "email"},
    )
    typed = HiddenField(render_kw={"data-typed": "text"})
    kept = HiddenField()  # the title under which the draft of a new page was kept last
    minor = BooleanField(
        _l("Nur eine Kleinigkeit"),
        description=_l("Zum Beispiel ein Tippfehler. Geprüft wird sie auch."),
    )


class OwnForm(Form):
    """For whoever holds the private address of a proposal."""

    text = TextAreaField(_l("Text"), [DataRequired(MISSING)])


class DeleteForm(Form):
    summary = StringField(_l("Warum kann die Seite weg?"), [DataRequired(MISSING)])
    base = HiddenField()


class UndeleteForm(Form):
    summary = StringField(_l("Warum soll die Seite wiederkommen?"), [DataRequired(MISSING)])
    base = HiddenField()


class HidingForm(Form):
    """What of one version nobody reads any more but those who decide."""

    text = BooleanField(
        _l("Den Text verbergen"),
        description=_l("Auch in Vergleichen, in „Wer schrieb was?“ und in Ausgaben."),
    )
    summary = BooleanField(_l("Den Satz zur Änderung verbergen"))
    author = BooleanField(_l("Den Namen verbergen"))
    reason = StringField(
        _l("Warum?"),
        [DataRequired(MISSING), Length(max=200)],
        description=_l("Der Grund steht im Protokoll, nicht auf der Seite."),
    )


class AddressForm(Form):
    address = HiddenField(validators=[DataRequired(MISSING)])


class TwinForm(Form):
    twin = StringField(
        _l("Die Seite in Leichter Sprache"),
        [Optional()],
        description=_l("Ihr Titel. Leer: Es gibt keine."),
    )


class SpaceForm(Form):
    title = StringField(_l("Name"), [DataRequired(MISSING)])
    intro = TextAreaField(_l("Worum geht es in diesem Bereich?"), render_kw={"rows": 4})
    licence = StringField(_l("Lizenz der Texte"), [DataRequired(MISSING)])
    review = SelectField(
        _l("Was wird vor dem Erscheinen geprüft?"),
        choices=[
            SelectChoice(Review.ALWAYS.value, _l("Jeder Vorschlag")),
            SelectChoice(
                Review.TRUST.value,
                _l("Alles, nur nicht Kleinigkeiten von bekannten Leuten"),
            ),
        ],
    )
    four_eyes = BooleanField(
        _l("Vier Augen"), description=_l("Niemand nimmt an, was er oder sie selbst schrieb.")
    )
    protection = SelectField(
        _l("Wer darf Änderungen vorschlagen?"),
        choices=[
            SelectChoice(Protection.EVERYONE.value, _l("Alle")),
            SelectChoice(
                Protection.TRUSTED.value, _l("Wer schon mehrere angenommene Vorschläge hat")
            ),
            SelectChoice(Protection.STAFF.value, _l("Nur die Verwaltung")),
        ],
    )


class RejectForm(Form):
    """As at the desk: a rule or a law, and a sentence."""

    rule = SelectField(_l("Um welche Regel geht es?"), validate_choice=False)
    law = StringField(
        _l("Gesetz"),
        description=_l("Nur wenn es statt um eine Regel um ein Gesetz geht, etwa „§ 185 StGB“."),
    )
    why = TextAreaField(
        _l("Ihr Satz dazu"),
        description=_l("Den liest, wer den Text geschrieben hat. Bitte freundlich und genau."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rule.choices = [
            ("", _("Bitte wählen")),
            *((str(rule.number), f"{rule.number}. {rule.text[:90]}") for rule in list_rules()),
        ]


class ProtectForm(Form):
    protection = SelectField(
        _l("Wer darf Änderungen vorschlagen?"),
        choices=[
            SelectChoice("", _l("Wie im ganzen Bereich")),
            SelectChoice(Protection.EVERYONE.value, _l("Alle")),
            SelectChoice(
                Protection.TRUSTED.value, _l("Wer schon mehrere angenommene Vorschläge hat")
            ),
            SelectChoice(Protection.STAFF.value, _l("Nur die Verwaltung")),
        ],
    )
    until = DateField(_l("Bis einschließlich"), [Optional()])


class RemarkForm(Form):
    text = TextAreaField(
        _l("Ihre Anmerkung"), [DataRequired(MISSING), Length(max=rules.MAX_REMARK)]
    )
