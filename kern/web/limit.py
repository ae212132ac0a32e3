"""Rate limits at the edge: who asks is the network, and where it matters the address asked for."""

from typing import cast

from flask import Flask, current_app, request

from kern.config import Settings
from kern.limits import Limiter, network_of
from kern.redis_link import open_link
from kern.town import current_town

HOUR = 3600
WITHDRAWALS = 300  # an hour, of one network
ENTRIES = 300  # an hour, of one account


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["dorflinde.limits"] = Limiter(settings.own, link=open_link(settings.redis))


def limiter() -> Limiter:
    return cast("Limiter", current_app.extensions["dorflinde.limits"])


def limit(name: str, most: int, per_seconds: float = HOUR, *parts: str) -> None:
    """Raises TooMany (429) from the act after the `most`-th; each town counts for itself."""
    limiter().require((current_town().slug, name, *parts), most, per_seconds)


def limit_network(name: str, most: int, per_seconds: float = HOUR, *parts: str) -> None:
    limit(name, most, per_seconds, network_of(request.remote_addr or ""), *parts)


def limit_mails(email: str) -> None:
    """Mails that a stranger can cause: five an hour to one address, twenty from one network."""
    limit_network("mail.network", 20)
    limit("mail.address", 5, HOUR, email)


def limit_writing(account_id: int | None = None) -> None:
    """Texts and their changes: thirty an hour of one account, three hundred from one network, where
    a school class may sit together."""
    limit_network("write.network", 300)
    if account_id is not None:
        limit("write", 30, HOUR, str(account_id))


def limit_withdrawing() -> None:
    """Of one network: texts that are taken back, with or without an account."""
    limit_network("withdraw.network", WITHDRAWALS)


def limit_entering(account_id: int | None) -> None:
    """Who enters a pile of letters types for hours: more than anybody types by hand."""
    limit("enter", ENTRIES, HOUR, str(account_id))


def limit_following(account_id: int | None) -> None:
    """With an account, by a button; without one it is the mails that are counted."""
    limit("follow", 120, HOUR, str(account_id))


def limit_voting(account_id: int | None) -> None:
    """Votes, changes of mind included: who reads a long thread votes often."""
    limit_network("vote.network", 2_000)
    limit("vote", 400, HOUR, str(account_id))


def limit_passwords(email: str) -> None:
    """Ten tries an hour for one address from one network, a hundred from the network, and twenty
    for the address from everywhere: beyond, its owner comes in by a link."""
    limit_network("password.network", 100)
    limit_network("password", 10, HOUR, email)
    limit("password.address", 20, HOUR, email)
