"""Forms of the administration; those of the settings are made from the one list of fields."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import (
    BooleanField,
    EmailField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than stubs
from wtforms.validators import InputRequired, Length

from kern.accounts.permissions import ROLE_LABELS, STAFF_ROLES
from kern.i18n import _l
from kern.moderation.netiquette import CHANGE_FIELD, LONGEST_CHANGE
from kern.settings import FIELDS, Field
from kern.web import Form
from kern.web.uploads import PictureField

GROUPS: Mapping[str, tuple[Any, Any]] = {
    "ort": (_l("Ort und Begrüßung"), _l("Name, Leitspruch und die ersten Worte der Startseite.")),
    "kontakt": (_l("Kontakt"), _l("Zuständige Stelle, Telefon, Sprechzeiten, Papier.")),
    "texte": (_l("Feste Texte"), _l("Impressum, Datenschutz, Barrierefreiheit, So geht’s.")),
    "regeln": (_l("Regeln für Gespräche"), _l("Woran sich alle halten und die Moderation misst.")),
    "hinweise": (
        _l("Hinweise an die Moderation"),
        _l("Was am Prüfplatz auffallen soll. Hinweise sortieren nur; entscheiden muss ein Mensch."),
    ),
    "suche": (_l("Suche"), _l("Welche Wörter dasselbe meinen. Gilt sofort, für jede Suche.")),
    "zeiten": (_l("Zeiten"), _l("Wie schnell Beiträge geprüft werden.")),
    "aussehen": (_l("Aussehen"), _l("Logo, Bild und Farben.")),
    "mail": (_l("Absender von Mails"), _l("Unter welchem Namen die Plattform schreibt.")),
}
REMOVE = "_entfernen"


def fields_of(group: str) -> list[Field]:
    return [field for field in FIELDS if field.group == group]


def settings_form(group: str, values: Mapping[str, Any]) -> Form:
    """A form of the group's fields; with a POST at hand it holds what was typed."""
    members: dict[str, Any] = {}
    for field in fields_of(group):
        members[field.key] = _input(field)
        if field.kind == "image":
            members[field.key + REMOVE] = BooleanField(_l("Entfernen"))
        if field.key == "netiquette":
            members[CHANGE_FIELD] = StringField(
                _l("Was ist neu an den Regeln?"),
                description=_l("Ein Satz, wenn Sie die Regeln ändern. Er steht bei den Fassungen."),
                render_kw={"maxlength": LONGEST_CHANGE},
            )
    made: type[Form] = type("SettingsForm", (Form,), members)
    present = {field.key: values[field.key] for field in fields_of(group) if field.kind != "image"}
    return made(data=present)


_INPUTS: Mapping[str, tuple[Any, Mapping[str, Any], Any]] = {
    "line": (StringField, {}, ""),
    "text": (TextAreaField, {"rows": 10}, ""),
    "number": (StringField, {"inputmode": "numeric"}, ""),
    "email": (EmailField, {"autocomplete": "off"}, ""),
    "colour": (
        StringField,
        {"maxlength": 7, "placeholder": "#43600c"},
        _l("Zum Beispiel #43600c; leer lassen für unsere Farbe."),
    ),
    "choice": (SelectField, {}, ""),
    "switch": (BooleanField, {}, ""),
    "image": (
        PictureField,
        {"accept": "image/png,image/jpeg,image/webp"},
        _l("PNG, JPEG oder WebP, höchstens 10 MB."),
    ),
}


def _input(field: Field) -> Any:
    """No checks here: what is allowed stands in the list of fields, and is said from there."""
    kind, attributes, hint = _INPUTS[field.kind]
    more: dict[str, Any] = {}
    if field.kind == "choice":
        choices = [SelectChoice(value, label) for value, label in field.choices]
        more = {"choices": choices, "validate_choice": False}
    return kind(field.label, description=field.hint or hint, render_kw=dict(attributes), **more)


class GrantForm(Form):
    role = SelectField(
        _l("Aufgabe"),
        choices=[SelectChoice(role.value, ROLE_LABELS[role]) for role in STAFF_ROLES],
    )
    scope = SelectField(_l("Wo"), coerce=int)

    def offer(self, scopes: Sequence[tuple[int, str]]) -> None:
        """`scopes` are (id, title); 0 is the whole town."""
        self.scope.choices = [SelectChoice(id_, title) for id_, title in scopes]

    @property
    def scope_id(self) -> int | None:
        return self.scope.data or None


class InviteForm(GrantForm):
    email = EmailField(
        _l("E-Mail"),
        validators=[InputRequired(_l("Bitte geben Sie eine E-Mail-Adresse ein."))],
        render_kw={"autocomplete": "off", "maxlength": 254},
    )


class SetupForm(Form):
    """The first administrator of a town."""

    email = EmailField(
        _l("Ihre E-Mail-Adresse"),
        validators=[InputRequired(_l("Bitte geben Sie Ihre E-Mail-Adresse ein."))],
        render_kw={"autocomplete": "email", "maxlength": 254},
    )
    name = StringField(
        _l("Ihr Name"),
        description=_l("So sehen die Menschen Sie, zum Beispiel „Jana Petersen“."),
        validators=[InputRequired(_l("Bitte geben Sie einen Namen ein.")), Length(max=500)],
        render_kw={"autocomplete": "name", "maxlength": 60},
    )
    password = PasswordField(
        _l("Passwort"),
        description=_l("Mindestens 12 Zeichen. Gut sind vier Wörter, die nicht zusammengehören."),
        validators=[
            InputRequired(_l("Bitte wählen Sie ein Passwort.")),
            Length(max=1000, message=_l("Bitte höchstens 1000 Zeichen.")),
        ],
        render_kw={"autocomplete": "new-password", "minlength": 12},
    )

    @property
    def words(self) -> tuple[str, str, str]:
        """Password, name and address as typed."""
        return self.password.data or "", self.name.data or "", self.email.data or ""
