"""What leaves the wiki comes back as it was: text, names, files, history."""

import io
import json
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from wiki.exchange.foreign import Attached, Refused, Version
from wiki.exchange.markdown import read_markdown
from wiki.exchange.outward import (
    Leaving,
    LeavingPage,
    read_history,
    write_history,
    write_markdown,
    write_reading_copy,
)
from wiki.exchange.trees import read_zip

AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
SOURCE = """# Kein Titel, ein Kapitel

[[Der See|ans Wasser]] {{Öffnungszeiten}} <b>kein HTML</b>

    vier Blanks

![Die Linde](anhang:linde.jpg "Im Mai")
"""
PICTURE = Attached("linde.jpg", lambda: b"\xff\xd8jpg", "Die Linde", "Im Mai", "Eva", "CC0")
VERSIONS = (
    Version("Anfang", AT, "Eva", "Neu", title="Linde"),
    Version(SOURCE, AT, "Ömer", "Bild", is_minor=True, original="'''alt'''", tags=("Bäume",)),
)
LINDE = LeavingPage(
    ("orte", "linde"),
    "Die Linde: „alt“",
    SOURCE,
    html='<p><a href="/wiki/ortswiki/see#ufer">See</a> <a href="/wiki/andere/x">x</a></p>',
    tags=("Bäume", "am See"),
    parent="Orte",
    order=2,
    place={"type": "Point", "coordinates": [9.5, 51.25]},
    language="de",
    aliases=("alte-linde",),
    authors=("Eva", "Ömer <script>"),
    changed_at=AT,
    checked_at=AT,
    attached=(PICTURE,),
    versions=lambda: VERSIONS,
)
WORDS = (Version("Alle Orte."),)
ORTE = LeavingPage(("orte",), "Orte", "Alle Orte.", order=1, versions=lambda: WORDS)


def space(pages: Sequence[LeavingPage] = (ORTE, LINDE)) -> Leaving:
    contents = [(len(page.path) - 1, page.slug, page.title) for page in pages]
    return Leaving("ortswiki", "Ortswiki", "CC BY-SA 4.0", "Lindenau", AT, lambda: pages, contents)


def test_markdown_comes_back_as_it_left() -> None:
    out = io.BytesIO()
    assert write_markdown(space(), out) == 2
    pages = {page.title: page for page in read_markdown(read_zip(out)).pages}
    linde = pages[LINDE.title]

    assert linde.versions[-1].source == SOURCE
    assert linde.parent == pages["Orte"].key
    assert (linde.tags, linde.aliases, linde.language) == (LINDE.tags, LINDE.aliases, "de")
    assert linde.place == LINDE.place
    assert [(one.name, one.read(), one.alt, one.author) for one in linde.attached] == [
        ("linde.jpg", b"\xff\xd8jpg", "Die Linde", "Eva")
    ]
    assert not linde.lost
    assert not linde.fields


def test_the_same_space_gives_the_same_bytes() -> None:
    first, second = io.BytesIO(), io.BytesIO()
    write_markdown(space(), first)
    write_markdown(space(), second)

    assert first.getvalue() == second.getvalue()


def test_the_history_comes_back_as_it_left() -> None:
    out = io.BytesIO()
    write_history(space(), out)
    json.loads(out.getvalue())  # one document for any other program
    out.seek(0)
    orte, linde = read_history(out)

    assert linde.versions == list(VERSIONS)
    assert (linde.key, linde.parent, linde.order) == ("linde", "orte", 2)
    assert linde.attached[0].read() == b"\xff\xd8jpg"
    assert orte.versions[0].source == "Alle Orte."


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b'{"format": "dorflinde-wiki", "version": 99, "pages": [\n]}',
        b'{"format": "dorflinde-wiki", "version": 1, "pages": [\n{"slug": 1}\n]}',
        b'{"format": "dorflinde-wiki", "version": 1, "pages": [\n',
        b'{"format": "dorflinde-wiki", "version": 1, "pages": [\n' + b"[" * 100_000 + b"\n]}",
    ],
)
def test_what_is_no_export_of_ours_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        list(read_history(io.BytesIO(data)))


def test_the_copy_to_read_leads_from_page_to_page_without_a_server() -> None:
    out = io.BytesIO()
    write_reading_copy(space(), out)
    with zipfile.ZipFile(out) as archive:
        index = archive.read("index.html").decode()
        linde = archive.read("linde.html").decode()

        assert archive.read("anhang/linde/linde.jpg") == b"\xff\xd8jpg"
    assert '<a href="linde.html">Die Linde: „alt“</a>' in index
    assert 'href="see.html#ufer"' in linde
    assert 'href="/wiki/andere/x"' in linde
    assert "<script>" not in linde
    assert "CC BY-SA 4.0" in linde
