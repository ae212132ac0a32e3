"""A DokuWiki comes with its pages, links, media, tags, notes and older versions."""

import gzip
import time
from collections.abc import Mapping
from functools import partial

import pytest

from wiki.exchange.dokuwiki import read_dokuwiki
from wiki.exchange.foreign import Foreign, ForeignPage, Refused
from wiki.exchange.trees import Tree

LINDE = """====== Die Linde ======
Sie ist **alt**, //schön// und ''hohl''((Siehe [[:verein:start|Verein]].)).
{{tag>Bäume "am See"}}
===== Lage =====
  * am [[see|Ufer]]
    * neben [[verein:start]]
  - erstens

^ Jahr ^ Höhe ^
| 1900 | 12 m |

{{ :bilder:linde.jpg?200 |Die Linde im Mai}}
<code python>
print("x")
</code>
"""
FILES: Mapping[str, bytes] = {
    "data/pages/linde.txt": LINDE.encode(),
    "data/pages/see.txt": b"Der See.",
    "data/pages/start.txt": b"====== Willkommen ======\n[[https://example.org|dort]] [[doku>x]]",
    "data/pages/verein/start.txt": b"====== Vereine ======\n[[..:linde]]",
    "data/pages/verein/caf%C3%A9.txt": b"Kaffee",
    "data/media/bilder/linde.jpg": b"jpg",
    "data/attic/linde.1500000000.txt.gz": gzip.compress(b"Erster Stand."),
    "data/attic/linde.1600000000.txt.gz": gzip.compress(LINDE.encode()),
    "data/meta/linde.changes": (
        b"1500000000\t192.0.2.9\tC\tlinde\teva\tAnfang\t\n"
        b"1600000000\t192.0.2.9\te\tlinde\t\tTippfehler\t\n"
    ),
}


def read(files: Mapping[str, bytes] = FILES) -> Foreign:
    return read_dokuwiki(Tree({name: partial(bytes, data) for name, data in files.items()}))


def page(title: str) -> ForeignPage:
    return next(one for one in read().pages if one.title == title)


def test_a_page_reads_as_before() -> None:
    linde = page("Die Linde")

    assert linde.versions[-1].source == (
        "Sie ist **alt**, *schön* und `hohl`[^1].\n\n"
        "## Lage\n\n"
        "- am [[See|Ufer]]\n    - neben [[Vereine]]\n1. erstens\n\n"
        "| Jahr | Höhe |\n| --- | --- |\n| 1900 | 12 m |\n\n"
        "![Die Linde im Mai](anhang:linde.jpg)\n\n"
        '```\nprint("x")\n```\n\n'
        "[^1]: Siehe [[Vereine|Verein]]."
    )
    assert linde.tags == ("Bäume", "am See")
    assert [(one.name, one.read()) for one in linde.attached] == [("linde.jpg", b"jpg")]


def test_its_history_comes_with_names_and_without_addresses() -> None:
    first, second = page("Die Linde").versions

    assert (first.source, first.author, first.summary) == ("Erster Stand.", "eva", "Anfang")
    assert (second.summary, second.is_minor) == ("Tippfehler", True)
    assert second.original == LINDE
    assert "192.0.2.9" not in repr(read())


def test_start_pages_are_the_parents_of_their_folders() -> None:
    parents = {one.title: one.parent for one in read().pages}

    assert parents == {
        "Willkommen": "",
        "Die Linde": "start",
        "See": "start",
        "Vereine": "start",
        "Café": "verein:start",
    }


def test_what_could_not_be_taken_is_said() -> None:
    start = page("Willkommen")

    assert start.versions[-1].source == "[dort](<https://example.org>) x"
    assert "doku&gt;x" in str(start.lost[0]) or "doku>x" in str(start.lost[0])


def test_a_folder_of_something_else_is_refused() -> None:
    with pytest.raises(Refused):
        read({"seite.md": b"# Markdown"})


@pytest.mark.parametrize("sign", ["[[", "{{", "((", "**", "|", "//a", "<a ", "  * "])
def test_hostile_text_takes_no_long_time(sign: str) -> None:
    before = time.thread_time()
    found = read({"pages/x.txt": (sign * 20_000).encode()})

    assert len(found.pages) == 1
    assert time.thread_time() - before < 3
