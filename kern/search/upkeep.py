"""Keep the index what the database says: follow changes, build anew, compare, heal."""

import time
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from kern.content import Document, Ref, registry
from kern.db import db
from kern.scope import SCOPE_KEY
from kern.search.backend import IndexBusy, IndexUnavailable, digest_of
from kern.search.confirming import documents_of, in_batches
from kern.search.opening import erase_others, open_index

SLICE = 200  # things that are compared at once ...
PAUSE = 0.005  # ... and seconds for everybody else after that


@dataclass(frozen=True, slots=True)
class Differences:
    missing: frozenset[Ref]  # released, but not in the index
    stale: frozenset[Ref]  # there with another text, kind, audience or date
    surplus: frozenset[Ref]  # in the index, but not released

    def __bool__(self) -> bool:
        return bool(self.missing or self.stale or self.surplus)

    @property
    def refs(self) -> frozenset[Ref]:
        return self.missing | self.stale | self.surplus


def follow(facts: Iterable[tuple[str, int, str]]) -> None:
    """What the worker calls with (content key, id, fact) of a batch of the outbox."""
    refs = {Ref(key, id_) for key, id_, _ in facts}
    if any(ref.key == SCOPE_KEY for ref in refs):
        refs |= _differing()
    index_refs(refs)


def _differing() -> frozenset[Ref]:
    """Who may read a scope has changed: everything in it may have come, gone or moved."""
    try:
        return compare().refs
    except IndexBusy:
        raise
    except IndexUnavailable:
        return frozenset()  # there is none, so all of it will be built
    finally:
        db.session.rollback()  # or what is read next would come from this snapshot


def index_refs(refs: Iterable[Ref]) -> None:
    """Bring these things up to date, in one commit. Asks the database, so order does not matter.

    The caller has no transaction open, or an old snapshot would be read. Builds the whole index
    when there is none. Raises IndexBusy while somebody else writes.
    """
    try:
        open_index().apply(refs, documents_of)
    except IndexBusy:
        raise
    except IndexUnavailable:
        rebuild_all()


def rebuild_all(progress: Callable[[int, int], None] | None = None) -> int:
    """Build the index anew; `progress` hears (done, expected). Returns how many it holds.

    Searches go on with the old index; changes meanwhile wait in the outbox.
    """
    everything = _Everything()

    def tell(done: int) -> None:
        if progress is not None:
            progress(done, everything.expected)

    count = open_index().rebuild(everything, tell)
    erase_others()
    return count


class _Everything:
    """All released documents, read when they are asked for: by then the index is locked."""

    expected = 0

    def __iter__(self) -> Iterator[Document]:
        ids = [(type_, list(type_.public_ids())) for type_ in registry().values()]
        self.expected = sum(len(numbers) for _, numbers in ids)
        for type_, numbers in ids:
            yield from in_batches(type_, numbers)


def compare() -> Differences:
    """What differs between database and index; nothing does when the outbox is empty.

    The caller has no transaction open. Each slice is read in one of its own, so that reading all of
    a town keeps neither the database from tidying up nor others of this process from their work.
    """
    indexed = open_index().digests()
    missing, stale = set(), set()
    for type_ in registry().values():
        ids = array("q", type_.public_ids())
        for start in range(0, len(ids), SLICE):
            documents = list(in_batches(type_, ids[start : start + SLICE]))
            db.session.rollback()
            for id_, parts in groupby(documents, key=lambda document: document.id):
                ref, digest = Ref(type_.key, id_), digest_of(parts)
                known = indexed.take(ref)
                if known is None:
                    missing.add(ref)
                elif known != digest:
                    stale.add(ref)
            time.sleep(PAUSE)
    db.session.rollback()  # a kind that has nothing was asked too
    return Differences(frozenset(missing), frozenset(stale), frozenset(indexed.rest()))


def heal(*, thorough: bool = False) -> int | None:
    """Build anew what is missing, damaged or of an older analysis; returns how many documents it
    holds then, None when nothing had to be done.

    `thorough` reads every byte. Raises IndexBusy while somebody else writes.
    """
    index = open_index()
    try:
        if thorough:
            index.verify()
        if index.is_healthy():
            return None
    except IndexBusy:
        raise
    except IndexUnavailable:
        pass
    return rebuild_all()


def compact() -> None:
    """Leave nothing of erased texts in the files of the index."""
    open_index().compact()
