"""How a room plugs in to search, desk, notices and export.

A room describes each of its kinds with one `ContentType`; `portal` registers them once. The ground
floor works on these values only, so it never imports a room. All callables work on lists of ids.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from kern.actor import Actor
from kern.ids import parse_id

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Ref(NamedTuple):
    """The address of anything: the key of its ContentType and its id there."""

    key: str
    id: int

    def __str__(self) -> str:
        return f"{self.key}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Ref":
        """Raises ValueError when the text is no ref."""
        key, _, number = text.rpartition(":")
        id_ = parse_id(number)
        if not key or id_ is None:
            raise ValueError(f"no ref: {text!r}")
        return cls(key, id_)


class Verdict(StrEnum):
    RELEASE = "release"
    RELEASE_WITHOUT_PICTURE = "release_without_picture"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Redaction:
    """What a moderator leaves of a `DeskItem`'s source (and title): passages are missing, nothing
    is new. `kern.moderation.redaction` puts a mark where each one stood."""

    text: str
    title: str | None = None  # None: the title stays


@dataclass(frozen=True, slots=True)
class Card:
    """One public thing as a line in a list: search hit, report, notice, mail."""

    ref: Ref
    label: str  # "Beitrag"
    title: str
    text: str  # plain, short
    path: str
    at: datetime
    author: str = ""
    scope_id: int | None = None
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """What the search index holds about one released thing."""

    key: str
    id: int
    title: str
    body: str
    kind: str  # the filter it appears under: "projekt", "diskussion", "beitrag", "antwort"
    scope: int | None
    audience: str  # "public", or "scope:<id>" for what only invited people read
    path: str
    at: datetime  # LONG_AGO where it has no date
    boost: float = 1.0
    language: str = "de"
    has_own_title: bool = True  # a post's is that of its thread
    ends_at: datetime | None = None
    """Of what people can take part in: FOREVER while no end is known, LONG_AGO when only the fact
    is. Written down as a date, so the search needs no clock to come by when it ends."""
    is_answered: bool = False  # the office said what comes of it, or there is a result
    tags: tuple[str, ...] = ()  # they stand in the body too

    @property
    def is_dated(self) -> bool:
        return self.at > LONG_AGO


@dataclass(frozen=True, slots=True)
class FoundAs:
    """One kind of hit: what `Document.kind` says, and how people read it."""

    key: str  # as the address of a search has it: "beitrag"
    label: object  # at a hit; lazy German
    plural: object  # at the filter
    icon: str = "doc"
    has_titles: bool = True  # of their own: they are offered while somebody types


@dataclass(frozen=True, slots=True)
class DeskItem:
    """One thing as a moderator needs it: everything to decide, nothing to look up."""

    ref: Ref
    revision: int
    label: str
    title: str
    html: str  # rendered, sanitised
    plain: str
    author: str
    author_party: int | None
    written_at: datetime
    path: str
    context: str = ""  # what it answers, in plain words
    context_html: str = ""
    scope_id: int | None = None
    scope_title: str = ""
    status: str = ""  # German: "wartet", "öffentlich", ...
    channel: str = ""  # German: "Papier", "Telefon", ...
    source: str = ""  # Markdown of the shown wording: what `redact` and `split` begin with
    moved_from: str = ""  # plain title of the thread or project it stood in before
    is_locked: bool = False
    owns_title: bool = False  # its author's own words; else that of what it stands in
    pictures: tuple[Mapping[str, Any], ...] = ()
    public_html: str = ""  # the released text, while an edit waits


@dataclass(frozen=True, slots=True)
class Within:
    """What a feed is about: the whole town, one scope, what hangs on one host; answers alone."""

    scope_id: int | None = None
    host: Ref | None = None
    answers: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One public thing, or a dated part of it, as feeds tell of it."""

    ref: Ref
    title: str
    html: str  # rendered, sanitised
    author: str
    path: str
    at: datetime  # when it became public
    changed_at: datetime
    part: str = ""  # "news:3": distinguishes several entries of one thing


@dataclass(frozen=True, slots=True)
class Event:
    """A date for calendars. A span from midnight to midnight is told in whole days."""

    uid: str  # unique in the world, stays the same
    title: str
    starts_at: datetime
    ends_at: datetime  # exclusive
    path: str
    changed_at: datetime | None = None
    place: str = ""
    note: str = ""
    fills_time: bool = True  # False: does not make anybody busy, such as a phase of a month


@dataclass(frozen=True, slots=True)
class Mention:
    """A text in which certain words stand. `host` is the thread or page it belongs to."""

    ref: Ref
    plain: str
    host: Ref
    wording: int = 0  # number of the revision, where there is one; 0 also for remarks of others
    is_decidable: bool = True  # public, or waits: the desk can decide about it


