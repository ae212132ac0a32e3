"""Laws of the analysis: what must meet, what must not, and that nothing breaks it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kern.search import analysis
from kern.search.analysis import MAX_TERM, analyse, analyse_document, fold, stem_of


@pytest.mark.parametrize(
    "forms",
    [
        "Straße Strasse STRASSE Straßen Strassen",
        "Baum Bäume Baeume Baume Bäumen Ba\u0308ume BÄUME",
        "Bürger Bürgern Bürgers Bürgerin Bürgerinnen Buerger BÜRGER",
        "Bürger Bürger:innen Bürger*innen BürgerInnen Bürger_innen Bürger/innen Bürger/-innen",
        "Bürger Bürger(innen) Bürger·innen Bürger:in Bürger*in Bürger/in BürgerIn",
        "Teilnehmer Teilnehmende Teilnehmenden Teilnehmerinnen Teilnehmer*innen",
        "Arzt Ärzte Ärztin Ärztinnen Ärzt:innen",
        "Kollege Kollegin Kolleginnen Kolleg:innen",
        "Haus Häuser Häusern Hauses",
        "Kind Kinder Kindern Kindes",
        "Spielplatz Spielplätze Spielplätzen Spielplatzes Spielplaetze",
        "Radweg Radwege Radwegen Radweges Radwegs Rad\u00adweg Rad\u200bweg",
        "See Seen",
        "Idee Ideen",
        "Kita Kitas",
        "Auto Autos",
        "Bus Busse Bussen",
        "Fluss Fluß Flüsse Flusses",
        "Ergebnis Ergebnisse Ergebnissen",
        "Kreis Kreise Kreisen",
        "Ampel Ampeln",
        "neu neue neuen neuer neues",
        "groß größer größte großes",
        "Photovoltaikanlage Photovoltaikanlagen",
        "Größe Groesse",
        "Wochenende Wochenenden",
    ],
)
def test_forms_of_one_word_meet(forms: str) -> None:
    assert len({stem_of(word) for word, _, _ in analysis.words(forms)}) == 1


@pytest.mark.parametrize(
    "words", ["Bürger Burg", "Haus Hausmeister", "Woche Wochenende", "Kita Kitt", "Radweg Gehweg"]
)
def test_different_words_stay_apart(words: str) -> None:
    first, second = words.split()

    assert stem_of(first) != stem_of(second)


@pytest.mark.parametrize("word", ["neue", "Mauer", "Quelle", "Steuer", "Bauer", "treue"])
def test_ue_after_a_vowel_or_q_is_no_umlaut(word: str) -> None:
    assert "ue" in fold(word)


def test_small_words_are_left_out_but_counted() -> None:
    terms = list(analyse("Straße der Einheit"))

    assert [(term.text, term.position) for term in terms] == [("stras", 0), ("einheit", 2)]


def test_a_gender_mark_belongs_to_the_marked_span() -> None:
    text = "Für Bürger:innen da"

    (term,) = analyse(text)

    assert text[term.start : term.end] == "Bürger:innen"


def test_a_colon_before_another_word_is_no_gender_mark() -> None:
    assert [term.text for term in analyse("Ort:innenhof")] == ["ort", "innenhof"]


def test_a_title_weighs_more_and_no_phrase_leaves_it() -> None:
    title, body = analyse_document("Radweg", "Radweg")

    assert title.weight > body.weight
    assert body.position - title.position > 10


@given(st.text())
def test_any_text_gives_sound_terms(text: str) -> None:
    places = -1
    for term in analyse(text):
        assert 0 < len(term.text) <= MAX_TERM
        assert term.text.isalnum()
        assert term.text not in analysis.STOP_WORDS or stem_of(text[term.start : term.end])
        assert 0 <= term.start < term.end <= len(text)
        assert term.position > places
        places = term.position


@given(st.text())
def test_analysis_is_repeatable(text: str) -> None:
    assert list(analyse(text)) == list(analyse(text))


@given(st.text(alphabet="abcdefghilmnorstuäöüß", min_size=1, max_size=30))
def test_case_does_not_matter(word: str) -> None:
    assert stem_of(word) == stem_of(word.upper()) == stem_of(word.capitalize())


@given(st.text(alphabet="abcdefghilmnorstuäöü", min_size=1, max_size=30))
def test_parted_umlauts_are_the_same(word: str) -> None:
    parted = word.replace("ä", "a\u0308").replace("ö", "o\u0308").replace("ü", "u\u0308")

    assert fold(word) == fold(parted)


@pytest.mark.parametrize("unit", ["a", "ä", "in", ":in", "\u0301", "a\u00ad", "/-in", "a:in", "ﷺ"])
def test_a_long_text_takes_linear_time(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    before = time.process_time()

    list(analyse(text))

    assert time.process_time() - before < 2
