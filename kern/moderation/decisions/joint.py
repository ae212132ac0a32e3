"""One decision for many cases: claimed at once, carried out by the worker after the undo time.

The request only says that it is decided: a row for the decision, and one statement for each kind of
case among them. So a thousand cases take it no longer than a few, and of two moderators one wins.
Until the worker comes nothing has happened, and taking it back is as cheap.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.orm import aliased

from kern import audit, outbox
from kern.actor import Actor
from kern.clock import now
from kern.db import db
from kern.errors import Conflict, NotAllowed
from kern.moderation.cases import DESK as REVISION_KEY
from kern.moderation.decisions.choices import (
    NOT_HERE,
    PUBLIC_KINDS,
    TOO_LATE,
    AlreadyDecided,
    checked_ground,
    checked_sentence,
    needed,
    no_for,
    yes_for,
)
from kern.moderation.decisions.deciding import set_state
from kern.moderation.filters import Filters, within
from kern.moderation.models import (
    REPORT,
    Case,
    CaseKind,
    CaseNote,
    CaseState,
    CaseVerdict,
    JointDecision,
    JointState,
)
from kern.moderation.queue import items_of, ref_of
from kern.moderation.statements import UNDO
from kern.outbox import OutboxEntry, State

JOINT = "joint"  # this kind of entry of the outbox
JOINT_KEY = "kern.joint"
BATCH = 500  # ids of one statement


@dataclass(frozen=True, slots=True)
class JointVerdict:
    """Yes or no for all. A no says why: by a rule or a law, and in a sentence."""

    accepts: bool
    rule: int | None = None
    text: str = ""
    law: str = ""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What one decision reached. `joint_id` is None when it reached nothing."""

    joint_id: int | None
    count: int  # of things
    skipped: int  # somebody was faster, the text moved on, or it is not theirs to decide


class _Row(NamedTuple):
    id: int
    kind: CaseKind
    scope_id: int | None
    content_key: str
    content_id: int


def decide_group(
    actor: Actor,
    filters: Filters,
    verdict: JointVerdict,
    *,
    until: int | None = None,
    but: Collection[int] = (),
) -> Claimed:
    """Everything that waits in the group of look-alikes that the filters name, and that this actor
    may decide. `until` is the last case that was shown, `but` are cases to be left out. Raises
    AlreadyDecided for everybody but the first."""
    if filters.group_id is None:
        raise Conflict(NOT_HERE)
    conditions = filters.conditions(actor, now())
    claimed = _claim(actor, _rows([*conditions, *_narrowed(until, but)]), verdict)
    if claimed.joint_id is None:
        raise AlreadyDecided(filters.group_id)  # which is the id of its first case
    return claimed


def decide_marked(
    actor: Actor, marked: Sequence[tuple[int, int]], verdict: JointVerdict
) -> Claimed:
    """`marked` are pairs of case and the revision that was shown. Objections are heard each by
    itself."""
    revisions = dict(marked)
    known = _unmoved(actor, revisions)
    claimed = _claim(actor, _rows([within(actor), Case.id.in_(known)]), verdict)
    return replace(claimed, skipped=len(revisions) - claimed.count)


def _unmoved(actor: Actor, revisions: dict[int, int]) -> list[int]:
    """Those whose newest wording is the one that was shown."""
    query = select(Case).where(Case.id.in_(revisions), within(actor))
    cases = db.session.scalars(query).all()
    items = items_of(cases)
    found = []
    for case in cases:
        item = items.get(ref_of(case))
        if item is not None and item.revision == revisions[case.id]:
            found.append(case.id)
    return found


