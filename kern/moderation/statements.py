"""Statements of reasons: one for each restriction of one person, with a private address.

Who holds the address may read the statement and object, without a login (Art. 17 and 20 DSA).
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import and_, delete, func, insert, select, update
from sqlalchemy import case as case_
from sqlalchemy.orm import joinedload

from kern import notify
from kern.accounts.models import Party
from kern.calendar import to_local, to_utc
from kern.content import Ref
from kern.db import db
from kern.errors import NotFound
from kern.moderation import netiquette, notes
from kern.moderation.models import (
    REASON,
    Case,
    CaseKind,
    CaseVerdict,
    Ending,
    Found,
    Measure,
    Statement,
)
from kern.moderation.queue import ref_of
from kern.notify import NoticeKind
from kern.town import current_town

UNDO = timedelta(seconds=30)
MAIL = "moderation.begruendung"
ENDED_MAIL = "moderation.aufgehoben"
MOST_NAMED = 20  # of what was decided together
OBJECT_MONTHS = 6  # Art. 20(1) DSA: at least
GONE = "Diese Begründung gibt es nicht. Bitte prüfen Sie die Adresse."
MEASURES: Mapping[CaseVerdict, Measure] = {
    CaseVerdict.REJECT: Measure.REJECTED,
    CaseVerdict.HIDE: Measure.HIDDEN,
    CaseVerdict.REDACT: Measure.REDACTED,
    CaseVerdict.RELEASE_WITHOUT_PICTURE: Measure.WITHOUT_PICTURE,
    CaseVerdict.WARN: Measure.WARNED,
    CaseVerdict.BAR: Measure.BARRED,
}
_ENDS: Mapping[CaseVerdict, tuple[Measure, ...]] = {
    CaseVerdict.RELEASE: (Measure.REJECTED,),
    CaseVerdict.RELEASE_WITHOUT_PICTURE: (Measure.REJECTED,),
    CaseVerdict.REDACT: (Measure.REJECTED,),
    CaseVerdict.RESTORE: (Measure.HIDDEN,),
}
"""Which earlier measures about the same thing no longer hold after a verdict."""


def found_by(kinds: Iterable[CaseKind], weight: int) -> Found:
    """Pure. What waits is read because it waits; a hint only leads to what is public unread."""
    seen = set(kinds)
    if CaseKind.REPORT in seen:
        return Found.REPORT
    return Found.HINT if CaseKind.REVIEW in seen and weight > 0 else Found.LOOK


def write(
    case: Case, *, found: Found = Found.LOOK, law: str = "", until: datetime | None = None
) -> Statement:
    """For a case that was just decided. The rule is kept as it reads today."""
    if case.verdict is None:
        raise ValueError("an open case restricts nobody")
    version = netiquette.current_version() if case.rule is not None else None
    statement = Statement(
        case_id=case.id,
        party_id=case.author_id,
        measure=MEASURES[case.verdict],
        found=found,
        rule_text=netiquette.rule_text(case.rule),
        netiquette=version,
        law=law,
        until=until,
    )
    statement.case = case
    db.session.add(statement)
    db.session.flush()
    tell(statement, MAIL, case)
    return statement


def write_all(cases: Sequence[Case], *, law: str = "") -> None:
    """`write` for many decisions of one kind at once: of each thing one. Nobody is told by it."""
    rule, verdict = cases[0].rule, cases[0].verdict
    if verdict is None:
        raise ValueError("an open case restricts nobody")
    about: dict[Ref, list[Case]] = {}
    for case in cases:
        about.setdefault(ref_of(case), []).append(case)
    shared = {
        "measure": MEASURES[verdict],
        "rule_text": netiquette.rule_text(rule),
        "netiquette": netiquette.current_version() if rule is not None else None,
        "law": law,
    }
    rows = [
        {
            **shared,
            "case_id": same[0].id,
            "party_id": same[0].author_id,
            "found": found_by({one.kind for one in same}, sum(one.weight for one in same)),
        }
        for same in about.values()
    ]
    db.session.execute(insert(Statement), rows)


def tell(statement: Statement, what: str, event: Case) -> None:
    """The person hears of it once the undo time of `event` is over; nobody can switch it off."""
    if statement.party_id is not None:
        notify.tell(
            statement.party_id,
            NoticeKind.STATEMENT,
            ref_of(statement.case),
            f"case:{event.id}",
            what=what,
            not_before=after_undo(event),
            statement=statement.id,
        )


def get(statement_id: int | None) -> Statement:
    query = select(Statement).where(Statement.id == statement_id)
    statement = db.session.scalar(query.options(joinedload(Statement.case)))
    if statement is None:
        raise NotFound(GONE)
    return statement


def get_of(case: Case) -> Statement:
    """The one that this decision made."""
    query = select(Statement).where(Statement.case_id == case.id)
    statement = db.session.scalar(query.options(joinedload(Statement.case)))
    if statement is None:
        raise NotFound(GONE)
    return statement


@dataclass(frozen=True, slots=True)
class Together:
    """Other statements of one decision about the same person: the next ones, and how many."""

    some: Sequence[Statement]
    count: int


def list_together(statement: Statement) -> Together:
    """Those that still hold. Two queries; none where it was decided alone."""
    joint_id = statement.case.joint_id
    if joint_id is None:
        return Together((), 0)
    conditions = (
        Case.joint_id == joint_id,
        Statement.party_id == statement.party_id,
        Statement.id != statement.id,
        Statement.ended_at.is_(None),
    )
    query = select(Statement).join(Case, Case.id == Statement.case_id).where(*conditions)
    query = query.options(joinedload(Statement.case))
    query = query.order_by(case_((Statement.id > statement.id, 0), else_=1), Statement.id)
    some = db.session.scalars(query.limit(MOST_NAMED)).all()
    counted = select(func.count()).select_from(Statement).join(Case, Case.id == Statement.case_id)
    return Together(some, db.session.scalar(counted.where(*conditions)) or 0)


def find_newest(ref: Ref, revision: int | None = None) -> Statement | None:
    """About this thing (about one wording of it), whether it still holds or not."""
    query = select(Statement).join(Case, Case.id == Statement.case_id)
    query = query.where(Case.content_key == ref.key, Case.content_id == ref.id)
    if revision is not None:
        query = query.where(Case.revision == revision)
    query = query.options(joinedload(Statement.case)).order_by(Statement.id.desc())
    return db.session.scalar(query.limit(1))


def facts_of(statement: Statement) -> str:
    """The moderator's own words; empty once they have expired or were redacted."""
    return notes.text_of(statement.case_id, REASON)


