"""What moderators type to warn or bar somebody; what is allowed, the service says."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from wtforms import DateField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than stubs
from wtforms.validators import Optional

from kern.calendar import end_of_day, to_local
from kern.clock import now
from kern.errors import Invalid
from kern.i18n import _, _l
from kern.moderation.bars import Ground
from portal.moderation.forms import ReasonForm

WARN, DATE, FOR_GOOD = "verwarnen", "datum", "dauerhaft"
DAYS = {
    "1": _l("Sperren für einen Tag"),
    "7": _l("Sperren für 7 Tage"),
    "30": _l("Sperren für 30 Tage"),
}


class PersonForm(ReasonForm):
    act = RadioField(_l("Was möchten Sie tun?"), default=WARN)
    until = DateField(
        _l("Letzter Tag der Sperre"),
        [Optional()],
        description=_l("Nur für „Sperren bis zu einem Tag“."),
    )
    scope = SelectField(_l("Wo gilt das?"), coerce=int)
    law = StringField(
        _l("Oder ein Gesetz"),
        description=_l("Zum Beispiel „§ 185 StGB (Beleidigung)“."),
        render_kw={"maxlength": 200},
    )

    def __init__(self, scopes: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        """`scopes` are (id, title); 0 is the whole town."""
        super().__init__(**kwargs)
        self.act.choices = [
            (WARN, _("Verwarnen, ohne zu sperren")),
            *((days, str(label)) for days, label in DAYS.items()),
            (DATE, _("Sperren bis zu einem Tag")),
            (FOR_GOOD, _("Sperren auf Dauer")),
        ]
        self.scope.choices = [
            SelectChoice(id_, title or _("Im ganzen Ort")) for id_, title in scopes
        ]
        self.text.description = _("Den liest die Person. Bitte freundlich und genau.")

    @property
    def ground(self) -> Ground:
        return Ground(self.text.data or "", self.number, self.law.data or "")

    @property
    def scope_id(self) -> int | None:
        return self.scope.data or None

    @property
    def is_warning(self) -> bool:
        return bool(self.act.data == WARN)

    def end(self) -> datetime | None:
        """The exclusive end of the bar, with the day; None is for good."""
        if self.act.data == FOR_GOOD:
            return None
        if self.act.data == DATE:
            if self.until.data is None:
                raise Invalid("Bitte wählen Sie den letzten Tag.", field="until")
            return end_of_day(self.until.data)
        return end_of_day(_today() + timedelta(days=int(self.act.data)))


def _today() -> date:
    return to_local(now()).date()
