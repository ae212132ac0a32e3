"""The desk's state for moderators: in their digest every morning, or at once when they want it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select

from kern import outbox
from kern.accounts.models import Account, AccountState, Grant
from kern.accounts.permissions import BY_ROLE, Role
from kern.accounts.sessions import actor_of_party
from kern.actor import Actor
from kern.calendar import format_minute
from kern.clock import now
from kern.db import db
from kern.i18n import _, _n
from kern.moderation.filters import DESK, Filters, within
from kern.moderation.models import Case, CaseState
from kern.moderation.queue import items_of, ref_of
from kern.notify import Frequency, NoticeKind
from kern.notify.digests import Section, Standing
from kern.notify.mails import STANDING_MAIL
from kern.notify.preferences import frequencies_of

SHOWN = 15  # with a link of their own; the desk has the rest
HOUR = "%Y%m%d%H"


def candidates() -> list[int]:
    """Parties of everybody who may open the desk, in the town or in a project."""
    roles = [role for role in Role if DESK in BY_ROLE[role]]
    query = select(Account.party_id).join(Grant, Grant.account_id == Account.id)
    query = query.where(Account.state == AccountState.ACTIVE, Grant.role.in_(roles))
    return list(db.session.scalars(query.distinct().order_by(Account.party_id)))


def section(actor: Actor) -> Section | None:
    """How many wait for this person, the oldest, a link to each; None when nothing waits."""
    if not actor.may_anywhere(DESK):
        return None
    conditions = Filters().conditions(actor, now())
    query = select(Case).where(*conditions).order_by(Case.opened_at, Case.id)
    oldest = db.session.scalars(query.limit(SHOWN)).all()
    if not oldest:
        return None
    count = db.session.scalar(select(func.count()).select_from(Case).where(*conditions)) or 0
    return Section(
        title=_("Moderation"),
        path="/moderation/",
        sentence=_n(
            "Ein Fall wartet, seit %(since)s.",
            "%(num)s Fälle warten, der älteste seit %(since)s.",
            count,
            since=format_minute(oldest[0].opened_at),
        ),
        items=_items(oldest),
    )


def _items(cases: Iterable[Case]) -> tuple[tuple[str, str], ...]:
    """Label and title, never the text: it is not released."""
    found = list(cases)
    items = items_of(found)
    return tuple(
        (f"{item.label}: {item.title}" if item.title else item.label, f"/moderation/fall/{case.id}")
        for case in found
        if (item := items.get(ref_of(case))) is not None
    )


def tell_at_once(since: datetime, until: datetime) -> bool:
    """A tick: who wants it at once has a mail when something new waits, one an hour at most."""
    fresh = (Case.state == CaseState.OPEN, Case.opened_at > since, Case.opened_at <= until)
    if db.session.scalar(select(Case.id).where(*fresh).limit(1)) is None:
        return False
    chosen = frequencies_of(candidates(), NoticeKind.DESK)
    for party_id, frequency in chosen.items():
        if frequency is not Frequency.AT_ONCE:
            continue
        mine = select(Case.id).where(*fresh, within(actor_of_party(party_id)))
        if db.session.scalar(mine.limit(1)) is not None:
            event = f"desk:{until.strftime(HOUR)}"
            kind = str(NoticeKind.DESK)
            outbox.mail(STANDING_MAIL, f"party:{party_id}", event=event, party=party_id, about=kind)
    return True


STANDING = Standing(NoticeKind.DESK, candidates, section)
