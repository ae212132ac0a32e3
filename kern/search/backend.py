"""What every search engine behind the house must do, so that towns may choose between them."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeVar

from kern.content import Document, Ref
from kern.search.digests import Digests
from kern.search.expansion import Vocabulary
from kern.search.query import Query

PUBLIC = "public"
Answer = TypeVar("Answer")


class IndexUnavailable(Exception):
    """The index is missing or damaged in any way. Pages go on without it; a rebuild heals it."""


class IndexBusy(IndexUnavailable):
    """Another process is writing; the index itself is sound. Try again later."""


class Order(StrEnum):
    RELEVANCE = "relevanz"
    NEWEST = "neueste"


class Status(StrEnum):
    """How things stand, for those that have a beginning and an end, or wait for an answer."""

    RUNNING = "laeuft"  # or has not begun yet
    ENDED = "beendet"
    ANSWERED = "beantwortet"  # the office said what comes of it, or there is a result


class Edge(NamedTuple):
    """A place in the order of all hits: by rank, then by ref as text, both downwards."""

    rank: float
    ref: Ref


@dataclass(frozen=True, slots=True)
class Request:
    """One search. Audience and mask are no filters a person picks: they always hold.

    Pages go by `after` or `before`, so the hundredth costs what the first does. `as_of` is when the
    first one was asked for: what freshness adds to a rank is the same on all of them.
    """

    query: Query
    audiences: frozenset[str] = frozenset({PUBLIC})
    masked: Collection[Ref] = frozenset()
    kinds: frozenset[str] = frozenset()  # empty: all
    scopes: frozenset[int] | None = None  # None: all; empty: none
    since: datetime | None = None
    until: datetime | None = None  # exclusive
    status: Status | None = None
    order: Order = Order.RELEVANCE
    limit: int = 20
    after: Edge | None = None
    before: Edge | None = None
    as_of: datetime | None = None  # None: now
    is_counted: bool = True  # False: nobody reads the counts beside the filters, but the total


@dataclass(frozen=True, slots=True)
class Hit:
    ref: Ref
    path: str  # of the section that fits best, where a long page has several
    kind: str
    score: float
    rank: float = 0.0  # what the order compares


@dataclass(frozen=True, slots=True)
class Hits:
    """`total` counts what the request asks for. Each mapping counts what there would be if its own
    filter were another one, and all the others as they are."""

    total: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)
    scopes: Mapping[int, int] = field(default_factory=dict)
    years: Mapping[int, int] = field(default_factory=dict)  # in the local calendar
    statuses: Mapping[Status, int] = field(default_factory=dict)
    hits: tuple[Hit, ...] = ()
    complete: bool = True  # False: the time was up, so `total` is a lower bound


Reader = Callable[[Collection[Ref]], Iterable[Document]]


class SearchBackend(Protocol):
    """Every method raises IndexUnavailable, and nothing else, when the index cannot serve."""

    def search(self, request: Request) -> Hits: ...

    def consult(self, question: Callable[[Vocabulary], Answer]) -> Answer:
        """The answer to a question about the words of all texts, whoever may read them."""

    def apply(self, refs: Iterable[Ref], read: Reader) -> None:
        """Replace everything of these refs by what `read` gives for them, in one commit.

        It is read under the writer's lock: who writes last has also read last, so that nothing
        old comes back over something that was hidden meanwhile.
        """

    def rebuild(
        self, documents: Iterable[Document], progress: Callable[[int], None] | None = None
    ) -> int:
        """Build beside and switch; searches go on with the old one. Returns how many it holds.
        Documents of one thing come one after another, here and from `read`."""

    def compact(self) -> None:
        """Leave nothing of deleted documents on the disk."""

    def erase(self) -> None:
        """Leave nothing of the index at all: another engine has taken over."""

    def is_healthy(self) -> bool:
        """Cheap: it opens, and was built by the present analysis."""

    def verify(self) -> None:
        """Thorough: every byte is as it was written."""

    def digests(self) -> Digests:
        """What is in the index, with `digest_of` each ref's documents."""


def standing_of(document: Document) -> int:
    """`ends_at` in seconds, and `is_answered`, as one number: -2 or -1 for what has no end."""
    ends = -1 if document.ends_at is None else int(document.ends_at.timestamp())
    return 2 * ends + document.is_answered


def digest_of(documents: Iterable[Document]) -> int:
    """64 bits that change when anything of a ref's documents does, whatever their order."""
    digest = 0
    for document in documents:
        parts = (
            document.title, document.body, document.kind, document.scope, document.audience,
            document.path, int(document.at.timestamp()), document.boost, document.language,
            document.has_own_title, standing_of(document),
        )  # fmt: skip
        digested = hashlib.blake2b(repr(parts).encode("utf-8", "replace"), digest_size=8)
        digest ^= int.from_bytes(digested.digest(), signed=True)
    return digest
