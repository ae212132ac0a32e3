"""Forget what was noted about people once the desk no longer needs it. Run by the worker's tick."""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, or_, select, update

from kern.accounts.models import Party
from kern.db import db
from kern.moderation.models import OBJECTION, REPORT, Case, CaseNote

EMAIL_FOR = timedelta(days=30)  # after the decision: a mail that bounced may be asked for again
TEXT_FOR = timedelta(days=2 * 365)  # as long as the audit log


def forget(_since: datetime, until: datetime) -> bool:
    """What reporters left, objections and reasons; at once what belongs to people who have gone."""
    gone = select(Party.id).where(Party.erased_at.is_not(None))
    count = forget_notes(CaseNote.party_id.in_(gone))
    contact = or_(CaseNote.email.is_not(None), CaseNote.name.is_not(None))
    count += _clear(_decided_before(until - EMAIL_FOR) & contact, name=None, email=None)
    count += _clear(_decided_before(until - TEXT_FOR) & (CaseNote.text != ""), text="")
    return count > 0


def forget_notes(theirs: ColumnElement[bool]) -> int:
    """Of people who go: what they reported and objected loses its words, all else its name."""
    own_words = theirs & CaseNote.kind.in_([REPORT, OBJECTION])
    count = _clear(own_words, text="", name=None, email=None, party_id=None)
    return count + _clear(theirs, party_id=None)


def _decided_before(at: datetime) -> ColumnElement[bool]:
    return CaseNote.case_id.in_(select(Case.id).where(Case.decided_at < at))


def _clear(condition: ColumnElement[bool], **values: Any) -> int:
    statement = update(CaseNote).where(condition).values(**values)
    done = statement.execution_options(synchronize_session=False)
    return cast("CursorResult[Any]", db.session.execute(done)).rowcount
