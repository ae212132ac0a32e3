"""Forms of the discussions. They check shape; what is allowed, the rules say."""

from wtforms import (
    BooleanField,
    DateTimeLocalField,
    EmailField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than stubs
from wtforms.validators import InputRequired, Length, Optional, StopValidation

from beteiligung.discussion.models import Outcome
from beteiligung.discussion.rules import (
    MAX_POST,
    MAX_QUESTION,
    MAX_REASON,
    MAX_TITLE,
    OUTCOME_LABELS,
)
from beteiligung.discussion.service.names import SOURCE_LABELS
from kern.accounts.models import Source
from kern.errors import Invalid
from kern.files.service import checked_alt
from kern.i18n import _l, say
from kern.web.forms import Form, OpenForm
from kern.web.uploads import PictureField

NEEDED = _l("Bitte füllen Sie dieses Feld aus.")
CONFIRM = _l("Dorthin schicken wir einen Link, mit dem Sie bestätigen. Die Adresse bleibt geheim.")
ENTERED = (Source.PAPER, Source.PHONE, Source.COUNTER, Source.MAIL)


def _length(limit: int) -> Length:
    return Length(max=limit, message=_l("Bitte höchstens %(max)d Zeichen."))


class PostForm(OpenForm):
    """`email` is asked only of people without a login; the view says whether it is needed."""

    text = TextAreaField(
        _l("Ihr Beitrag"),
        [InputRequired(_l("Bitte schreiben Sie einen Beitrag.")), _length(MAX_POST)],
        description=_l("Bitte bleiben Sie freundlich und nennen Sie keine Namen anderer Personen."),
        render_kw={"rows": 5},
    )
    email = EmailField(
        _l("Ihre E-Mail-Adresse"),
        [Optional(), _length(254)],
        description=_l(
            "Dorthin schicken wir einen Link, mit dem Sie bestätigen. Sie bleibt geheim."
        ),
        render_kw={"autocomplete": "email"},
    )
    parent = HiddenField()
    typed = HiddenField(render_kw={"data-typed": "text"})
    picture = PictureField(
        _l("Bild"),
        description=_l("JPEG, PNG oder WebP, höchstens 10 MB. Der Aufnahmeort wird entfernt."),
        can_be_left_out=True,
        render_kw={"accept": "image/jpeg,image/png,image/webp"},
    )
    picture_alt = StringField(
        _l("Was ist auf dem Bild zu sehen?"),
        [_length(200)],
        description=_l("Ein Satz für Menschen, die das Bild nicht sehen können."),
    )

    def validate_picture_alt(self, field: StringField) -> None:
        if self.picture.accepted is not None:
            try:
                checked_alt(field.data or "")
            except Invalid as error:
                raise StopValidation(say(error)) from None


class VoteForm(OpenForm):
    email = EmailField(
        _l("Ihre E-Mail-Adresse"),
        [InputRequired(NEEDED), _length(254)],
        description=_l(
            "Dorthin schicken wir einen Link, mit dem Sie bestätigen. Sie bleibt geheim."
        ),
        render_kw={"autocomplete": "email"},
    )
    stimme = HiddenField()


class EditForm(Form):
    text = TextAreaField(
        _l("Ihr Beitrag"),
        [InputRequired(_l("Bitte schreiben Sie einen Beitrag.")), _length(MAX_POST)],
        render_kw={"rows": 8},
    )


class ThreadForm(OpenForm):
    title = StringField(
        _l("Überschrift"),
        [InputRequired(_l("Bitte geben Sie eine Überschrift an.")), _length(MAX_TITLE)],
        description=_l("Am besten eine kurze Frage."),
    )
    question = TextAreaField(
        _l("Worum geht es?"),
        [InputRequired(NEEDED), _length(MAX_QUESTION)],
        render_kw={"rows": 6},
    )
    category = StringField(_l("Thema"), [_length(60)])
    typed = HiddenField(render_kw={"data-typed": "question"})
    email = EmailField(
        _l("Ihre E-Mail-Adresse"),
        [Optional(), _length(254)],
        description=_l(
            "Dorthin schicken wir einen Link, mit dem Sie bestätigen. Sie bleibt geheim."
        ),
        render_kw={"autocomplete": "email"},
    )


class OfficeThreadForm(ThreadForm):
    closes_at = DateTimeLocalField(
        _l("Endet am"),
        [Optional()],
        description=_l("Leer lassen, wenn das Gespräch mit der Phase endet."),
    )
    pinned = BooleanField(_l("Oben anheften"))


class AnswerForm(Form):
    text = TextAreaField(
        _l("Antwort"), [InputRequired(NEEDED), _length(MAX_POST)], render_kw={"rows": 8}
    )
    office = StringField(
        _l("Amt oder Stelle"),
        [InputRequired(NEEDED), _length(120)],
        description=_l("So steht es über der Antwort, zum Beispiel „Tiefbauamt“."),
    )
    pinned = BooleanField(_l("Oben im Gespräch anheften"))


OUTCOMES = [
    *(SelectChoice(one.value, OUTCOME_LABELS[one]) for one in Outcome),
    SelectChoice("", _l("Noch kein Ergebnis")),
]


class OutcomeForm(Form):
    outcome = RadioField(
        _l("Was wird daraus?"),
        choices=OUTCOMES,
        validate_choice=True,
    )
    reason = TextAreaField(
        _l("Begründung"),
        [_length(MAX_REASON)],
        description=_l("Was geschieht nun, oder warum geht es nicht? Zwei Sätze genügen."),
        render_kw={"rows": 4},
    )
    office = StringField(_l("Amt oder Stelle"), [InputRequired(NEEDED), _length(120)])


CHANNELS = [SelectChoice(one.value, SOURCE_LABELS[one]) for one in ENTERED]


class EnterForm(Form):
    """Staff writes down what somebody said on paper, by phone or at the counter."""

    source = SelectField(_l("Wie kam der Beitrag?"), choices=CHANNELS)
    name = StringField(
        _l("Name, der öffentlich erscheint"),
        [_length(60)],
        description=_l("Nur mit Erlaubnis. Leer: Der Beitrag erscheint ohne Namen."),
    )
    email = EmailField(
        _l("E-Mail für die Antwort"),
        [Optional(), _length(254)],
        description=_l("Nur wenn die Person eine Nachricht möchte."),
    )
    text = TextAreaField(
        _l("Beitrag"), [InputRequired(NEEDED), _length(MAX_POST)], render_kw={"rows": 8}
    )
