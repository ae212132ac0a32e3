"""What people type is understood, bounded, and never an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kern.search.analysis import MAX_TERM
from kern.search.query import MAX_PHRASE, MAX_TEXT, MAX_WORDS, MIN_PREFIX, Prefix, Query, parse


def test_words_phrases_exclusions_and_beginnings_are_told_apart() -> None:
    query = parse('Radweg "Straße der Einheit" -Autos schul* Park ')

    assert query.words == ("radweg",)
    assert query.phrases == ((("stras", 0), ("einheit", 2)),)
    assert query.excluded == ((("auto", 0),),)
    assert query.prefixes == (Prefix("schul", "schul", is_meant=True), Prefix("park", "park"))


def test_the_last_word_may_still_be_growing() -> None:
    assert parse("neue Häuse").prefixes == (Prefix("hause", "haus"),)
    assert parse("neue Häuse", complete_last=False).prefixes == ()


@pytest.mark.parametrize("text", ["a*", "ab*", "*a*", "*", "?", "a"])
def test_a_beginning_needs_three_letters(text: str) -> None:
    assert parse(text).prefixes == ()


def test_an_excluded_phrase_excludes_the_phrase() -> None:
    query = parse('Park -"rote Bank" -Rad-Weg')

    assert query.excluded == ((("rot", 0), ("bank", 1)), (("rad", 0), ("weg", 1)))


@pytest.mark.parametrize("text", ["", " ", "-", "die und der", "-Auto", '"', '""', "(((", "\x00"])
def test_nothing_to_look_for_is_no_search(text: str) -> None:
    assert parse(text).is_empty


@pytest.mark.parametrize("text", ["status:hidden", "[a TO z]", "x AND NOT y", "wort~3", "wort^99"])
def test_the_language_of_engines_means_nothing(text: str) -> None:
    query = parse(text, complete_last=False)

    assert not query.excluded
    assert not query.prefixes
    assert all(word.isalnum() for word in query.words)


def test_a_quote_that_is_not_closed_reaches_to_the_end() -> None:
    assert parse('"rote Bank am See').phrases == ((("rot", 0), ("bank", 1), ("see", 3)),)


def test_a_minus_within_a_word_excludes_nothing() -> None:
    assert parse("E-Mail ").excluded == ()


def terms_of(query: Query) -> int:
    phrases = sum(map(len, query.phrases + query.excluded))
    return len(query.words) + len(query.prefixes) + phrases


ODD = st.one_of(
    st.text(),
    st.text(alphabet="ab\"*-: ()[]{}~^?&|!+/\\'äß", max_size=400),
    st.lists(st.sampled_from(['"', "-", "*", " ", "Rad", "weg", "NOT", "(", ":in", "\ud800"])).map(
        "".join
    ),
)


@given(ODD)
def test_no_text_breaks_a_limit_or_the_parser(text: str) -> None:
    query = parse(text)

    assert len(query.text) <= MAX_TEXT
    assert terms_of(query) <= MAX_WORDS
    assert all(len(phrase) <= MAX_PHRASE for phrase in query.phrases + query.excluded)
    assert all(len(word) <= MAX_TERM for word in query.words)
    assert all(MIN_PREFIX <= len(prefix.text) <= MAX_TERM for prefix in query.prefixes)


@given(ODD)
def test_the_shown_text_parses_the_same(text: str) -> None:
    query = parse(text, complete_last=False)

    assert parse(query.text, complete_last=False) == query


def test_a_word_of_a_text_is_wanted_in_all_its_forms() -> None:
    query = parse('Bäume "rote Bank" spiel*')

    assert query.wants("BAUM")
    assert query.wants("Bänke")
    assert query.wants("Spielplätze")
    assert not query.wants("die")
    assert not query.wants("Busch")
