"""Code letters: made in one go, handed out once, kept only as marks that lead to nobody."""

from dataclasses import dataclass

from sqlalchemy import case, delete, func, insert, select

from kern import text
from kern.actor import Actor
from kern.db import db
from kern.errors import Conflict, Invalid
from umfragen import rules
from umfragen.models import InviteCode, Level, Survey
from umfragen.service.access import CODE_SIGNS
from umfragen.service.answering import new_code
from umfragen.service.changes import announce
from umfragen.store import ledger, peppers

MAX_CODES = 20_000
MAX_STRATUM = 40


@dataclass(frozen=True, slots=True)
class Batch:
    """The codes of one group: how many there are, and how many of them are used."""

    stratum: str
    count: int
    used: int


def create_codes(actor: Actor, survey: Survey, count: int, stratum: str = "") -> list[str]:
    """New codes in the clear, for the only time. `stratum` is a group, never a person."""
    rules.require_may_publish(actor, survey)
    if survey.level != Level.CODE:
        raise Conflict("Codes gibt es nur, wenn man mit einem Brief teilnimmt.")
    if survey.state in rules.OVER or survey.is_sealed:
        raise Conflict("Diese Umfrage ist beendet.")
    if not 1 <= count <= MAX_CODES:
        raise Invalid("Bitte eine Zahl von 1 bis %(most)s.", field="count", most=MAX_CODES)
    group = text.clean_line(stratum, MAX_STRATUM)
    peppers.make_pepper(survey.id)
    codes = [new_code(CODE_SIGNS) for _ in range(count)]
    # In the order of the marks: the table keeps no trace of the order of the letters.
    marks = sorted(ledger.mark_of(survey.id, "code", code) for code in codes)
    rows = [
        {"survey_id": survey.id, "mark": mark, "stratum": group, "is_used": False} for mark in marks
    ]
    db.session.execute(insert(InviteCode), rows)
    announce(actor, survey, "survey.codes", detail=str(count))
    return codes


def list_batches(survey: Survey) -> list[Batch]:
    used = func.sum(case((InviteCode.is_used, 1), else_=0))
    query = select(InviteCode.stratum, func.count(), used).where(InviteCode.survey_id == survey.id)
    rows = db.session.execute(query.group_by(InviteCode.stratum).order_by(InviteCode.stratum))
    return [Batch(stratum, count, int(done or 0)) for stratum, count, done in rows]


def revoke_codes(actor: Actor, survey: Survey, stratum: str) -> None:
    """Codes of this group that nobody has used are no longer good."""
    rules.require_may_publish(actor, survey)
    unused = (
        InviteCode.survey_id == survey.id,
        InviteCode.stratum == stratum,
        InviteCode.is_used.is_(False),
    )
    db.session.execute(delete(InviteCode).where(*unused))
    announce(actor, survey, "survey.codes_revoked")
