"""The free texts of cases: what reporters, moderators and objectors wrote."""

from sqlalchemy import select

from kern.db import db
from kern.moderation.models import CaseNote


def text_of(case_id: int, kind: str) -> str:
    """The first one of this kind; empty once it has expired or was redacted."""
    query = select(CaseNote.text).where(CaseNote.case_id == case_id, CaseNote.kind == kind)
    return db.session.scalar(query.order_by(CaseNote.id).limit(1)) or ""
