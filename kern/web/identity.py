"""Who is acting: the session cookie, looked up once per request, and gates for views."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import g, request
from flask.typing import ResponseReturnValue

from kern.accounts import sessions
from kern.actor import Actor
from kern.errors import LoginRequired, NotAllowed

P = ParamSpec("P")
COOKIE = "sitzung"


def current_actor() -> Actor:
    """The person behind the cookie, or a guest; asked once per request."""
    if "actor" not in g:
        token = request.cookies.get(COOKIE)
        g.actor = sessions.actor_of(token) if token else sessions.guest()
    actor: Actor = g.actor
    return actor


def forget_actor() -> None:
    """After login or logout: the next question looks again."""
    g.pop("actor", None)


def require(permission: str, scope_id: int | None = None) -> Actor:
    actor = current_actor()
    if actor.may(permission, scope_id):
        return actor
    if not actor.is_authenticated:
        raise LoginRequired("Bitte melden Sie sich an.")
    raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")


def require_login(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    @wraps(view)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if not current_actor().is_authenticated:
            raise LoginRequired("Bitte melden Sie sich an.")
        return view(*args, **kwargs)

    return wrapped