def _narrowed(until: int | None, but: Collection[int]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [] if until is None else [Case.id <= until]
    return [*found, Case.id.not_in(but)] if but else found


def _rows(conditions: Iterable[ColumnElement[bool]]) -> list[_Row]:
    """Open ones, locked in one order, so that two decisions never wait crosswise."""
    query = (
        select(Case.id, Case.kind, Case.scope_id, Case.content_key, Case.content_id)
        .where(Case.state == CaseState.OPEN, Case.kind != CaseKind.OBJECTION, *conditions)
        .order_by(Case.id)
        .with_for_update(of=Case)
    )
    return [_Row(*row) for row in db.session.execute(query)]


def _verdict_of(row: _Row, verdict: JointVerdict) -> CaseVerdict:
    return yes_for(row) if verdict.accepts else no_for(row)


def _claim(actor: Actor, rows: Sequence[_Row], verdict: JointVerdict) -> Claimed:
    may = [row for row in rows if actor.may(needed(row, _verdict_of(row, verdict)), row.scope_id)]
    if rows and not may:
        raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")
    wanted = _checked(verdict)
    if not may:
        return Claimed(None, 0, len(rows))
    joint = _joint(actor, wanted)
    ids: dict[CaseVerdict, list[int]] = {}
    for row in may:
        ids.setdefault(_verdict_of(row, wanted), []).append(row.id)
    for one, numbers in ids.items():
        for start in range(0, len(numbers), BATCH):
            set_state(
                Case.id.in_(numbers[start : start + BATCH]),
                CaseState.OPEN,
                _values(joint, one),
            )
    _take_along(joint, may, wanted)
    joint.count = len({(row.content_key, row.content_id) for row in may})
    _carry_out_later(joint)
    audit.record(actor, f"joint.{'yes' if wanted.accepts else 'no'}", f"{JOINT_KEY}:{joint.id}")
    outbox.bump(REVISION_KEY)
    db.session.flush()
    return Claimed(joint.id, joint.count, len(rows) - len(may))


def _checked(verdict: JointVerdict) -> JointVerdict:
    """As it will be kept. Raises Invalid at the field that lacks something."""
    if verdict.accepts:
        return JointVerdict(accepts=True)
    text = checked_sentence(verdict.text, needs_one=True)
    rule, law = checked_ground(verdict.rule, verdict.law)
    return JointVerdict(accepts=False, rule=rule, text=text, law=law)


def _joint(actor: Actor, verdict: JointVerdict) -> JointDecision:
    joint = JointDecision(
        accepts=verdict.accepts,
        rule=verdict.rule,
        law=verdict.law,
        text=verdict.text,
        decided_by=actor.account_id,
        decided_at=now(),
    )
    db.session.add(joint)
    db.session.flush()
    return joint


def _values(joint: JointDecision, verdict: CaseVerdict) -> dict[str, Any]:
    return {
        "state": CaseState.SETTLED,
        "verdict": verdict,
        "rule": joint.rule,
        "joint_id": joint.id,
        "decided_by": joint.decided_by,
        "decided_at": joint.decided_at,
        "claimed_by": None,
        "claimed_until": None,
    }


def _take_along(joint: JointDecision, rows: Iterable[_Row], verdict: JointVerdict) -> None:
    """What is public is decided once for everybody who objected to it."""
    for key, numbers in public_ids(rows).items():
        one = CaseVerdict.FINE if verdict.accepts else CaseVerdict.HIDE
        for start in range(0, len(numbers), BATCH):
            same = and_(
                Case.content_key == key,
                Case.content_id.in_(numbers[start : start + BATCH]),
                Case.kind.in_(PUBLIC_KINDS),
            )
            set_state(same, CaseState.OPEN, _values(joint, one))


def public_ids(rows: Iterable[Any]) -> dict[str, list[int]]:
    """Of things that are public and are decided about, by their kind."""
    found: dict[str, list[int]] = {}
    for row in rows:
        if row.kind in PUBLIC_KINDS:
            found.setdefault(row.content_key, []).append(row.content_id)
    return found


def _carry_out_later(joint: JointDecision) -> None:
    db.session.add(
        OutboxEntry(
            kind=JOINT,
            key=f"{JOINT}:{joint.id}",
            content_key=JOINT_KEY,
            content_id=joint.id,
            name="yes" if joint.accepts else "no",
            not_before=joint.decided_at + UNDO,
        )
    )


# Take it back


def take_back_joint(actor: Actor, joint_id: int) -> int:
    """By whoever decided: everything waits again that the worker has not carried out; returns how
    many cases. Raises Conflict when that is none."""
    query = select(JointDecision).where(
        JointDecision.id == joint_id, JointDecision.decided_by == actor.account_id
    )
    joint = db.session.scalar(query.with_for_update())
    if joint is None or actor.account_id is None or joint.state != JointState.WAITING:
        raise Conflict(TOO_LATE)
    count = reopen(Case.joint_id == joint.id)
    begun = select(Case.id).where(Case.joint_id == joint.id, Case.state == CaseState.DECIDED)
    if db.session.scalar(begun.limit(1)) is None:
        _forget(joint)
    elif not count:
        raise Conflict(TOO_LATE)
    audit.record(actor, "joint.undo", f"{JOINT_KEY}:{joint.id}")
    outbox.bump(REVISION_KEY)
    db.session.flush()
    return count


def _forget(joint: JointDecision) -> None:
    """As if it had never been. What had begun stays: whom it concerns is still to be told."""
    joint.state, joint.text = JointState.TAKEN_BACK, ""
    gone = delete(OutboxEntry).where(
        OutboxEntry.key == f"{JOINT}:{joint.id}", OutboxEntry.state == State.OPEN
    )
    db.session.execute(gone)


def reopen(which: ColumnElement[bool]) -> int:
    """Settled cases wait again, where the same was not opened anew meanwhile; returns how many."""
    _hand_over(which)
    values = {"state": CaseState.OPEN, "joint_id": None, "verdict": None, "rule": None}
    return set_state(which, CaseState.SETTLED, {**values, "decided_by": None, "decided_at": None})


def _hand_over(which: ColumnElement[bool]) -> None:
    """Of two cases about the same the newer one stays, with what reporters said in the older."""
    newer = aliased(Case)
    query = select(Case.id, Case.reports, newer.id).join(
        newer,
        and_(
            newer.content_key == Case.content_key,
            newer.content_id == Case.content_id,
            newer.kind == Case.kind,
            newer.state == CaseState.OPEN,
        ),
    )
    for old, reports, new in db.session.execute(query.where(which, newer.statement_id.is_(None))):
        moved = update(CaseNote).where(CaseNote.case_id == old, CaseNote.kind == REPORT)
        db.session.execute(moved.values(case_id=new))
        counted = update(Case).where(Case.id == new)
        db.session.execute(counted.values(reports=Case.reports + reports))
        set_state(Case.id == old, CaseState.SETTLED, {"state": CaseState.WITHDRAWN})
