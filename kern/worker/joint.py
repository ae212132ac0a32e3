"""Decisions about many cases: carried out once nobody can take them back.

Every step is a short transaction of its own. What a crash leaves undone is still settled in the
database, and the entry of the outbox comes back when its lease runs out.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TypeVar

from kern.db import db, writing
from kern.moderation.decisions import carrying
from kern.moderation.decisions.joint import JOINT
from kern.worker import lease
from kern.worker.lease import Job, Pace

T = TypeVar("T")

log = logging.getLogger(__name__)


def drain_joint(pace: Pace) -> int:
    """Everything that is due; returns how many decisions that were."""
    count = 0
    while jobs := lease.take(JOINT, 1, pace.holder, pace.facts):
        for job in jobs:
            count += _carry_out(job, pace)
        if pace.is_over():
            break
    return count


def _carry_out(job: Job, pace: Pace) -> int:
    joint_id = job.ref[1] if job.ref is not None else 0
    holder = pace.holder
    try:
        while _carry_on(joint_id):
            if pace.is_over():  # what is carried out stays so; the rest goes on next time
                lease.give_back([job], holder, timedelta(0))
                return 0
        last: int | None = 0
        while last is not None:
            last = _step(partial(carrying.tell_on, joint_id, last))
        _finish(job, joint_id, holder)
    except Exception as error:
        log.exception("Die Entscheidung %s ließ sich nicht ausführen", joint_id)
        lease.retry_later(job, holder, f"write {type(error).__name__}")
        return 0
    return 1


def _carry_on(joint_id: int) -> bool:
    """One thing that breaks holds up no other: it waits at the desk again."""
    try:
        return _step(partial(carrying.carry_on, joint_id))
    except Exception:
        log.exception("Einzeln weiter mit der Entscheidung %s", joint_id)
    for _ in range(carrying.CHUNK):
        try:
            if not _step(partial(carrying.carry_on, joint_id, 1)):
                return False
        except Exception:
            log.exception("Ein Vorgang der Entscheidung %s wartet wieder", joint_id)
            _step(partial(carrying.give_up, joint_id))
    return True


def _finish(job: Job, joint_id: int, holder: str) -> None:
    def last() -> None:
        carrying.finish(joint_id)
        lease.mark_done(job, holder)

    _step(last)


def _step(work: Callable[[], T]) -> T:
    try:
        with writing():
            done = work()
            db.session.commit()
    finally:
        db.session.remove()
    return done
