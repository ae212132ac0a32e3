"""From what a person typed to what is stored: Markdown, then links, then always the sanitiser."""

import re
from dataclasses import dataclass
from html import escape

from kern.errors import Invalid
from kern.text.dialect import markdown
from kern.text.guard import is_too_complex
from kern.text.links import linkify
from kern.text.normalise import normalise
from kern.text.plain import plain_text
from kern.text.sanitise import sanitise

RENDERER_VERSION = 1
"""Stored beside the HTML; raise it when the same source gives different HTML."""

MAX_SOURCE = 200_000
"""Characters. Above the longest wiki page known (159,000); posts pass a smaller cap."""

_LINKING = re.compile(r"[\]<@&\\]|https?:|www\.", re.IGNORECASE)
_EMPTY_LINES = re.compile(r"\n[ \t]*\n\s*")


class TextTooLong(Invalid):
    """More characters than the caller takes."""

    def __init__(self, limit: int) -> None:
        super().__init__("Der Text ist zu lang. Möglich sind %(limit)s Zeichen.", limit=limit)


@dataclass(frozen=True)
class Rendered:
    html: str
    plain: str
    version: int


def render(
    source: str, *, links: bool = True, headings: bool = False, max_length: int = MAX_SOURCE
) -> Rendered:
    """Render once, at write. Raises nothing but `TextTooLong`, whatever the source is.

    `links=False` shows addresses as text (people without a released post); `headings=True` turns
    `#` into h3 and below, so that the page keeps its own outline.
    """
    if len(source) > max_length:
        raise TextTooLong(max_length)
    text = normalise(source)
    html = _formatted(text, links=links, headings=headings)
    if links:
        html = linkify(html)
    html = sanitise(html).strip()
    return Rendered(html=html, plain=plain_text(html), version=RENDERER_VERSION)


def may_link(source: str) -> bool:
    """False where the text is the same with `links` and without."""
    return _LINKING.search(normalise(source)) is not None


def _formatted(text: str, *, links: bool, headings: bool) -> str:
    """Markdown; what no person writes is shown as it was typed."""
    if is_too_complex(text):
        return typed_paragraphs(text)
    try:
        return markdown(text, links=links, headings=headings)
    except RecursionError:  # emphasis nests too, and the guard only reads the line starts
        return typed_paragraphs(text)


def typed_paragraphs(text: str) -> str:
    """HTML of what is shown as it was typed."""
    parts = (part.strip("\n") for part in _EMPTY_LINES.split(text))
    return "\n".join(
        f"<p>{escape(part, quote=False)}</p>".replace("\n", "<br>\n")
        for part in parts
        if part.strip()
    )
