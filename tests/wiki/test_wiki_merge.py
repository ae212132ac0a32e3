"""What two people change in one wording at the same time: nothing of either is ever lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wiki.texts import cpu_seconds, edited, wordings
from wiki.comparing import Clash, Settled, merge

BASE = "# Linde\n\nSie steht am See.\n\nSie ist alt.\n"


def test_changes_in_two_paragraphs_are_joined() -> None:
    merged = merge(BASE, BASE.replace("alt", "sehr alt"), BASE.replace("am See", "am Ufer"))

    assert merged.text == "# Linde\n\nSie steht am Ufer.\n\nSie ist sehr alt.\n"


def test_changes_in_one_sentence_are_joined_word_by_word() -> None:
    base = "Die alte Linde steht seit langem am See und blüht im Juni.\n"
    published = base.replace("alte", "große")
    proposed = base.replace("Juni", "Juli")

    assert merge(base, published, proposed).text == (
        "Die große Linde steht seit langem am See und blüht im Juli.\n"
    )


def test_the_same_word_changed_by_both_is_a_conflict_of_whole_lines() -> None:
    merged = merge(BASE, BASE.replace("alt", "jung"), BASE.replace("alt", "uralt"))

    assert merged.text is None
    assert merged.clashes == (Clash("Sie ist alt.\n", "Sie ist jung.\n", "Sie ist uralt.\n"),)
    assert merged.resolved(["Sie ist 400 Jahre alt.\n"]).endswith("Sie ist 400 Jahre alt.\n")


def test_neighbouring_words_are_not_joined_unseen() -> None:
    merged = merge("rot, blau\n", "grün, blau\n", "rot, gelb\n")

    assert merged.text is None


def test_both_writing_at_one_place_is_a_conflict() -> None:
    merged = merge(BASE, BASE + "Ein Satz.\n", BASE + "Ein anderer.\n")

    assert merged.clashes == (Clash("", "Ein Satz.\n", "Ein anderer.\n"),)


def test_who_removes_what_another_rewrites_is_asked() -> None:
    merged = merge(BASE, BASE.replace("Sie ist alt.\n", ""), BASE.replace("alt", "uralt"))

    assert [part.base for part in merged.clashes] == ["Sie ist alt.\n"]


def test_both_changing_alike_is_no_conflict() -> None:
    new = BASE.replace("alt", "uralt")

    assert merge(BASE, new, new).parts == (Settled(new),)


def test_the_number_of_choices_must_fit() -> None:
    with pytest.raises(ValueError, match="1 clashes, 0 choices"):
        merge("a\n", "b\n", "c\n").resolved([])


@given(wordings, wordings)
def test_one_side_alone_decides(base: str, other: str) -> None:
    assert merge(base, base, other).text == other
    assert merge(base, other, base).text == other
    assert merge(base, other, other).text == other


@given(wordings, wordings, wordings)
def test_the_sides_are_treated_alike(base: str, one: str, other: str) -> None:
    there, back = merge(base, one, other), merge(base, other, one)

    assert there.text == back.text
    assert [(part.published, part.proposed) for part in there.clashes] == [
        (part.proposed, part.published) for part in back.clashes
    ]


@given(st.data())
def test_what_either_side_wrote_or_removed_is_in_the_result_or_in_a_conflict(
    data: st.DataObject,
) -> None:
    base = [
        f"Zeile {number} von der Linde am See\n" for number in range(data.draw(st.integers(0, 12)))
    ]
    one, one_wrote, one_removed = data.draw(edited(base, "Amsel"))
    other, other_wrote, other_removed = data.draw(edited(base, "Buche"))

    merged = merge("".join(base), "".join(one), "".join(other))

    settled = "".join(part.text for part in merged.parts if isinstance(part, Settled))
    published = "".join(part.published for part in merged.clashes)
    proposed = "".join(part.proposed for part in merged.clashes)
    for word in one_wrote:
        assert word in (settled + published).split()
    for word in other_wrote:
        assert word in (settled + proposed).split()
    for line in one_removed | other_removed:
        assert line not in settled.splitlines(keepends=True)


def test_a_hostile_page_takes_no_time() -> None:
    base = "a b " * 5_000

    assert cpu_seconds(lambda: merge(base, "b a " * 5_000, "b " + "c a " * 5_000)) < 3
