"""Words that mean the same find each other; what was typed exactly stays exact."""

import pytest

from kern.errors import Invalid
from kern.search import synonyms
from kern.search.backend import Request, SearchBackend
from kern.search.query import parse
from kern.search.snippets import Marker
from kern.settings.words import SYNONYMS
from tests.kern.search.building import built, make_document

TOWN = synonyms.read("Müll, Abfall  # seit dem Umbau\nÖPNV > Bus, Bahn")
TEXTS = (
    "Der Müll bleibt liegen.",
    "Ein Abfallkorb fehlt.",
    "Der Bus fährt nicht.",
    "Der ÖPNV ist teuer.",
    "Abfälle im Wald.",
)


def found(index: SearchBackend, text: str) -> set[str]:
    built(index, [make_document(n, body=body) for n, body in enumerate(TEXTS)])
    hits = index.search(Request(parse(text, complete_last=False, synonyms=TOWN))).hits
    return {TEXTS[hit.ref.id] for hit in hits}


def test_words_of_a_group_find_each_other_inflected_and_in_compounds(index: SearchBackend) -> None:
    waste = {TEXTS[0], TEXTS[1], TEXTS[4]}
    assert found(index, "Müll") == waste
    assert found(index, "Abfälle") == waste


def test_an_arrow_goes_one_way(index: SearchBackend) -> None:
    assert found(index, "ÖPNV") == {TEXTS[2], TEXTS[3]}
    assert found(index, "Bus") == {TEXTS[2]}


def test_quotes_and_exclusions_mean_the_word_that_was_typed(index: SearchBackend) -> None:
    assert found(index, '"Müll bleibt"') == {TEXTS[0]}
    assert found(index, "Abfall -Müll") == {TEXTS[1], TEXTS[4]}


def test_the_word_that_was_typed_stands_first(index: SearchBackend) -> None:
    built(index, [make_document(1, body="Abfall im Park"), make_document(2, body="Müll im Park")])
    for word, first in (("Müll", 2), ("Abfall", 1)):
        hits = index.search(Request(parse(word, synonyms=TOWN))).hits
        assert next(hit.ref.id for hit in hits) == first


def test_a_snippet_marks_the_other_word_and_its_compounds() -> None:
    query = parse("Müll", synonyms=TOWN)
    assert Marker(query).snippet("Ein Abfallkorb, kein Abfall") == (
        "Ein <mark>Abfallkorb</mark>, kein <mark>Abfall</mark>"
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Müll", "fehlt ein zweites Wort"),
        ("Müll, Mülls", "fehlt ein zweites Wort"),
        ("Müll >", "fehlt ein zweites Wort"),
        ("öffentlicher Nahverkehr, Bus", "mehrere Wörter"),
        ("Müll, der", "kein Wort"),
        ("Müll, ***", "kein Wort"),
        ("a > b > c", "mehr als ein >"),
        (", ".join(f"Wort{n}" for n in range(13)), "mehr als 12"),
        ("\n".join(f"Wort{n}, Ding{n}" for n in range(501)), "höchstens 500"),
    ],
)
def test_a_line_that_cannot_work_is_named(text: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as raised:
        synonyms.check(text)
    assert raised.value.field == "synonyms"
    assert synonyms.read(text) is not None  # and disturbs no search


def test_our_own_words_can_all_be_saved() -> None:
    synonyms.check(SYNONYMS)
    assert len(synonyms.read(SYNONYMS)) > 80


def test_a_word_has_a_bounded_number_of_others() -> None:
    text = "\n".join(f"Park, Ding{n}" for n in range(100))
    assert len(synonyms.read(text)["park"]) == synonyms.MAX_WORDS
    assert len(parse("Park", synonyms=synonyms.read(text)).others) <= 24
