"""Forms of those who write in the wiki and of those who decide."""

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

from kern.i18n import _l
from kern.web import Form, OpenForm
from kern.web.uploads import PictureField
from wiki import rules
from wiki.models import Protection

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
    place = StringField(_l("Ort in Worten"), [Optional(), Length(max=200)])
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
    email = EmailField(
        _l("Ihre E-Mail-Adresse"),
        [Optional(), Length(max=254)],
        description=_l(
            "Dorthin schicken wir einen Link, mit dem Sie bestätigen. Sie bleibt geheim."
        ),
        render_kw={"autocomplete": "email"},
    )
    typed = HiddenField(render_kw={"data-typed": "text"})
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
