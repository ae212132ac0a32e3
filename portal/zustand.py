"""What is known about an installation beside its towns: its version, and its last backup."""

import hashlib
import os
import tomllib
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

from kern.config import ROOT, Settings
from portal.processes import FOLDER

LAST_BACKUP = "letzte-sicherung"


@cache
def version() -> str:
    values = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: str = values["project"]["version"]
    return found


def build(settings: Settings) -> str:
    """Changes with every file that pages are made of and with the installation's settings: what an
    older program has kept is not shown by a newer one."""
    return hashlib.blake2b(repr(settings).encode() + _program(), digest_size=12).hexdigest()


@cache
def _program() -> bytes:
    """Once for each process: what runs is what was there when it started."""
    told = hashlib.blake2b(digest_size=12)
    for path in sorted(map(str, _made_of())):
        stat = os.stat(path)  # noqa: PTH116 - a thousand paths at each start
        told.update(f"{path}|{stat.st_mtime_ns}|{stat.st_size}\n".encode())
    return told.digest()


def _made_of() -> Iterator[Path]:
    for folder in ("kern", "beteiligung", "umfragen", "wiki", "portal"):
        yield from (ROOT / folder).rglob("*.py")
    yield from filter(_is_written, (ROOT / "templates").rglob("*.*"))
    yield from (ROOT / "translations").rglob("*.po")
    yield from (ROOT / "static" / "build").glob("manifest.json")


def _is_written(path: Path) -> bool:
    """By somebody: what was compiled of templates comes and goes while the program runs."""
    return "__pycache__" not in path.parts and path.is_file()


def last_backup(data: Path) -> datetime | None:
    try:
        return datetime.fromisoformat((data / FOLDER / LAST_BACKUP).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def note_backup(data: Path, at: datetime) -> None:
    (data / FOLDER / LAST_BACKUP).write_text(at.isoformat(), encoding="ascii")
