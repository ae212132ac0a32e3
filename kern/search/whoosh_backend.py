"""The search index on Whoosh: the only module that knows it, and its parser never sees user text.

Words of title and body are one field; a title's words weigh more within one posting, as BM25F was
meant (S. Robertson, H. Zaragoza, M. Taylor, "Simple BM25 extension to multiple weighted fields",
CIKM 2004). Kind, scope, audience and date are columns that are read while hits are collected, so
that one pass gives ranking, total and counts per kind.
"""

import contextlib
import heapq
import itertools
import os
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from whoosh import columns, fields, formats, query, scoring
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex
from whoosh.query.spans import SpanNear2
from whoosh.searching import Searcher

from kern.clock import now
from kern.content import Document, Ref
from kern.search import analysis, compounds, generations
from kern.search.backend import Hit, Hits, IndexUnavailable, Order, Reader, Request, digest_of
from kern.search.generations import Generations
from kern.search.query import Phrase, Prefix, Query

TIME_LIMIT = 0.3  # seconds of CPU per search; what was found until then is shown
MAX_PREFIX_TERMS = 50  # in one query, shared by all its beginnings
_MAX_LOOKED_AT = 3_000  # terms with one beginning; the dictionary has hundreds for three letters
MAX_COMPOUNDS = 40  # in one query, shared by all its words
_COMPOUND_BOOST = 0.5  # Fahrradweg is a good answer to Radweg, Radweg a better one
_PREFIX_BOOST = 0.4  # a longer word is a worse hit than the word itself
_MEMORY = 64  # MB a writer may hold before it sorts on disk
_OPEN_TRIES = 5  # a writer may delete files between reading the table and opening them
_FRESH_BONUS = 0.25  # today's text scores at most this much more than a very old one
_HALF_LIFE = 180 * 86_400  # seconds after which the bonus has halved
# BM25's b, usually 0.75: a post of three words is no better an answer than a project's page.
_LENGTH_MATTERS = 0.3
_CHECK_EVERY = 128  # hits between two looks at the clock


class _TermsField(fields.FieldType):  # type: ignore[misc]  # whoosh has no types
    """A field that takes our terms as they are; the library analyses nothing."""

    def __init__(self) -> None:
        super().__init__(formats.Positions(), None, scorable=True)

    def index(self, value: Sequence[analysis.Term], **_: Any) -> Iterator[tuple[Any, ...]]:
        places: dict[str, list[int]] = defaultdict(list)
        weights: Counter[str] = Counter()
        for term in value:
            places[term.text].append(term.position)
            weights[term.text] += term.weight  # type: ignore[assignment]  # weights are floats
        encode = self.format.encode
        for text, positions in places.items():
            yield text.encode(), len(positions), float(weights[text]), encode(positions)


class _EndsField(fields.FieldType):  # type: ignore[misc]  # as above
    """Long terms backwards: who looks for `radweg` finds all that end so side by side."""

    def __init__(self) -> None:
        super().__init__(formats.Existence(), None, scorable=False)

    def index(self, value: Sequence[analysis.Term], **_: Any) -> Iterator[tuple[Any, ...]]:
        longest = {term.text for term in value if len(term.text) >= compounds.SHORTEST_COMPOUND}
        for text in longest:
            yield text[::-1].encode(), 1, 1.0, b""


def _schema() -> fields.Schema:
    return fields.Schema(
        text=_TermsField(),
        ends=_EndsField(),
        ref=fields.ID(sortable=True),
        path=fields.COLUMN(columns.VarBytesColumn()),
        kind=fields.COLUMN(columns.RefBytesColumn()),
        scope=fields.COLUMN(columns.NumericColumn("q", default=-1)),
        audience=fields.COLUMN(columns.RefBytesColumn()),
        at=fields.COLUMN(columns.NumericColumn("q", default=0)),
        boost=fields.COLUMN(columns.NumericColumn("d", default=1.0)),
        digest=fields.COLUMN(columns.NumericColumn("q", default=0)),
    )


