"""What became of one's own report, for the list of notices."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from kern.db import db
from kern.i18n import _
from kern.moderation.decisions.deciding import ANSWER_NOTICE
from kern.moderation.models import Case, CaseNote, CaseState, CaseVerdict
from kern.notify import Line, NoticeType
from kern.notify.models import Notice


def _lines(notices: Sequence[Notice]) -> Mapping[int, Line]:
    """One query. Never whose text it was, nor what it said."""
    query = select(CaseNote.id, CaseNote.receipt, Case.verdict).join(
        Case, Case.id == CaseNote.case_id
    )
    ids = [notice.content_id for notice in notices]
    query = query.where(CaseNote.id.in_(ids), Case.state == CaseState.DECIDED)
    found = {row.id: row for row in db.session.execute(query)}
    return {
        notice.id: Line(
            _say(found[notice.content_id].verdict),
            title=_("Ihre Meldung %(number)s", number=found[notice.content_id].receipt),
            path=f"/melden/nummer/{found[notice.content_id].receipt}",
        )
        for notice in notices
        if notice.content_id in found
    }


def _say(verdict: CaseVerdict) -> str:
    if verdict == CaseVerdict.HIDE:
        return _("Was Sie gemeldet haben, ist nicht mehr öffentlich.")
    if verdict == CaseVerdict.REDACT:
        return _("Aus dem, was Sie gemeldet haben, sind Stellen entfernt.")
    return _("Was Sie gemeldet haben, haben wir geprüft. Es darf bleiben.")


TYPES = (NoticeType(ANSWER_NOTICE, _lines),)
