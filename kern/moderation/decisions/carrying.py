"""Carry out what was decided for many at once: a few cases in each short transaction.

Called by the worker when the undo time is over. Each step leaves nothing half done, so a crash
between two of them loses nothing, and other writers wait for no more than one. What cannot be
carried out, say because its wording moved on, goes back to the desk.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Row, and_, func, insert, select

from kern import audit, notify, outbox
from kern.accounts.models import Account
from kern.accounts.parties import people_behind
from kern.accounts.sessions import actor_of_party
from kern.actor import Actor
from kern.content import ContentType, Ref, Verdict, registry
from kern.db import db
from kern.errors import DomainError
from kern.moderation import statements
from kern.moderation.cases import DESK as REVISION_KEY
from kern.moderation.decisions import answering
from kern.moderation.decisions.choices import PUBLIC_KINDS, RESTRICTIONS
from kern.moderation.decisions.deciding import set_state
from kern.moderation.decisions.joint import public_ids, reopen
from kern.moderation.models import (
    REASON,
    Case,
    CaseKind,
    CaseNote,
    CaseState,
    CaseVerdict,
    JointDecision,
    JointState,
    Statement,
)
from kern.moderation.queue import ref_of
from kern.notify import NoticeKind, Telling

CHUNK = 50  # of kinds that decide about many in few statements
RELEASE_CHUNK = 20  # what appears has more to follow: counters, news for followers
SLOW_CHUNK = 5  # of others: each thing by itself
TOLD_AT_ONCE = 100  # people


def carry_on(joint_id: int, limit: int = CHUNK) -> bool:
    """The next few cases of a decision; False when none is left. In the caller's transaction."""
    joint = db.session.get(JointDecision, joint_id, with_for_update=True)
    if joint is None or joint.state != JointState.WAITING:
        return False
    cases = _next(joint, limit)
    if not cases:
        return False
    _carry_out(joint, cases)
    outbox.bump(REVISION_KEY)
    return True


def give_up(joint_id: int) -> None:
    """The next case of a decision waits at the desk again."""
    joint = db.session.get(JointDecision, joint_id, with_for_update=True)
    if joint is not None and joint.state == JointState.WAITING:
        _give_back(_next(joint, 1))


def _next(joint: JointDecision, limit: int) -> Sequence[Case]:
    """Of one kind of thing and one verdict, with all cases about each of them; what one person
    wrote stands together."""
    waiting = (Case.joint_id == joint.id, Case.state == CaseState.SETTLED)
    order = (Case.content_key, Case.verdict, Case.author_id, Case.content_id)
    first = db.session.scalar(select(Case).where(*waiting).order_by(*order).limit(1))
    if first is None:
        return ()
    same = (*waiting, Case.content_key == first.content_key, Case.verdict == first.verdict)
    most = min(limit, _chunk_for(first))
    chosen = select(Case.content_id).where(*same).order_by(*order).limit(most)
    ids = db.session.scalars(chosen).all()
    query = select(Case).where(*same, Case.content_id.in_(ids)).order_by(Case.id)
    return db.session.scalars(query.with_for_update()).all()


def _chunk_for(case: Case) -> int:
    type_ = registry().get(case.content_key)
    if type_ is None or case.verdict == CaseVerdict.FINE:
        return CHUNK
    verb = type_.hide_all if case.verdict == CaseVerdict.HIDE else type_.decide_all
    if verb is None:
        return SLOW_CHUNK
    return RELEASE_CHUNK if case.verdict == CaseVerdict.RELEASE else CHUNK


def _carry_out(joint: JointDecision, cases: Sequence[Case]) -> None:
    actor = _decider(joint)
    done_ids = _apply(actor, joint, cases)
    done = [case for case in cases if case.content_id in done_ids]
    _give_back([case for case in cases if case.content_id not in done_ids])
    if not done:
        return
    ids = [case.id for case in done]
    set_state(Case.id.in_(ids), CaseState.SETTLED, {"state": CaseState.DECIDED})
    done += _came_meanwhile(joint, done)
    _keep_reasons(actor, joint, done)
    statements.end_all(done)
    if done[0].verdict in RESTRICTIONS:
        statements.write_all(done, law=joint.law)
    answering.answer(done)
    _answer_again(done)


def _decider(joint: JointDecision) -> Actor:
    """With the rights of today: who lost them meanwhile decides nothing any more."""
    account = db.session.get(Account, joint.decided_by) if joint.decided_by is not None else None
    return actor_of_party(account.party_id) if account is not None else Actor()


def _apply(actor: Actor, joint: JointDecision, cases: Sequence[Case]) -> Collection[int]:
    """The ids of things for which it was possible."""
    verdict, wordings = cases[0].verdict, {case.content_id: case.revision for case in cases}
    if verdict == CaseVerdict.FINE:
        audit.record_all(actor, "case.fine", sorted({str(ref_of(case)) for case in cases}))
        return wordings.keys()
    type_ = registry().get(cases[0].content_key)
    if type_ is None or verdict is None:
        return ()
    if verdict == CaseVerdict.HIDE:
        return _hide(type_, list(wordings), actor, joint.rule)
    return _decide(type_, wordings, actor, Verdict(verdict))