class WhooshBackend:
    def __init__(self, folder: Path, *, wait: float = 10.0) -> None:
        """`wait` is how many seconds a writer waits for another one."""
        self._generations = Generations(folder)
        self._wait = wait

    def search(self, request: Request) -> Hits:
        if request.query.is_empty:
            return Hits()
        with _guarded(), self._searcher() as searcher:
            return _Search(searcher, request).run()

    def apply(self, refs: Iterable[Ref], read: Reader) -> None:
        refs = set(refs)
        with self._generations.exclusive(self._wait):
            documents = list(read(refs))
            with _guarded():
                path = self._generations.current()
                with _writer(path) as writer:
                    for ref in refs:
                        writer.delete_by_term("ref", str(ref))
                    for document in documents:
                        writer.add_document(**_fields(document))
                    writer.commit()
                generations.seal(path, analysis.VERSION)

    def rebuild(
        self, documents: Iterable[Document], progress: Callable[[int], None] | None = None
    ) -> int:
        with self._generations.exclusive(self._wait), self._generations.begin() as path:
            with _guarded():
                FileIndex.create(FileStorage(str(path)), _schema(), "MAIN")
            count = _fill(path, documents, progress)
            with _guarded():
                generations.seal(path, analysis.VERSION)
                self._generations.switch(path)
        return count

    def compact(self) -> None:
        with _guarded(), self._generations.exclusive(self._wait):
            path = self._generations.current()
            with _writer(path) as writer:
                writer.commit(optimize=True)
            generations.seal(path, analysis.VERSION)

    def is_healthy(self) -> bool:
        try:
            with _guarded(), self._searcher():
                current = self._generations.current()
                return generations.sealed_version(current) == analysis.VERSION
        except IndexUnavailable:
            return False

    def verify(self) -> None:
        with _guarded(), self._generations.exclusive(self._wait):
            generations.check_thoroughly(self._generations.current())
            with self._searcher():
                pass

    def digests(self) -> Mapping[Ref, int]:
        found: dict[Ref, int] = defaultdict(int)
        with _guarded(), self._searcher() as searcher:
            for leaf, _ in _leaves(searcher):
                reader = leaf.reader()
                ref, digest = _column(reader, "ref"), _column(reader, "digest")
                for number in reader.all_doc_ids():
                    found[Ref.parse(bytes(ref[number]).decode())] ^= digest[number]
        return found

    @contextlib.contextmanager
    def _searcher(self) -> Iterator[Searcher]:
        """A searcher for this thread alone, given back for the next one unless it failed."""
        opened = _POOL.take(self._generations.current())
        try:
            yield opened.searcher
        except BaseException:
            opened.close()
            raise
        _POOL.give(opened)


class _Opened(NamedTuple):
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
        self._idle: deque[_Opened] = deque()
        self._lock = threading.Lock()

    def take(self, path: Path) -> _Opened:
        while (opened := self._find(path)) is not None:
            if opened.is_current():
                return opened
            opened.close()
        return _open(path)

    def give(self, opened: _Opened) -> None:
        with self._lock:
            self._idle.append(opened)
            surplus = self._idle.popleft() if len(self._idle) > self._limit else None
        if surplus is not None:
            surplus.close()

    def _find(self, path: Path) -> _Opened | None:
        with self._lock:
            for opened in list(self._idle)[::-1]:
                if opened.path == path and opened.process == os.getpid():
                    self._idle.remove(opened)
                    return opened
        return None


_POOL = _Pool()


def _open(path: Path) -> _Opened:
    for _ in range(_OPEN_TRIES):
        try:
            generations.check_quickly(path)
            stamps = generations.stamps(path)
            searcher = FileIndex(FileStorage(str(path)), indexname="MAIN").searcher(
                weighting=scoring.BM25F(B=_LENGTH_MATTERS)
            )
        except FileNotFoundError:
            time.sleep(0.01)
        else:
            return _Opened(path, os.getpid(), searcher, stamps)
    raise IndexUnavailable("er ändert sich schneller, als er sich öffnen lässt")


@contextlib.contextmanager
def _guarded() -> Iterator[None]:
    """Damage shows as any of a dozen exceptions, so all become the one that callers know."""
    try:
        yield
    except IndexUnavailable:
        raise
    except Exception as error:
        raise IndexUnavailable(f"{type(error).__name__}: {error}") from error


@contextlib.contextmanager
def _writer(path: Path) -> Iterator[Any]:
    """A writer that always lets go of its lock; after a full disk the library's own would not."""
    with _guarded():
        generations.check_quickly(path)
        writer = FileIndex(FileStorage(str(path)), indexname="MAIN").writer(limitmb=_MEMORY)
    try:
        yield writer
    finally:
        if not writer.is_closed:
            with contextlib.suppress(Exception):
                writer.cancel()
            lock = writer.writelock
            if lock is not None and lock.fd is not None:
                lock.release()


def _fill(path: Path, documents: Iterable[Document], progress: Callable[[int], None] | None) -> int:
    """Faults of those who read the documents stay what they are; those of the library do not."""
    count = 0
    with _writer(path) as writer:
        for count, document in enumerate(documents, start=1):
            with _guarded():
                writer.add_document(**_fields(document))
            if progress is not None:
                progress(count)
        with _guarded():
            writer.commit(optimize=True)
    return count


