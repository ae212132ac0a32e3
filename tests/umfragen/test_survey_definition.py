import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kern.i18n import say
from tests.umfragen.surveys import every_kind, make_document, make_survey, option, options, question
from umfragen.definition import (
    DefinitionRefused,
    Finding,
    Text,
    check_structure,
    completeness,
    dump,
    dumps,
    fingerprint,
    keys_of,
    load,
    loads,
    next_key,
    untranslated,
)
from umfragen.definition.questions import KINDS


def refused(document: object) -> dict[str, str]:
    """Place in words -> sentence."""
    with pytest.raises(DefinitionRefused) as caught:
        load(document)
    return worded(caught.value.findings)


def worded(findings: Any) -> dict[str, str]:
    return {place(finding): say(finding) for finding in findings}


def place(finding: Finding) -> str:
    return ", ".join(say(step) for step in finding.place)


def test_every_kind_of_question_goes_through_json_and_back() -> None:
    survey = make_survey(every_kind(), languages=["de", "en", "de-x-ls"])

    assert load(dump(survey)) == survey
    assert loads(dumps(survey)) == survey
    assert {question.KIND for question in survey.questions()} == KINDS.keys()
    assert list(check_structure(survey)) == []


def test_the_same_survey_has_the_same_fingerprint_however_it_was_written() -> None:
    document = make_document(every_kind())
    shuffled = json.loads(json.dumps(document, sort_keys=True))
    shuffled["languages"] = ["de"]  # the default, written out

    assert fingerprint(load(document)) == fingerprint(load(shuffled))
    shuffled["title"] = "Andere Umfrage"
    assert fingerprint(load(document)) != fingerprint(load(shuffled))


def test_everything_that_is_wrong_is_said_at_once_and_where() -> None:
    document = make_document(
        [question("single", "weg", options=options("rad", "bus"))],
        [question("number", "1alter", low="null"), {"kind": "quiz", "name": "x"}],
        colour="rot",
    )
    document["pages"][0]["questions"][0]["options"][1]["code"] = 251
    del document["pages"][1]["questions"][0]["text"]

    assert refused(document) == {
        "": "Die Angabe „colour“ ist hier unbekannt.",
        "Seite 1, Frage 1, Antwort 2": "Hier steht eine Zahl von 0 bis 250.",
        "Seite 2, Frage 1, Kürzel": "Ein Kürzel beginnt mit einem Buchstaben und besteht aus"
        " Buchstaben ohne Umlaute, Ziffern und Unterstrichen.",
        "Seite 2, Frage 1, Kleinster Wert": "Diese Angabe hat nicht die richtige Art.",
        "Seite 2, Frage 2": "Diese Art von Frage gibt es nicht.",
    }


def test_numbers_given_out_twice_are_refused_even_in_a_draft() -> None:
    document = make_document([question("single", "weg", options=options("rad", "bus"))])
    document["pages"][0]["questions"][0]["options"][1]["code"] = 1
    document["pages"][0]["questions"].append(document["pages"][0]["questions"][0] | {"name": "b"})

    found = set(refused(document).values())

    assert found == {
        "Die Nummer 2 ist mehrmals vergeben.",
        "Die Nummer 1 gibt es in dieser Frage schon.",
    }


def test_a_key_that_was_given_out_once_never_comes_back() -> None:
    survey = make_survey([question("info", "a")], last_key=40)

    assert next_key(survey) == 41
    assert next_key(make_survey([question("info", "a")])) == 3
    assert set(keys_of(survey)) == {1, 2}
    assert refused(make_document([question("info", "a")], last_key=1)) == {
        "": "Die höchste vergebene Nummer ist kleiner als die Nummer 2."
    }


