"""Codes for letters: made, handed out once, and known to nobody afterwards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Integer, Table, delete, func, insert, select

from kern import audit, text
from kern.actor import Actor
from kern.db import db
from kern.errors import Conflict, Invalid
from umfragen import rules
from umfragen.models import InviteCode, Level, State, Survey
from umfragen.models.access import MARK_BYTES
from umfragen.service.access import CODE_SIGNS
from umfragen.service.answering import new_code
from umfragen.service.changes import ref_of
from umfragen.store import codes, ledger, peppers

MOST = 200_000
MAX_STRATUM = 60


@dataclass(frozen=True, slots=True)
class Letter:
    code: str
    stratum: str


@dataclass(frozen=True, slots=True)
class StratumFigures:
    stratum: str
    codes: int
    used: int


def make_letters(actor: Actor, survey: Survey, wanted: Mapping[str, int]) -> list[Letter]:
    """`wanted`: how many per stratum, "" for all alike. This list is the only one there will ever
    be: the database keeps what a code proves, not the code. In no order that tells anything."""
    rules.require_may_publish(actor, survey)
    _require_codes(survey)
    total = sum(wanted.values())
    if not 1 <= total <= MOST or min(wanted.values()) < 0:
        raise Invalid("Bitte eine Zahl von 1 bis %(most)s.", field="codes", most=MOST)
    peppers.make_pepper(survey.id)
    found: dict[str, str] = {}
    for name, count in wanted.items():
        stratum = text.clean_line(name, MAX_STRATUM)
        for _ in range(count):
            found[_unused(found)] = stratum
    rows = [
        {"survey_id": survey.id, "mark": mark, "stratum": stratum, "is_used": False}
        for mark, stratum in sorted(_marks(survey, found))
    ]
    db.session.execute(insert(cast("Table", InviteCode.__table__)), rows)
    audit.record(actor, "survey.codes", str(ref_of(survey)), str(total))
    return [Letter(code, stratum) for code, stratum in sorted(found.items())]


def revoke(actor: Actor, survey: Survey, stratum: str) -> None:
    """Codes of this group that nobody has used are no longer good."""
    rules.require_may_publish(actor, survey)
    these = (
        InviteCode.survey_id == survey.id,
        InviteCode.stratum == stratum,
        InviteCode.is_used.is_(False),
    )
    db.session.execute(delete(InviteCode).where(*these))
    audit.record(actor, "survey.codes_revoked", str(ref_of(survey)), "")


def unused(actor: Actor, survey: Survey, typed: Iterable[str]) -> list[str]:
    """Of the office's own list, the codes that nobody has used: whom to remind."""
    rules.require_may_publish(actor, survey)
    _require_codes(survey)
    if not letter_figures(survey):
        return []
    known = {code for one in typed if (code := codes.read(one, CODE_SIGNS)) is not None}
    marks = {ledger.mark_of(survey.id, "code", code): code for code in known}
    query = select(InviteCode.mark).where(
        InviteCode.survey_id == survey.id, InviteCode.is_used.is_(False)
    )
    audit.record(actor, "survey.remind", str(ref_of(survey)), str(len(known)))
    return sorted(marks[mark] for mark in db.session.scalars(query) if mark in marks)


def letter_figures(survey: Survey) -> Sequence[StratumFigures]:
    """How many codes there are and how many were used, by stratum."""
    query = select(
        InviteCode.stratum,
        func.count().label("codes"),
        func.sum(InviteCode.is_used.cast(Integer)).label("used"),
    ).where(InviteCode.survey_id == survey.id)
    rows = db.session.execute(query.group_by(InviteCode.stratum).order_by(InviteCode.stratum))
    return [StratumFigures(row.stratum, row.codes, row.used) for row in rows]


def _marks(survey: Survey, found: Mapping[str, str]) -> Iterable[tuple[bytes, str]]:
    """One look at the key for all of them."""
    pepper = peppers.pepper_of(survey.id)
    for code, stratum in found.items():
        yield peppers.digest(pepper, "code", code)[:MARK_BYTES], stratum


def _unused(found: Mapping[str, str]) -> str:
    while (code := new_code(CODE_SIGNS)) in found:
        pass
    return code


def _require_codes(survey: Survey) -> None:
    if survey.level != Level.CODE:
        raise Conflict("Diese Umfrage verwendet keine Codes.")
    if survey.is_sealed or survey.state in {State.CLOSED, State.ARCHIVED}:
        raise Conflict("Diese Umfrage ist beendet.")