def _fields(document: Document) -> dict[str, Any]:
    terms = list(_terms(document))
    return {
        "text": terms,
        "ends": terms,
        "ref": str(Ref(document.key, document.id)),
        "path": document.path.encode(),
        "kind": document.kind.encode(),
        "scope": -1 if document.scope is None else document.scope,
        "audience": document.audience.encode(),
        "at": int(document.at.timestamp()),
        "boost": document.boost,
        "digest": digest_of([document]),
    }


def _terms(document: Document) -> Iterator[analysis.Term]:
    own = document.has_own_title
    return analysis.analyse_document(document.title, document.body, has_own_title=own)


def _leaves(searcher: Searcher) -> list[tuple[Searcher, int]]:
    return searcher.leaf_searchers() if searcher.doc_count_all() else []


def _column(reader: Any, name: str) -> Any:
    return reader.column_reader(name, translate=False)


class _Found(NamedTuple):
    rank: float
    score: float
    number: int  # of the document within its segment
    paths: Any  # the segment's column of paths
    kind: bytes


class _Search:
    """One pass over the matching documents."""

    def __init__(self, searcher: Searcher, request: Request) -> None:
        self._searcher = searcher
        self._request = request
        self._deadline = time.thread_time() + TIME_LIMIT
        self._audiences = {audience.encode() for audience in request.audiences}
        self._masked = {str(Ref(*ref)).encode() for ref in request.masked}
        self._now = int(now().timestamp())
        self._best: dict[bytes, _Found] = {}
        self._complete = True

    def run(self) -> Hits:
        wanted = _wanted(self._request.query, self._searcher.reader())
        context = self._searcher.context()
        for leaf, _ in _leaves(self._searcher):
            excluded = self._excluded(leaf, context)
            self._collect(leaf, wanted.matcher(leaf, context), excluded)
        return self._hits()

    def _excluded(self, leaf: Searcher, context: Any) -> set[int]:
        """Documents with what must not occur. The library's AndNot lets some of them through."""
        phrases = self._request.query.excluded
        matchers = (_phrase(phrase).matcher(leaf, context) for phrase in phrases)
        return {matcher.id() for matcher in matchers for _ in self._steps(matcher)}

    def _collect(self, leaf: Searcher, matcher: Any, excluded: set[int]) -> None:
        segment = _Segment(leaf.reader())
        for _ in self._steps(matcher):
            number = matcher.id()
            if number not in excluded and self._may_show(segment, number):
                self._take(segment, number, matcher.score())

    def _steps(self, matcher: Any) -> Iterator[None]:
        """Once for every match, until the time is up."""
        count = 0
        while self._complete and matcher.is_active():
            yield
            matcher.next()
            count += 1
            if count % _CHECK_EVERY == 0:
                self._complete = time.thread_time() < self._deadline

    def _may_show(self, segment: "_Segment", number: int) -> bool:
        scopes = self._request.scopes
        is_in_scope = not scopes or segment.scope[number] in scopes
        return is_in_scope and segment.audience[number] in self._audiences

    def _take(self, segment: "_Segment", number: int, score: float) -> None:
        ref = bytes(segment.ref[number])
        if ref in self._masked:
            return
        at = segment.at[number]
        score *= segment.boost[number] * self._freshness(at)
        rank = float(at) if self._request.order == Order.NEWEST else score
        known = self._best.get(ref)
        if known is None or (rank, score) > (known.rank, known.score):
            kind = bytes(segment.kind[number])
            self._best[ref] = _Found(rank, score, number, segment.path, kind)

    def _freshness(self, at: int) -> float:
        age = max(self._now - at, 0)
        return 1.0 + _FRESH_BONUS * _HALF_LIFE / (_HALF_LIFE + age)

    def _hits(self) -> Hits:
        kinds = Counter(found.kind.decode() for found in self._best.values())
        wanted = {kind.encode() for kind in self._request.kinds or kinds}
        shown = [(item.rank, ref, item) for ref, item in self._best.items() if item.kind in wanted]
        last = self._request.offset + self._request.limit
        top = heapq.nlargest(last, shown, key=lambda entry: entry[:2])[self._request.offset :]
        hits = tuple(_hit(ref, item) for _, ref, item in top)
        return Hits(len(shown), dict(kinds), hits, self._complete)


