"""What is known about an installation beside its towns: its version, and its last backup."""

import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path

from kern.config import ROOT
from portal.processes import FOLDER

LAST_BACKUP = "letzte-sicherung"


@cache
def version() -> str:
    values = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: str = values["project"]["version"]
    return found


def last_backup(data: Path) -> datetime | None:
    try:
        return datetime.fromisoformat((data / FOLDER / LAST_BACKUP).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def note_backup(data: Path, at: datetime) -> None:
    (data / FOLDER / LAST_BACKUP).write_text(at.isoformat(), encoding="ascii")
