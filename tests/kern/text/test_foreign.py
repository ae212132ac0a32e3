"""HTML of other programs becomes text in our dialect that says and shows the same."""

import time

import pytest

from kern.text import render
from kern.text.foreign import from_html, lost_from_html, words_from_html

SAME = [
    ("Nur Worte", "Nur Worte"),
    ("a < b & c", "a < b & c"),
    (
        "<p>Hallo <b> Welt</b>, <i>schön</i>!</p><p>Zwei<br>Zeilen</p>",
        "Hallo **Welt**, *schön*!\n\nZwei\nZeilen",
    ),
    (
        "<ul><li>eins</li><li>zwei</li></ul><ol><li>a<ul><li>b</li></ul></li></ol>",
        "- eins\n- zwei\n\n1. a\n    - b",
    ),
    ("<b><p>eins</p><p>zwei</p></b>", "**eins**\n\n**zwei**"),
    ("<h2>Titel</h2>Text", "**Titel**\n\nText"),
    ("<blockquote><p>eins</p><p>zwei</p></blockquote>", "> eins\n\n> zwei"),
    ('<a href="https://a.example/x_(y)">Plan</a>', "[Plan](<https://a.example/x_(y)>)"),
    ('<a href="https://a.example/b_c">https://a.example/b_c</a>', "https://a.example/b_c"),
    ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a – b\n\nc"),
    ("*kein* `Code` _hier_ [x](y) a_b", "\\*kein\\* \\`Code\\` \\_hier\\_ [x\\](y) a_b"),
    ("1. eins\n- zwei\n# drei\n> vier", "1\\. eins\n\\- zwei\n\\# drei\n\\> vier"),
]


@pytest.mark.parametrize(("html", "source"), SAME, ids=range(len(SAME)))
def test_formatting_becomes_ours_and_comes_back_the_same(html: str, source: str) -> None:
    assert from_html(html) == source
    assert from_html(render(source).html) == source


def test_signs_stay_signs() -> None:
    words = "1. 2 * 3 * 4 > 5 _und_ `so`"
    assert render(from_html(words)).plain == words


def test_nothing_that_runs_or_loads_gets_through() -> None:
    html = '<script>x</script><p onclick="y">da<img src="https://a.example/1.png"></p><a href="javascript:z">w</a>'  # noqa: E501 - one piece
    assert from_html(html) == "da\n\nw"
    assert lost_from_html(html) == {"script", "img"}


def test_titles_are_words_on_one_line() -> None:
    assert words_from_html("<p>Ein <b>fetter</b>\n Titel &amp; mehr</p><p>*</p>") == (
        "Ein fetter Titel & mehr *"
    )


BROKEN = ["<b>", "</b>", "<ul><li>", "<", "&", "**_", "\x01\x03", "<a href=''>"]


@pytest.mark.parametrize("piece", BROKEN)
def test_deep_and_broken_markup_ends_soon(piece: str) -> None:
    begun = time.process_time()
    assert len(from_html(piece * 20_000)) < 500_000
    assert time.process_time() - begun < 3
