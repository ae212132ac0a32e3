"""Links in mails: one purpose, used once, ending by themselves.

The secret part is an HMAC over the row with the town's secret: the worker can write it into a
mail, while no table, outbox row or backup holds anything that opens a door.
"""

import hashlib
import hmac
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, update

from kern.accounts.models import Token
from kern.clock import now
from kern.db import db
from kern.errors import Gone
from kern.ids import new_token, parse_id
from kern.town import current_town

SPENT = "Er ist benutzt oder abgelaufen. Bitte fordern Sie einen neuen an."


class Spent(Gone):
    """`was_used` and `back` (the path of what the link was about) are said only to somebody who
    holds the true link."""

    def __init__(self, message: str = SPENT, *, was_used: bool = False, back: str = "") -> None:
        super().__init__(message)
        self.was_used = was_used
        self.back = back


def issue(purpose: str, subject: str, lifetime: timedelta, **payload: Any) -> Token:
    token = Token(
        purpose=purpose,
        subject=subject,
        nonce=new_token(),
        payload=payload,
        expires_at=now() + lifetime,
        used_at=None,  # said, so that the session learns of a later UPDATE
    )
    db.session.add(token)
    db.session.flush()
    return token


def text_of(token: Token) -> str:
    """What stands in the link: `<id>.<hmac>`, URL-safe."""
    return f"{token.id}.{_signature(token)}"


def look(text: str, purpose: str) -> Token:
    """The token behind a link, unspent and in time; raises Spent with one sentence for all."""
    number, _, signature = text.partition(".")
    token = db.session.get(Token, parse_id(number) or 0)
    if token is None or token.purpose != purpose:
        raise Spent
    if not hmac.compare_digest(signature.encode(), _signature(token).encode()):
        raise Spent
    if token.used_at or token.expires_at <= now():
        raise Spent(was_used=token.used_at is not None, back=str(token.payload.get("back", "")))
    return token


def consume(text: str, purpose: str) -> Token:
    """`look`, and spend it; of two at once the database lets one win."""
    token = look(text, purpose)
    query = update(Token).where(Token.id == token.id, Token.used_at.is_(None))
    result = cast("CursorResult[Any]", db.session.execute(query.values(used_at=now())))
    if result.rowcount != 1:
        raise Spent(was_used=True, back=str(token.payload.get("back", "")))
    return token


def _signature(token: Token) -> str:
    message = f"{token.purpose}|{token.id}|{token.subject}|{token.nonce}".encode()
    return hmac.new(current_town().secret, message, hashlib.sha256).hexdigest()
