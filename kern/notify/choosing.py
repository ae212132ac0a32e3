"""What a person may do about their notices without a login: see, choose, end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select

from kern import outbox
from kern.accounts.models import Account, AccountState, Party
from kern.accounts.parties import find_account, find_guest
from kern.accounts.sessions import actor_of_party
from kern.clock import now
from kern.content import Card, Ref, cards_of
from kern.db import db
from kern.errors import NotFound
from kern.ids import new_token
from kern.mail.signed import DIGEST, Signed
from kern.notify.grouping import readable
from kern.notify.models import Follow, Frequency, NoticeKind
from kern.notify.preferences import FIXED, choose, chosen_by

CHOOSE_MAIL = "notify.einstellungen"
LENGTH = 50
LIVING = frozenset({AccountState.ACTIVE, AccountState.INVITED})


@dataclass(frozen=True, slots=True)
class Followed:
    """`card` is None for what this person may not read (any more)."""

    id: int
    card: Card | None


def list_followed(
    party_id: int, before: int | None = None, limit: int = LENGTH
) -> Sequence[Followed]:
    """Newest first; `before` is the id of one."""
    query = select(Follow).where(Follow.party_id == party_id).order_by(Follow.id.desc())
    if before is not None:
        query = query.where(Follow.id < before)
    follows = db.session.scalars(query.limit(limit)).all()
    cards = cards_of(Ref(one.content_key, one.content_id) for one in follows)
    allowed = readable((card.scope_id for card in cards.values()), actor_of_party(party_id))
    shown = {ref: card for ref, card in cards.items() if allowed[card.scope_id]}
    return [Followed(one.id, shown.get(Ref(one.content_key, one.content_id))) for one in follows]


def end_follow(party_id: int, follow_id: int) -> None:
    """One of the person's own; raises NotFound for anybody else's."""
    query = delete(Follow).where(Follow.id == follow_id, Follow.party_id == party_id)
    if cast("CursorResult[Any]", db.session.execute(query)).rowcount != 1:
        raise NotFound("Dort folgen Sie nicht mehr.")


def end(signed: Signed) -> None:
    """One click in a mail: no more of these. Who has no account then follows nothing either."""
    wanted = ended_by(signed.about, chosen_by(signed.party.id))
    choose(signed.party.id, dict.fromkeys(wanted, Frequency.NEVER), now())
    if NoticeKind.FOLLOWED in wanted and not _has_account(signed.party.id):
        db.session.execute(delete(Follow).where(Follow.party_id == signed.party.id))


def ended_by(about: str, chosen: Mapping[NoticeKind, Frequency]) -> set[NoticeKind]:
    """Pure: the kinds that came in a mail `about` this."""
    if about == DIGEST:
        in_digests = {Frequency.DAILY, Frequency.WEEKLY}
        return {kind for kind, frequency in chosen.items() if frequency in in_digests} - FIXED
    return {NoticeKind(about)} - FIXED if about in set(NoticeKind) else set()


def _has_account(party_id: int) -> bool:
    query = select(Account.id).where(Account.party_id == party_id, Account.state.in_(LIVING))
    return db.session.scalar(query) is not None


def send_link(email: str) -> None:
    """To a folded address, if it belongs to anybody here; the page says the same either way."""
    account = find_account(email)
    party = db.session.get(Party, account.party_id) if account is not None else find_guest(email)
    if party is not None and party.erased_at is None:
        outbox.mail(CHOOSE_MAIL, f"party:{party.id}", event=f"choose:{new_token()}")
