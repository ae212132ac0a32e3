"""Objections: whoever is restricted says once, in own words, that it was wrong; another person
decides (Art. 20 DSA)."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError

from kern import notify, outbox
from kern.accounts.models import Account, AccountState, Grant
from kern.accounts.permissions import BY_ROLE, Role
from kern.actor import Actor
from kern.clock import now
from kern.db import db
from kern.errors import Conflict, Invalid
from kern.moderation import notes, statements
from kern.moderation.cases import DESK, due
from kern.moderation.models import (
    OBJECTION,
    REASON,
    Case,
    CaseKind,
    CaseNote,
    CaseState,
    CaseVerdict,
    Statement,
)
from kern.moderation.queue import ref_of
from kern.notify import NoticeKind

LONGEST = 2_000
SAME_AFTER = timedelta(days=7)
RECEIPT_MAIL = "moderation.einspruch"
DECIDE = "moderation.decide"


class Hearing(StrEnum):
    """Who decides about objections, as this town's moderation is staffed."""

    OTHER = "other"  # another moderator
    ADMINISTRATOR = "administrator"  # nobody else moderates, but somebody administers
    SAME_LATER = "same_later"  # there is only one person


@dataclass(frozen=True, slots=True)
class Deciders:
    """Accounts that may decide in a scope; administrators may too, and are named apart."""

    moderators: AbstractSet[int]
    administrators: AbstractSet[int]

    def without(self, first: int | None) -> "Deciders":
        return Deciders(self.moderators - {first}, self.administrators - {first})


def hearing_of(others: Deciders) -> Hearing:
    """Pure. `others` are all who may decide but the first decider."""
    if others.moderators:
        return Hearing.OTHER
    return Hearing.ADMINISTRATOR if others.administrators else Hearing.SAME_LATER


def heard_by(deciders: Deciders) -> Hearing:
    """Pure. What the town may promise in public, whoever decides first."""
    people = deciders.moderators | deciders.administrators
    ways = {hearing_of(deciders.without(first)) for first in people}
    return max(ways, key=list(Hearing).index, default=Hearing.SAME_LATER)


def same_person_from(opened_at: datetime) -> datetime:
    return opened_at + SAME_AFTER


def require_other_person(
    account_id: int | None, first: int | None, others: Deciders, opened_at: datetime, at: datetime
) -> None:
    """Pure. Raises Conflict for whoever made the decision that is objected to, except for the only
    person of a town, and for them until a week has passed."""
    if first is None or account_id != first:
        return
    if hearing_of(others) is not Hearing.SAME_LATER:
        raise Conflict(
            "Über diesen Einspruch entscheidet jemand anderes: Sie haben zuerst entschieden."
        )
    if at < same_person_from(opened_at):
        raise Conflict(
            "Sie haben zuerst entschieden. Weil es hier sonst niemanden gibt, können Sie nach "
            "sieben Tagen noch einmal entscheiden."
        )


def deciders_in(scope_id: int | None) -> Deciders:
    """One query: active accounts with a role that decides, in the town or in this scope."""
    town = Grant.scope_id.is_(None)
    here = town if scope_id is None else or_(town, Grant.scope_id == scope_id)
    query = (
        select(Grant.account_id, Grant.role)
        .join(Account, Account.id == Grant.account_id)
        .where(Account.state == AccountState.ACTIVE, here)
    )
    rows = [(id_, Role(role)) for id_, role in db.session.execute(query)]
    able = [(id_, role) for id_, role in rows if DECIDE in BY_ROLE[role]]
    administrators = {id_ for id_, role in able if role is Role.ADMINISTRATOR}
    return Deciders({id_ for id_, _role in able} - administrators, administrators)


def require_may_hear(actor: Actor, case: Case) -> None:
    """For cases of any other kind there is nothing to ask."""
    if case.kind != CaseKind.OBJECTION:
        return
    first = statements.get(case.statement_id).case.decided_by
    others = deciders_in(case.scope_id).without(first)
    require_other_person(actor.account_id, first, others, case.opened_at, now())


# Object


def find(statement: Statement) -> Case | None:
    return db.session.scalar(select(Case).where(Case.statement_id == statement.id))


def submit(statement: Statement, words: str) -> Case:
    """Sent twice, it counts once, with the words that came first. Raises Conflict when the six
    months are over, Invalid at the field."""
    known = find(statement)
    if known is not None:
        return known
    text = words.replace("\r\n", "\n").strip()
    if not text:
        raise Invalid("Bitte schreiben Sie in einem Satz, warum Sie widersprechen.", field="text")
    if len(text) > LONGEST:
        raise Invalid("Bitte höchstens %(limit)s Zeichen.", field="text", limit=LONGEST)
    if not may_object(statement, now()):
        raise Conflict("Die sechs Monate für einen Einspruch sind vorbei.")
    try:
        with db.session.begin_nested():
            case = _open(statement)
    except IntegrityError:
        known = find(statement)
        if known is None:
            raise
        return known
    db.session.add(
        CaseNote(case_id=case.id, kind=OBJECTION, text=text, party_id=statement.party_id)
    )
    _confirm(statement, case)
    outbox.bump(DESK)
    db.session.flush()
    return case


def _open(statement: Statement) -> Case:
    origin, at = statement.case, now()
    case = Case(
        kind=CaseKind.OBJECTION,
        content_key=origin.content_key,
        content_id=origin.content_id,
        revision=origin.revision,
        scope_id=origin.scope_id,
        author_id=statement.party_id,
        opened_at=at,
        due_at=due(at),
        statement_id=statement.id,
    )
    db.session.add(case)
    db.session.flush()
    return case


def _confirm(statement: Statement, case: Case) -> None:
    if statement.party_id is not None:
        notify.tell(
            statement.party_id,
            NoticeKind.STATEMENT,
            ref_of(case),
            f"objection:{case.id}",
            what=RECEIPT_MAIL,
            statement=statement.id,
        )


def words_of(case: Case) -> str:
    """What the author says."""
    return notes.text_of(case.id, OBJECTION)


def may_object(statement: Statement, at: datetime) -> bool:
    """Whether the six months are still running; once said is said, whenever."""
    return at < statements.objection_until(statements.taken_at(statement))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an objection, once nobody can take it back unheard."""

    is_upheld: bool
    reason: str
    decided_at: datetime


def outcome_of(case: Case, at: datetime) -> Outcome | None:
    if case.state != CaseState.DECIDED or at < statements.after_undo(case):
        return None
    is_upheld = case.verdict == CaseVerdict.UPHELD
    return Outcome(is_upheld, notes.text_of(case.id, REASON), case.decided_at or at)
