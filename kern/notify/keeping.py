"""What the notices keep about a person: what they follow, want and were told, what came back."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, select

from kern.accounts.keeping import Keeper, Person
from kern.accounts.sessions import actor_of_party
from kern.content import Ref, cards_of
from kern.db import db
from kern.notify.grouping import readable
from kern.notify.models import Bounce, Digest, Follow, Notice, Preference
from kern.notify.preferences import chosen_by


def paths_of(refs: Iterable[Ref], person: Person) -> dict[Ref, str]:
    """Where each of them is; what this person may not read (any more) is missing."""
    cards = cards_of(refs)
    actor = actor_of_party(person.parties[0])
    open_to = readable({card.scope_id for card in cards.values()}, actor)
    return {ref: card.path for ref, card in cards.items() if open_to[card.scope_id]}


def _follows(person: Person) -> list[Mapping[str, Any]]:
    query = select(Follow).where(Follow.party_id.in_(person.parties)).order_by(Follow.id)
    follows = db.session.scalars(query).all()
    paths = paths_of((Ref(one.content_key, one.content_id) for one in follows), person)
    return [
        {
            "was": paths.get(Ref(one.content_key, one.content_id)),
            "gewuenscht": one.asked_at.isoformat(),
            "bestaetigt": one.confirmed_at.isoformat(),
            "durch_mail": one.by_mail,
        }
        for one in follows
    ]


def _wishes(person: Person) -> dict[str, str]:
    """The default where the person chose nothing: that is how often mails come."""
    return {str(kind): str(often) for kind, often in chosen_by(person.parties[0]).items()}


def _notices(person: Person) -> list[Mapping[str, Any]]:
    query = select(Notice).where(Notice.party_id.in_(person.parties)).order_by(Notice.at, Notice.id)
    notices = db.session.scalars(query).all()
    paths = paths_of({Ref(one.content_key, one.content_id) for one in notices}, person)
    return [
        {
            "art": str(one.kind),
            "anlass": one.what,
            "wozu": paths.get(Ref(one.content_key, one.content_id)),
            "am": one.at.isoformat(),
            "gelesen": one.seen_at.isoformat() if one.seen_at else None,
        }
        for one in notices
    ]


def _bounces(person: Person) -> list[Mapping[str, Any]]:
    query = select(Bounce).where(Bounce.address == person.address)
    return [
        {
            "adresse": one.address,
            "anzahl": one.count,
            "grund": one.code,
            "zuletzt": one.last_at.isoformat(),
            "keine_mails_seit": one.stopped_at.isoformat() if one.stopped_at else None,
        }
        for one in db.session.scalars(query)
    ]


def _forget(person: Person) -> None:
    for table in (Notice, Digest, Follow, Preference):
        db.session.execute(delete(table).where(table.party_id.in_(person.parties)))
    db.session.execute(delete(Bounce).where(Bounce.address == person.address))


KEEPERS = (
    Keeper("folgt", _follows),
    Keeper("mitteilungswuensche", _wishes),
    Keeper("mitteilungen", _notices, _forget),
    Keeper("mails_die_zurueckkamen", _bounces),
)