@pytest.mark.parametrize(
    ("broken", "where", "sentence"),
    [
        (
            question("single", "a", options=[option(1, "x"), option(2, "X")]),
            "Antwort 2, Kürzel",
            "gibt es in dieser Frage schon",
        ),
        (question("single", "a", options=[option(1, "x", retired=True)]), "", "stillgelegt"),
        (
            question("single", "a", options=[{"code": 1, "name": "x"}]),
            "Antwort 1, Text",
            "noch keinen Text",
        ),
        (
            question("multiple", "a", options=options("x", "other")),
            "Antwort 2, Kürzel",
            "hier nicht möglich",
        ),
        (
            question("multiple", "a", options=options("x", "y"), least=3),
            "Mindestzahl",
            "verlangt sind 3, da sind 2",
        ),
        (
            question("multiple", "a", options=options("x", "y"), least=2, most=1),
            "Höchstzahl",
            "kleiner als die Mindestzahl",
        ),
        (question("number", "a", low=5, high=5), "Größter Wert", "nicht größer"),
        (
            question("number_list", "a", rows=[{"name": "x"}], high=10, total=50),
            "Summe",
            "nicht zu erreichen",
        ),
        (
            question("number_list", "a", rows=[{"name": "x"}], low=10, total=5),
            "Summe",
            "kleiner als alle Mindestwerte",
        ),
        (question("scale", "a", low=1, high=10, look="nps"), "Größter Wert", "von 0 bis 10"),
        (question("when", "a", earliest="12:00"), "", "passt nicht zur Art"),
        (
            question("when", "a", earliest="2026-12-24", latest="2026-01-01"),
            "",
            "vor dem frühesten",
        ),
        (question("contact", "a", format="pattern"), "Muster", "fehlt das Muster"),
        (question("place", "a", within=[8, 50, 7, 51]), "", "vier Seiten"),
        (question("info", "a", text=""), "Text", "noch keinen Text"),
    ],
)
def test_what_cannot_be_published_is_said(
    broken: dict[str, Any], where: str, sentence: str
) -> None:
    ((found, words),) = worded(check_structure(make_survey([broken]))).items()

    assert found == ", ".join(filter(None, ["Seite 1, Frage 1", where]))
    assert sentence in words


def test_two_questions_cannot_share_a_name() -> None:
    survey = make_survey([question("info", "weg")], [question("info", "Weg")])

    assert worded(check_structure(survey)) == {
        "Seite 2, Frage 1, Kürzel": "Das Kürzel „Weg“ gibt es schon. Groß und klein zählt hier als"
        " gleich."
    }


def test_a_quota_counts_only_answers_that_exist() -> None:
    members = [{"key": 2, "code": 1}, {"key": 2, "code": 7}, {"key": 99, "code": 1}]
    survey = make_survey(
        [question("single", "a", options=options("x", "y"))],
        quotas=[{"name": "x", "limit": 10, "members": members}],
    )

    found = [finding.path for finding in check_structure(survey)]

    assert found == [("quotas", 0, "members", 1), ("quotas", 0, "members", 2)]


def test_a_text_falls_back_to_what_there_is() -> None:
    text = Text.of({"de": "Wie geht es?", "en": "How are you?", "fr": ""})

    assert text.say("en") == "How are you?"
    assert text.say("de-x-ls") == "Wie geht es?"
    assert text.say("fr", default="en") == "How are you?"
    assert text.say("tr", default="pl") == "Wie geht es?"
    assert Text.of("10").say("fr") == "10"
    assert Text.of().say("de") == ""


def test_what_is_still_to_translate_is_counted_and_found() -> None:
    survey = make_survey(
        [question("single", "a", text={"de": "Was?", "en": "What?"}, options=[option(1, "x")])],
        title={"de": "Titel"},
        languages=["de", "en"],
    )

    assert untranslated(survey, "en") == (("title",),)
    assert completeness(survey, "en") == pytest.approx(2 / 3)  # „Antwort x“ holds for all
    assert completeness(survey, "de") == 1


def test_broken_files_are_refused_with_a_sentence() -> None:
    for text in ("", "{", "[" * 100_000, "null", '"x"', "[]", '{"pages": 1e999}', "x" * 4_000_001):
        with pytest.raises(DefinitionRefused) as caught:
            loads(text)
        assert caught.value.findings


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.data())
def test_no_document_makes_the_reader_stumble(data: st.DataObject) -> None:
    """Any value in any place: it is taken or refused with sentences, never an error."""
    document = make_document(every_kind())
    questions = document["pages"][0]["questions"]
    target = data.draw(st.sampled_from([document, document["pages"][0], *questions]))
    name = data.draw(st.sampled_from(sorted(target)) | st.text(max_size=8))
    target[name] = data.draw(json_values)
    survey = None
    with suppress(DefinitionRefused):
        survey = load(document)
    if survey is not None:
        assert load(dump(survey)) == survey
        list(check_structure(survey))
