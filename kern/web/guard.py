"""Nobody else's page may act in a visitor's name, also for visitors without any cookie.

Unsafe requests must say that they come from this site (`Sec-Fetch-Site`, else `Origin`); when a
session cookie came along they also need the session's token. `EXEMPT` are the named exceptions.
"""

import hashlib
import hmac
from collections.abc import Callable
from typing import ParamSpec
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from kern.errors import DomainError
from kern.town import bare_host, current_town
from kern.web.identity import COOKIE

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
P = ParamSpec("P")
EXEMPT: set[str] = set()  # endpoints: one-click unsubscribe, machine API with its own key
SECRET_ADDRESSES: set[str] = set()
"""Endpoints whose address holds a secret that nobody else knows, so nobody else's page can send
there. Their pages say `no-referrer`, with which browsers send "Origin: null"."""
FIELD = "csrf_token"


class ForeignRequest(DomainError):
    status = 400


class StaleToken(DomainError):
    """Own page, old token: the view's form is shown again, with what was typed."""

    status = 400


def csrf_token() -> str:
    """Bound to the session cookie, so it needs no storage and dies with the login."""
    return token_for(request.cookies.get(COOKIE, ""))


def token_for(cookie: str) -> str:
    message = b"csrf:" + hashlib.sha256(cookie.encode()).digest()
    return hmac.digest(current_town().secret, message, "sha256").hex()


def csrf_field() -> Markup:
    """The hidden field, for people with a session; nothing for everybody else."""
    if COOKIE not in request.cookies:
        return Markup("")
    return Markup(f'<input type="hidden" name="{FIELD}" value="{csrf_token()}">')  # noqa: S704 - our own signs


def check_origin() -> None:
    """Raises ForeignRequest before anything is read."""
    if request.method in SAFE or request.endpoint in EXEMPT:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        allowed = site in {"same-origin", "none"}
    else:
        origin = request.headers.get("Origin", "")
        is_secret = origin == "null" and request.endpoint in SECRET_ADDRESSES
        allowed = is_secret or _host_of(origin) == bare_host(request.host)
    if not allowed:
        raise ForeignRequest(
            "Diese Anfrage kam nicht von dieser Seite. Bitte öffnen Sie die Seite neu."
        )


def _host_of(origin: str) -> str | None:
    """None for "null" and for what is no address at all."""
    try:
        return urlsplit(origin).hostname
    except ValueError:
        return None


def token_is_stale() -> bool:
    if request.method in SAFE or request.endpoint in EXEMPT or COOKIE not in request.cookies:
        return False
    given = request.form.get(FIELD, "") or request.headers.get("X-CSRF-Token", "")
    return not hmac.compare_digest(given.encode(), csrf_token().encode())


def shows_again(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """For views with a `kern.web.forms.Form`: with a stale token they run, the form fails and shows
    what was typed with a fresh token. Should one change something all the same, `commits` refuses.
    """
    view.shows_again = True  # type: ignore[attr-defined]  # a mark on the function
    return view


def check_token() -> None:
    """Marks the request; forms show their text again, everything else is refused."""
    if not token_is_stale():
        return
    g.stale_token = True
    view = current_app.view_functions.get(request.endpoint or "")
    if not getattr(view, "shows_again", False):
        refuse_stale()


def refuse_stale() -> None:
    """Raises StaleToken when the request's token is not of this session."""
    if g.get("stale_token"):
        raise StaleToken(
            "Die Seite war zu lange offen. Bitte gehen Sie zurück und senden Sie noch einmal ab."
        )


def init_app(app: Flask) -> None:
    app.teardown_request(lambda _error: g.pop("stale_token", None))
    app.before_request(check_origin)
    app.before_request(check_token)
    app.jinja_env.globals["csrf"] = csrf_field
