"""What is known about the processes of this installation: written here, read by the pages.

Two small files instead of a table: they must also tell the truth when the database is the reason
for the crash.
"""

import json
import os
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

FOLDER = "betrieb"
LONGEST_LOG_BYTES = 256 * 1024


class Status(StrEnum):
    RUNNING = "running"
    WAITING = "waiting"  # crashed, and started again at `next_start_at`
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Crash:
    """`exit_code` is negative for a signal, as in `subprocess`, and None when nobody knows."""

    name: str
    at: datetime
    exit_code: int | None
    ran_seconds: float


@dataclass(frozen=True, slots=True)
class ProcessState:
    name: str
    status: Status
    pid: int | None
    since: datetime
    next_start_at: datetime | None = None
    crashes: int = 0
    last_crash: Crash | None = None


def read_state(data: Path) -> list[ProcessState]:
    """Every process of the installation in `data`; empty when `los.py run` never ran there."""
    found = _read_json(_folder(data) / "prozesse.json")
    crashes = read_crashes(data)
    try:
        is_served = _is_alive(found["supervisor"])
        return [_state(entry, crashes, is_served=is_served) for entry in found["processes"]]
    except (KeyError, TypeError, ValueError):
        return []


def read_crashes(data: Path, limit: int = 100) -> list[Crash]:
    """The latest crashes, newest first."""
    latest: deque[Crash] = deque(maxlen=limit)
    latest.extend(_read_crashes(_folder(data) / "prozesse.1.jsonl"))
    latest.extend(_read_crashes(_folder(data) / "prozesse.jsonl"))
    return list(reversed(latest))


def write_state(data: Path, states: Iterable[ProcessState]) -> None:
    """Readers see the old file or the new one, never half of it."""
    content = {"supervisor": os.getpid(), "processes": [_as_json(state) for state in states]}
    file = _prepared_folder(data) / "prozesse.json"
    beside = file.with_name(f"{file.name}.{os.getpid()}")
    beside.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    beside.replace(file)


def append_crash(data: Path, crash: Crash) -> None:
    """One line in one write, so that several processes may append at the same time."""
    file = _prepared_folder(data) / "prozesse.jsonl"
    if file.exists() and file.stat().st_size > LONGEST_LOG_BYTES:
        file.replace(file.with_name("prozesse.1.jsonl"))
    line = {
        "at": crash.at.isoformat(),
        "name": crash.name,
        "exit_code": crash.exit_code,
        "ran_seconds": round(crash.ran_seconds, 1),
    }
    with file.open("a", encoding="utf-8") as log:
        log.write(json.dumps(line) + "\n")


def _folder(data: Path) -> Path:
    return data / FOLDER


def _prepared_folder(data: Path) -> Path:
    folder = _folder(data)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _as_json(state: ProcessState) -> dict[str, Any]:
    return {
        "name": state.name,
        "status": state.status,
        "pid": state.pid,
        "since": state.since.isoformat(),
        "next_start_at": state.next_start_at.isoformat() if state.next_start_at else None,
    }


def _state(entry: dict[str, Any], crashes: list[Crash], *, is_served: bool) -> ProcessState:
    own = [crash for crash in crashes if crash.name == entry["name"]]
    next_start_at = entry["next_start_at"] if is_served else None
    return ProcessState(
        name=entry["name"],
        status=Status(entry["status"]) if is_served else Status.STOPPED,
        pid=entry["pid"] if is_served else None,
        since=datetime.fromisoformat(entry["since"]),
        next_start_at=datetime.fromisoformat(next_start_at) if next_start_at else None,
        crashes=len(own),
        last_crash=own[0] if own else None,
    )


def _read_json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _read_crashes(file: Path) -> Iterator[Crash]:
    """A line cut off by a full disk is left out."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        try:
            entry = json.loads(line)
            at = datetime.fromisoformat(entry["at"])
            yield Crash(entry["name"], at, entry["exit_code"], entry["ran_seconds"])
        except (KeyError, TypeError, ValueError):
            continue


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
