"""Templates that name a source, as one line: who, what, where, when."""

import re
from collections.abc import Iterator

from wiki.exchange.wikitext.braces import Template

_WHO = ("author", "autor", "hrsg", "editor", "last", "last1")
_WHAT = ("title", "titel")
_ADDRESS = ("url", "online", "archive-url", "archivurl")
_WHERE = ("work", "werk", "journal", "sammelwerk", "publisher", "verlag", "location", "ort")
_WHEN = ("date", "datum", "year", "jahr")
_REST = ("page", "pages", "seite", "seiten", "isbn", "doi")
_PLACE = re.compile(r"https?://\S+")


def cited(template: Template) -> str:
    """Wikitext; empty where the template names nothing we know."""
    return ". ".join(part.rstrip(".") for part in _parts(template) if part)


def _parts(template: Template) -> Iterator[str]:
    said = template.named
    who = _first(template, _WHO)
    first = said.get("first") or said.get("first1") or said.get("vorname") or ""
    yield f"{who}, {first}" if who and first and "author" not in said else who
    title, place = _first(template, _WHAT), _PLACE.search(_first(template, _ADDRESS))
    title = re.sub(r"[\[\]]", "", title)
    yield f"[{place[0]} {title or place[0]}]" if place else title
    yield from (said[name] for name in _WHERE if said.get(name))
    yield _first(template, _WHEN)
    for name in _REST:
        if said.get(name):
            label = name.upper() if name in {"isbn", "doi"} else "S."
            yield f"{label} {said[name]}"


def _first(template: Template, names: tuple[str, ...]) -> str:
    return next((template.named[name] for name in names if template.named.get(name)), "")
