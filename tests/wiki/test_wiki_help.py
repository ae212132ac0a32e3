"""The page that tells how to write shows every construct, made by the renderer itself."""

import re
from collections import Counter

import pytest
from flask.testing import FlaskClient

from kern.db import db
from kern.town import Town
from tests.wiki.pages import make_page
from tests.wiki.wiki_allow_list import wiki_faults
from wiki.rendering import render_help

SHOWN = {
    "headings": '<h2 id="abschnitt-verweise">',
    "contents": '<nav class="df-toc',
    "bold": "<strong>wichtig</strong>",
    "italics": "<em>betont</em>",
    "lists in lists": "<li>Brunnen<ul>",
    "numbers": "<ol>\n<li>Antrag",
    "tasks": '<li class="df-task"><input aria-label="erledigt"',
    "tables": '<td class="df-to-right">4,50 €</td>',
    "terms": "<dt>Flurstück</dt>",
    "abbreviations": '<abbr title="Bebauungsplan">BPlan</abbr>',
    "quotes": "<blockquote>",
    "footnotes": '<li id="fussnote-1">',
    "notes": "df-info--note",
    "cautions": "df-info--warning",
    "tips": "df-info--tip",
    "facts": "df-info--fact",
    "lines": "<hr>",
    "code": "<pre><code>So steht es   genau da.",
    "links": '<a href="/wiki">unsere alte Linde</a>',
    "links to headings": '<a href="/wiki#abschnitt-geschichte">Linde</a>',
    "links within": '<a href="#abschnitt-listen">Listen</a>',
    "red links": 'class="df-redlink"',
    "projects": '<a href="/wiki">Radweg am See</a>',
    "addresses": '<a rel="nofollow ugc noopener" href="https://www.dwd.de/">https://www.dwd.de/</a>',
    "pictures": "<figcaption>Die Dorflinde im Sommer <small",
    "files": "(PDF, 1,2 MB)",
    "other pages": '<section class="df-part"',
    "lists by tag": '<ul class="df-pagelist"',
    "maps": 'class="df-map" data-map',
    "escapes": "*so*",
}


@pytest.mark.parametrize("construct", SHOWN)
def test_the_help_shows(construct: str) -> None:
    assert SHOWN[construct] in render_help("/static/img/bank.svg").html


def test_the_help_is_a_page_like_any_other() -> None:
    page = render_help("/dateien/bank.svg")

    assert wiki_faults(page.html) == []
    assert len(page.toc) > 15
    assert "&lt;" not in page.html
    assert "fehlt" not in page.plain


CLASS = re.compile(r'class="([^"]+)"')


def test_the_english_help_shows_every_construct_that_the_german_one_shows() -> None:
    german, english = (render_help("/dateien/bank.svg", one) for one in ("de", "en"))

    assert Counter(CLASS.findall(english.html)) == Counter(CLASS.findall(german.html))
    assert len(english.toc) == len(german.toc)
    assert wiki_faults(english.html.replace("Start this page", "Seite anlegen")) == []
    assert "does not exist here" not in english.plain


def test_whoever_reads_english_gets_the_english_help_and_others_the_german_one(
    client: FlaskClient, town: Town
) -> None:
    assert "Sie schreiben einfach Text." in client.get("/wiki/hilfe").text

    page = client.get("/wiki/hilfe?sprache=en").text

    assert "You simply write text." in page
    assert "Sie schreiben einfach Text." not in page
    assert "You simply write" not in render_help("/x.svg", "tr").html


def test_german_text_is_read_as_german_on_an_english_page(client: FlaskClient, town: Town) -> None:
    make_page("Kaimauer", "Sie ist alt.")
    db.session.commit()

    assert "<h1>Kaimauer</h1>" in client.get("/wiki/ortswiki/kaimauer").text

    page = client.get("/wiki/ortswiki/kaimauer?sprache=en").text.partition("<main")[2]
    assert '<h1 lang="de">Kaimauer</h1>' in page
    assert re.search(r'<div class="df-text df-flow" lang="de"[^>]*><p>Sie ist alt', page)