def _hide(
    type_: ContentType, ids: Sequence[int], actor: Actor, rule: int | None
) -> Collection[int]:
    if type_.hide_all is not None:
        return type_.hide_all(ids, actor, rule)
    hide = type_.hide
    return _one_by_one(ids, lambda id_: hide(id_, actor, rule)) if hide is not None else ()


def _decide(
    type_: ContentType, wordings: Mapping[int, int], actor: Actor, verdict: Verdict
) -> Collection[int]:
    if type_.decide_all is not None:
        return type_.decide_all(wordings, actor, verdict)
    decide = type_.decide
    if decide is None:
        return ()
    return _one_by_one(wordings, lambda id_: decide(id_, wordings[id_], actor, verdict))


def _one_by_one(ids: Iterable[int], verb: Callable[[int], None]) -> Collection[int]:
    done = set()
    for id_ in ids:
        with suppress(DomainError), db.session.begin_nested():
            verb(id_)
            done.add(id_)
    return done


def _give_back(cases: Sequence[Case]) -> None:
    if cases:
        reopen(Case.id.in_([case.id for case in cases]))


def _came_meanwhile(joint: JointDecision, cases: Sequence[Case]) -> Sequence[Case]:
    """Reports that arrived after the decision have the same answer."""
    found: list[Case] = []
    for key, ids in public_ids(cases).items():
        same = and_(Case.content_key == key, Case.content_id.in_(ids), Case.kind.in_(PUBLIC_KINDS))
        late = db.session.scalars(select(Case).where(same, Case.state == CaseState.OPEN)).all()
        if not late:
            continue
        values = {
            "state": CaseState.DECIDED,
            "verdict": cases[0].verdict,
            "rule": joint.rule,
            "joint_id": joint.id,
            "decided_by": joint.decided_by,
            "decided_at": joint.decided_at,
        }
        set_state(Case.id.in_([case.id for case in late]), CaseState.OPEN, values)
        for case in late:
            db.session.refresh(case)
        found += late
    return found


def _answer_again(cases: Sequence[Case]) -> None:
    """Where somebody was told before that it may stay."""
    if cases[0].verdict != CaseVerdict.HIDE:
        return
    about = {case.content_id: case for case in cases}
    query = select(Case.content_id).where(
        Case.content_key == cases[0].content_key,
        Case.content_id.in_(about),
        Case.kind == CaseKind.REPORT,
        Case.state == CaseState.DECIDED,
        Case.id.not_in([case.id for case in cases]),
    )
    for content_id in set(db.session.scalars(query)):
        answering.answer_again(about[content_id])


def _keep_reasons(actor: Actor, joint: JointDecision, cases: Sequence[Case]) -> None:
    if not joint.text:
        return
    rows = [
        {
            "case_id": case.id,
            "kind": REASON,
            "text": joint.text,
            "party_id": actor.party_id,
            "noted_at": joint.decided_at,
        }
        for case in cases
    ]
    db.session.execute(insert(CaseNote), rows)


# Afterwards


def tell_on(joint_id: int, after: int) -> int | None:
    """Tell the next people whom a decision restricts, each once, however many texts it was about;
    `after` is the last party of the step before. Returns the last one told, None for the end. In
    the caller's transaction."""
    query = (
        select(
            Statement.party_id,
            func.min(Statement.id).label("first"),
            func.count().label("number"),
        )
        .join(Case, Case.id == Statement.case_id)
        .where(Case.joint_id == joint_id, Statement.party_id > after)
        .group_by(Statement.party_id)
        .order_by(Statement.party_id)
        .limit(TOLD_AT_ONCE)
    )
    rows = db.session.execute(query).all()
    if not rows:
        return None
    notify.tell_each(_tellings(joint_id, rows), NoticeKind.STATEMENT, what=statements.MAIL)
    last: int = rows[-1].party_id
    return last


def _tellings(joint_id: int, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[Telling]:
    firsts = [row.first for row in rows]
    query = select(Statement.id, Case.content_key, Case.content_id)
    query = query.join(Case, Case.id == Statement.case_id).where(Statement.id.in_(firsts))
    refs = {id_: Ref(key, number) for id_, key, number in db.session.execute(query)}
    people = people_behind(row.party_id for row in rows)
    return [
        Telling(
            people[row.party_id],
            refs[row.first],
            f"joint:{joint_id}:{row.party_id}",
            {"statement": row.first, "number": row.number},
        )
        for row in rows
    ]


def finish(joint_id: int) -> None:
    """Everything is carried out and everybody told. In the caller's transaction."""
    joint = db.session.get(JointDecision, joint_id, with_for_update=True)
    if joint is None or joint.state != JointState.WAITING:
        return
    carried_out = select(Case.content_key, Case.content_id).where(Case.joint_id == joint.id)
    things = carried_out.where(Case.state == CaseState.DECIDED).distinct().subquery()
    joint.count = db.session.scalar(select(func.count()).select_from(things)) or 0
    joint.state, joint.text = JointState.DONE, ""
    outbox.bump(REVISION_KEY)
