"""What people type on the pages of /konto/, checked once at the door."""

from typing import Any

from wtforms import EmailField, HiddenField, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than stubs
from wtforms.validators import InputRequired, Length, Optional

from kern.accounts.emails import LONGEST as LONGEST_EMAIL
from kern.accounts.emails import fold_email
from kern.accounts.names import LONGEST as LONGEST_NAME
from kern.accounts.passwords import LONGEST as LONGEST_PASSWORD
from kern.accounts.passwords import SHORTEST
from kern.errors import Invalid
from kern.i18n import _l
from kern.web import Form, OpenForm

NO_EMAIL = _l("Bitte geben Sie Ihre E-Mail-Adresse ein.")
NO_NAME = _l("Bitte geben Sie einen Namen ein.")
NO_PASSWORD = _l("Bitte geben Sie Ihr Passwort ein.")
LONG_PASSWORD = _l("Bitte höchstens 1000 Zeichen.")


def _email(label: Any) -> Any:
    return EmailField(
        label,
        validators=[InputRequired(NO_EMAIL)],
        render_kw={"autocomplete": "email", "maxlength": LONGEST_EMAIL, "inputmode": "email"},
    )


def _name(label: Any, hint: Any) -> Any:
    return StringField(
        label,
        description=hint,
        validators=[InputRequired(NO_NAME), Length(max=500)],
        render_kw={"autocomplete": "nickname", "maxlength": LONGEST_NAME},
    )


NAME_LABEL = _l("Öffentlicher Name")
NAME_HINT = _l("Er steht bei Ihren Beiträgen. Er muss nicht Ihr richtiger Name sein.")


class EmailForm(Form):
    email = _email(_l("E-Mail"))
    weiter = HiddenField()

    address: str = ""

    def is_ok(self) -> bool:
        """`address` is the folded one afterwards."""
        is_valid = super().is_ok()
        try:
            self.address = fold_email(self.email.data or "")
        except Invalid as error:
            if not self.email.errors:
                self.blame(error)
            return False
        return is_valid


class FollowForm(OpenForm, EmailForm):
    """Follow something without an account: a mail goes to whatever address is typed."""


class LinkForm(OpenForm, EmailForm):
    """Log in or have an account: a mail goes to whatever address is typed."""


class PasswordLoginForm(EmailForm):
    password = PasswordField(
        _l("Passwort"),
        validators=[InputRequired(NO_PASSWORD), Length(max=LONGEST_PASSWORD * 4)],
        render_kw={"autocomplete": "current-password"},
    )


class StepUpForm(Form):
    password = PasswordField(
        _l("Passwort"),
        validators=[InputRequired(NO_PASSWORD), Length(max=LONGEST_PASSWORD * 4)],
        render_kw={"autocomplete": "current-password"},
    )
    weiter = HiddenField()


class NameForm(Form):
    name = _name(NAME_LABEL, NAME_HINT)


class NewEmailForm(EmailForm):
    email = _email(_l("Neue E-Mail-Adresse"))


class PasswordForm(Form):
    password = PasswordField(
        _l("Neues Passwort"),
        description=_l("Mindestens 12 Zeichen. Gut sind vier Wörter, die nicht zusammengehören."),
        validators=[
            InputRequired(NO_PASSWORD),
            Length(max=LONGEST_PASSWORD, message=LONG_PASSWORD),
        ],
        render_kw={"autocomplete": "new-password", "minlength": SHORTEST},
    )


class InvitationForm(Form):
    name = _name(NAME_LABEL, NAME_HINT)
    password = PasswordField(
        _l("Passwort"),
        description=_l("Mindestens 12 Zeichen. Ohne Passwort melden Sie sich mit E-Mail-Links an."),
        validators=[Optional(), Length(max=LONGEST_PASSWORD, message=LONG_PASSWORD)],
        render_kw={"autocomplete": "new-password", "minlength": SHORTEST},
    )


class DeleteForm(Form):
    posts = RadioField(
        _l("Was soll mit Ihren veröffentlichten Beiträgen geschehen?"),
        choices=[
            SelectChoice("keep", _l("Stehen lassen, ohne meinen Namen")),
            SelectChoice("remove", _l("Auch entfernen")),
        ],
        validators=[InputRequired(_l("Bitte wählen Sie eines von beiden."))],
    )
