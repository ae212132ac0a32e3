"""What moderators and reporters type; what is allowed, the service says."""

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from wtforms import EmailField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than stubs
from wtforms.validators import InputRequired, Length

from kern.content import Card, DeskItem, Redaction
from kern.i18n import _, _l
from kern.ids import parse_id
from kern.moderation import netiquette
from kern.moderation.decisions.choices import LONGEST_LAW, LONGEST_REASON
from kern.moderation.reports import LONGEST, LONGEST_NAME, OTHER
from kern.web import Form, OpenForm

SHORT = 90  # characters of a rule in a list of choices
LONGEST_TITLE = 200
LONGEST_CLOSING = 300
FILL = "baustein"


def _cut(text: str) -> str:
    return text if len(text) <= SHORT else text[: SHORT - 1].rstrip() + "…"


def first_sentence(text: str) -> str:
    """A full stop after a short word is that of an abbreviation."""
    found = re.match(r".*?\w{3}[.!?](?=\s)", text, re.DOTALL)
    return found.group() if found else text


class ReasonForm(Form):
    """Why something is not shown: a rule and a sentence, perhaps begun with a ready one."""

    rule = SelectField(
        _l("Um welche Regel geht es?"),
        validate_choice=False,
        description=_l("Sie steht mit ihrem Wortlaut in der Begründung."),
    )
    ready = SelectField(
        _l("Textbaustein"),
        validate_choice=False,  # what is unknown fills nothing
        description=_l("Füllt den Satz darunter. Sie können ihn danach ändern."),
        render_kw={"data-fills": "text"},
    )
    text = TextAreaField(
        _l("Ihr Satz dazu"),
        description=_l("Den liest, wer den Text geschrieben hat. Bitte freundlich und genau."),
        render_kw={"rows": 4, "maxlength": LONGEST_REASON},
    )
    law = StringField(
        _l("Gesetz"),
        description=_l("Nur wenn es statt um eine Regel um ein Gesetz geht, etwa „§ 185 StGB“."),
        render_kw={"maxlength": LONGEST_LAW},
    )
    fassung = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sentences = netiquette.reasons()
        rules = netiquette.rules()
        self.has_rules = bool(rules)
        self.rule.choices = [
            ("", _("Bitte wählen")),
            *((str(rule.number), _cut(f"{rule.number}. {rule.text}")) for rule in rules),
        ]
        self.ready.choices = [
            SelectChoice("", _("Ohne Textbaustein")),
            *(
                SelectChoice(
                    str(place),
                    _cut(one.text),
                    render_kw={"data-text": one.text, "data-rule": str(one.number)},
                )
                for place, one in enumerate(self.sentences)
            ),
        ]

    @property
    def number(self) -> int | None:
        return parse_id(self.rule.data)

    def fill_in(self) -> None:
        """The way without a script: put the ready sentence into the field."""
        place = parse_id(self.ready.data)
        if place is not None and place < len(self.sentences):
            chosen = self.sentences[place]
            self.text.data = chosen.text
            self.rule.data = self.rule.data or str(chosen.number)


class RedactForm(ReasonForm):
    """What stays of a text, and why the rest goes. It goes for good, so it is seen before."""

    title = StringField(_l("Titel"), render_kw={"maxlength": LONGEST_TITLE})
    wording = TextAreaField(
        _l("Was stehen bleibt"),
        description=_l("Löschen Sie, was niemand lesen soll. Hinzufügen können Sie nichts."),
        render_kw={"rows": 10},
    )
    seen = HiddenField()  # the digest of what the preview showed

    def begin_with(self, item: DeskItem) -> None:
        self.wording.data, self.title.data = item.source, item.title

    def redaction(self, item: DeskItem) -> Redaction:
        text = (self.wording.data or "").replace("\r\n", "\n")
        title = " ".join((self.title.data or "").split())
        changed = item.owns_title and title != item.title
        return Redaction(text, title if changed else None)

    @staticmethod
    def digest(redaction: Redaction) -> str:
        whole = f"{redaction.title}\0{redaction.text}"
        return hashlib.sha256(whole.encode()).hexdigest()[:16]


class SplitForm(Form):
    first = TextAreaField(_l("Erster Teil"), render_kw={"rows": 8})
    second = TextAreaField(
        _l("Zweiter Teil"),
        description=_l("Schneiden Sie ihn oben aus und fügen Sie ihn hier ein."),
        render_kw={"rows": 5},
    )
    fassung = HiddenField()


class MoveForm(Form):
    target = RadioField(_l("Wohin?"), validate_choice=False)

    def offer(self, cards: Sequence[Card]) -> None:
        self.target.choices = [(str(card.ref), card.title) for card in cards]


class LockForm(Form):
    reason = StringField(
        _l("Ein Satz dazu"),
        description=_l("Er steht über dem Gespräch, und alle lesen ihn."),
        render_kw={"maxlength": LONGEST_CLOSING},
    )


class ReportForm(OpenForm):
    rule = RadioField(
        _l("Worum geht es?"),
        [InputRequired(_l("Bitte wählen Sie, worum es geht."))],
    )
    text = TextAreaField(
        _l("Mit Ihren Worten"),
        [Length(max=LONGEST, message=_l("Bitte höchstens 2000 Zeichen."))],
        description=_l("Was stört Sie? Ein Satz genügt."),
        render_kw={"rows": 4, "maxlength": LONGEST},
    )
    name = StringField(
        _l("Ihr Name"),
        [Length(max=LONGEST_NAME, message=_l("Bitte höchstens 120 Zeichen."))],
        description=_l("Freiwillig. Nur die Moderation sieht ihn."),
        render_kw={"autocomplete": "name", "maxlength": LONGEST_NAME},
    )
    email = EmailField(
        _l("Ihre E-Mail-Adresse"),
        description=_l("Nur wenn Sie eine Antwort möchten. Niemand sonst sieht sie."),
        render_kw={"autocomplete": "email", "inputmode": "email", "maxlength": 254},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules = netiquette.rules()
        self.rule.choices = [
            *((str(rule.number), first_sentence(rule.text)) for rule in self.rules),
            (str(OTHER), _("Etwas anderes")),
        ]
