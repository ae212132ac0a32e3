"""Kept pages: in the memory of a process, and in a folder that all processes of a town share."""

import contextlib
import gzip
import hashlib
import json
import os
import random
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from kern.web.sealed import Header, Sealed

FOLDER = "seiten"  # below that of a town
SHARED_BYTES = 32 * 1024 * 1024  # of one town
LONGEST = 24 * 3600  # seconds; what was taken out of a text is gone from here, too
LOCKS = 64  # files; two pages that share one wait for each other
_TIDIED = 0.01  # of all writes look for old files
_LEVEL = 6

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer. `keys` are the counters it depends on, `revs` their state when it was made;
    `until` is the second of the epoch at which it ends in any case."""

    keys: tuple[str, ...]
    revs: tuple[int, ...]
    until: float
    headers: tuple[Header, ...]
    etag: str
    body: bytes
    packed: bytes = b""  # gzip, made when somebody first asks for it
    sealed: dict[str, Sealed] = field(default_factory=dict, compare=False)
    """Headers by the form of the answer, in memory only."""

    @property
    def size(self) -> int:
        return len(self.body) + len(self.packed)

    def with_packed(self) -> "Entry":
        return (
            self if self.packed else replace(self, packed=gzip.compress(self.body, _LEVEL, mtime=0))
        )


def etag_of(body: bytes) -> str:
    """Weak: the packed form is the same page."""
    return f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


class Memory:
    """The entries used last, up to so many bytes."""

    def __init__(self, limit: int) -> None:
        self._limit, self._size = limit, 0
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key) -> Entry | None:
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                self._entries.move_to_end(key)
            return entry

    def put(self, key: Key, entry: Entry) -> None:
        with self._lock:
            old = self._entries.pop(key, None)
            self._size += entry.size - (old.size if old else 0)
            self._entries[key] = entry
            while self._size > self._limit and self._entries:
                self._size -= self._entries.popitem(last=False)[1].size


class Shared:
    """A folder of files named by the hash of their key. A damaged or missing file is a miss; a full
    disk keeps nothing and harms nobody."""

    def __init__(self, folder: Path, build: str) -> None:
        self._folder, self._build = folder, build

    def get(self, key: Key) -> Entry | None:
        try:
            head, _, rest = self._path(key).read_bytes().partition(b"\n")
            return _read(json.loads(head), rest, key)
        except (OSError, ValueError, KeyError, TypeError, zlib.error):
            return None

    def put(self, key: Key, entry: Entry) -> None:
        head = {
            "key": key,
            "keys": entry.keys,
            "revs": entry.revs,
            "until": entry.until,
            "headers": entry.headers,
            "etag": entry.etag,
            "body": len(entry.body),
        }
        path = self._path(key)
        part = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            part.write_bytes(json.dumps(head).encode() + b"\n" + entry.body + entry.packed)
            part.replace(path)
            if random.random() < _TIDIED:  # noqa: S311 - nothing secret
                self._tidy()
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    def lock_path(self, key: Key) -> Path:
        number = int(self._path(key).name[:4], 16) % LOCKS
        return self._folder / f"schloss-{number}"

    def _path(self, key: Key) -> Path:
        name = hashlib.blake2b("\n".join((self._build, *key)).encode(), digest_size=20)
        return self._folder / name.hexdigest()

    def _tidy(self) -> None:
        """The newest stay, as many as there is room for."""
        room, oldest = SHARED_BYTES, time.time() - LONGEST
        found = [(path.stat(), path) for path in self._folder.iterdir()]
        for stat, path in sorted(found, key=lambda one: one[0].st_mtime, reverse=True):
            room -= stat.st_size
            if room < 0 or stat.st_mtime < oldest:
                path.unlink(missing_ok=True)


def _read(head: dict[str, object], rest: bytes, key: Sequence[str]) -> Entry | None:
    if head["key"] != list(key):
        return None
    length = int(str(head["body"]))
    keys, revs, headers = head["keys"], head["revs"], head["headers"]
    if not (isinstance(keys, list) and isinstance(revs, list) and isinstance(headers, list)):
        return None
    if len(rest) < length:
        return None
    return Entry(
        tuple(map(str, keys)),
        tuple(map(int, revs)),
        float(str(head["until"])),
        tuple((str(name), str(value)) for name, value in headers),
        str(head["etag"]),
        rest[:length],
        rest[length:],
    )