class _Segment:
    """The columns of one segment, each opened once per search."""

    def __init__(self, reader: Any) -> None:
        self.ref = _column(reader, "ref")
        self.kind = _column(reader, "kind")
        self.path = _column(reader, "path")
        self.scope = _column(reader, "scope")
        self.audience = _column(reader, "audience")
        self.at = _column(reader, "at")
        self.boost = _column(reader, "boost")


def _hit(ref: bytes, found: _Found) -> Hit:
    path = bytes(found.paths[found.number]).decode()
    return Hit(Ref.parse(ref.decode()), path, found.kind.decode(), found.score)


def _wanted(wanted: Query, reader: Any) -> Any:
    vocabulary = _Vocabulary(reader)
    share = MAX_COMPOUNDS // max(len(wanted.words) + len(wanted.prefixes), 1)
    parts: list[Any] = [_word(word, vocabulary.containing(word, share)) for word in wanted.words]
    parts += [_phrase(phrase) for phrase in wanted.phrases]
    limit = MAX_PREFIX_TERMS // max(len(wanted.prefixes), 1)
    for prefix in wanted.prefixes:
        longer = vocabulary.containing(prefix.term, share)
        parts.append(_prefix(prefix, _beginning_with(prefix.text, reader, limit), longer))
    return parts[0] if len(parts) == 1 else query.And(parts)


def _phrase(phrase: Phrase) -> Any:
    """Words at exactly the distances they have in the phrase, small words between them or not."""
    joined: Any = query.Term("text", phrase[0][0])
    for (_, before), (term, place) in itertools.pairwise(phrase):
        gap = place - before
        joined = SpanNear2([joined, query.Term("text", term)], slop=gap, mindist=gap)
    return joined


def _word(term: str, compounds_: Sequence[str]) -> Any:
    """The word itself, or a compound that it is the first or the last part of."""
    exact = query.Term("text", term)
    longer = [query.Term("text", text, boost=_COMPOUND_BOOST) for text in compounds_]
    return query.Or([exact, *longer]) if longer else exact


def _prefix(prefix: Prefix, longer: Sequence[str], compounds_: Sequence[str]) -> Any:
    """The word itself, the most frequent words that begin so, or compounds with it."""
    boosts = dict.fromkeys(longer, _PREFIX_BOOST) | dict.fromkeys(compounds_, _COMPOUND_BOOST)
    boosts[prefix.term] = 1.0
    terms = [query.Term("text", text, boost=boost) for text, boost in boosts.items()]
    return terms[0] if len(terms) == 1 else query.Or(terms)


class _Vocabulary:
    """The words of the town, as the index has them."""

    def __init__(self, reader: Any) -> None:
        self._leaves = reader.leaf_readers() if reader.doc_count_all() else []
        self._known: dict[str, bool] = {}

    def containing(self, part: str, limit: int) -> list[str]:
        """The most frequent compounds that this is the first or the last part of."""
        if len(part) < compounds.SHORTEST:
            return []
        counted = Counter(dict(self._ending_with(part)))
        counted.update(dict(_counted("text", part, self._leaves)))
        found = (text for text, _ in counted.most_common() if self._has(text, part))
        return list(itertools.islice(found, limit))

    def _ending_with(self, part: str) -> Iterator[tuple[str, int]]:
        for text, count in _counted("ends", part[::-1], self._leaves).items():
            yield text[::-1], count

    def _has(self, text: str, part: str) -> bool:
        return text != part and compounds.has_part(text, part, self._is_known)

    def _is_known(self, term: str) -> bool:
        if term not in self._known:
            self._known[term] = any(_uses(leaf, term.encode()) for leaf, _ in self._leaves)
        return self._known[term]


def _uses(leaf: Any, term: bytes) -> bool:
    """Whether a text that was not deleted has it; what is not merged yet knows more words."""
    is_known = ("text", term) in leaf
    return is_known and bool(not leaf.has_deletions() or leaf.postings("text", term).is_active())


def _beginning_with(start: str, reader: Any, limit: int) -> list[str]:
    leaves = reader.leaf_readers() if reader.doc_count_all() else []
    return [text for text, _ in _counted("text", start, leaves).most_common(limit)]


def _counted(field: str, start: str, leaves: Iterable[tuple[Any, int]]) -> Counter[str]:
    """Terms that begin so, with how many documents have them."""
    counted: Counter[str] = Counter()
    for leaf, _ in leaves:
        if field not in leaf.schema:
            continue  # built by an older program: it serves until the worker has built a new one
        terms = leaf.iter_prefix(field, start)
        for (text, info), _ in zip(terms, range(_MAX_LOOKED_AT), strict=False):
            counted[bytes(text).decode()] += info.doc_frequency()
    return counted
