"""The only importer of Flask-Babel: German source strings, translations, dates in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask import Flask, g, has_request_context, request
from flask_babel import Babel, force_locale, gettext, ngettext
from flask_babel.speaklater import LazyString

from kern.config import ROOT
from kern.errors import DomainError

LANGUAGES = {"de": "Deutsch", "en": "English"}
COOKIE = "sprache"
SOURCE = "de"

babel = Babel()
_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)

__all__ = [
    "COOKIE",
    "LANGUAGES",
    "_",
    "_l",
    "_n",
    "init_app",
    "language",
    "say",
    "speaking",
    "spoken",
]


def _(text: str, **values: object) -> str:
    """The sentence in the reader's language. German is the source: no catalogue is asked, which
    is a third of the time of a long page."""
    if _is_source():
        return text % values if values else text
    found: str = gettext(text, **values)
    return found


def _n(singular: str, plural: str, num: int, **values: object) -> str:
    """The same for numbers; `%(num)s` stands for `num`."""
    if _is_source():
        return (singular if num == 1 else plural) % {"num": num, **values}
    found: str = ngettext(singular, plural, num, **values)
    return found


def _l(text: str, **values: object) -> Any:
    """A sentence said later, in the language of whoever reads it then."""
    return LazyString(_, text, **values)


def spoken() -> str:
    """The language in which something is said right now: of a mail's reader, or of the page's."""
    return _spoken.get() or language()


def _is_source() -> bool:
    return spoken() == SOURCE


def language() -> str:
    """The reader's choice (`?sprache=en` or the cookie of that choice), else German."""
    if not has_request_context():
        return SOURCE
    if "language" not in g:
        wanted = request.args.get(COOKIE) or request.cookies.get(COOKIE) or SOURCE
        g.language = wanted if wanted in LANGUAGES else SOURCE
    chosen: str = g.language
    return chosen


@contextmanager
def speaking(wanted: str) -> Iterator[None]:
    """Everything said inside is in this language: for mails, whose reader is not the one asking."""
    known = wanted if wanted in LANGUAGES else SOURCE
    token = _spoken.set(known)
    try:
        with force_locale(known):
            yield
    finally:
        _spoken.reset(token)


def say(error: DomainError) -> str:
    """The error's sentence in the reader's language."""
    text = _(error.message)
    return text % error.params if error.params else text


def init_app(app: Flask) -> None:
    app.config["BABEL_DEFAULT_LOCALE"] = SOURCE
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Europe/Berlin"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "translations")
    babel.init_app(app, locale_selector=language)
    app.jinja_env.install_gettext_callables(_, _n, newstyle=True)  # type: ignore[attr-defined]  # by an extension