@dataclass(frozen=True, slots=True)
class ContentType:
    key: str
    label: str
    plural: str
    cards: Callable[[Sequence[int]], Mapping[int, Card]]  # public ones only
    documents: Callable[[Sequence[int]], Sequence[Document]]  # released ones only
    public_ids: Callable[[], Iterator[int]]
    desk_items: Callable[[Sequence[int]], Mapping[int, DeskItem]]
    found: Callable[[Sequence[int]], tuple[Sequence[Document], Mapping[int, Card]]] | None = None
    """`documents` and `cards` of the same ids at once, for kinds that searches often find."""
    decide: Callable[[int, int, Actor, Verdict], None] | None = None
    """(id, revision, actor, verdict); Conflict when a newer revision exists. The reason is a note
    of the case, where it can be redacted and expires."""
    decide_all: Callable[[Mapping[int, int], Actor, Verdict], Collection[int]] | None = None
    """({id: revision}, actor, verdict): `decide` for many in few statements, for kinds that come in
    floods. Returns those it was possible for; the others are left as they are."""
    reopen: Callable[[int, int, Actor], None] | None = None
    """(id, revision, actor): take the last decision back, within the undo time."""
    hide: Callable[[int, Actor, int | None], None] | None = None
    """(id, actor, number of the rule, shown on the tombstone)"""
    hide_all: Callable[[Sequence[int], Actor, int | None], Collection[int]] | None = None
    """`hide` for many, as `decide_all` is `decide` for many."""
    restore: Callable[[int, Actor], None] | None = None
    """(id, actor): back to its old place, replies kept."""
    redact: Callable[[int, Actor, Redaction], None] | None = None
    """(id, actor, what is left): passages go from every wording and every copy, for good: there is
    no way back. What waits is released so; what is rejected or hidden stays so. Invalid at "text"
    or "title" when something was added."""
    split: Callable[[int, int, Actor, str, str], Ref] | None = None
    """(id, revision, actor, first, second): what waits becomes two that wait, each with its own
    case; returns the second. Invalid at "first" or "second", Conflict as in `decide`."""
    move: Callable[[int, Actor, Ref], None] | None = None
    """(id, actor, target): to another thread or project, with all that hangs on it. The old
    address leads there; the author is told."""
    move_targets: Callable[[int, Actor, str], Sequence[Card]] | None = None
    """(id, actor, words): where it could go, best first; without words the nearest places."""
    lock: Callable[[int, Actor, bool, str], None] | None = None
    """(id, actor, locked, reason): nobody writes there any more, of a post in the thread it stands
    in; the sentence is shown to all. False opens it again."""
    erase_author: Callable[[int, bool], None] | None = None
    """(party id, keep): the person goes; released things stay without a name, or go as well."""
    export: Callable[[int], Iterator[Mapping[str, Any]]] | None = None
    """(party id): everything this person wrote, for their own data export."""
    mentions: Callable[[Sequence[str], int], Sequence[Mention]] | None = None
    """(words, limit): the newest texts in which one of these words stands, in whatever state."""
    strike: Callable[[Mention, Callable[[str], str]], None] | None = None
    """(mention, what takes passages out of a text): of a mention nobody decides about, at once."""
    followed: bool = False  # people can follow it
    newest: Callable[[Within, int], Sequence[Entry]] | None = None
    """(what, limit): what strangers may read, newest first: for feeds."""
    events: Callable[[int | None], Sequence[Event]] | None = None
    """(scope id): dates of one scope, whoever may read it; without one, of all that are public."""
    own_paths: Callable[[Sequence[int]], Mapping[int, str]] | None = None
    """(ids): where the author of each reads and changes it, without a login where that is possible;
    only in mails to the author and on their private pages."""
    find_titles: Callable[[str, int], Sequence[int]] | None = None
    """(words, limit): released ids by title, from the database, while the index is away."""
    found_as: tuple[FoundAs, ...] = ()
    """Every kind that its documents have, in the order of the search page."""
    made_of_settings: Callable[[Collection[str]], Collection[int]] | None = None
    """(keys of the town's settings): its things whose words come from these, released or not."""


class Registry(Mapping[str, ContentType]):
    def __init__(self, types: Iterable[ContentType] = ()) -> None:
        self._types: dict[str, ContentType] = {}
        for type_ in types:
            self.add(type_)

    def add(self, type_: ContentType) -> None:
        if type_.key in self._types:
            raise ValueError(f"content type {type_.key!r} is registered twice")
        self._types[type_.key] = type_

    def __getitem__(self, key: str) -> ContentType:
        return self._types[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)


@dataclass(slots=True)
class _House:
    registry: Registry = field(default_factory=Registry)


_house = _House()


def fill(types: Iterable[ContentType]) -> None:
    """Called by portal, once per process (again with the same types when tests build apps)."""
    _house.registry = Registry(types)


def registry() -> Registry:
    return _house.registry


def cards_of(refs: Iterable[Ref]) -> dict[Ref, Card]:
    """Public cards of refs of any kind; one call per kind. What is not public is missing."""
    found: dict[Ref, Card] = {}
    for type_, ids in _by_type(refs):
        found.update({Ref(type_.key, id_): card for id_, card in type_.cards(ids).items()})
    return found


def desk_items_of(refs: Iterable[Ref]) -> dict[Ref, DeskItem]:
    """The same as moderators see it, public or not. What is gone is missing."""
    found: dict[Ref, DeskItem] = {}
    for type_, ids in _by_type(refs):
        found.update({Ref(type_.key, id_): item for id_, item in type_.desk_items(ids).items()})
    return found


def _by_type(refs: Iterable[Ref]) -> Iterator[tuple[ContentType, list[int]]]:
    wanted: dict[str, list[int]] = {}
    for ref in refs:
        wanted.setdefault(ref.key, []).append(ref.id)
    yield from ((registry()[key], ids) for key, ids in wanted.items() if key in registry())
