"""Warn somebody, bar them for a time or for good, lift it again.

A barred person reads, keeps their account, reports and objects; they neither write, vote nor begin
threads, with or without an account. A bar is its statement of reasons: it holds while that does.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, bindparam, func, or_, select

from kern import audit, outbox
from kern.accounts.models import Account, Grant, Identity, Party
from kern.accounts.permissions import STAFF_ROLES
from kern.actor import Actor
from kern.calendar import format_deadline
from kern.clock import now
from kern.db import Quick, db, lasting_alias
from kern.errors import Conflict, Invalid, NotAllowed, NotFound
from kern.moderation import statements
from kern.moderation.cases import DESK
from kern.moderation.decisions.choices import checked_ground, checked_sentence
from kern.moderation.models import (
    REASON,
    Case,
    CaseKind,
    CaseNote,
    CaseState,
    CaseVerdict,
    Ending,
    Measure,
    Statement,
)
from kern.moderation.persons import PERSON_KEY
from kern.scope import Scope

BAR = "moderation.bar"
_OWN, _ACCOUNT = lasting_alias(Identity), lasting_alias(Account)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar in force. `until` is exclusive, None for good; `scope_id` None is the whole town."""

    statement_id: int
    scope_id: int | None
    until: datetime | None


def find_bar(party_id: int | None, scope_id: int | None) -> Bar | None:
    """The longest bar in force that keeps this person from writing there; also one given to the
    same address without its account."""
    if party_id is None:
        return None
    values = {"party": party_id, "at": now(), "scope": scope_id}
    found = [Bar(*row) for row in _query(in_town=scope_id is None).all(values)]
    return max(found, key=_length, default=None)


@cache
def _query(*, in_town: bool) -> Quick:
    """Put together once: it is asked with every text and vote."""
    query = select(Statement.id, Case.scope_id, Statement.until)
    query = query.join(Case, Case.id == Statement.case_id)
    return Quick(query.where(_same_person(), *_in_force(), _reaches(in_town=in_town)))


class Barred(Invalid):
    """Somebody is barred. A form says so and keeps what they typed; elsewhere it is a refusal."""

    status = 403


def bar_for(actor: Actor, scope_id: int | None) -> Bar | None:
    """For pages that offer to write: asks the database only where a bar was given at all."""
    return find_bar(actor.party_id, scope_id) if actor.has_bar else None


def sentence_of(bar: Bar) -> Barred:
    if bar.until is None:
        return Barred(
            "Sie sind hier vom Mitschreiben ausgeschlossen. Lesen können Sie weiterhin alles. "
            "Den Grund und den Weg zum Einspruch haben wir Ihnen geschrieben."
        )
    return Barred(
        "Sie können hier bis %(until)s nicht mitschreiben. Lesen können Sie weiterhin alles. "
        "Den Grund und den Weg zum Einspruch haben wir Ihnen geschrieben.",
        until=format_deadline(bar.until),
    )


def require_may_write(party_id: int | None, scope_id: int | None) -> None:
    """Raises Barred with the end of the bar. For every way to write, vote or begin a thread."""
    bar = find_bar(party_id, scope_id)
    if bar is not None:
        raise sentence_of(bar)


def holds(statement: Statement, at: datetime) -> bool:
    """Whether this is a bar in force: `_in_force`, for one that is at hand."""
    is_over = statement.until is not None and statement.until <= at
    return statement.measure == Measure.BARRED and statement.ended_at is None and not is_over


def _length(bar: Bar) -> tuple[bool, float]:
    return (bar.until is None, bar.until.timestamp() if bar.until else 0.0)


def _in_force() -> tuple[ColumnElement[bool], ...]:
    return (
        Statement.measure == Measure.BARRED,
        Statement.ended_at.is_(None),
        or_(Statement.until.is_(None), Statement.until > bindparam("at")),
    )


def _reaches(*, in_town: bool) -> ColumnElement[bool]:
    """Said so that no index of cases fits: the few statements of a person are the way in, not the
    thousands of cases of a project."""
    if in_town:
        return func.coalesce(Case.scope_id, 0) == 0
    return func.coalesce(Case.scope_id, bindparam("scope")) == bindparam("scope")


