"""What a reviewer sees of a change, and whose words a page is made of."""

from functools import partial

from hypothesis import given

from tests.wiki.texts import cpu_seconds, wordings
from wiki.comparing import Kind, Version, align, compare, credit, plain_difference

LONG = "\n\n".join(
    f"Absatz {n}: Die Linde Nummer {n} wurde im Jahr {1700 + n} von der Gemeinde gepflanzt,"
    f" und unter ihr trafen sich die Leute aus Ort {n % 17}." for n in range(160)
)  # fmt: skip


def kinds(old: str, new: str) -> list[Kind]:
    return [change.kind for change in compare(old, new)]


def test_a_changed_word_is_shown_inside_its_line() -> None:
    [change] = compare("Die Linde ist alt.", "Die Linde ist uralt.")

    assert change.kind is Kind.CHANGED
    assert [(piece.kind, piece.text) for piece in change.pieces] == [
        (Kind.SAME, "Die Linde ist "),
        (Kind.REMOVED, "alt"),
        (Kind.ADDED, "uralt"),
        (Kind.SAME, "."),
    ]


def test_an_added_paragraph_leaves_the_others_alone() -> None:
    assert kinds("eins\nzwei\n", "eins\nneu\nzwei\n") == [Kind.SAME, Kind.ADDED, Kind.SAME]


def test_a_paragraph_that_stands_elsewhere_has_moved() -> None:
    first, second = "Die Linde steht am Ufer des Sees.\n", "Der Brunnen wurde neu gefasst.\n"
    third = "Die Bank ist aus Eichenholz gemacht.\n"
    changes = compare(first + second + third, second + third + first.replace("Ufer", "Rand"))

    assert [change.kind for change in changes] == [
        Kind.MOVED_AWAY, Kind.SAME, Kind.SAME, Kind.MOVED_HERE,
    ]  # fmt: skip
    away, here = changes[0], changes[-1]
    assert (away.old_line, away.new_line) == (here.old_line, here.new_line) == (1, 3)
    assert [piece.text for piece in here.pieces if piece.kind is Kind.ADDED] == ["Rand"]


def test_unrelated_lines_are_not_mixed_word_by_word() -> None:
    assert kinds("Die Linde blüht.", "Morgen kommt der Bagger.") == [Kind.REMOVED, Kind.ADDED]


def test_a_title_is_compared_word_by_word() -> None:
    pieces = plain_difference("Linde am See", "Linde am Ufer")

    assert [piece.text for piece in pieces] == ["Linde am ", "See", "Ufer"]


@given(wordings, wordings)
def test_both_wordings_can_be_read_out_of_the_difference(old: str, new: str) -> None:
    changes = compare(old, new)
    old_pieces = [
        piece.text
        for change in changes
        if change.kind is not Kind.MOVED_HERE
        for piece in change.pieces
        if piece.kind is not Kind.ADDED
    ]
    new_pieces = [
        piece.text
        for change in changes
        if change.kind is not Kind.MOVED_AWAY
        for piece in change.pieces
        if piece.kind is not Kind.REMOVED
    ]

    assert "".join(old_pieces) == old
    assert "".join(new_pieces) == new
    assert (old == new) == all(change.kind is Kind.SAME for change in changes)


@given(wordings, wordings)
def test_what_is_called_equal_is_equal_and_in_order(old: str, new: str) -> None:
    at_old = at_new = 0
    for run in align(old, new):
        assert run.old >= at_old
        assert run.new >= at_new
        assert old[run.old : run.old + run.length] == new[run.new : run.new + run.length]
        at_old, at_new = run.old + run.length, run.new + run.length


def test_a_long_page_with_every_line_changed_is_compared_at_once() -> None:
    lines = LONG.split("\n")
    assert len(LONG) > 20_000
    new = "\n".join(line.replace("Linde", "Eiche").replace("Leute", "Menschen") for line in lines)

    changes = compare(LONG, new)

    assert cpu_seconds(lambda: compare(LONG, new)) < 0.5
    assert [change.kind for change in changes if change.text.strip()] == [Kind.CHANGED] * 160


def test_hostile_pages_take_no_time() -> None:
    pairs = [
        ("a\n" * 10_000, "b\na\n" * 5_000),
        ("x\ny\n" * 5_000, "y\nz\nx\n" * 3_300),
        ("a b " * 5_000, "b a " * 5_001),
        (LONG, LONG[::-1]),
        ("\n" * 20_000, " \n" * 10_000),
    ]
    for old, new in pairs:
        assert cpu_seconds(partial(compare, old, new)) < 1.5


def test_every_line_names_whose_words_it_is_made_of() -> None:
    versions = [
        Version(1, "Die Linde ist alt.\nDer Brunnen ist neu.\n"),
        Version(2, "Die Linde ist sehr alt.\nDer Brunnen ist neu.\nEine Bank fehlt noch.\n"),
        Version(3, "Eine Bank fehlt noch.\nDie Linde ist sehr alt.\n"),
    ]

    assert [line.words for line in credit(versions)] == [((2, 4),), ((1, 4), (2, 1))]


@given(wordings, wordings, wordings)
def test_every_word_is_somebodys(one: str, two: str, three: str) -> None:
    lines = credit([Version(1, one), Version(2, two), Version(3, three)])

    assert "".join(line.text for line in lines) == three
    assert all(line.words for line in lines)
