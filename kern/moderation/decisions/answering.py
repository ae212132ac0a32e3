"""Tell reporters what became of what they reported, and tell them again when that changes."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import or_, select

from kern import notify, outbox
from kern.content import Ref
from kern.db import db
from kern.moderation import statements
from kern.moderation.models import (
    REPORT,
    Case,
    CaseKind,
    CaseNote,
    CaseState,
    CaseVerdict,
    Measure,
)
from kern.notify import NoticeKind

ANSWER_MAIL = "moderation.gemeldet"
ANSWER_NOTICE = "moderation.meldung"
AGAIN_MAIL = "moderation.gemeldet_neu"
AGAIN_NOTICE = "moderation.meldung_neu"
REPORT_KEY = "kern.report"  # of the ref of such a notice: the number of the report's note


def answer(cases: Iterable[Case]) -> None:
    """What was decided together, some of it because it was reported."""
    for case in cases:
        if case.kind == CaseKind.REPORT:
            _tell(_notes_of([case]), case, ANSWER_MAIL, ANSWER_NOTICE)


def answer_again(case: Case) -> None:
    """A decision that hides or shows what an earlier one about a report had settled otherwise."""
    if not _changes(case):
        return
    query = select(Case).where(
        Case.content_key == case.content_key,
        Case.content_id == case.content_id,
        Case.kind == CaseKind.REPORT,
        Case.state == CaseState.DECIDED,
        Case.decided_at < case.decided_at,
    )
    notes = _notes_of(db.session.scalars(query).all())
    _tell(notes, case, AGAIN_MAIL, AGAIN_NOTICE, case=case.id)


def _changes(case: Case) -> bool:
    if case.verdict == CaseVerdict.UPHELD:
        return statements.get(case.statement_id).measure == Measure.HIDDEN
    return case.verdict in (CaseVerdict.HIDE, CaseVerdict.RESTORE)


def _notes_of(cases: Sequence[Case]) -> Sequence[CaseNote]:
    """Of everybody who can be told."""
    query = select(CaseNote).where(
        CaseNote.case_id.in_([case.id for case in cases]),
        CaseNote.kind == REPORT,
        or_(CaseNote.email.is_not(None), CaseNote.party_id.is_not(None)),
    )
    return db.session.scalars(query).all() if cases else ()


def _tell(notes: Sequence[CaseNote], event: Case, mail: str, notice: str, **payload: Any) -> None:
    """Who is logged in and gave no address finds it with their notices."""
    not_before = statements.after_undo(event)
    for note in notes:
        if note.email is not None:
            outbox.mail(
                mail,
                f"report:{note.id}",
                event=f"case:{event.id}",
                not_before=not_before,
                note=note.id,
                **payload,
            )
        elif note.party_id is not None:
            notify.tell(
                note.party_id,
                NoticeKind.CASE,
                Ref(REPORT_KEY, note.id),
                f"case:{event.id}:report:{note.id}",
                what=notice,
                not_before=not_before,
                **payload,
            )
