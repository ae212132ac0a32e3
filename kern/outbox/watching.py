"""Counters as one transaction sees them, and the safety net under everybody who changes something.

Pages for strangers are kept while the counters of what they show stand. Whoever changes a scope
bumps `scope:<id>`. A transaction that changed something else, or forgot to, counts up `REST`, on
which every kept page depends: forgetting makes pages slower, never wrong.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any, cast

from sqlalchemy import Delete, Insert, Table, Update, event, text
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction

from kern.db import Quick, TownSession, db, is_writing, on_change
from kern.outbox import BUMPED_SCOPE, BUMPS, COUNTED, OutboxEntry, bump, count_up

REST = "rest"
SCOPES = "scope:*"
"""Stands for all scopes together: any of them changed."""

UNSEEN = frozenset(
    {
        *("kern_audit", "kern_bounce", "kern_case", "kern_case_note", "kern_digest"),
        *("kern_fingerprint", "kern_follow", "kern_grant", "kern_hint", "kern_identity"),
        *("kern_joint_decision", "kern_notice", "kern_outbox", "kern_pending", "kern_preference"),
        *("kern_revision", "kern_session", "kern_token"),
        *("umfragen_answer_draft", "umfragen_code", "umfragen_draft_step", "umfragen_inbox"),
        *("umfragen_participation", "umfragen_submit_key"),
    }
)
"""Tables that no page for strangers shows. A table that is missing here is taken for shown."""

_TOUCHED, _KNOWN, _BEGINS = "touched_shown", "known_revisions", "begins"
_NOTED = "noted_for_worker"
_TOTAL = (  # the semicolon comes after the colon
    " UNION ALL SELECT 'scope:*', coalesce(sum(rev), 0) FROM kern_revision"
    " WHERE key >= 'scope:' AND key < 'scope;'"
)


def known(keys: Iterable[str]) -> tuple[int, ...]:
    """The counters in the order asked, read once per transaction: at most one query."""
    wanted = tuple(keys)
    memo = _memo()
    missing = [key for key in wanted if key not in memo]
    if missing:
        _read(missing, memo)
    return tuple(memo[key] for key in wanted)


def watch(*keys: str) -> None:
    """These counters will be asked for: whoever asks first in this transaction reads them too."""
    memo = _memo()
    watched: set[str] = db.session().info.setdefault("watched", set())
    watched.update(key for key in keys if key not in memo)


def _memo() -> dict[str, int]:
    session = db.session()
    held = cast("tuple[SessionTransaction | None, dict[str, int]] | None", session.info.get(_KNOWN))
    if held is None or held[0] is not session.get_transaction() or held[0] is None:
        held = session.info[_KNOWN] = (session.get_transaction(), {})
    return held[1]


def _read(missing: Iterable[str], memo: dict[str, int]) -> None:
    watched = db.session().info.pop("watched", set())
    keys = sorted({*missing, *(key for key in watched if key not in memo)})
    waiting: set[str] = db.session().info.get(BUMPS, set())
    if SCOPES in keys or not waiting.isdisjoint(keys):
        count_up(db.session())
    exact = [key for key in keys if key != SCOPES]
    query = _asking(len(exact), with_scopes=SCOPES in keys)
    found = {
        key: int(rev) for key, rev in query.all({f"k{at}": key for at, key in enumerate(exact)})
    }
    # The query itself may have begun the transaction that the memo belongs to.
    fresh = {**memo, **{key: found.get(key, 0) for key in keys}}
    memo.update(fresh)
    db.session().info[_KNOWN] = (db.session().get_transaction(), memo)


@cache
def _asking(count: int, *, with_scopes: bool) -> Quick:
    """Put together once for each number of keys."""
    names = ", ".join(f":k{at}" for at in range(count)) or "NULL"
    query = f"SELECT key, rev FROM kern_revision WHERE key IN ({names})"  # noqa: S608 - parameters
    return Quick(text(query + _TOTAL if with_scopes else query))


def is_settled() -> bool:
    """Whether what is read now is what everybody reads: nothing is in it that this transaction
    wrote and may take back."""
    info = db.session().info
    return not (is_writing() or info.get(BUMPS) or info.get(COUNTED) or info.get(_TOUCHED))


def has_work() -> bool:
    """Whether this transaction has written something so far that the worker waits for."""
    return bool(db.session().info.get(_NOTED))


def begins() -> int:
    """How many transactions this session has begun: one is one view of the data."""
    return int(db.session().info.get(_BEGINS, 0))


@event.listens_for(TownSession, "after_begin")
def _count_begins(session: Session, transaction: SessionTransaction, _connection: Any) -> None:
    if not transaction.nested:
        session.info[_BEGINS] = session.info.get(_BEGINS, 0) + 1


@event.listens_for(TownSession, "after_flush")
def _see_flush(session: Session, _context: UOWTransaction) -> None:
    changed = (one for one in session.dirty if session.is_modified(one))
    for one in (*session.new, *changed, *session.deleted):
        _see_table(session, getattr(one, "__tablename__", ""))


@event.listens_for(TownSession, "do_orm_execute")
def _see_statement(state: ORMExecuteState) -> None:
    statement = state.statement
    if not isinstance(statement, Insert | Update | Delete):
        return
    table = statement.table
    name = table.name if isinstance(table, Table) else ""
    _see_table(state.session, name)


def _see_table(session: Session, name: str) -> None:
    if name not in UNSEEN:
        session.info[_TOUCHED] = True
    if name == OutboxEntry.__tablename__:
        session.info[_NOTED] = True


on_change(_see_table)


@event.listens_for(TownSession, "before_commit")
def _catch_the_rest(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    if session.info.get(_TOUCHED) and not session.info.get(BUMPED_SCOPE):
        bump(REST)
    count_up(session)


@event.listens_for(TownSession, "after_soft_rollback")
def _forget_rolled_back(session: Session, transaction: SessionTransaction) -> None:
    if not transaction.nested:
        _forget(session)


@event.listens_for(TownSession, "after_commit")
def _forget_committed(session: Session) -> None:
    if not session.in_nested_transaction():  # a savepoint settles nothing
        _forget(session)


def _forget(session: Session) -> None:
    for name in (BUMPS, COUNTED, BUMPED_SCOPE, _TOUCHED, _NOTED, _KNOWN, "watched"):
        session.info.pop(name, None)
