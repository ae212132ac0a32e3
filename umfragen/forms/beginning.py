"""What is asked before the first question: language, code letter, address."""

from wtforms import EmailField, HiddenField, StringField
from wtforms.validators import Length

from kern.i18n import _l
from kern.web.forms import Form, OpenForm


class BeginForm(OpenForm):
    """Which of the fields is asked says the level of the survey."""

    language = HiddenField()
    code = StringField(
        _l("Code aus Ihrem Brief"),
        [Length(max=60, message=_l("Bitte höchstens %(max)d Zeichen."))],
        description=_l("Zum Beispiel 7F4K-2M9Q-8T3. Groß und klein ist gleich."),
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
    email = EmailField(
        _l("Ihre E-Mail-Adresse"),
        [Length(max=254, message=_l("Bitte höchstens %(max)d Zeichen."))],
        description=_l(
            "Dorthin schicken wir einen Link. Wir löschen sie spätestens nach einem Tag."
        ),
        render_kw={"autocomplete": "email"},
    )


class CodeForm(Form):
    """A code to go on, or to come back to what was sent."""

    code = StringField(
        _l("Ihr Code"),
        [Length(max=60, message=_l("Bitte höchstens %(max)d Zeichen."))],
        description=_l("Zum Beispiel 7F4K-2M9Q-8T3W-X. Groß und klein ist gleich."),
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
