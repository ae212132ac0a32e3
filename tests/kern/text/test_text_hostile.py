"""Text that was made to break, slow down or take over."""

import json
import time

import pytest

from kern.text import clean_line, excerpt, fold_name, name_skeleton, render
from kern.text.sanitise import sanitise
from tests.kern.text.allow_list import (
    HOSTILE,
    faults,
    needs_hostile,
    rendered_disguises,
    xss_payloads,
)

CPU_SECONDS = 0.35  # the slowest takes 0.1 on a machine that does nothing else


def _strings(name: str) -> list[str]:
    text = (HOSTILE / name).read_text(encoding="utf-8")
    if name.endswith(".jsonl"):
        return [json.loads(line)["s"] for line in text.splitlines()]
    return [str(item) for item in json.loads(text)]


def _cpu(source: str, *, links: bool, headings: bool) -> float:
    start = time.thread_time()
    render(source, links=links, headings=headings)
    return time.thread_time() - start


def _least(source: str, *, links: bool, headings: bool) -> float:
    """Asked again before it counts: a neighbour may have pushed us out of the cache."""
    for _ in range(2):
        cpu = _cpu(source, links=links, headings=headings)
        if cpu < CPU_SECONDS:
            return cpu
    return _cpu(source, links=links, headings=headings)


@needs_hostile
@pytest.mark.parametrize(("links", "headings"), [(True, False), (False, False), (True, True)])
def test_no_text_takes_more_than_its_share_of_the_processor(links: bool, headings: bool) -> None:
    texts = json.loads((HOSTILE / "markdown_dos_5000.json").read_text(encoding="utf-8"))
    assert len(texts) == 90
    render("warm https://a.example", links=links, headings=headings)
    slow = {}
    for name, text in texts.items():
        cpu = _least(text, links=links, headings=headings)
        if cpu >= CPU_SECONDS:
            slow[name] = cpu
    assert slow == {}


@needs_hostile
@pytest.mark.slow
def test_no_payload_leaves_anything_but_allowed_markup() -> None:
    assert len(xss_payloads()) == 778
    found = {
        source: problems
        for source, html in rendered_disguises().items()
        if (problems := faults(html))
    }
    assert found == {}


@needs_hostile
def test_no_payload_gets_through_the_last_step_alone() -> None:
    """The Markdown before it may have a fault one day; the sanitiser must not need it."""
    found = {
        payload: problems
        for payload in xss_payloads()
        if (problems := [x for x in faults(sanitise(payload)) if x != "a link without address"])
    }
    assert found == {}


@needs_hostile
@pytest.mark.parametrize("name", ["naughty_strings.json", "unicode.jsonl"])
def test_strings_that_break_software_do_not_break_this(name: str) -> None:
    for text in _strings(name):
        for links in (True, False):
            rendered = render(text, links=links, headings=True)
            assert faults(rendered.html) == []
            rendered.html.encode("utf-8")
        assert len(clean_line(text, 80)) <= 80
        assert len(excerpt(text, 80)) <= 80
        name_skeleton(fold_name(text))


def _seconds(unit: str, characters: int) -> float:
    source = unit * (characters // len(unit))
    return _cpu(source, links=True, headings=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    [
        "[",
        "![",
        "[a](",
        "[a](b",
        "[a](<",
        '[a](b "',
        "(\\``+",
        "`` ` ",
        "*a _b ",
        "**a *b",
        "_!*",
        "# a\n",
        "```a\n",
        "~~~\n",
        "- a\n    - b\n",
        "1. >\n",
        "http://a.de\n",
        "<a",
        "&#1",
        "\u0301\u0316",
        "a\u200d",
        "a|b\n",
        "a\n",
        "\\\\",
    ],
)
def test_four_times_the_text_takes_no_sixteen_times_the_time(unit: str) -> None:
    little = min(_seconds(unit, 6_000) for _ in range(2))
    assert any(_seconds(unit, 24_000) < 8 * little + 0.05 for _ in range(2))
