"""Keep a search, and hear once of each thing that comes new to it.

The worker compares what was released with every kept search; nothing is searched for it. What is
told goes the way of everything that is followed: only what this person may read at that moment.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import CursorResult, Table, delete, func, select

from kern import search
from kern.accounts.keeping import Keeper, Person
from kern.accounts.parties import people_behind, person_behind
from kern.accounts.sessions import actor_of_party, guest
from kern.actor import Actor
from kern.clock import now
from kern.content import Document, Ref, Within, cards_of, desk_items_of, registry
from kern.db import db, insert_quietly, writing
from kern.errors import Conflict, Invalid, NotFound
from kern.i18n import _
from kern.notify import Line, NoticeKind, NoticeType, Telling, tell_each
from kern.notify.kinds import line_of, ref_of
from kern.notify.models import Notice
from kern.search import synonyms
from kern.search.backend import PUBLIC
from kern.search.matching import Text
from kern.search.query import Query, parse
from kern.search.waiting import Waiting
from kern.settings import town_settings
from portal.suche.asked import Asked, read
from portal.suche.models import LONGEST, SavedSearch
from portal.suche.places import NOTHING, Offer, offer_for

HIT = "suche.treffer"
MOST = 50  # of one person
_READ = 10_000  # queries that are kept as they were understood; more than a town saves
_LOOKED_BACK = 200  # newest things of a kind; what is new and not among them came in a flood


@dataclass(frozen=True, slots=True)
class Kept:
    id: int
    saved_at: datetime
    asked: Asked


def save(party_id: int, asked: Asked) -> None:
    """Twice is no mistake. Raises Invalid where there is nothing to look for."""
    address = urlencode(asked.values)
    if parse(asked.text).is_empty or asked.errors or len(address) > LONGEST:
        raise Invalid("Diese Suche lässt sich nicht speichern. Bitte geben Sie ein Wort ein.", "q")
    party_id = person_behind(party_id)
    count = select(func.count()).where(SavedSearch.party_id == party_id)
    if db.session.scalar(count) == MOST:
        raise Conflict("Sie haben schon 50 Suchen gespeichert. Bitte löschen Sie zuerst eine.")
    row = {"party_id": party_id, "address": address, "saved_at": now()}
    insert_quietly(cast("Table", SavedSearch.__table__), [row])


def is_saved(party_id: int | None, asked: Asked) -> bool:
    if party_id is None:
        return False
    query = select(SavedSearch.id).where(
        SavedSearch.party_id == person_behind(party_id),
        SavedSearch.address == urlencode(asked.values),
    )
    return db.session.scalar(query) is not None


def list_saved(party_id: int) -> Sequence[Kept]:
    """Newest first; filters by something this person may not read (any more) are left out."""
    query = select(SavedSearch).where(SavedSearch.party_id == person_behind(party_id))
    rows = db.session.scalars(query.order_by(SavedSearch.id.desc())).all()
    asking = _Asking(actor_of_party(party_id))
    return [Kept(row.id, row.saved_at, asking.read(row.address)) for row in rows]


def remove(party_id: int, saved_id: int) -> None:
    """One of the person's own; raises NotFound for anybody else's."""
    query = delete(SavedSearch).where(
        SavedSearch.id == saved_id, SavedSearch.party_id == person_behind(party_id)
    )
    if cast("CursorResult[Any]", db.session.execute(query)).rowcount != 1:
        raise NotFound("Diese Suche ist nicht mehr gespeichert.")


class _Asking:
    """What addresses mean to one person, or to everybody; looked up when an address needs it."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor

    @cached_property
    def audiences(self) -> frozenset[str]:
        return search.audiences_of(self._actor)

    @cached_property
    def _offer(self) -> Offer:
        return offer_for(self._actor)

    def read(self, address: str) -> Asked:
        values = dict(parse_qsl(address))
        return read(values, self._offer if {"projekt", "nahe"} & values.keys() else NOTHING)

    def understands(self, address: str) -> bool:
        """Whether all places it names are there for this reader."""
        values, asked = dict(parse_qsl(address)), self.read(address)
        return ("projekt" in values) == (asked.project is not None) and (
            ("nahe" in values) == (asked.spot is not None)
        )


def follow(facts: Iterable[tuple[str, int, str]]) -> None:
    """What the worker calls with (content key, id, fact) of a batch of the outbox."""
    refs = {Ref(key, id_) for key, id_, _fact in facts if key in registry()}
    tellings = list(_tellings(refs)) if refs and _has_any() else []
    db.session.rollback()
    if tellings:
        with writing():
            tell_each(tellings, NoticeKind.FOLLOWED, what=HIT)
            db.session.commit()


def _has_any() -> bool:
    return db.session.scalar(select(SavedSearch.id).limit(1)) is not None


