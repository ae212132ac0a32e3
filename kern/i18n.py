"""The only importer of Flask-Babel: German source strings, translations, dates in words."""

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar, Token
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context, request
from flask_babel import Babel, force_locale
from flask_babel.speaklater import LazyString

from kern.config import ROOT
from kern.errors import DomainError

LANGUAGES = {"de": "Deutsch", "en": "English"}
COOKIE = "sprache"
SOURCE = "de"
CATALOGUES = ROOT / "translations"

log = logging.getLogger(__name__)
babel = Babel()
_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)
_read_in: ContextVar[str | None] = ContextVar("read_in", default=None)

__all__ = [
    "COOKIE",
    "LANGUAGES",
    "_",
    "_l",
    "_n",
    "compile_catalogues",
    "enter",
    "init_app",
    "language",
    "leave",
    "say",
    "speaking",
    "spoken",
]


def _(text: str, **values: object) -> str:
    """The sentence in the reader's language. German is the source: no catalogue is asked, which
    is a third of the time of a long page."""
    wanted = spoken()
    if wanted != SOURCE:
        text = _catalogue(wanted).gettext(text)
    return text % values if values else text


def _n(singular: str, plural: str, num: int, **values: object) -> str:
    """The same for numbers; `%(num)s` stands for `num`."""
    wanted = spoken()
    if wanted == SOURCE:
        text = singular if num == 1 else plural
    else:
        text = _catalogue(wanted).ngettext(singular, plural, num)
    return text % {"num": num, **values}


@cache
def _catalogue(wanted: str) -> NullTranslations:
    """Kept, and not asked of Flask-Babel, which looks for the locale again at each sentence."""
    return Translations.load(CATALOGUES, [wanted])


def _l(text: str, **values: object) -> Any:
    """A sentence said later, in the language of whoever reads it then."""
    return LazyString(_, text, **values)


def spoken() -> str:
    """The language in which something is said right now: of a mail's reader, or of the page's."""
    return _spoken.get() or language()


def language() -> str:
    """The reader's choice (`?sprache=en` or the cookie of that choice), else German."""
    return _read_in.get() or _chosen()


def _chosen() -> str:
    if not has_request_context():
        return SOURCE
    wanted = request.args.get(COOKIE) or request.cookies.get(COOKIE) or SOURCE
    return wanted if wanted in LANGUAGES else SOURCE


def enter() -> Token[str | None]:
    """Keep the reader's choice until `leave`: a long page asks for it hundreds of times."""
    return _read_in.set(_chosen())


def leave(token: Token[str | None]) -> None:
    _read_in.reset(token)


def grouped(number: int) -> str:
    """Thousands apart, as people write them: 1.000, in English 1,000."""
    written = f"{number:,}"
    return written if language().startswith("en") else written.replace(",", ".")


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


def compile_catalogues(folder: Path = CATALOGUES) -> None:
    """Make what gettext reads from what translators write, where that is missing or older.

    At every start, so nobody can forget it. Where the folder is read-only, German stays.
    """
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        with suppress(FileNotFoundError):
            if target.stat().st_mtime == source.stat().st_mtime:
                continue
        try:
            _compile(source, target)
        except OSError as error:
            log.warning("Die Übersetzung %s lässt sich nicht einlesen: %s", source, error)


def _compile(source: Path, target: Path) -> None:
    """Several processes start at once: each writes its own file, and the last one stays."""
    at = source.stat().st_mtime
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parts[-3])
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".new-", suffix=".mo")
    try:
        with os.fdopen(descriptor, "wb") as file:
            write_mo(file, catalogue)
        Path(name).chmod(0o644)
        os.utime(name, (at, at))
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def init_app(app: Flask) -> None:
    app.config["BABEL_DEFAULT_LOCALE"] = SOURCE
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Europe/Berlin"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(CATALOGUES)
    compile_catalogues()
    _catalogue.cache_clear()
    babel.init_app(app, locale_selector=language)
    # As they are: Jinja's own wrapping took a tenth of a page, and escapes no better.
    app.jinja_env.globals.update(_=_, gettext=_, ngettext=_n)
