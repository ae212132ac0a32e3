"""People and what they may do: parties, accounts, their identities, sessions, grants, tokens."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kern.clock import now
from kern.db import Json, Model, Utc
from kern.scope.models import Scope

# Ids that stand in mails, links and the log are never given a second time, also on SQLite: a link
# to a row that is gone must not open the next one.
NEVER_AGAIN = {"sqlite_autoincrement": True}


class PartyKind(StrEnum):
    PERSON = "person"
    OFFICE = "office"
    ASSOCIATION = "association"
    IMPORT = "import"


class Source(StrEnum):
    """The channel a contribution came by; counted apart and together."""

    WEB = "web"
    MAIL = "mail"
    PAPER = "paper"
    PHONE = "phone"
    COUNTER = "counter"
    IMPORT = "import"


class Party(Model):
    """Author and sender of everything. Purpose: to show who speaks, and to reach them."""

    __tablename__ = "kern_party"
    __table_args__ = NEVER_AGAIN

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[PartyKind] = mapped_column(String(12), default=PartyKind.PERSON)
    name: Mapped[str | None] = mapped_column(String(60))  # None: see `nameless`
    office: Mapped[str | None] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254), unique=True)  # folded; of guests too
    external_key: Mapped[str | None] = mapped_column(String(120), unique=True)  # of imports
    language: Mapped[str] = mapped_column(String(5), default="de")
    confirmed_at: Mapped[datetime | None] = mapped_column(Utc)
    has_bar: Mapped[bool] = mapped_column(default=False, server_default=false())
    """One was given that may still hold: only then is it worth asking `kern.moderation.bars`."""
    erased_at: Mapped[datetime | None] = mapped_column(Utc)  # see `nameless`
    created_at: Mapped[datetime] = mapped_column(Utc, default=now)


class AccountState(StrEnum):
    ACTIVE = "active"
    INVITED = "invited"
    BARRED = "barred"
    DELETED = "deleted"


class Account(Model):
    """Purpose: to let a person come back. An account is a confirmed e-mail address."""

    __tablename__ = "kern_account"
    __table_args__ = NEVER_AGAIN

    id: Mapped[int] = mapped_column(primary_key=True)
    party_id: Mapped[int] = mapped_column(ForeignKey(Party.id), unique=True)
    state: Mapped[AccountState] = mapped_column(String(10), default=AccountState.ACTIVE)
    name_skeleton: Mapped[str | None] = mapped_column(String(120), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    is_demo: Mapped[bool] = mapped_column(default=False)  # cannot log in under production
    created_at: Mapped[datetime] = mapped_column(Utc, default=now)

    party: Mapped[Party] = relationship(lazy="raise_on_sql")


class Identity(Model):
    """How an account is recognised: ("mail", address), later ("oidc", subject), ("passkey", id)."""

    __tablename__ = "kern_identity"
    __table_args__ = (UniqueConstraint("kind", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    subject: Mapped[str] = mapped_column(String(254))


class LoginSession(Model):
    """Purpose: to list and end logins. `agent` is a word such as "Firefox, Android"."""

    __tablename__ = "kern_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    agent: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime] = mapped_column(Utc, default=now)
    seen_on: Mapped[datetime] = mapped_column(Utc, default=now)  # moved once an hour at most
    expires_at: Mapped[datetime] = mapped_column(Utc)
    confirmed_at: Mapped[datetime] = mapped_column(Utc, default=now)  # last proof, for step-up


class Grant(Model):
    """A role (a named set of permissions) for one account, in the town or in one scope."""

    __tablename__ = "kern_grant"
    __table_args__ = (UniqueConstraint("account_id", "role", "scope_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    scope_id: Mapped[int | None] = mapped_column(ForeignKey(Scope.id, ondelete="CASCADE"))
    given_by: Mapped[int | None] = mapped_column(ForeignKey(Account.id, ondelete="SET NULL"))
    given_at: Mapped[datetime] = mapped_column(Utc, default=now)


class Token(Model):
    """A link in a mail: bound to one purpose, used once. The secret part is in no table: it is
    an HMAC over this row with the town's secret, so an outbox row or a backup opens nothing."""

    __tablename__ = "kern_token"
    __table_args__ = (Index(None, "expires_at"), NEVER_AGAIN)

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(30))
    subject: Mapped[str] = mapped_column(String(254))  # "account:7", "pending:3", ...
    nonce: Mapped[str] = mapped_column(String(43))
    payload: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime] = mapped_column(Utc, default=now)
    expires_at: Mapped[datetime] = mapped_column(Utc)
    used_at: Mapped[datetime | None] = mapped_column(Utc)


class Pending(Model):
    """What somebody without a login typed, until they confirm by the mail's page (7 days).

    Purpose: to keep it, and to know that the address is theirs. `act` names the handler.
    """

    __tablename__ = "kern_pending"
    __table_args__ = (Index(None, "expires_at"), NEVER_AGAIN)

    id: Mapped[int] = mapped_column(primary_key=True)
    act: Mapped[str] = mapped_column(String(40))  # "beteiligung.post", "konto.login", ...
    email: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(5), default="de")
    payload: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime] = mapped_column(Utc, default=now)
    expires_at: Mapped[datetime] = mapped_column(Utc)