def _tellings(refs: Iterable[Ref]) -> Iterator[Telling]:
    """Of what is new, to whoever looks for it and did not write it."""
    news = _news(refs)
    saved = {row.id: row for row in db.session.execute(_SAVED)}
    waiting = Waiting((row.id, _query(row.address)) for row in saved.values())
    fitting = {ref: _fitting(waiting, texts) for ref, (_, texts) in news.items()}
    authors = _authors(ref for ref, ids in fitting.items() if ids)
    readers = _Readers()
    for ref, ids in fitting.items():
        became, texts = news[ref]
        documents = [document for _, document in texts]
        for row in (saved[id_] for id_ in sorted(ids)):
            is_news = row.saved_at <= became and row.party_id != authors.get(ref)
            if is_news and _reaches(readers.of(row, documents), row.address, documents):
                yield Telling(row.party_id, ref, f"suche:{row.id}:{ref}", {"suche": row.id})


_SAVED = select(
    SavedSearch.id, SavedSearch.party_id, SavedSearch.address, SavedSearch.saved_at
).order_by(SavedSearch.id)


def _fitting(waiting: Waiting[int], texts: "Texts") -> set[int]:
    return {id_ for text, _ in texts for id_ in waiting.fitting(text)}


def _authors(refs: Iterable[Ref]) -> Mapping[Ref, int]:
    """The person behind each that somebody wrote."""
    parties = {
        ref: item.author_party
        for ref, item in desk_items_of(set(refs)).items()
        if item.author_party is not None
    }
    behind = people_behind(set(parties.values()))
    return {ref: behind[party] for ref, party in parties.items()}


class _Readers:
    """Who asks. What is public is asked for everybody at once: a thousand people may wait for it,
    and what a place in an address means depends on the person only where it is not public."""

    def __init__(self) -> None:
        self._everybody = _Asking(guest())
        self._people: dict[int, _Asking] = {}

    def of(self, row: Any, documents: Iterable[Document]) -> _Asking:
        is_public = all(document.audience == PUBLIC for document in documents)
        if is_public and self._everybody.understands(row.address):
            return self._everybody
        if row.party_id not in self._people:
            self._people[row.party_id] = _Asking(actor_of_party(row.party_id))
        return self._people[row.party_id]


def _reaches(asking: _Asking, address: str, documents: Iterable[Document]) -> bool:
    asked, at = asking.read(address), now()
    text = dict(parse_qsl(address)).get("projekt", "")
    if text and asked.project is None:
        return False  # narrowed to what this person may not read any more
    return any(
        document.audience in asking.audiences and search.is_within(document, asked.narrowed, at)
        for document in documents
    )


Texts = list[tuple[Text, Document]]


def _news(refs: Iterable[Ref]) -> dict[Ref, tuple[datetime, Texts]]:
    """What is released of these, with the instant it became public."""
    found: dict[Ref, tuple[datetime, Texts]] = {}
    public: dict[str, Mapping[Ref, datetime]] = {}
    for document in search.documents_of(refs):
        ref = Ref(document.key, document.id)
        if document.audience == PUBLIC and ref.key not in public:
            public[ref.key] = _newest(ref.key)
        became = public.get(ref.key, {}).get(ref, document.at)
        found.setdefault(ref, (became, []))[1].append((Text(document), document))
    return found


def _newest(key: str) -> Mapping[Ref, datetime]:
    newest = registry()[key].newest
    return {} if newest is None else {one.ref: one.at for one in newest(Within(), _LOOKED_BACK)}


def _query(address: str) -> Query:
    return _read(address, town_settings().synonyms)


@lru_cache(maxsize=_READ)
def _read(address: str, meant: str) -> Query:
    return parse(dict(parse_qsl(address)).get("q", ""), synonyms=synonyms.read(meant))


def _lines(notices: Sequence[Notice]) -> Mapping[int, Line]:
    """None of a search that was removed since."""
    ids = {int(notice.payload["suche"]) for notice in notices}
    query = select(SavedSearch.id, SavedSearch.address).where(SavedSearch.id.in_(ids))
    words = {row.id: _query(row.address).text for row in db.session.execute(query)}
    cards = cards_of(ref_of(notice) for notice in notices)
    return {
        notice.id: line_of(
            _("Neu zu Ihrer Suche „%(q)s“", q=words[notice.payload["suche"]]),
            cards[ref_of(notice)],
        )
        for notice in notices
        if notice.payload["suche"] in words and ref_of(notice) in cards
    }


TYPES = (NoticeType(HIT, _lines),)


def _export(person: Person) -> list[Mapping[str, str]]:
    query = select(SavedSearch).where(SavedSearch.party_id.in_(person.parties))
    return [
        {"suche": f"/suche?{row.address}", "gespeichert": row.saved_at.isoformat()}
        for row in db.session.scalars(query.order_by(SavedSearch.id))
    ]


def _forget(person: Person) -> None:
    db.session.execute(delete(SavedSearch).where(SavedSearch.party_id.in_(person.parties)))


KEEPERS = (Keeper("gespeicherte_suchen", _export, _forget),)
