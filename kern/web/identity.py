"""Who is acting: the session cookie, looked up once per request, and gates for views."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, cast
from urllib.parse import quote

from flask import Flask, current_app, g, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug import Response

from kern.accounts import sessions
from kern.accounts.sessions import Visit
from kern.actor import Actor
from kern.config import Settings
from kern.errors import LoginRequired
from kern.i18n import spoken
from kern.scope.rules import require_may

P = ParamSpec("P")
COOKIE = "sitzung"
STEP_UP_PATH = "/konto/erneut-anmelden"


def settings() -> Settings:
    return cast("Settings", current_app.extensions["dorflinde.settings"])


def current_visit() -> Visit | None:
    """The session behind the cookie, if it still stands; asked once per request."""
    if "visit" not in g:
        token = request.cookies.get(COOKIE)
        values = settings()
        g.visit = (
            sessions.visit(token, values.session_days, production=values.production)
            if token
            else None
        )
    found: Visit | None = g.visit
    return found


def current_actor() -> Actor:
    """The person behind the cookie, or a guest."""
    found = current_visit()
    return sessions.guest() if found is None else found.actor


def once_for_reader(name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Put together once per request, as a page is made of several templates; and anew for another
    reader or language: a feed or mail may have been made before."""
    reader = current_actor(), spoken()
    held: tuple[tuple[Actor, str], dict[str, Any]] | None = g.get(name)
    if held is None or held[0] != reader:
        held = (reader, make())
        setattr(g, name, held)
    return held[1]


def forget_actor() -> None:
    """After login or logout: the next question looks again."""
    g.pop("visit", None)


def remember(response: Response, token: str) -> Response:
    """Hand out the session's cookie; its name stays with and without https."""
    values = settings()
    response.set_cookie(
        COOKIE,
        token,
        max_age=values.session_days * 86400,
        httponly=True,
        secure=values.https,
        samesite="Lax",
    )
    return response


def forget(response: Response) -> Response:
    response.delete_cookie(COOKIE, httponly=True, secure=settings().https, samesite="Lax")
    return response


def session_token() -> str:
    """The cookie's value; empty for people without one."""
    return request.cookies.get(COOKIE, "")


def require(permission: str, scope_id: int | None = None) -> Actor:
    actor = current_actor()
    require_may(actor, permission, scope_id)
    return actor


def require_login(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    @wraps(view)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if not current_actor().is_authenticated:
            raise LoginRequired("Bitte melden Sie sich an.")
        return view(*args, **kwargs)

    return wrapped


def require_fresh(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """For what could take the account away: the person must have proved themselves just now."""

    @wraps(view)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        found = current_visit()
        if found is None:
            raise LoginRequired("Bitte melden Sie sich an.")
        if not found.is_fresh:
            return redirect(f"{STEP_UP_PATH}?weiter={quote(request.path)}", code=303)
        return view(*args, **kwargs)

    return wrapped


def init_app(app: Flask) -> None:
    # An app context around several requests (a test, a command) must not carry one over.
    app.teardown_request(lambda _error: forget_actor())

    @app.after_request
    def renew(response: Response) -> Response:
        found: Visit | None = g.get("visit")
        if found is not None and found.is_renewed and COOKIE not in _set_names(response):
            remember(response, session_token())
        return response


def _set_names(response: Response) -> set[str]:
    return {value.partition("=")[0] for value in response.headers.getlist("Set-Cookie")}
