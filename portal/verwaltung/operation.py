"""How the installation stands: processes, crashes, queue, index, versions, room, last backup."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import DBAPIError

from kern.clock import now
from kern.config import Settings
from kern.db import engine, migrate
from kern.search.service import open_index
from kern.worker import Figures, figures
from kern.worker.service import age_of_oldest_due
from portal.processes import Crash, ProcessState, read_crashes, read_state
from portal.zustand import last_backup, version

CRASHES = 10
LATE_SECONDS = 300
OLD_BACKUP_DAYS = 7
SCARCE_MEGABYTES = 500


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
        processes=read_state(settings.data),
        crashes=read_crashes(settings.data, CRASHES),
        outbox=figures(),
        waits_seconds=age_of_oldest_due(),
        has_index=_has_index(),
        version=version(),
        schema=migrate.head(),
        database=engine().dialect.name,
        free_megabytes=shutil.disk_usage(settings.data).free // 1_000_000,
        backup=last_backup(settings.data),
    )


def _has_index() -> bool:
    try:
        return open_index().is_healthy()
    except (OSError, DBAPIError):
        return False
