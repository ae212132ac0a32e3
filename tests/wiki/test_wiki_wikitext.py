"""Pages of MediaWiki as sources of our own: what a reader sees stays, what cannot is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kern.text import render
from tests.wiki.texts import cpu_seconds
from wiki.exchange.wikitext import convert

SAME = [
    ("'''fett''', ''kursiv'' und '''''beides'''''", "**fett**, *kursiv* und ***beides***"),
    ("== Lage ==\nText", "## Lage\n\nText"),
    ("* eins\n** zwei\n*# drei", "- eins\n    - zwei\n    1. drei"),
    ("[[linde]], [[Linde|der Baum]], [[Blatt]]s, [[#Lage]]",
     "[[Linde]], [[Linde|der Baum]], [[Blatt|Blatts]], [[#Lage]]"),
    ("[http://a.example Name] und http://b.example/x.", "[Name](<http://a.example>) und http://b.example/x."),
    ("[[Datei:Linde.jpg|mini|links|200px|alt=Ein Baum|Die [[Linde]]]]",
     "![Ein Baum](<Linde.jpg>)\nDie Linde"),
    ("a<!-- weg -->b<br/>c", "ab\nc"),
    ("<nowiki>[[kein Link]] ''</nowiki>", "\\[\\[kein Link\\]\\] ''"),
    ("Text<ref name=a>Quelle</ref> mehr<ref name=a/>", "Text[^1] mehr[^1]\n\n[^1]: Quelle"),
    ("<pre>\na = [[b]]\n</pre>", "```\na = [[b]]\n```"),
    ("5 * 3 = 15 und snake_case", "5 \\* 3 = 15 und snake_case"),
    ("; Begriff : Bedeutung", "**Begriff**\nBedeutung"),
    ("----", "---"),
    ("{|\n! Baum !! Alter\n|-\n| Linde || 400\n|}",
     "| Baum | Alter |\n| --- | --- |\n| Linde | 400 |"),
    ("{| class=x\n|-\n| colspan=2 | A\n|-\n| B || C\n|}", "- A\n- B – C"),
]  # fmt: skip


@pytest.mark.parametrize(("wikitext", "markdown"), SAME)
def test_what_has_a_counterpart_is_said_in_our_words(wikitext: str, markdown: str) -> None:
    assert convert(wikitext).source == markdown


def test_categories_become_tags_and_leave_the_text() -> None:
    page = convert("Text\n[[Kategorie:Bäume|Linde]]\n[[Category:Am See]]\n[[:Kategorie:Bäume]]")

    assert page.tags == ("Bäume", "Am See")
    assert page.source == "Text\n\n[[Kategorie:Bäume]]"


def test_other_languages_leave_the_text() -> None:
    assert convert("Text\n[[en:Lime tree]]").source == "Text"


@pytest.mark.parametrize("text", ["#REDIRECT [[Linde]]", "#weiterleitung: [[Linde#Alter]]\n"])
def test_a_redirect_leads_on(text: str) -> None:
    assert convert(text).redirect == "Linde"


def test_a_template_in_a_sentence_keeps_its_words_and_a_box_goes_with_a_note() -> None:
    page = convert("{{Infobox Baum\n| name = Linde\n}}\nSie ist {{Höhe|20|m}} hoch. {{Höhe|3|m}}")

    assert page.source == "Sie ist 20 m hoch. 3 m"
    assert page.templates == (("Infobox Baum", 1), ("Höhe", 2))


def test_a_source_is_named_in_one_line() -> None:
    page = convert(
        "<ref>{{Literatur |Autor=Eva Lind |Titel=Bäume |Verlag=Ast |Jahr=1999 |Online=http://a.example}}</ref>"
    )

    assert page.source.endswith("[^1]: Eva Lind. [Bäume](<http://a.example>). Ast. 1999")


def test_unknown_elements_are_named_and_their_words_stay() -> None:
    page = convert("<poem>Am Brunnen</poem> <script>alert(1)</script>")

    assert page.source == "Am Brunnen alert(1)"
    assert page.elements == (("poem", 1), ("script", 1))


PIECES = [
    *("{{", "}}", "[[", "]]", "{|", "|}", "|", "\n", "''", "'''", "<ref>", "</ref>", "<!--", "-->"),
    *(
        "<b>",
        "<nowiki>",
        "</nowiki>",
        "== ",
        "* ",
        "a",
        " ",
        "Datei:",
        "http://a.example ",
        "[",
        "]",
        "<b>",
    ),
]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_text_is_read_and_can_be_shown(text: str) -> None:
    page = convert(text)

    assert "\x02" not in page.source
    assert "<script" not in render(page.source).html


@given(st.text(alphabet=st.characters(categories=["L", "N"]), max_size=30))
def test_plain_words_stay_as_they_are(words: str) -> None:
    assert convert(words).source == words


@pytest.mark.parametrize("piece", PIECES)
def test_a_hostile_page_takes_no_time(piece: str) -> None:
    assert cpu_seconds(lambda: convert(piece * (100_000 // len(piece)))) < 1
