"""People at the desk: whoever wrote something, as what a case can be about."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from sqlalchemy import select

from kern.accounts import nameless
from kern.accounts.models import Party
from kern.content import DeskItem, Ref
from kern.db import db
from kern.i18n import _

PERSON_KEY = "kern.person"  # with the id of a party; no content: nothing of it is public


def person_path(party_id: int) -> str:
    return f"/moderation/person/{party_id}"


def desk_items(ids: Sequence[int]) -> Mapping[int, DeskItem]:
    """As items of the queue and the log."""
    query = select(Party).where(Party.id.in_(ids), Party.erased_at.is_(None))
    return {party.id: _item(party) for party in db.session.scalars(query)}


class Named(Protocol):
    """A party, or the row of a list that has its name."""

    @property
    def name(self) -> str | None: ...


def shown_name(party: Named) -> str:
    return party.name or str(nameless.GUEST)


def _item(party: Party) -> DeskItem:
    return DeskItem(
        ref=Ref(PERSON_KEY, party.id),
        revision=1,
        label=_("Person"),
        title="",
        html="",
        plain="",
        author=shown_name(party),
        author_party=party.id,
        written_at=party.created_at,
        path=person_path(party.id),
    )
