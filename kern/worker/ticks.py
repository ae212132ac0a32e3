"""What the clock demands of a town: ends of phases, old rows, and at night a look at the index."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Table, and_, delete, or_, select

from kern.accounts import cleaning
from kern.audit import AuditEntry
from kern.calendar import to_local
from kern.clock import now
from kern.db import db, inserts, writing
from kern.files import service as files
from kern.files import waiting
from kern.moderation.decisions.joint import JOINT
from kern.notify.telling import ANNOUNCED
from kern.outbox import OutboxEntry, State, bump
from kern.scope import SCOPE_KEY, Window
from kern.search import IndexUnavailable, compare, heal, index_refs
from kern.settings import Setting

log = logging.getLogger(__name__)

Tick = Callable[[datetime, datetime], object]
"""Gets (since, until): the last run that mattered, and now; says whether it changed anything. Runs
in a transaction of its own, which holds the town's only place to write: be quick."""

AUDIT_DAYS = 2 * 365
MAIL_DAYS = 30
FACT_DAYS = 1
NIGHT_HOUR = 3  # Europe/Berlin
FIRST_LOOK = timedelta(days=1)  # how far back a function looks that never ran
MEMORY = "worker.ticks"  # the row of kern_setting that remembers; no field of the town's settings
NIGHTLY = "nightly"

HOUR = timedelta(hours=1)
MINUTE = timedelta(seconds=50)  # a sweep that comes a little early still counts


@dataclass(frozen=True, slots=True)
class _Due:
    function: Tick
    every: timedelta

    @property
    def name(self) -> str:
        return f"{self.function.__module__}.{self.function.__qualname__}"


_ticks: list[_Due] = []


def on_tick(function: Tick, every: timedelta = MINUTE) -> None:
    """Registered once, however many apps a process builds."""
    due = _Due(function, every)
    if due not in _ticks:
        _ticks.append(due)


def tick(at: datetime | None = None) -> None:
    """Everything that is due in the current town. One failure never keeps another from running."""
    at = at or now()
    for due in (*_OWN, *_ticks):
        try:
            _run(due, at)
        except Exception:
            log.exception("%s ist gescheitert", due.name)
        finally:
            db.session.remove()
    _look_at_index(at)


def _run(due: _Due, at: datetime) -> None:
    last = _last(due.name)
    db.session.rollback()
    if last is not None and last <= at < last + due.every:
        return
    is_stale = last is None or not last <= at < last + HOUR
    with writing():
        changed = due.function(last or at - FIRST_LOOK, at)
        if changed or is_stale:  # an idle town is not written to every minute
            _remember(due.name, at)
            db.session.commit()
        else:
            db.session.rollback()


def _last(name: str) -> datetime | None:
    row = db.session.get(Setting, MEMORY)
    text = row.value.get(name) if row is not None else None
    return datetime.fromisoformat(text) if text else None


def _remember(name: str, at: datetime) -> None:
    """Workers side by side: the first row comes once, and none forgets what another remembers."""
    if db.session.get(Setting, MEMORY) is None:
        dialect = db.session.get_bind().dialect.name
        blank = inserts.meeting(cast("Table", Setting.__table__), dialect)
        db.session.execute(blank.values(key=MEMORY, value={}).on_conflict_do_nothing())
    query = select(Setting).where(Setting.key == MEMORY).with_for_update()
    row = db.session.scalars(query.execution_options(populate_existing=True)).one()
    row.value = {**row.value, name: at.isoformat()}


def clean_people(_since: datetime, until: datetime) -> bool:
    """Links, unconfirmed texts, sessions and invitations that ran out."""
    return cleaning.clean(until) > 0


def clean_outbox(_since: datetime, until: datetime) -> bool:
    """Delivered mails stay readable for a month."""
    kept = {"mail": MAIL_DAYS, "fact": FACT_DAYS, ANNOUNCED: FACT_DAYS, JOINT: FACT_DAYS}
    for kind, days in kept.items():
        db.session.execute(
            delete(OutboxEntry).where(
                OutboxEntry.kind == kind,
                OutboxEntry.state.in_([State.DONE, State.SKIPPED]),
                OutboxEntry.done_at < until - timedelta(days=days),
            )
        )
    return True


def clean_audit(_since: datetime, until: datetime) -> bool:
    old = delete(AuditEntry).where(AuditEntry.at < until - timedelta(days=AUDIT_DAYS))
    gone = cast("CursorResult[Any]", db.session.execute(old)).rowcount
    if gone:
        log.info("%s Einträge des Protokolls sind abgelaufen", gone)
    return True


def clean_files(_since: datetime, _until: datetime) -> bool:
    """Uploads whose thing was never saved, and those of forms that nobody sent again."""
    waiting.remove_old()
    return files.remove_orphans() + files.remove_lost() > 0


def pass_edges(since: datetime, until: datetime) -> bool:
    """What a phase allows began or ended: pages that show it are old now."""
    query = select(Window.scope_id).where(
        or_(
            and_(Window.opens_at > since, Window.opens_at <= until),
            and_(Window.closes_at > since, Window.closes_at <= until),
        )
    )
    scopes = set(db.session.scalars(query))
    bump(*(f"{SCOPE_KEY}:{scope_id}" for scope_id in scopes))
    return bool(scopes)


_OWN = (
    _Due(pass_edges, MINUTE),
    _Due(clean_people, MINUTE),
    _Due(clean_files, HOUR),
    _Due(clean_outbox, HOUR),
    _Due(clean_audit, HOUR),
)


def _look_at_index(at: datetime) -> None:
    """Every minute: is it there at all? Every night: is it what the database says?"""
    try:
        is_night = _is_night_due(at)
        db.session.rollback()
        built = heal(thorough=is_night)
        if built:
            log.warning("Der Suchindex fehlte oder war beschädigt; er ist neu gebaut: %s", built)
        elif built is None and is_night:
            differences = compare()
            if differences:
                log.warning("Der Suchindex wich an %s Stellen ab", len(differences.refs))
                index_refs(differences.refs)
        db.session.rollback()  # who has read writes only in a transaction begun for it
        if is_night:
            with writing():
                _remember(NIGHTLY, at)
                db.session.commit()
    except (IndexUnavailable, OSError) as error:
        log.warning("Der Suchindex lässt sich nicht ansehen: %s", error)
    except Exception:
        log.exception("Der Blick auf den Suchindex ist gescheitert")
    finally:
        db.session.remove()


def _is_night_due(at: datetime) -> bool:
    local = to_local(at)
    last = _last(NIGHTLY)
    is_new_day = last is None or to_local(last).date() < local.date()
    return is_new_day and local.hour >= NIGHT_HOUR
