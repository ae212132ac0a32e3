"""What a reviewer is shown of a change."""

import re
from functools import partial

from hypothesis import given

from tests.wiki.texts import cpu_seconds, wordings
from tests.wiki.wiki_answers import html
from wiki.comparing import Kind
from wiki.rendering import Block, Fold, Row, difference_view, rendered_difference
from wiki.rendering.differences import blocks_of

LONG = "\n\n".join(
    f"Absatz {n}: Die Linde Nummer {n} wurde im Jahr {1700 + n} von der Gemeinde gepflanzt,"
    f" und unter ihr trafen sich die Leute aus Ort {n % 17}." for n in range(160)
)  # fmt: skip


def told(rows: tuple[Row | Fold, ...]) -> list[str | int]:
    return [row.paragraphs if isinstance(row, Fold) else row.kind.value for row in rows]


def test_what_stayed_is_folded_and_its_heading_tells_where_one_is() -> None:
    old = "\n\n".join(["# Alter", *(f"Absatz {n}." for n in range(10)), "Die Linde ist alt."])
    view = difference_view(old, old.replace("ist alt", "ist uralt"))

    assert told(view.rows) == [10, "same", "changed"]
    assert view.rows[0] == Fold(10, "Alter")
    assert (view.added, view.removed, view.is_equal) == (1, 1, False)


def test_one_paragraph_is_not_worth_a_fold() -> None:
    old = "eins\n\nzwei\n\ndrei\n\nvier\n\nfünf"
    view = difference_view(old, old.replace("eins", "ein").replace("fünf", "sechs Worte"))

    assert Fold(1) not in view.rows


def test_a_moved_paragraph_says_where_it_was_and_counts_no_words() -> None:
    first, second = "Die Linde steht am Ufer des Sees.\n", "Der Brunnen wurde neu gefasst.\n"
    view = difference_view(first + second, second + first)
    moved = {row.kind: row.elsewhere for row in view.rows if isinstance(row, Row)}

    assert moved[Kind.MOVED_HERE] == 1
    assert moved[Kind.MOVED_AWAY] == 2
    assert (view.added, view.removed) == (0, 0)


def test_empty_lines_alone_are_no_difference() -> None:
    assert difference_view("a\nb", "a\n\n\nb").is_equal


def test_a_long_page_with_every_line_changed_is_shown_in_time() -> None:
    new = LONG.replace("Linde", "Eiche").replace("Leute", "Menschen")

    assert len(LONG) > 20_000
    assert cpu_seconds(partial(difference_view, LONG, new)) < 0.5 * 3
    assert cpu_seconds(partial(rendered_difference, html(LONG), html(new))) < 0.6 * 3


@given(wordings, wordings)
def test_nothing_that_changed_is_folded_away(old: str, new: str) -> None:
    view = difference_view(old, new)
    shown = "".join(
        piece.text
        for row in view.rows
        if isinstance(row, Row)
        for piece in row.pieces
        if piece.kind is Kind.ADDED
    )
    if old == "":
        assert "".join(shown.split()) == "".join(new.split())
    assert view.is_equal == (_lines(old) == _lines(new))


def _lines(source: str) -> list[str]:
    return [line.rstrip() for line in source.split("\n") if line.strip()]


def test_rendered_pages_are_compared_block_by_block() -> None:
    old = html("# Alter\n\nDie Linde ist alt.\n\nGleich.\n\nWeg.")
    new = html("# Alter\n\nDie Linde ist uralt.\n\nGleich.\n\n::: tipp\nNeu\n:::")
    found = [block for block in rendered_difference(old, new) if isinstance(block, Block)]

    assert [block.kind for block in found] == [
        Kind.SAME, Kind.CHANGED, Kind.SAME, Kind.REMOVED, Kind.ADDED,
    ]  # fmt: skip
    assert found[1].old == "<p>Die Linde ist alt.</p>"
    assert found[1].new == "<p>Die Linde ist uralt.</p>"
    assert found[-1].new.startswith('<div class="df-info')
    assert "id=" not in found[0].new
    assert "bearbeiten" not in found[0].new


def test_a_link_that_leads_elsewhere_is_a_change() -> None:
    old, new = html("[x](https://a.example/)"), html("[x](https://b.example/)")
    [block] = rendered_difference(old, new)

    assert isinstance(block, Block)
    assert block.kind is Kind.CHANGED


def test_a_page_is_made_of_its_outermost_blocks() -> None:
    page = html("a\n\n- b\n    - c\n\n---\n\n![x](anhang:y)\n\n> d\n\na|b\n-|-\nc|d")
    blocks = list(blocks_of(page))

    starts = ["<p>", "<ul>", "<hr>", "<p>", "<blockquote>", '<div class="df-scroll"']
    assert all(block.startswith(start) for block, start in zip(blocks, starts, strict=True))


def test_two_versions_on_one_page_name_nothing_twice() -> None:
    page = html("[[Inhalt]]\n\n# A\n\n# B\n\n# C\n\na|b\n-|-\nc|d\n\nx[^1]\n\n[^1]: y")
    blocks = "".join(blocks_of(page))

    assert not re.search(r' id=|<nav|<section [^>]*aria-label|role="region"', blocks)
