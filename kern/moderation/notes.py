"""The free texts of cases: what reporters, moderators and objectors wrote."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from kern.db import db
from kern.moderation.models import OBJECTION, REPORT, Case, CaseKind, CaseNote

_SAID_IN = frozenset({CaseKind.REPORT, CaseKind.OBJECTION})


def text_of(case_id: int, kind: str) -> str:
    """The first one of this kind; empty once it has expired or was redacted."""
    query = select(CaseNote.text).where(CaseNote.case_id == case_id, CaseNote.kind == kind)
    return db.session.scalar(query.order_by(CaseNote.id).limit(1)) or ""


def said_of(cases: Sequence[Case]) -> Mapping[int, CaseNote]:
    """By case: what was said against a text, or against a decision; rather words than a bare rule,
    and the newest first. One query, and none where nobody said anything."""
    ids = [case.id for case in cases if case.kind in _SAID_IN]
    if not ids:
        return {}
    query = select(CaseNote).where(
        CaseNote.case_id.in_(ids), CaseNote.kind.in_([REPORT, OBJECTION])
    )
    notes = db.session.scalars(query.order_by(CaseNote.text != "", CaseNote.id))
    return {note.case_id: note for note in notes}
