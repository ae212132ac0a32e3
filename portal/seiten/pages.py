"""The list of these pages: where each one is, and the words that stand on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache, partial

from flask import current_app
from markupsafe import Markup

from kern import text
from kern.i18n import SOURCE, _l, speaking
from kern.moderation import netiquette
from kern.settings import town_settings
from kern.text import Rendered
from wiki.rendering import render_help


@dataclass(frozen=True, slots=True)
class Page:
    id: int  # for ever: a number that is gone is not given again
    title: object
    path: str
    words: Callable[[], str]  # empty while nobody has written the page
    made_of: frozenset[str] = frozenset()  # keys of the town's settings


@lru_cache(maxsize=64)
def render(source: str) -> Rendered:
    """A town's own text; the same source gives the same HTML, so it is kept."""
    return text.render(source, headings=True)


def html_of(key: str) -> Markup:
    """Of one of the town's settings, for a page that has an `h1` already."""
    return Markup(text.outline(render(town_settings()[key]).html, 2))  # noqa: S704 - by kern.text


def _own(key: str) -> str:
    return render(town_settings()[key]).plain


def _howto() -> str:
    return _own("howto") or _ours("portal/start/_howto.html")


def _moderation() -> str:
    return _ours("portal/rechenschaft/_how.html", rules=netiquette.rules(), heard="", target="")


def _ours(template: str, **values: object) -> str:
    """What a template says of this town, in German and without a visitor."""
    with speaking(SOURCE):
        made = current_app.jinja_env.get_template(template)
        return text.plain_text(made.render(town=town_settings(), **values))


@cache
def _help() -> str:
    """Its headings: its examples speak of benches and cycle paths, and are about neither."""
    return "\n".join(section.title for section in render_help("").toc)


HOWTO = Page(
    1,
    _l("So geht’s"),
    "/so-gehts",
    _howto,
    frozenset({"howto", "phone", "hours", "paper", "address"}),
)
NETIQUETTE = Page(
    2,
    _l("Regeln für gute Gespräche"),
    "/regeln",
    partial(_own, "netiquette"),
    frozenset({"netiquette"}),
)
IMPRINT = Page(3, _l("Impressum"), "/impressum", partial(_own, "imprint"), frozenset({"imprint"}))
PRIVACY = Page(
    4, _l("Datenschutz"), "/datenschutz", partial(_own, "privacy"), frozenset({"privacy"})
)
ACCESSIBILITY = Page(
    5,
    _l("Barrierefreiheit"),
    "/barrierefreiheit",
    partial(_own, "accessibility"),
    frozenset({"accessibility"}),
)
MODERATION = Page(
    6,
    _l("So moderieren wir"),
    "/so-moderieren-wir",
    _moderation,
    frozenset(
        {
            *("netiquette", "moderators", "email"),
            *("contact_users", "contact_authorities", "contact_languages"),
        }
    ),
)
NEWS = Page(
    7,
    _l("Auf dem Laufenden bleiben"),
    "/auf-dem-laufenden",
    partial(_ours, "portal/_feeds.html"),
)
WIKI_HELP = Page(8, _l("So schreiben Sie im Wiki"), "/wiki/hilfe", _help)

ALL: Mapping[int, Page] = {
    page.id: page
    for page in (HOWTO, NETIQUETTE, IMPRINT, PRIVACY, ACCESSIBILITY, MODERATION, NEWS, WIKI_HELP)
}
