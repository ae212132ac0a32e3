"""Put the edge onto a Flask app: town by host name, write mode, guards, headers, errors, words."""

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, g, request

from kern import calendar, i18n
from kern.clock import now
from kern.config import Settings
from kern.db import begin_writing, db
from kern.i18n import spoken
from kern.settings import TownSettings, town_settings
from kern.town import Towns, enter, leave
from kern.web import bell, errors, guard, headers, identity, inputs, limit, login, notice
from kern.web.assets import asset
from kern.web.forms import blank_or
from kern.web.identity import current_actor, once_for_reader

THEMES = frozenset({"light", "dark"})
THEME_COOKIE = "ansicht"
LONGEST_WAY = 2000  # characters; it is kept until a login, and sent in a header


def init_app(app: Flask, settings: Settings, towns: Towns) -> None:
    app.extensions["dorflinde.settings"] = settings
    app.extensions["dorflinde.towns"] = towns

    @app.before_request
    def choose_town() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if getattr(view, "answers_without_town", False):  # only that the process lives
            return
        town = towns.by_host(request.host)
        g.leave = [(leave, enter(town)), (i18n.leave, i18n.enter())]
        if request.method not in guard.SAFE:
            g.end_writing = begin_writing()

    @app.teardown_request
    def forget_town(_error: BaseException | None) -> None:
        if "leave" not in g:
            return
        db.session.remove()  # before the town goes, so that the right engine gets its connection
        end_writing = g.pop("end_writing", None)
        if end_writing is not None:
            end_writing()
        for call, token in g.pop("leave"):
            call(token)
        g.pop("town_settings", None)
        g.pop("frame", None)

    inputs.init_app(app)
    guard.init_app(app)
    identity.init_app(app)
    login.init_app(app)
    bell.init_app(app)
    limit.init_app(app, settings)
    notice.init_app(app)
    headers.init_app(app)
    errors.init_app(app)
    app.jinja_env.globals.update(asset=asset, blank_or=blank_or, calendar=calendar)
    app.context_processor(_frame)


def _frame() -> dict[str, Any]:
    """What every page gets: the town's words, who is reading, in which language and light."""
    return once_for_reader("frame", _framed)


def _framed() -> dict[str, Any]:
    theme = request.cookies.get(THEME_COOKIE, "")
    return {
        "town": _town(),
        "me": current_actor(),
        "lang": spoken(),
        "theme": theme if theme in THEMES else "",
        "now": now(),
    }


def _town() -> TownSettings:
    """Asked once per request: a page is put together from several templates."""
    if "town_settings" not in g:
        g.town_settings = town_settings()
    found: TownSettings = g.town_settings
    return found


def safe_next(target: str | None, fallback: str = "/") -> str:
    """Only a path of this site: no scheme, no host, no backslash, no control character."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return fallback
    if len(target) > LONGEST_WAY:
        return fallback
    parts = urlsplit(target)
    has_trick = any(ord(sign) <= 32 or sign == "\\" for sign in target)  # noqa: PLR2004
    return fallback if parts.scheme or parts.netloc or has_trick else target
