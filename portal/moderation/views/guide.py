"""The guide for moderators: the document of that name, beside their work."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from flask import render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from kern import text
from kern.config import ROOT
from portal.moderation.blueprint import blueprint, moderator

GUIDE = ROOT / "docs" / "betrieb" / "moderation.md"


class Part(NamedTuple):
    title: str
    html: Markup


@cache
def parts() -> Sequence[Part]:
    """The document by its headings; the first part has the title of the whole."""
    found = []
    for part in GUIDE.read_text(encoding="utf-8").split("\n## "):
        title, _, body = part.partition("\n")
        found.append(Part(title.removeprefix("# "), _html(title, body)))
    return found


def _html(title: str, body: str) -> Markup:
    """A wide table scrolls by itself on a phone, with the keyboard too."""
    label = f'role="region" aria-label="Tabelle: {title}"'
    frame = f'<div class="kern-table-responsive" tabindex="0" {label}>'
    html = text.render(body, headings=True).html
    html = html.replace("<table>", f"{frame}<table>").replace("</table>", "</table></div>")
    return Markup(html)  # noqa: S704 - sanitised


@blueprint.get("/anleitung")
def guide() -> ResponseReturnValue:
    moderator()
    whole, *chapters = parts()
    return render_template("portal/moderation/guide.html", whole=whole, chapters=chapters)
