"""Snippets show the place, mark the words and let nothing through that a browser would run."""

import html
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kern.search.query import parse
from kern.search.snippets import Marker

XSS = Path(__file__).parents[4] / "shared" / "data" / "hostile" / "xss.json"
LONG = (
    "Anfang ohne Treffer. " * 40
    + "Hinter dem Schuppen liegt der Radweg im Dunkeln. "
    + "Ende. " * 90
)


def plain(markup: str) -> str:
    return html.unescape(re.sub("</?mark>", "", markup))


def test_a_snippet_shows_the_place_and_marks_the_words() -> None:
    shown = Marker(parse("Radwege Schuppen")).snippet(LONG)

    assert "<mark>Schuppen</mark> liegt der <mark>Radweg</mark>" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")


def test_a_snippet_prefers_the_place_with_more_different_words() -> None:
    text = "Radweg, Radweg, Radweg. " + "Nichts davon hier. " * 40 + "Am Radweg fehlt Licht."

    assert "<mark>Licht</mark>" in Marker(parse("Licht Radweg ")).snippet(text)


def test_without_a_hit_the_beginning_is_shown() -> None:
    shown = Marker(parse("Photovoltaik")).snippet(LONG)

    assert shown.startswith("Anfang ohne Treffer.")
    assert "<mark>" not in shown


def test_a_title_is_marked_and_escaped() -> None:
    shown = Marker(parse("radweg ")).mark("Radwege <b>in</b> Lindenau")

    assert shown == "<mark>Radwege</mark> &lt;b&gt;in&lt;/b&gt; Lindenau"


def test_controls_that_turn_the_direction_of_writing_vanish() -> None:
    assert Marker(parse("x")).mark("a\u202eb\x00c\u2066d") == "abcd"


def safe(markup: str) -> bool:
    return not re.search(r"[<>\"']", re.sub("</?mark>", "", markup))


@pytest.mark.skipif(not XSS.exists(), reason="the shared test data is not here")
def test_no_payload_leaves_unescaped_html() -> None:
    payloads = [
        item if isinstance(item, str) else str(item) for item in json.loads(XSS.read_text())
    ]
    query = parse("script alert img onerror svg java*")

    assert len(payloads) > 100
    assert [text for text in payloads if not safe(Marker(query).mark(text))] == []
    assert [text for text in payloads if not safe(Marker(query).snippet(text * 20, 80))] == []


@given(st.text(), st.text(), st.integers(min_value=20, max_value=300))
def test_any_snippet_is_safe_and_short(text: str, wanted: str, length: int) -> None:
    shown = Marker(parse(wanted)).snippet(text, length)

    assert safe(shown)
    assert len(plain(shown)) <= length + len("…  …")


@given(st.lists(st.sampled_from(["Radweg", "<b>", "&amp;", "See", "…", "Bürger:innen"])))
def test_what_is_shown_is_the_text(words: list[str]) -> None:
    text = " ".join(words)

    assert plain(Marker(parse("Radweg Bürger")).mark(text)) == text


@given(st.lists(st.sampled_from(["Radweg", "die", "Bank", "Licht", "x" * 90]), max_size=60))
def test_a_text_with_hits_always_shows_one(words: list[str]) -> None:
    shown = Marker(parse("Radweg Licht ")).snippet(" ".join(words), 200)

    assert ("<mark>" in shown) == bool({"Radweg", "Licht"} & set(words))
