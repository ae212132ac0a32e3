"""Pages that were made to break, slow down or take over."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kern.text import MAX_PAGE, TextTooLong, find_sections
from tests.kern.text.allow_list import HOSTILE, disguises, needs_hostile, xss_payloads
from tests.wiki.texts import cpu_seconds
from tests.wiki.wiki_allow_list import wiki_disguises, wiki_faults
from tests.wiki.wiki_answers import FRAME, PHOTO, STATUTES, Town, rendered
from wiki.linking import find_links
from wiki.rendering import Frame, Listed, RefFound, cut_section, depends_now, render_page
from wiki.rendering.gathering import ROOMS

SIZE = 50_000
HANDBOOK = HOSTILE.parent / "wiki" / "handreichung-open-data.md"
needs_handbook = pytest.mark.skipif(not HANDBOOK.exists(), reason="the shared data is not here")


def hostile_town(payload: str) -> Town:
    """Everything exists, and is called like the payload."""
    title = payload.replace("\n", " ")
    listed = [Listed(9, "/wiki/ortswiki/x", title, {"type": "Point", "coordinates": [1, 2]})]
    return Town(
        titles=[title, "Linde"],
        texts={"Teil": f"# {payload}\n\n{payload}\n\n[[{title}]]", title: payload},
        things={("projekt", title.casefold()): RefFound("/projekte/x", title)},
        attached={(None, "linde.jpg"): PHOTO, (None, "satzung.pdf"): STATUTES},
        tagged={title.strip().casefold(): listed},
    )


@needs_hostile
@pytest.mark.slow
def test_no_payload_leaves_anything_but_allowed_markup() -> None:
    payloads = xss_payloads()
    assert len(payloads) == 778
    found = {}
    places = 0
    for payload in payloads:
        town = hostile_town(payload)
        sources = [*wiki_disguises(payload), *disguises(payload)]
        places += len(sources)
        for source in ["\n\n".join(sources[part::4]) for part in range(4)]:
            if problems := wiki_faults(render_page(source, town, FRAME).html):
                found[source] = problems
    assert found == {}
    assert places == 778 * 23


@needs_hostile
def test_no_known_bomb_takes_more_than_its_share_of_the_processor() -> None:
    bombs = json.loads((HOSTILE / "markdown_dos_5000.json").read_text(encoding="utf-8"))
    assert len(bombs) == 90
    slow = {
        name: cpu
        for name, text in bombs.items()
        if (cpu := cpu_seconds(partial(rendered, text))) > 0.6
    }
    assert slow == {}


@pytest.mark.parametrize(
    "unit",
    [
        *("[[a]] ", "[[a|", "[[", "{{a}}\n\n", "::: tipp\n", "::: tipp\nx\n:::\n", "[^1]: a\n"),
        *("a\n: b\n", "- [ ] a\n", "![a](anhang:b)\n", "*[a]: b\n", "# a\n", "a\n\n", "~~~\n"),
        *("1. a\n\n", "> a\n>\n", "a|b\n-|-\nc|d\n\n", "http://a.de ", "[^1] [[a|b]]\n", "\\"),
    ],
)
def test_a_page_made_of_nothing_but_one_construct_is_rendered_in_time(unit: str) -> None:
    source = "[^1]: x\n\n" + unit * (SIZE // len(unit))
    page = rendered(source)

    assert cpu_seconds(partial(rendered, source)) < 2
    assert len(page.html) < 40 * SIZE


def test_what_is_too_long_is_refused_with_a_sentence() -> None:
    with pytest.raises(TextTooLong):
        rendered("a" * (MAX_PAGE + 1))
    assert rendered("wort " * (MAX_PAGE // 5)).plain


def test_one_paragraph_too_many_does_not_take_the_formatting_of_the_others() -> None:
    page = rendered(f"**gut**\n\n{'|' * 200}\n\n::: tipp\n**auch gut**\n:::")

    assert "<strong>gut</strong>" in page.html
    assert "<strong>auch gut</strong>" in page.html


def test_emphasis_nested_hundreds_deep_is_shown_as_typed() -> None:
    page = rendered("*a **b " * 400 + " b** a*" * 400)

    assert wiki_faults(page.html) == []
    assert "*a" in page.plain


TOKENS = (
    *("[[", "]]", "|", "{{", "}}", "Linde", "Teil", "Karte: ", "#", "# ", "\n", "\n\n", "::: tipp"),
    *(
        ":::",
        "[^1]",
        "[^1]: ",
        "*[W]: ",
        "W",
        ": ",
        "- [ ] ",
        "- ",
        "1. ",
        "> ",
        "    ",
        "`",
        "```",
    ),
    *("![a](anhang:linde.jpg)", "[a](anhang:x", ")", "(", "**", "_", "a", "ä", "<", "&", '"', "\\"),
    *("https://a.example", "[[Inhalt]]", "a|b\n-|-\n", "\x02w0\x03", "\x02p\x03", "\u200d", "\r"),
    *("\ud800", "\x85", "\u2028", "Projekt:", '<wiki-slot n="0">', "wzxhzdk:0", "klzzwxh:0001"),
)
pages = st.lists(st.sampled_from(TOKENS), max_size=40).map("".join)
TOWN = hostile_town('<img src=x onerror="x">')


@example('# *[W]: <wiki-slot n="0">')
@settings(max_examples=150, deadline=None)
@given(pages)
def test_every_page_renders_to_allowed_markup_with_its_sections(source: str) -> None:
    page = render_page(source, TOWN, FRAME)

    assert wiki_faults(page.html) == []
    assert "\x02" not in page.html
    assert re.findall(r"</?wiki-", page.html) == []
    page.html.encode("utf-8", "strict")
    assert len(page.sections) == page.html.count(' id="abschnitt-') + 1


@settings(max_examples=100, deadline=None)
@given(pages)
def test_what_a_page_leads_to_is_what_a_rename_finds(source: str) -> None:
    links = find_links(source, ROOMS)
    known = {(link.target.room, link.target.folded) for link in links}
    page = render_page(source, TOWN, FRAME)

    named = {
        (ref.room, ref.key) for ref in page.references if ref.kind in {"page", "include", "ref"}
    }
    assert named <= known


@settings(max_examples=100, deadline=None)
@given(pages, st.integers(min_value=0, max_value=4))
def test_a_section_is_put_back_to_the_letter(source: str, number: int) -> None:
    cut = cut_section(source, number)
    if cut is None:
        assert number >= len(find_sections(source))
        return
    assert cut.before + cut.text + cut.after == source
    assert cut.with_text(cut.text) == source


@settings(max_examples=75, deadline=None)
@given(pages, st.lists(st.sampled_from(range(6)), max_size=2), st.sampled_from([FRAME, Frame()]))
def test_equal_keys_mean_equal_pages(source: str, other: list[int], frame: Frame) -> None:
    """The other town differs in things that this page may or may not name."""
    one = render_page(source, TOWN, frame)
    changed = replace(TOWN)
    for change in other:
        OTHER_TOWNS[change](changed)
    page = render_page(source, changed, frame)

    assert (one.depends == page.depends) >= (changed == TOWN)
    if one.depends == page.depends:
        assert one.html == page.html
        assert one == page
    assert depends_now(source, page.wanted, changed, frame) == page.depends


def _set(name: str, value: object) -> Callable[[Town], None]:
    return lambda town: setattr(town, name, value)


OTHER_TOWNS = [
    _set("titles", ["Linde", "a", "W"]),
    _set("titles", []),
    _set("texts", {"Teil": "# Anders\n\n[[a]]\n"}),
    _set("things", {}),
    _set("attached", {}),
    _set("tagged", {"a": [Listed(3, "/wiki/ortswiki/a", "A")]}),
]


@needs_handbook
def test_the_longest_handbook_known_is_rendered_in_time() -> None:
    source = HANDBOOK.read_text(encoding="utf-8")
    page = rendered(source)

    assert len(source) > 150_000
    assert len(page.sections) > 100
    assert cpu_seconds(partial(rendered, source)) < 0.15 * 3
    assert cpu_seconds(partial(find_sections, source)) < 0.015 * 3
