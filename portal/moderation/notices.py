"""What became of one's own report, for the list of notices."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from kern.db import db
from kern.i18n import _
from kern.moderation.decisions.answering import AGAIN_NOTICE, ANSWER_NOTICE
from kern.moderation.models import Case, CaseNote, CaseState, CaseVerdict
from kern.notify import Line, NoticeType
from kern.notify.models import Notice


def _lines(notices: Sequence[Notice]) -> Mapping[int, Line]:
    """One query. Never whose text it was, nor what it said."""
    query = select(CaseNote.id, CaseNote.receipt, Case.verdict).join(
        Case, Case.id == CaseNote.case_id
    )
    query = query.where(CaseNote.id.in_(_notes(notices)), Case.state == CaseState.DECIDED)
    found = {id_: (receipt, verdict) for id_, receipt, verdict in db.session.execute(query)}
    return {
        notice.id: _line(_say(found[notice.content_id][1]), found[notice.content_id][0])
        for notice in notices
        if notice.content_id in found
    }


def _again_lines(notices: Sequence[Notice]) -> Mapping[int, Line]:
    """Two queries. The case is the later one, which the notice is about."""
    query = select(CaseNote.id, CaseNote.receipt).where(CaseNote.id.in_(_notes(notices)))
    receipts = {row.id: row.receipt for row in db.session.execute(query)}
    cases = [int(notice.payload["case"]) for notice in notices]
    decided = select(Case.id, Case.verdict).where(
        Case.id.in_(cases), Case.state == CaseState.DECIDED
    )
    verdicts = {row.id: row.verdict for row in db.session.execute(decided)}
    return {
        notice.id: _line(_say_again(verdicts[case_id]), receipts[notice.content_id])
        for notice, case_id in zip(notices, cases, strict=True)
        if notice.content_id in receipts and case_id in verdicts
    }


def _notes(notices: Sequence[Notice]) -> list[int]:
    return [notice.content_id for notice in notices]


def _line(sentence: str, receipt: str | None) -> Line:
    title = _("Ihre Meldung %(number)s", number=receipt)
    return Line(sentence, title=title, path=f"/melden/nummer/{receipt}")


def _say(verdict: CaseVerdict | None) -> str:
    if verdict == CaseVerdict.HIDE:
        return _("Was Sie gemeldet haben, ist nicht mehr öffentlich.")
    if verdict == CaseVerdict.REDACT:
        return _("Aus dem, was Sie gemeldet haben, sind Stellen entfernt.")
    return _("Was Sie gemeldet haben, haben wir geprüft. Es darf bleiben.")


def _say_again(verdict: CaseVerdict | None) -> str:
    if verdict == CaseVerdict.HIDE:
        return _("Wir haben neu entschieden: Was Sie gemeldet haben, ist nicht mehr öffentlich.")
    return _("Wir haben neu entschieden: Was Sie gemeldet haben, steht wieder da.")


TYPES = (NoticeType(ANSWER_NOTICE, _lines), NoticeType(AGAIN_NOTICE, _again_lines))
