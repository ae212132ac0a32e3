"""What people without a login typed: kept for 7 days, done when they confirm by the mail's page.

A room registers a `PendingKind` per act; no account is made and nobody is logged in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from markupsafe import Markup
from sqlalchemy import select

from kern import outbox
from kern.accounts import tokens
from kern.accounts.models import Party, Pending
from kern.accounts.parties import party_for_email
from kern.accounts.tokens import Spent
from kern.clock import now
from kern.db import db
from kern.named import Named

LIFETIME = timedelta(days=7)
PURPOSE = "pending"
MAIL = "konto.bestaetigen"


@dataclass(frozen=True, slots=True)
class PendingKind:
    act: str  # "beteiligung.post"
    title: object  # lazy German: "Ihr Beitrag"
    show: Callable[[Mapping[str, Any]], Markup]
    """(payload): what was typed, as safe HTML."""
    perform: Callable[[Party, Mapping[str, Any]], tuple[str, str]]
    """(party, payload): do it; returns the path to go on to and the sentence said there."""
    back: Callable[[Mapping[str, Any]], str]
    """(payload): the path of what it is about, for whoever opens the link once more."""
    next: Callable[[Mapping[str, Any]], str] = lambda _payload: ""
    """(payload): what happens once it is confirmed, in a sentence; empty where nothing more."""


_kinds = Named[PendingKind]("pending kind", lambda kind: kind.act)
fill = _kinds.fill


def kind_of(pending: Pending) -> PendingKind:
    """Raises Spent for acts that are no such thing, such as a login on its way."""
    if pending.act not in _kinds:
        raise Spent
    return _kinds[pending.act]


def submit(act: str, email: str, payload: Mapping[str, Any], language: str = "de") -> Pending:
    """Keep it and send the mail that leads to its page. `email` comes from `fold_email`."""
    if act not in _kinds:
        raise ValueError(f"pending kind {act!r} is not registered")
    pending = keep(act, email, payload, language, LIFETIME)
    subject = f"pending:{pending.id}"
    token = tokens.issue(PURPOSE, subject, LIFETIME, back=_kinds[act].back(payload))
    outbox.mail(MAIL, subject, event=f"pending:{pending.id}", token=token.id)
    return pending


def keep(
    act: str, email: str, payload: Mapping[str, Any], language: str, lifetime: timedelta
) -> Pending:
    """A row that holds an address for as long as its mail may need it."""
    pending = Pending(
        act=act,
        email=email,
        language=language,
        payload=dict(payload),
        expires_at=now() + lifetime,
    )
    db.session.add(pending)
    db.session.flush()
    return pending


def find_subject(subject: str, act: str | None = None) -> Pending | None:
    """The row behind "pending:3", unless its time is over or it waits for another act."""
    kind, _, number = subject.partition(":")
    pending = db.session.get(Pending, int(number)) if kind == "pending" else None
    if pending is None or pending.expires_at <= now() or (act and pending.act != act):
        return None
    return pending


def rewrite(change: Callable[[str, str], str]) -> None:
    """Every text that waits for its mail, by (text, path of what it is about); others stay."""
    for row in db.session.scalars(select(Pending).where(Pending.act.in_(list(_kinds)))):
        back = _kinds[row.act].back(row.payload)
        changed = {
            name: change(value, back) if isinstance(value, str) else value
            for name, value in row.payload.items()
        }
        if changed != row.payload:
            row.payload = changed


def look(token_text: str) -> Pending:
    """What waits behind a link; raises Spent when it is done, gone or too old."""
    pending = find_subject(tokens.look(token_text, PURPOSE).subject)
    if pending is None:
        raise Spent
    return pending


def perform(token_text: str) -> tuple[str, str]:
    """Do what was typed, once; returns where to go on and what to say there."""
    pending = look(token_text)
    kind = kind_of(pending)
    tokens.consume(token_text, PURPOSE)
    party = party_for_email(pending.email)
    party.language = pending.language
    payload = dict(pending.payload)
    db.session.delete(pending)
    db.session.flush()
    return kind.perform(party, payload)
