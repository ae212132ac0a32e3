"""The log of processes that ended: kept as long as the operator says, and no longer."""

import json
from datetime import datetime, timedelta
from pathlib import Path

from portal.processes import FOLDER

CURRENT, OLDER = "prozesse.jsonl", "prozesse.1.jsonl"


def expire(data: Path, days: int, at: datetime) -> None:
    """Rename and remove whole files: another process may be writing its line right now."""
    border = at - timedelta(days=days)
    current, older = data / FOLDER / CURRENT, data / FOLDER / OLDER
    try:
        if older.exists() and older.stat().st_mtime < border.timestamp():
            older.unlink()
        if _begins_before(current, border) and not older.exists():
            current.replace(older)
    except FileNotFoundError:
        return  # somebody else was quicker


def _begins_before(path: Path, border: datetime) -> bool:
    try:
        with path.open(encoding="utf-8") as file:
            return datetime.fromisoformat(json.loads(file.readline())["at"]) < border
    except (OSError, ValueError, KeyError, TypeError):
        return False
