"""The index on Whoosh as the house wants it: built beside, sealed, one writer at a time."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex
from whoosh.searching import Searcher

from kern.content import Document, Ref
from kern.search import generations
from kern.search.backend import Answer, Hits, IndexUnavailable, Reader, Request
from kern.search.digests import Digests
from kern.search.expansion import Vocabulary
from kern.search.generations import Generations
from kern.search.whoosh_backend.opening import POOL, Opened, guarded, writer_of
from kern.search.whoosh_backend.schema import VERSION, fields_of, schema
from kern.search.whoosh_backend.searching import Search, leaves_of
from kern.search.whoosh_backend.vocabulary import Terms
from kern.search.whoosh_backend.whole import column


class WhooshBackend:
    def __init__(self, folder: Path, *, wait: float = 10.0) -> None:
        """`wait` is how many seconds a writer waits for another one."""
        self._generations = Generations(folder)
        self._wait = wait

    def search(self, request: Request) -> Hits:
        if request.query.is_empty:
            return Hits()
        with guarded(), self._opened() as opened:
            return Search(opened.path, opened.searcher, request).run()

    def consult(self, question: Callable[[Vocabulary], Answer]) -> Answer:
        with guarded(), self._opened() as opened:
            return question(Terms(opened.path, opened.searcher.reader()))

    def apply(self, refs: Iterable[Ref], read: Reader) -> None:
        refs = set(refs)
        with self._generations.exclusive(self._wait):
            documents = list(read(refs))
            if not documents and not self._has_any(refs):
                return  # what waits for its release is announced too
            with guarded():
                path = self._generations.current()
                with writer_of(path) as writer:
                    for ref in refs:
                        writer.delete_by_term("ref", str(ref))
                    for document in documents:
                        writer.add_document(**fields_of(document))
                    writer.commit()
                generations.seal(path, VERSION)

    def _has_any(self, refs: Iterable[Ref]) -> bool:
        with guarded(), self._opened() as opened:
            reader = opened.searcher.reader()
            return any(("ref", str(ref).encode()) in reader for ref in refs)

    def rebuild(
        self, documents: Iterable[Document], progress: Callable[[int], None] | None = None
    ) -> int:
        with self._generations.exclusive(self._wait), self._generations.begin() as path:
            with guarded():
                FileIndex.create(FileStorage(str(path)), schema(), "MAIN")
            count = _fill(path, documents, progress)
            with guarded():
                generations.seal(path, VERSION)
                self._generations.switch(path)
        return count

    def compact(self) -> None:
        with guarded(), self._generations.exclusive(self._wait):
            path = self._generations.current()
            with writer_of(path) as writer:
                writer.commit(optimize=True)
            generations.seal(path, VERSION)

    def erase(self) -> None:
        self._generations.erase()

    def is_healthy(self) -> bool:
        try:
            with guarded(), self._opened():
                current = self._generations.current()
                return generations.sealed_version(current) == VERSION
        except IndexUnavailable:
            return False

    def verify(self) -> None:
        with guarded(), self._generations.exclusive(self._wait):
            generations.check_thoroughly(self._generations.current())
            with self._opened():
                pass

    def digests(self) -> Digests:
        with guarded(), self._opened() as opened:
            return Digests(_digested(opened.searcher))

    @contextlib.contextmanager
    def _opened(self) -> Iterator[Opened]:
        """With a searcher for this thread alone, given back for the next one unless it failed."""
        opened = POOL.take(self._generations.current())
        try:
            yield opened
        except BaseException:
            opened.close()
            raise
        POOL.give(opened)


def _digested(searcher: Searcher) -> Iterator[tuple[str, int]]:
    for leaf, _ in leaves_of(searcher):
        reader = leaf.reader()
        ref, digest = column(reader, "ref"), column(reader, "digest")
        for number in reader.all_doc_ids():
            yield bytes(ref[number]).decode(), digest[number]


def _fill(path: Path, documents: Iterable[Document], progress: Callable[[int], None] | None) -> int:
    """Faults of those who read the documents stay what they are; those of the library do not."""
    count = 0
    with writer_of(path) as writer:
        for count, document in enumerate(documents, start=1):
            with guarded():
                writer.add_document(**fields_of(document))
            if progress is not None:
                progress(count)
        with guarded():
            writer.commit(optimize=True)
    return count
