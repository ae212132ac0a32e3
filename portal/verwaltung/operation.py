"""How the installation stands: processes, crashes, queue, index, versions, room, last backup."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from kern.audit import AuditEntry
from kern.clock import now
from kern.config import Settings
from kern.db import db, engine, migrate
from kern.search.opening import open_index
from kern.worker import Figures, figures
from kern.worker.service import age_of_oldest_due
from portal.processes import Crash, ProcessState, read_crashes, read_state
from portal.zustand import last_backup, version
from umfragen.models import Survey
from umfragen.service.recounting import MENDED

CRASHES = 10
RECOUNTED = 10
RECOUNTED_DAYS = 30
LATE_SECONDS = 300
OLD_BACKUP_DAYS = 7
SCARCE_MEGABYTES = 500


@dataclass(frozen=True, slots=True)
class Recounted:
    """A survey whose counts differed from its answers, lately; they are right again."""

    at: datetime
    title: str


@dataclass(frozen=True, slots=True)
class Operation:
    processes: Sequence[ProcessState]
    crashes: Sequence[Crash]
    outbox: Figures
    waits_seconds: int
    has_index: bool
    version: str
    schema: str
    database: str
    free_megabytes: int
    backup: datetime | None
    recounted: Sequence[Recounted]

    @property
    def is_late(self) -> bool:
        return self.waits_seconds > LATE_SECONDS

    @property
    def is_backup_old(self) -> bool:
        return self.backup is None or (now() - self.backup).days >= OLD_BACKUP_DAYS

    @property
    def is_scarce(self) -> bool:
        return self.free_megabytes < SCARCE_MEGABYTES


def look_at(settings: Settings) -> Operation:
    return Operation(
        processes=read_state(settings.own),
        crashes=read_crashes(settings.own, CRASHES),
        outbox=figures(),
        waits_seconds=age_of_oldest_due(),
        has_index=_has_index(),
        version=version(),
        schema=migrate.head(),
        database=engine().dialect.name,
        free_megabytes=shutil.disk_usage(settings.data).free // 1_000_000,
        backup=last_backup(settings.data),
        recounted=_recounted(),
    )


def _recounted() -> Sequence[Recounted]:
    """Newest first."""
    query = select(AuditEntry).where(
        AuditEntry.act == MENDED, AuditEntry.at > now() - timedelta(days=RECOUNTED_DAYS)
    )
    entries = db.session.scalars(query.order_by(AuditEntry.id.desc()).limit(RECOUNTED)).all()
    ids = {entry.id: int((entry.ref or "").rpartition(":")[2] or 0) for entry in entries}
    titles = {
        row.id: row.title
        for row in db.session.execute(
            select(Survey.id, Survey.title).where(Survey.id.in_(ids.values()))
        )
    }
    return [Recounted(entry.at, titles.get(ids[entry.id], "")) for entry in entries]


def _has_index() -> bool:
    try:
        return open_index().is_healthy()
    except (OSError, DBAPIError):
        return False
