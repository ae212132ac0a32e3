"""Announcements out of the outbox: who follows is looked up, and told.

The notices and the entry's end are one transaction, so a crash leaves both or neither.
"""

import logging
from datetime import timedelta

from kern.content import Ref
from kern.db import db, writing
from kern.notify.telling import ANNOUNCED, expand
from kern.worker import lease
from kern.worker.lease import Job, Pace

log = logging.getLogger(__name__)

BATCH = 50


def drain_announcements(pace: Pace) -> int:
    """Everything that is due; returns how many people were told something."""
    count = 0
    while jobs := lease.take(ANNOUNCED, BATCH, pace.holder, pace.facts):
        for position, job in enumerate(jobs, 1):
            count += _tell(job, pace.holder)
            if pace.is_over():
                lease.give_back(jobs[position:], pace.holder, timedelta(0))
                return count
    return count


def _tell(job: Job, holder: str) -> int:
    try:
        with writing():
            told = expand(Ref(*job.ref), job.name, dict(job.payload)) if job.ref else 0
            if not lease.mark_done(job, holder):
                db.session.rollback()
                return 0
            db.session.commit()
    except Exception as error:
        db.session.rollback()
        log.exception("Die Ankündigung %s zu %s ist gescheitert", job.name, job.ref)
        lease.retry_later(job, holder, f"write {type(error).__name__}")
        return 0
    finally:
        db.session.remove()
    return told