# The private address


def path_of(statement: Statement) -> str:
    return f"/begruendung/{statement.id}/{_signature(statement)}"


def get_by_link(statement_id: int, signature: str) -> Statement:
    """Raises NotFound alike for unknown numbers, wrong signatures and people who have gone."""
    query = select(Statement).where(Statement.id == statement_id)
    query = query.join(Party, Party.id == Statement.party_id).where(Party.erased_at.is_(None))
    statement = db.session.scalar(query.options(joinedload(Statement.case)))
    if statement is None:
        raise NotFound(GONE)
    if not hmac.compare_digest(signature.encode(), _signature(statement).encode()):
        raise NotFound(GONE)
    return statement


def _signature(statement: Statement) -> str:
    """Bound to the person too: with them the address ends."""
    message = f"statement|{statement.id}|{statement.case_id}|{statement.party_id}".encode()
    return hmac.new(current_town().secret, message, hashlib.sha256).hexdigest()[:40]


def taken_at(statement: Statement) -> datetime:
    """When it took effect."""
    return statement.case.decided_at or statement.case.opened_at


def after_undo(case: Case) -> datetime:
    return (case.decided_at or case.opened_at) + UNDO


def objection_until(at: datetime) -> datetime:
    """The exclusive end of the time to object: six months later, the whole day."""
    day = to_local(at).date()
    years, month = divmod(day.month - 1 + OBJECT_MONTHS, 12)
    first = day.replace(year=day.year + years, month=month + 1, day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    end = min(first + timedelta(days=day.day - 1), last) + timedelta(days=1)
    return to_utc(datetime.combine(end, time()))


# How they end


def end(statement: Statement, by: Ending, at: datetime | None) -> None:
    statement.ended_at, statement.ended_by = at, by
    db.session.flush()


def resume(statement: Statement) -> None:
    """The end was taken back within the undo time."""
    statement.ended_at = statement.ended_by = None
    db.session.flush()


def end_by(case: Case) -> None:
    """A decision that gives back what earlier ones about the same thing took."""
    end_all([case])


def end_all(cases: Sequence[Case]) -> None:
    """The same for many decisions of one kind, about things of one kind."""
    first = cases[0]
    measures = _ENDS.get(CaseVerdict(first.verdict)) if first.verdict else None
    if measures is None:
        return
    by = Ending.ANEW if first.kind == CaseKind.CHANGE else Ending.REWRITTEN
    query = select(Statement).join(Case, Case.id == Statement.case_id)
    query = query.where(
        Case.content_key == first.content_key,
        Case.content_id.in_([case.content_id for case in cases]),
        Case.id.not_in([case.id for case in cases]),
        Statement.measure.in_(measures),
        Statement.ended_at.is_(None),
    )
    decided = {case.content_id: case for case in cases}
    for statement in db.session.scalars(query.options(joinedload(Statement.case))).all():
        case = decided[statement.case.content_id]
        end(statement, by, case.decided_at)
        if by is Ending.ANEW and statement.measure == Measure.HIDDEN:
            tell(statement, ENDED_MAIL, case)  # a release tells its author by itself


def forget(cases: Sequence[Case], at: datetime | None) -> None:
    """Decisions are taken back: their statements never were, those they ended hold again."""
    first = cases[0]
    own = [case.id for case in cases]
    db.session.execute(delete(Statement).where(Statement.case_id.in_(own)))
    about = select(Case.id).where(
        Case.content_key == first.content_key, Case.content_id == first.content_id
    )
    ended = and_(Statement.case_id.in_(about), Statement.ended_at == at)
    ended = and_(ended, Statement.ended_by != Ending.OBJECTION)
    db.session.execute(update(Statement).where(ended).values(ended_at=None, ended_by=None))
