"""„Meinten Sie“: what was mistyped is put right with the town's own words, and only with hits."""

import time
from collections.abc import Iterator, Sequence

import pytest

from kern.search import spelling
from kern.search.backend import Hit, Request, SearchBackend
from kern.search.correcting import Shelf, correct
from kern.search.query import Query
from tests.kern.search.building import built, make_document

WORDS = (
    "Kreisverkehr Zebrastreifen Beleuchtung Pendlerpauschale Bushaltestelle Lizenz Rathaus "
    "Fahrradständer Photovoltaik Bahnhof Wasserstoff Ampel Bürgersteig Uerdingen Hackathon"
)


@pytest.fixture
def shelf(index: SearchBackend) -> Shelf:
    documents = [make_document(1, body=WORDS), make_document(2, body="Geheimgang", audience="x")]
    built(index, documents)

    def texts_of(hits: Sequence[Hit]) -> Iterator[str]:
        return (documents[hit.ref.id - 1].body for hit in hits)

    return Shelf(index, Request(Query()), texts_of)


MISTYPED = (
    "Kreisverker Zebrastreiffen Beläuchtung Pendlerpauschahle Bushaltestele Lizens Rathuas "
    "Fahradständer Photovoltaic Bahnhoff Wasserstof Ampl Bürgersteik Uerdingn Hackaton"
)


def test_what_germans_mistype_is_put_right(shelf: Shelf) -> None:
    meant = [correct(word, 0, shelf) for word in MISTYPED.split()]
    assert meant == WORDS.split()


def test_only_the_wrong_word_is_replaced(shelf: Shelf) -> None:
    assert correct('Ampel am  Bahnhoff -"alter Bahnhoff"', 0, shelf) == (
        'Ampel am Bahnhof -"alter Bahnhoff"'
    )


def test_right_words_and_words_like_none_are_left_alone(shelf: Shelf) -> None:
    for text in ("Rathaus", "Rathäuser", "Katzenklo", "xy", "", "-Bahnhoff", "🚲", "x" * 5000):
        assert correct(text, 0, shelf) == ""


def test_nothing_is_offered_that_finds_no_more(shelf: Shelf) -> None:
    assert correct("Bahnhoff", 1, shelf) == ""


def test_a_word_that_only_others_may_read_is_offered_to_nobody_else(shelf: Shelf) -> None:
    assert correct("Geheimgank", 0, shelf) == ""


def test_a_mistake_that_some_text_has_too_does_not_stand_in_the_way(index: SearchBackend) -> None:
    texts = ["Bahnhoff", *["Bahnhof"] * 12]
    documents = [make_document(n, body=body) for n, body in enumerate(texts)]
    shelf = Shelf(
        built(index, documents),
        Request(Query()),
        lambda hits: (documents[hit.ref.id].body for hit in hits),
    )
    assert correct("Bahnhoff", 1, shelf) == "Bahnhof"


@pytest.mark.parametrize(
    ("typed", "meant", "most"),
    [("lizens", "lizenz", 0.5), ("rathuas", "rathaus", 0.5), ("bahnhoff", "bahnhof", 0.5)],
)
def test_what_people_mix_up_is_nearer(typed: str, meant: str, most: float) -> None:
    assert spelling.distance(typed, meant, 2.0) <= most < spelling.distance("park", "pork", 2.0)


def test_a_correction_takes_a_bounded_time_among_many_words(index: SearchBackend) -> None:
    letters = "abcdefghij"
    words = [f"wasser{a}{b}{c}" for a in letters for b in letters for c in letters]
    built(index, [make_document(n, body=word) for n, word in enumerate(words[:400])])
    started = time.thread_time()
    index.consult(lambda words: spelling.misspelt("wasserxx wassrab wassserabd " * 4, words))
    assert time.thread_time() - started < 3 * spelling.TIME_LIMIT
