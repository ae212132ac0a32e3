"""Open searchers and writers: lent to one thread each, closed when they failed."""

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from whoosh import scoring
from whoosh.codec.whoosh3 import W3Codec, W3PerDocReader
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex
from whoosh.searching import Searcher

from kern.search import generations
from kern.search.backend import IndexUnavailable
from kern.search.weights import LENGTH_MATTERS, SATURATION
from kern.search.whoosh_backend import files

files.install()

_MEMORY = 64  # MB a writer may hold before it sorts on disk
_OPEN_TRIES = 5  # a writer may delete files between reading the table and opening them


class _Lengths(W3PerDocReader):  # type: ignore[misc]  # the package has no types
    """Of documents, asked for at each posting. Of a field that has none the library looks for the
    file again each time, which was a sixth of building an index."""

    def _cached_reader(self, fieldname: str, column: Any) -> Any:
        if fieldname not in self._readers:
            self._readers[fieldname] = super()._cached_reader(fieldname, column)
        return self._readers[fieldname]


class _Writing(W3Codec):  # type: ignore[misc]  # as above
    """All columns are written when it reads lengths."""

    def new_segment(self, storage: Any, indexname: str) -> Any:
        """Known by the library's own, which reads it: who that is stands in the index."""
        return W3Codec().new_segment(storage, indexname)

    def per_document_reader(self, storage: Any, segment: Any) -> _Lengths:
        return _Lengths(storage, segment)


class Opened(NamedTuple):
    path: Path
    process: int
    searcher: Searcher
    stamps: Mapping[str, tuple[int, int]]

    def is_current(self) -> bool:
        try:
            return self.searcher.up_to_date() and self.stamps == generations.stamps(self.path)
        except OSError:
            return False

    def close(self) -> None:
        with contextlib.suppress(Exception):  # a damaged one may fail here again
            self.searcher.close()


class _Pool:
    """Open searchers that nobody uses right now: opening costs more than most searches.

    Readers are not safe for two threads at once, so each is lent to one. Bounded over all towns.
    """

    def __init__(self, limit: int = 24) -> None:
        self._limit = limit
        self._idle: deque[Opened] = deque()
        self._lock = threading.Lock()

    def take(self, path: Path) -> Opened:
        while (opened := self._find(path)) is not None:
            if opened.is_current():
                return opened
            opened.close()
        return _open(path)

    def give(self, opened: Opened) -> None:
        with self._lock:
            self._idle.append(opened)
            surplus = self._idle.popleft() if len(self._idle) > self._limit else None
        if surplus is not None:
            surplus.close()

    def _find(self, path: Path) -> Opened | None:
        with self._lock:
            for opened in list(self._idle)[::-1]:
                if opened.path == path and opened.process == os.getpid():
                    self._idle.remove(opened)
                    return opened
        return None


POOL = _Pool()


def _open(path: Path) -> Opened:
    for _ in range(_OPEN_TRIES):
        try:
            generations.check_quickly(path)
            stamps = generations.stamps(path)
            searcher = FileIndex(FileStorage(str(path)), indexname="MAIN").searcher(
                weighting=scoring.BM25F(B=LENGTH_MATTERS, K1=SATURATION)
            )
        except FileNotFoundError:
            time.sleep(0.01)
        else:
            return Opened(path, os.getpid(), searcher, stamps)
    raise IndexUnavailable("er ändert sich schneller, als er sich öffnen lässt")


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """Damage shows as any of a dozen exceptions, so all become the one that callers know."""
    try:
        yield
    except IndexUnavailable:
        raise
    except Exception as error:
        raise IndexUnavailable(f"{type(error).__name__}: {error}") from error


@contextlib.contextmanager
def writer_of(path: Path) -> Iterator[Any]:
    """A writer that always lets go of its lock; after a full disk the library's own would not."""
    with guarded():
        generations.check_quickly(path)
        index = FileIndex(FileStorage(str(path)), indexname="MAIN")
        writer = index.writer(limitmb=_MEMORY, codec=_Writing())
    try:
        yield writer
    finally:
        if not writer.is_closed:
            with contextlib.suppress(Exception):
                writer.cancel()
            lock = writer.writelock
            if lock is not None and lock.fd is not None:
                lock.release()
