"""What people choose about notices."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than stubs
from wtforms.validators import InputRequired

from kern.notify import Frequency, NoticeKind
from kern.web import Form
from portal.mitteilungen.words import FREQUENCY_LABELS, KIND_LABELS

CHOICES = [SelectChoice(frequency.value, label) for frequency, label in FREQUENCY_LABELS.items()]


def _select(kind: NoticeKind) -> Any:
    return SelectField(KIND_LABELS[kind], [InputRequired()], choices=CHOICES)


class ChoicesForm(Form):
    fate = _select(NoticeKind.FATE)
    answer = _select(NoticeKind.ANSWER)
    reply = _select(NoticeKind.REPLY)
    case = _select(NoticeKind.CASE)
    followed = _select(NoticeKind.FOLLOWED)
    desk = _select(NoticeKind.DESK)

    @classmethod
    def of(
        cls, chosen: Mapping[NoticeKind, Frequency], offered: Iterable[NoticeKind]
    ) -> "ChoicesForm":
        """Without the kinds that this person never gets anything of."""
        form = cls(data={kind.value: frequency.value for kind, frequency in chosen.items()})
        for kind in KIND_LABELS:
            if kind not in offered:
                del form[kind.value]
        return form

    def choices(self) -> dict[NoticeKind, Frequency]:
        return {
            kind: Frequency(self[kind.value].data) for kind in KIND_LABELS if kind.value in self
        }