def _same_person() -> ColumnElement[bool]:
    """Parties behind one address: the account's own, and what was written there without login."""
    own, account = _OWN, _ACCOUNT
    address = (
        select(own.subject)
        .join(account, account.id == own.account_id)
        .where(account.party_id == bindparam("party"))
    )
    guests = select(Party.id).where(Party.email.in_(address))
    return or_(Statement.party_id == bindparam("party"), Statement.party_id.in_(guests))


# Acts of moderators


@dataclass(frozen=True, slots=True)
class Ground:
    """Why: a sentence for the person, and a rule of the town or a law."""

    text: str
    rule: int | None = None
    law: str = ""


def warn(actor: Actor, party_id: int, scope_id: int | None, ground: Ground) -> Statement:
    """Says in writing what must not happen again; takes nothing away."""
    case, law = _decide(actor, party_id, scope_id, CaseVerdict.WARN, ground)
    return statements.write(case, law=law)


def bar(
    actor: Actor, party_id: int, scope_id: int | None, ground: Ground, *, until: datetime | None
) -> Statement:
    """`until` is exclusive; None is for good. Raises Invalid at `until` when it has passed."""
    if until is not None and until <= now():
        raise Invalid("Bitte wählen Sie einen Tag, der noch kommt.", field="until")
    _require_no_staff(party_id)
    case, law = _decide(actor, party_id, scope_id, CaseVerdict.BAR, ground)
    db.session.get_one(Party, party_id).has_bar = True
    return statements.write(case, law=law, until=until)


def lift(actor: Actor, statement_id: int) -> Case:
    """Before its time. Raises Conflict when it no longer holds."""
    statement = statements.get(statement_id)
    origin = statement.case
    _require_may(actor, origin.scope_id)
    if statement.measure != Measure.BARRED or statement.ended_at is not None:
        raise Conflict("Diese Sperre gilt nicht mehr.")
    case = _case(actor, origin.content_id, origin.scope_id, CaseVerdict.LIFT, None)
    statements.end(statement, Ending.LIFTED, case.decided_at)
    audit.record(actor, "person.lift", f"{PERSON_KEY}:{origin.content_id}")
    statements.tell(statement, statements.ENDED_MAIL, case)
    return case


def _decide(
    actor: Actor, party_id: int, scope_id: int | None, verdict: CaseVerdict, ground: Ground
) -> tuple[Case, str]:
    """The case in the log, and the law as it will be kept."""
    _require_may(actor, scope_id)
    party = db.session.get(Party, party_id)
    if party is None or party.erased_at is not None:
        raise NotFound("Diese Person gibt es hier nicht mehr.")
    if scope_id is not None and db.session.get(Scope, scope_id) is None:
        raise NotFound("Diesen Bereich gibt es nicht.")
    number, law = checked_ground(ground.rule, ground.law)
    words = checked_sentence(ground.text, needs_one=True)
    case = _case(actor, party_id, scope_id, verdict, number)
    db.session.add(CaseNote(case_id=case.id, kind=REASON, text=words, party_id=actor.party_id))
    audit.record(
        actor, f"person.{verdict}", f"{PERSON_KEY}:{party_id}", f"rule {number}" if number else None
    )
    db.session.flush()
    return case, law


def _case(
    actor: Actor, party_id: int, scope_id: int | None, verdict: CaseVerdict, rule: int | None
) -> Case:
    """In the log, decided at once."""
    at = now()
    case = Case(
        kind=CaseKind.PERSON,
        content_key=PERSON_KEY,
        content_id=party_id,
        scope_id=scope_id,
        author_id=party_id,
        state=CaseState.DECIDED,
        opened_at=at,
        verdict=verdict,
        rule=rule,
        decided_by=actor.account_id,
        decided_at=at,
    )
    db.session.add(case)
    db.session.flush()
    outbox.bump(DESK)
    return case


def _require_may(actor: Actor, scope_id: int | None) -> None:
    if not actor.may(BAR, scope_id):
        raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")


def _require_no_staff(party_id: int) -> None:
    """Whoever works for the town loses their role first: nobody bars their own administrator."""
    query = (
        select(Grant.id)
        .join(Account, Account.id == Grant.account_id)
        .where(Account.party_id == party_id, Grant.role.in_(STAFF_ROLES))
    )
    if db.session.scalar(query.limit(1)) is not None:
        raise Conflict(
            "Diese Person arbeitet für den Ort. Bitte nehmen Sie ihr zuerst das Recht dazu."
        )
