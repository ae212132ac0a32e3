"""Where an index lies on the disk: generations side by side, one of them current.

A rebuild fills a new folder and then switches the file `current` by rename, so a reader sees the
old index or the new one, never half of one. Beside each generation lies what its files must be:
an index that was changed by anything but its writer is noticed and built anew.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from kern.search.backend import IndexBusy, IndexUnavailable

_POINTER = "current"
_SEALS = "siegel.json"
_KEPT = (".seg", ".toc")  # what an index consists of; locks and temporary files come and go
_PAUSE = 0.05  # seconds between two looks at the lock


class Generations:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> Path:
        try:
            name = (self.folder / _POINTER).read_text(encoding="ascii").strip()
        except (OSError, UnicodeError) as error:
            raise IndexUnavailable("es gibt noch keinen") from error
        path = self.folder / name
        if not name.startswith("g-") or path.parent != self.folder or not path.is_dir():
            raise IndexUnavailable("er ist nicht da")
        return path

    @contextlib.contextmanager
    def begin(self) -> Iterator[Path]:
        """A new, empty generation; it goes again when filling it fails."""
        path = self.folder / f"g-{time.time_ns():x}-{secrets.token_hex(4)}"
        with _as_unavailable():
            path.mkdir(mode=0o700)
        try:
            yield path
        except BaseException:
            shutil.rmtree(path, ignore_errors=True)
            raise

    def switch(self, path: Path) -> None:
        """Make it the current one, and clear away what is older than the one before."""
        before = self._pointed_at()
        fresh = self.folder / f"{_POINTER}.neu"
        with fresh.open("w", encoding="ascii") as file:
            file.write(path.name)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.folder / _POINTER)
        for old in self.folder.glob("g-*"):
            if old.name not in {path.name, before}:  # a reader may be opening the one before
                shutil.rmtree(old, ignore_errors=True)

    def erase(self) -> None:
        """Who still reads keeps the files that it has open."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _pointed_at(self) -> str:
        try:
            return self.current().name
        except IndexUnavailable:
            return ""

    @contextlib.contextmanager
    def exclusive(self, wait: float) -> Iterator[None]:
        """One writer at a time, over all processes; raises IndexBusy after `wait` seconds.

        A rebuild holds this as well: what changes meanwhile stays in the outbox and comes after
        the switch, so nothing is written into an index that is about to be left.
        """
        with _as_unavailable():
            self.folder.mkdir(parents=True, exist_ok=True)
            self.folder.chmod(0o700)  # the library unpickles what lies here
            descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(descriptor, wait)
            yield
        finally:
            os.close(descriptor)  # which also gives the lock back


@contextlib.contextmanager
def _as_unavailable() -> Iterator[None]:
    """A full disk, a folder that is no folder."""
    try:
        yield
    except OSError as error:
        raise IndexUnavailable("sein Ordner ist nicht beschreibbar") from error


def _lock(descriptor: int, wait: float) -> None:
    deadline = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise IndexBusy("ein anderer Prozess schreibt gerade") from None
            time.sleep(_PAUSE)
        else:
            return


def stamps(path: Path) -> dict[str, tuple[int, int]]:
    """Size and time of change (ns) of every file; whoever opened them looks again before use."""
    return {file.name: _stamp(file) for file in [*_parts(path), *path.glob(_SEALS)]}


def seal(path: Path, version: int) -> None:
    """Write down what the files are. Segments never change, so only new ones are read."""
    known = _read_seals(path).files
    files = {}
    for file in _parts(path):
        size, changed = _stamp(file)
        old = known.get(file.name)
        if old is None or file.suffix != ".seg" or (old.size, old.changed) != (size, changed):
            old = _Seal(size, changed, _sha256(file))
        files[file.name] = old
    seals = {"version": version, "files": {name: list(seal_) for name, seal_ in files.items()}}
    fresh = path / f"{_SEALS}.neu"
    fresh.write_text(json.dumps(seals), encoding="utf-8")
    fresh.replace(path / _SEALS)


def sealed_version(path: Path) -> int:
    """The version of the analysis that built it; 0 when nothing says so."""
    return _read_seals(path).version


def check_quickly(path: Path) -> None:
    """Before files are opened: one that lost its end would crash the process that maps it.

    A file that looks touched is read and compared; one that nobody touched is believed.
    """
    known = _read_seals(path).files
    parts = {file.name: file for file in _parts(path)}
    tables = {name for name in parts if name.endswith(".toc")}
    if known.keys() - parts.keys() and tables <= known.keys():  # else a commit is on its way
        raise IndexUnavailable("eine Datei fehlt")
    for name, file in parts.items():
        old = known.get(name)
        if old is not None and (old.size, old.changed) != _stamp(file):
            _compare(file, old)


def check_thoroughly(path: Path) -> None:
    """Reads every byte: a bit that flipped on the disk shows in no time stamp."""
    known = _read_seals(path).files
    files = {file.name: file for file in _parts(path)}
    if not known or set(known) != set(files):
        raise IndexUnavailable("Dateien fehlen oder sind zu viel")
    for name, file in files.items():
        _compare(file, known[name])


class _Seal(NamedTuple):
    size: int
    changed: int  # nanoseconds
    sha256: str


class _Seals(NamedTuple):
    version: int = 0
    files: Mapping[str, _Seal] = {}


def _compare(file: Path, seal_: _Seal) -> None:
    if _stamp(file)[0] != seal_.size or _sha256(file) != seal_.sha256:
        raise IndexUnavailable("eine Datei wurde verändert")


def _stamp(file: Path) -> tuple[int, int]:
    status = file.stat()
    return status.st_size, status.st_mtime_ns


def _parts(path: Path) -> list[Path]:
    return sorted(file for file in path.iterdir() if file.suffix in _KEPT)


def _read_seals(path: Path) -> _Seals:
    try:
        found = json.loads((path / _SEALS).read_text(encoding="utf-8"))
        files = {str(name): _Seal(*values) for name, values in found["files"].items()}
        return _Seals(int(found["version"]), files)
    except FileNotFoundError:
        return _Seals()
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise IndexUnavailable("die Prüfsummen sind nicht lesbar") from error


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
