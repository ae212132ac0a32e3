"""Mails that came back: which address they went to, when to stop writing there, and the way back.

A report counts only with the token of a mail of ours in it, which nobody but its recipient and the
servers on its way have seen: so nobody can silence somebody else.
"""

import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, or_, select

from kern import audit
from kern.accounts.emails import fold_email
from kern.accounts.models import Identity, Party
from kern.actor import SYSTEM, Actor
from kern.clock import now
from kern.db import db
from kern.errors import Invalid, NotFound
from kern.mail import dsn, smtp
from kern.mail.compose import recipient_of
from kern.mail.dsn import Failure, Kind, Report
from kern.notify.models import Bounce
from kern.outbox import OutboxEntry
from kern.town import current_town

MOST = 5  # mails that fail one after another, for whatever reason
PAUSE = timedelta(days=30)  # after so long without one, counting begins anew
FORGET = timedelta(days=90)  # what is no longer stopped
STRANGERS = timedelta(days=30)  # addresses that belong to nobody here
PER_PAGE = 50


class Taken(StrEnum):
    """What became of a report."""

    NO_REPORT = "no_report"  # some other mail
    UNKNOWN = "unknown"  # none of this town's mails, or a forged token
    COUNTED = "counted"
    STOPPED = "stopped"


def take(raw: bytes) -> Taken:
    """A mail that may be a report, in the current town. The caller commits."""
    report = dsn.read(raw)
    return Taken.NO_REPORT if report is None else take_report(report)


def take_report(report: Report) -> Taken:
    for entry_id, signature in report.tokens:
        entry = db.session.get(OutboxEntry, entry_id)
        if entry is None or entry.kind != "mail":
            continue
        address = _address_of(entry, signature, report.failures)
        if address is not None:
            return note(address, _failure_for(address, report.failures), entry.id)
    return Taken.UNKNOWN


def _address_of(entry: OutboxEntry, signature: str, failures: Iterable[Failure]) -> str | None:
    """The one this mail was sent to: the only one the signature fits."""
    known = recipient_of(str(entry.payload.get("recipient", "")))
    candidates = [known.address] if known is not None else []
    for address in (*candidates, *(failure.address for failure in failures)):
        expected = smtp.signature(current_town(), entry.id, entry.key, address)
        if address and hmac.compare_digest(signature, expected):
            return address
    return None


def _failure_for(address: str, failures: Sequence[Failure]) -> Failure:
    """What is said about this address; a forwarded mail fails under another name."""
    named = [failure for failure in failures if failure.address == address]
    return (named or list(failures))[0]


def note(address: str, failure: Failure, mail_id: int) -> Taken:
    """One mail counts once, however often it is reported."""
    at, folded = now(), _folded(address)
    bounce = db.session.scalar(select(Bounce).where(Bounce.address == folded))
    if bounce is None:
        bounce = Bounce(address=folded, count=0, first_at=at, last_at=at)
        db.session.add(bounce)
    if bounce.mail_id == mail_id:
        return Taken.COUNTED
    if at - bounce.last_at > PAUSE:
        bounce.count = 0
    bounce.count += 1
    bounce.mail_id, bounce.last_at, bounce.code = mail_id, at, failure.code[:12]
    stops = failure.kind is Kind.GONE or bounce.count >= MOST
    if stops and bounce.stopped_at is None:
        bounce.stopped_at = at
        db.session.flush()
        audit.record(SYSTEM, "mail.stop", f"bounce:{bounce.id}", bounce.code)
    db.session.flush()
    return Taken.STOPPED if bounce.stopped_at is not None else Taken.COUNTED


def _folded(address: str) -> str:
    try:
        return fold_email(address)
    except Invalid:
        return address.lower()[:254]


def find_stopped(address: str) -> Bounce | None:
    """The row of an address that gets no more mail."""
    query = select(Bounce).where(Bounce.address == address, Bounce.stopped_at.is_not(None))
    return db.session.scalar(query)


def lift(actor: Actor, bounce_id: int) -> None:
    """Write there again. Raises NotFound when somebody else has lifted it."""
    bounce = db.session.get(Bounce, bounce_id)
    if bounce is None or bounce.stopped_at is None:
        raise NotFound("Diese Adresse bekommt schon wieder Mails.")
    _lift(actor, bounce)


def proved(address: str, sent_at: datetime) -> bool:
    """Somebody used the link of a mail that was sent after the stop: it arrives again."""
    bounce = find_stopped(address)
    if bounce is None or bounce.stopped_at is None or sent_at <= bounce.stopped_at:
        return False
    _lift(SYSTEM, bounce)
    return True


def _lift(actor: Actor, bounce: Bounce) -> None:
    bounce.stopped_at, bounce.count = None, 0
    audit.record(actor, "mail.lift", f"bounce:{bounce.id}")
    db.session.flush()


def count_stopped() -> int:
    query = select(func.count()).select_from(Bounce).where(Bounce.stopped_at.is_not(None))
    return int(db.session.scalar(query) or 0)


def list_stopped(before: int | None) -> tuple[Sequence[Bounce], int | None]:
    """Newest first; the second value leads to the next page."""
    query = select(Bounce).where(Bounce.stopped_at.is_not(None))
    if before is not None:
        query = query.where(Bounce.id < before)
    found = db.session.scalars(query.order_by(Bounce.id.desc()).limit(PER_PAGE + 1)).all()
    page = found[:PER_PAGE]
    return page, page[-1].id if len(found) > PER_PAGE else None


def forget(_since: datetime, until: datetime) -> bool:
    """What has come to rest, and addresses that nobody here has any more. A tick."""
    known = or_(
        Bounce.address.in_(select(Identity.subject)), Bounce.address.in_(select(Party.email))
    )
    resting = Bounce.stopped_at.is_(None) & (Bounce.last_at < until - FORGET)
    strange = ~known & (Bounce.last_at < until - STRANGERS)
    gone = db.session.execute(delete(Bounce).where(or_(resting, strange)))
    return cast("CursorResult[Any]", gone).rowcount > 0
