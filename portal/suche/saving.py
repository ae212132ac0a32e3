"""Keep a search, and hear once of each thing that comes new to it.

The worker compares what was released with every kept search; nothing is searched for it. What is
told goes the way of everything that is followed: only what this person may read at that moment.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import CursorResult, Table, delete, func, select

from kern import search
from kern.accounts.keeping import Keeper, Person
from kern.accounts.parties import person_behind
from kern.accounts.sessions import actor_of_party
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
from kern.settings import town_settings
from portal.suche.asked import Asked, read
from portal.suche.models import LONGEST, SavedSearch
from portal.suche.places import list_projects, spots_of

HIT = "suche.treffer"
MOST = 50  # of one person
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
    asking = _Asking(party_id)
    return [Kept(row.id, row.saved_at, asking.read(row.address)) for row in rows]


def remove(party_id: int, saved_id: int) -> None:
    """One of the person's own; raises NotFound for anybody else's."""
    query = delete(SavedSearch).where(
        SavedSearch.id == saved_id, SavedSearch.party_id == person_behind(party_id)
    )
    if cast("CursorResult[Any]", db.session.execute(query)).rowcount != 1:
        raise NotFound("Diese Suche ist nicht mehr gespeichert.")


class _Asking:
    """What addresses mean to one person."""

    def __init__(self, party_id: int) -> None:
        self.actor = actor_of_party(party_id)
        projects = list_projects(self.actor)
        self._projects = {one.slug: one for one in projects}
        self._spots = spots_of({one.id: one for one in projects})
        self.audiences = search.audiences_of(self.actor)

    def read(self, address: str) -> Asked:
        return read(dict(parse_qsl(address)), self._projects, self._spots)


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
    saved = db.session.scalars(select(SavedSearch).order_by(SavedSearch.party_id)).all()
    matches = [
        (row, ref)
        for ref, (became, documents) in news.items()
        for row in saved
        if row.saved_at <= became and any(text.fits(_query(row.address)) for text, _ in documents)
    ]
    authors = {
        ref: item.author_party for ref, item in desk_items_of({ref for _, ref in matches}).items()
    }
    people: dict[int, _Asking] = {}
    for row, ref in matches:
        asking = people.setdefault(row.party_id, _Asking(row.party_id))
        documents = [document for _, document in news[ref][1]]
        is_own = authors.get(ref) is not None and person_behind(authors[ref] or 0) == row.party_id
        if not is_own and _reaches(asking, row.address, documents):
            event = f"suche:{row.id}:{ref}"
            yield Telling(row.party_id, ref, event, {"suche": row.id})


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


@lru_cache(maxsize=2_000)
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
