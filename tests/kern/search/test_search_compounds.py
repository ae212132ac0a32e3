"""Words written together are found by their parts, and not by what only looks like one."""

import pytest

from kern.search.analysis import stem_of
from kern.search.backend import SearchBackend
from kern.search.compounds import has_part
from kern.search.query import parse
from kern.search.snippets import Marker
from tests.kern.search.building import built, ids_found, make_document, ranked
from tests.kern.search.conftest import MakeIndex

WORDS = "Verkehr Bahn Straße Kind Rad Haus Bus Schule Stadt Rat Fest fahren Weg"
TOWN = frozenset(map(stem_of, WORDS.split()))


def found_in(word: str, part: str, town: frozenset[str] = TOWN) -> bool:
    return has_part(stem_of(word), stem_of(part), town.__contains__)


@pytest.mark.parametrize(
    ("part", "word"),
    [
        ("Radweg", "Fahrradweg"),
        ("Radwege", "Fahrradwegen"),
        ("Spielplatz", "Spielplatzkonzept"),
        ("Rad", "Fahrrad"),
        ("Bus", "Schulbusse"),
        ("Weg", "Verkehrsweg"),
        ("Bahn", "Straßenbahn"),
        ("Garten", "Kindergarten"),
        ("Garten", "Gartenhaus"),
        ("Rat", "Stadträte"),
        ("Straße", "Fahrradstrasse"),
        ("Straße", "Straßenverkehr"),
        ("Haus", "Stadtratshaus"),
    ],
)
def test_a_part_finds_the_compound(part: str, word: str) -> None:
    assert found_in(word, part)


@pytest.mark.parametrize(
    ("part", "word"),
    [
        ("Ort", "Antwort"),
        ("Amt", "gesamt"),
        ("Rat", "Heirat"),
        ("Bürger", "bürgerlich"),
        ("Kauf", "Verkauf"),
        ("Steuer", "Steuerung"),
        ("Rad", "radikal"),
        ("Fahrrad", "Rad"),
        ("Tor", "Motorrad"),
        ("Stadt", "stattfinden"),
        ("Ei", "Bäckerei"),
        ("Förderung", "Güterbeförderung"),
        ("Förderung", "Herausforderung"),
    ],
)
def test_what_only_sounds_like_a_part_finds_nothing(part: str, word: str) -> None:
    assert not found_in(word, part)


def test_a_long_word_is_found_in_a_town_that_says_nothing_else() -> None:
    assert found_in("Fahrradweg", "Radweg", frozenset())
    assert not found_in("Schulbus", "Bus", frozenset())


@pytest.fixture
def index(make_index: MakeIndex) -> SearchBackend:
    return built(
        make_index("index"),
        [
            make_document(1, "Der Fahrradweg am Ufer", "Er ist zu schmal."),
            make_document(2, "Ein Radweg für alle", "Am Ufer."),
            make_document(3, "Spielplatzkonzept", "Wir fahren fort, mit den Bürgerinnen."),
            make_document(4, "Gehweg", "ohne Licht"),
        ],
    )


def test_the_index_finds_compounds_and_the_word_itself_first(index: SearchBackend) -> None:
    assert ranked(index, "Radweg") == [2, 1]
    assert ids_found(index, "Spielplatz") == {3}
    assert ids_found(index, "spielplätze Bürger") == {3}


def test_an_exact_phrase_and_an_exclusion_mean_the_word_itself(index: SearchBackend) -> None:
    assert ids_found(index, '"Radweg für alle"') == {2}
    assert ids_found(index, "Ufer -Radweg") == {1}


def test_the_compound_is_marked() -> None:
    assert Marker(parse("Radweg")).mark("Der Fahrradweg") == "Der <mark>Fahrradweg</mark>"
