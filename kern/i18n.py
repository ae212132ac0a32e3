"""The only importer of Flask-Babel: German source strings, translations, dates in words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, has_request_context, request
from flask_babel import Babel, force_locale, gettext, lazy_gettext, ngettext

from kern.config import ROOT
from kern.errors import DomainError

LANGUAGES = {"de": "Deutsch", "en": "English"}
COOKIE = "sprache"

babel = Babel()
_: Callable[..., str] = gettext
_l: Callable[..., Any] = lazy_gettext
_n: Callable[..., str] = ngettext

__all__ = ["COOKIE", "LANGUAGES", "_", "_l", "_n", "init_app", "language", "say", "speaking"]


def language() -> str:
    """The reader's choice (`?sprache=en` or the cookie of that choice), else German."""
    if not has_request_context():
        return "de"
    wanted = request.args.get(COOKIE) or request.cookies.get(COOKIE) or "de"
    return wanted if wanted in LANGUAGES else "de"


@contextmanager
def speaking(wanted: str) -> Iterator[None]:
    """Everything said inside is in this language: for mails, whose reader is not the one asking."""
    with force_locale(wanted if wanted in LANGUAGES else "de"):
        yield


def say(error: DomainError) -> str:
    """The error's sentence in the reader's language."""
    text: str = gettext(error.message)
    return text % error.params if error.params else text


def init_app(app: Flask) -> None:
    app.config["BABEL_DEFAULT_LOCALE"] = "de"
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Europe/Berlin"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "translations")
    babel.init_app(app, locale_selector=language)
