"""What is left of a text when passages are taken out, and how a text becomes two."""

import time
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kern.errors import Invalid
from kern.moderation.redaction import MARK, cut, has_words, holds, remains, require_split, without
from kern.text import render

CPU_SECONDS = 0.2
TEXT = "Der Weg ist gut. Frau Petersen, Hafenweg 3, will ihn nicht. Bitte bauen!"

words = st.sampled_from(["Weg", "der", "a", "b", "Öl", "3", ".", ",", "(", "> ", "- ", "\n", MARK])
texts = st.lists(words, max_size=40).map(" ".join) | st.text(max_size=60)


@st.composite
def cuts(draw: st.DrawFn) -> tuple[str, str]:
    """A text and the same with some of its pieces deleted."""
    pieces = draw(st.lists(words | st.text("abc .\n", max_size=6), max_size=40))
    kept = draw(st.lists(st.booleans(), min_size=len(pieces), max_size=len(pieces)))
    old = " ".join(pieces)
    new = " ".join(piece for piece, stays in zip(pieces, kept, strict=True) if stays)
    return old, new


def bare(text: str) -> str:
    return "".join(text.replace(MARK, " ").split())


def is_at_once(act: Callable[[], object]) -> bool:
    """In one of three rounds: a round may have to tidy up after other tests."""
    return any(_cpu(act) < CPU_SECONDS for _ in range(3))


def _cpu(act: Callable[[], object]) -> float:
    before = time.process_time()
    act()
    return time.process_time() - before


# What remains


@pytest.mark.parametrize(
    ("new", "text"),
    [
        (TEXT, TEXT),
        ("Der Weg ist gut. Bitte bauen!", f"Der Weg ist gut. {MARK} Bitte bauen!"),
        (
            "Der Weg ist gut. Frau , , will ihn nicht. Bitte bauen!",
            f"Der Weg ist gut. Frau {MARK}, {MARK}, will ihn nicht. Bitte bauen!",
        ),
        ("Bitte bauen!", f"{MARK} Bitte bauen!"),
        ("", MARK),
    ],
)
def test_a_mark_stands_where_a_passage_went(new: str, text: str) -> None:
    assert remains(TEXT, new) == text


def test_of_two_gaps_that_leave_the_same_words_the_one_of_a_whole_sentence_is_meant() -> None:
    old = "Gut. Der Müller ist doof. Der Weg ist breit. Der Müller ist doof. Der Baum ist alt."
    new = "Gut. Der Weg ist breit. Der Baum ist alt."

    assert cut(old, new).passages == ("Der Müller ist doof.", "Der Müller ist doof.")
    assert remains(old, new) == f"Gut. {MARK} Der Weg ist breit. {MARK} Der Baum ist alt."


def test_the_longest_run_stays_when_a_word_stands_often() -> None:
    old = "Der Weg. Der Herr Müller sagt: Der Weg ist gut, sagt er. Er ist weg."

    assert remains(old, "Der Weg ist gut, sagt er.") == f"{MARK} Der Weg ist gut, sagt er. {MARK}"


@pytest.mark.parametrize(
    ("new", "word"), [("Der Weg ist schlecht.", "schlecht"), ("gut Weg", "Weg"), ("We ist", "We")]
)
def test_nobody_can_put_words_into_the_mouth_of_another(new: str, word: str) -> None:
    with pytest.raises(Invalid) as error:
        remains("Der Weg ist gut.", new, "title")

    assert error.value.field == "title"
    assert error.value.params["word"] == word


def test_a_line_break_more_or_less_is_no_word() -> None:
    assert remains("Eins zwei.\n\nDrei.", "Eins\r\nzwei.  Drei.") == "Eins zwei.\n\nDrei."


def test_a_mark_never_becomes_a_link() -> None:
    left = remains("Siehe Müller (www.example.org).", "Siehe (www.example.org).")

    assert MARK in render(left).plain


@given(cuts())
def test_what_remains_is_what_was_left_over(pair: tuple[str, str]) -> None:
    old, new = pair
    done = cut(old, new)

    assert bare(done.text) == bare(new)
    assert (MARK in done.text) == (bool(done.passages) or MARK in old)
    assert sorted(bare("".join([new, *done.passages]))) == sorted(bare(old))
    assert remains(done.text, new) == done.text
    assert remains(done.text, done.text) == done.text


