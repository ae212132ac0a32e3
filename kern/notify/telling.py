"""Tell people what happened: one by one, or everybody who follows. Flushes, never commits.

A notice stands in the app from `not_before` on; by the person's choice for its kind a mail leaves
then as well, or the next digest takes it along.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Table, delete, or_, select

from kern import outbox
from kern.accounts.models import Account, AccountState, Party
from kern.accounts.parties import person_behind
from kern.clock import now
from kern.content import Ref, cards_of
from kern.db import Quick, among, db, insert_quietly
from kern.ids import new_token
from kern.mail import kinds as mail_kinds
from kern.notify.following import followers_of
from kern.notify.models import Frequency, Notice, NoticeKind
from kern.notify.preferences import FIXED, frequencies_of, next_due
from kern.outbox import OutboxEntry, State

UNDO = timedelta(seconds=30)  # what is taken back within, nobody hears of
ANNOUNCED = "notice"  # this kind of entry waits in the outbox until followers are looked up
ONE_MAIL = "notify.eine"  # at once, for what has no mail of its own
BATCH = 500  # rows of one statement
_TAKEN_BACK_WITHIN = timedelta(hours=1)


def tell(
    party_id: int,
    kind: NoticeKind,
    ref: Ref,
    event: str,
    *,
    what: str,
    not_before: datetime | None = None,
    **payload: Any,
) -> None:
    """Tell one person of one event, once. `what` names the NoticeType and the mail sent at once.

    `payload` holds ids, never names or texts; it goes into notice and mail alike.
    """
    deliver([person_behind(party_id)], kind, ref, event, what=what, at=not_before, payload=payload)


def deliver(
    party_ids: Iterable[int],
    kind: NoticeKind,
    ref: Ref,
    event: str,
    *,
    what: str,
    at: datetime | None = None,
    payload: dict[str, Any] | None = None,
) -> int:
    """The same for many; returns for how many it was news. A handful of queries for 500 people."""
    tellings = [Telling(party_id, ref, event, payload or {}) for party_id in party_ids]
    return tell_each(tellings, kind, what=what, at=at)


@dataclass(frozen=True, slots=True)
class Telling:
    """What one person is told."""

    party_id: int
    ref: Ref
    event: str
    payload: Mapping[str, Any]


def tell_each(
    tellings: Sequence[Telling], kind: NoticeKind, *, what: str, at: datetime | None = None
) -> int:
    """Many people, each of something of their own; returns for how many it was news."""
    at, count = at or now(), 0
    for start in range(0, len(tellings), BATCH):
        some = tellings[start : start + BATCH]
        chosen = _chosen([one.party_id for one in some], kind)
        rows = [
            {
                "party_id": one.party_id,
                "kind": kind,
                "what": what,
                "content_key": one.ref.key,
                "content_id": one.ref.id,
                "event": one.event,
                "payload": one.payload,
                "at": at,
                "due_at": next_due(chosen[one.party_id], at),
            }
            for one in some
            if one.party_id in chosen
        ]
        new = insert_quietly(cast("Table", Notice.__table__), rows)
        count += len(new)
        _mail_at_once(new, chosen)
    return count


def _chosen(party_ids: Sequence[int], kind: NoticeKind) -> dict[int, Frequency]:
    """Whom it can reach at all: in the app, or by a mail they want."""
    chosen = frequencies_of(party_ids, kind)
    reached = {
        row.id
        for row in _REACHED.typed(_Reached, {"ids": party_ids}, flush=True)
        if row.state == AccountState.ACTIVE
        or (row.state is None and row.email and chosen[row.id] is not Frequency.NEVER)
    }
    return {id_: frequency for id_, frequency in chosen.items() if id_ in reached}


class _Reached(NamedTuple):
    id: int
    email: str | None
    state: str | None


_REACHED = Quick(
    select(Party.id, Party.email, Account.state)
    .outerjoin(Account, Account.party_id == Party.id)
    .where(among(Party.id, "ids"), Party.erased_at.is_(None))
)


def _mail_at_once(notice_ids: Sequence[int], chosen: dict[int, Frequency]) -> None:
    if not notice_ids or Frequency.AT_ONCE not in chosen.values():
        return
    query = select(Notice).where(Notice.id.in_(notice_ids))
    outbox.mail_all(
        _mail_of(notice)
        for notice in db.session.scalars(query.order_by(Notice.id))
        if chosen[notice.party_id] is Frequency.AT_ONCE
    )


def _mail_of(notice: Notice) -> outbox.Noted:
    has_own = notice.what in mail_kinds()
    return outbox.Noted(
        notice.what if has_own else ONE_MAIL,
        f"party:{notice.party_id}",
        notice.event,
        notice.at,
        {
            "notice": notice.id,
            "ref": f"{notice.content_key}:{notice.content_id}",
            "about": "" if notice.kind in FIXED else notice.kind,
            **notice.payload,
        },
    )


def announce(
    ref: Ref,
    what: str,
    *,
    within: Sequence[Ref] = (),
    by: int | None = None,
    event: str = "",
    not_before: datetime | None = None,
    **payload: Any,
) -> None:
    """Something new that is public: the worker tells whoever follows it or what it stands in.

    `by` is the party that needs not be told. Without `event` a thing is news once, whatever happens
    to it later. What is hidden again before `not_before` (the undo time) nobody hears of.
    """
    event, final = event or f"{ref}:{what}", not_before or now() + UNDO
    db.session.add(
        OutboxEntry(
            kind=ANNOUNCED,
            key=f"{ANNOUNCED}:{event}:{new_token()}",
            content_key=ref.key,
            content_id=ref.id,
            name=what,
            payload={
                "event": event,
                "within": [str(one) for one in within],
                "by": by,
                "since": now().isoformat(),
                "at": final.isoformat(),
                "payload": payload,
            },
            not_before=final,
        )
    )


def move_announcements(key: str, ids: Sequence[int], within: Sequence[Ref]) -> None:
    """These things were moved: of what is not told yet, whoever follows their new place hears."""
    for start in range(0, len(ids), BATCH):
        query = select(OutboxEntry).where(
            OutboxEntry.kind == ANNOUNCED,
            OutboxEntry.state == State.OPEN,
            OutboxEntry.content_key == key,
            OutboxEntry.content_id.in_(ids[start : start + BATCH]),
        )
        for entry in db.session.scalars(query):
            entry.payload = {**entry.payload, "within": [str(one) for one in within]}


def expand(ref: Ref, what: str, announced: dict[str, Any]) -> int:
    """An announcement becomes notices; none while the thing is not public. Called by the worker."""
    if ref not in cards_of([ref]):
        return 0
    refs = [ref, *(Ref.parse(text) for text in announced["within"])]
    since, by = datetime.fromisoformat(announced["since"]), announced["by"]
    told = [id_ for id_ in followers_of(refs, since) if id_ != by]
    return deliver(
        told,
        NoticeKind.FOLLOWED,
        ref,
        announced["event"],
        what=what,
        at=datetime.fromisoformat(announced["at"]),
        payload=dict(announced["payload"]),
    )


def take_back(event: str) -> None:
    """Undo: notices, announcements and mails of this event (or a part of it) that nobody got."""
    db.session.execute(delete(Notice).where(*_unread(event)))
    open_ones = delete(OutboxEntry).where(
        OutboxEntry.kind == ANNOUNCED,
        OutboxEntry.state == State.OPEN,
        OutboxEntry.key.contains(f":{event}:", autoescape=True),
    )
    db.session.execute(open_ones)
    outbox.cancel_mails(event)


def spare(party_id: int, event: str) -> None:
    """This person hears of it in other words; everybody else as it was told."""
    person = person_behind(party_id)
    db.session.execute(delete(Notice).where(*_unread(event), Notice.party_id == person))
    outbox.cancel_mails(event, f"party:{person}")


def _unread(event: str) -> tuple[ColumnElement[bool], ...]:
    same = or_(Notice.event == event, Notice.event.startswith(f"{event}:", autoescape=True))
    return same, Notice.at > now() - _TAKEN_BACK_WITHIN, Notice.digest_id.is_(None)
