"""The first administrator of a town: a link for once, printed where only the operator reads."""

from datetime import timedelta

from sqlalchemy import select

from kern.accounts import tokens
from kern.accounts.models import Account, AccountState, Grant, Token
from kern.accounts.permissions import Role
from kern.db import db
from kern.errors import Conflict
from kern.town import current_town

PURPOSE = "einrichten"
LIFETIME = timedelta(minutes=15)
INVITED_LIFETIME = timedelta(days=7)


def has_administrator() -> bool:
    query = (
        select(Grant.id)
        .join(Account, Account.id == Grant.account_id)
        .where(
            Grant.role == Role.ADMINISTRATOR,
            Grant.scope_id.is_(None),
            Account.state == AccountState.ACTIVE,
        )
    )
    return db.session.scalar(query.limit(1)) is not None


def setup_link(email: str = "", lifetime: timedelta = LIFETIME) -> str:
    """The address of the page that makes the first administrator; Conflict if there is one."""
    _require_none()
    token = tokens.issue(PURPOSE, f"town:{current_town().slug}", lifetime, email=email)
    return f"{current_town().address}/verwaltung/einrichten/{tokens.text_of(token)}"


def look(text: str) -> Token:
    """Raises Spent for a link that is spent, too old or not ours."""
    try:
        token = tokens.look(text, PURPOSE)
    except tokens.Spent:
        raise tokens.Spent(
            "Er ist benutzt oder abgelaufen. Beim nächsten Start zeigt das Programm einen neuen."
        ) from None
    _require_none()
    return token


def spend(text: str) -> None:
    """After the administrator was made, in the same transaction; of two at once one wins."""
    tokens.consume(text, PURPOSE)


def _require_none() -> None:
    if has_administrator():
        raise Conflict(
            "Dieser Ort hat schon eine Administratorin oder einen Administrator. Weitere Menschen"
            " lädt die Verwaltung selbst ein."
        )