@given(texts, texts)
def test_what_remains_was_all_there_before_and_in_this_order(old: str, new: str) -> None:
    try:
        left = remains(old, new)
    except Invalid:
        return
    rest = iter(bare(old))
    assert all(sign in rest for sign in bare(left))


# Other texts about the same


def test_an_earlier_wording_loses_the_passage_however_it_was_spelt() -> None:
    taken = cut(TEXT, "Der Weg ist gut. Bitte bauen!")

    assert without("Frau PETERSEN will das.  Hafenweg 3!", taken) == f"{MARK} das.  {MARK}!"
    assert without("Der Weg ist gut.", taken) == "Der Weg ist gut."


def test_umlauts_are_no_hiding_place() -> None:
    assert without("Herr Mueller", cut("Der Müller", "Der")) == f"Herr {MARK}"


def test_a_comma_that_went_takes_no_other_comma_along() -> None:
    assert without("A, b, c", cut("Ja, gut", "Ja gut")) == "A, b, c"


@given(cuts(), texts)
def test_no_passage_is_left_in_another_text(pair: tuple[str, str], other: str) -> None:
    taken = cut(*pair)
    left = without(f"{other} {' '.join(taken.passages)}", taken)

    for passage in taken.passages:
        assert not holds(left, passage) or not has_words(passage)
    assert without(left, taken) == left


def test_signs_between_the_words_of_a_passage_are_no_hiding_place() -> None:
    taken = cut("Im Weg, da. Gut.", "Gut.")

    assert without("Erst im Weg da vorn", taken) == f"Erst {MARK} vorn"
    assert without("Der Weg ist da.", taken) == "Der Weg ist da."


def test_a_quote_is_found_whatever_stands_before_its_lines() -> None:
    assert holds("> Frau  petersen,\n> Hafenweg 3,\n\nAch so?", "Frau Petersen, Hafenweg 3")
    assert not holds("Frau Petersen", "Frau Petersen, Hafenweg 3")


# One becomes two


@st.composite
def splits(draw: st.DrawFn) -> tuple[str, str, str]:
    pieces = draw(st.lists(st.sampled_from(["a", "b", "Weg", ".", "3"]), min_size=2, max_size=40))
    goes = draw(st.lists(st.booleans(), min_size=len(pieces), max_size=len(pieces)))
    one = [piece for piece, first in zip(pieces, goes, strict=True) if first]
    two = [piece for piece, first in zip(pieces, goes, strict=True) if not first]
    return " ".join(pieces), "\n".join(one), " ".join(two)


@given(splits())
def test_a_text_can_be_shared_out_in_any_way(parts: tuple[str, str, str]) -> None:
    old, first, second = parts
    if first and second:
        require_split(old, first, second)


@given(texts, texts, texts)
def test_a_split_neither_adds_nor_loses_a_word(old: str, first: str, second: str) -> None:
    try:
        require_split(old, first, second)
    except Invalid:
        return
    assert Counter(bare(first)) + Counter(bare(second)) == Counter(bare(old))


@pytest.mark.parametrize(
    ("first", "second", "field"),
    [
        ("", "Eins zwei drei", "first"),
        ("Eins zwei drei", " ", "second"),
        ("Eins", "drei", "second"),
        ("Eins zwei", "zwei drei", "second"),
        ("Eins zwei vier", "drei", "first"),
        ("Eins", "drei zwei", "second"),
    ],
)
def test_what_is_no_split_is_refused_at_its_field(first: str, second: str, field: str) -> None:
    with pytest.raises(Invalid) as error:
        require_split("Eins zwei drei", first, second)

    assert error.value.field == field


# Nobody can slow the desk down


@pytest.mark.parametrize(
    "pieces",
    [["a"] * 10_000, ["ab"] * 6_600, list("(.") * 5_000, ["x" * 10_000] * 2, [MARK, "a"] * 600],
)
def test_hostile_texts_are_cut_and_split_at_once(pieces: list[str]) -> None:
    old = " ".join(pieces)
    holes, rest = " ".join(pieces[::2]), " ".join(pieces[1::2])
    own, others = holes.replace(MARK, ""), rest.replace(MARK, "")
    whole = old.replace(MARK, "")
    taken = cut(old, own)

    assert is_at_once(lambda: cut(old, own))
    assert is_at_once(lambda: without(old, taken))
    if own.strip():
        assert is_at_once(lambda: require_split(whole, own, others))
