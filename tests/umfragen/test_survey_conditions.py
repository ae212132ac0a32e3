"""Conditions as people build them and as expressions: the same both ways."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kern.i18n import say
from tests.umfragen.ready import ready, sheet_of, shown
from tests.umfragen.surveys import every_kind, keys_by_name, make_survey, option, question
from umfragen.checks import check_survey
from umfragen.definition import DefinitionRefused, dump, load
from umfragen.editing.conditions import (
    OTHER,
    PRESENCE,
    Comparison,
    Condition,
    Kind,
    Operator,
    Subject,
    subjects_before,
)
from umfragen.editing.sources import read_condition, write_condition

SURVEY = make_survey([*every_kind(), question("info", "ende")])
SUBJECTS = subjects_before(SURVEY, keys_by_name(SURVEY)["ende"])
IS, HAS = Operator.IS, Operator.HAS


def one(*groups: list[Comparison]) -> Condition:
    return Condition(tuple(map(tuple, groups)))


def comparisons(subject: Subject) -> st.SearchStrategy[Comparison]:
    values = {
        Kind.NUMBER: st.integers(-9, 99).map(str) | st.just("2.5"),
        Kind.TEXT: st.sampled_from(["markt", "a b", "back\\slash", 'mit "', "o'neil", "ä{1}"]),
        Kind.MOMENT: st.just("2026-12-24"),
    }
    value = (
        st.sampled_from(sorted(subject.choices)) if subject.choices else values.get(subject.kind)
    )
    # That own words were written is read as: „Andere“ was picked.
    same = PRESENCE if subject.name == "wo_other" else ()
    operators = [operator for operator in subject.operators if operator not in same]
    return st.sampled_from(operators).flatmap(
        lambda operator: st.builds(
            Comparison,
            st.just(subject.name),
            st.just(operator),
            st.just("") if operator in PRESENCE or value is None else value,
        )
    )


any_comparison = st.sampled_from(SUBJECTS).flatmap(comparisons)
conditions = st.lists(st.lists(any_comparison, min_size=1, max_size=3), max_size=3).map(
    lambda groups: one(*groups)
)


@given(conditions)
@settings(max_examples=100, deadline=None)
def test_what_was_built_is_read_the_same_again(condition: Condition) -> None:
    source = write_condition(condition, SUBJECTS)
    assert read_condition(source, SUBJECTS) == condition


@given(conditions)
@settings(max_examples=40, deadline=None)
def test_what_was_built_is_an_expression_without_mistakes(condition: Condition) -> None:
    document = dump(SURVEY)
    document["pages"][0]["questions"][-1]["show_if"] = write_condition(condition, SUBJECTS)
    findings = [found for found in check_survey(load(document)) if found.is_error]
    assert [say(found) for found in findings if found.path[-1] == "show_if"] == []


def test_a_condition_asks_only_for_what_stands_before() -> None:
    names = [subject.name for subject in subjects_before(SURVEY, keys_by_name(SURVEY)["hier"])]
    assert names == ["weg", "weg_other", "weg_comment", "wo", "wo_other", "was", "was_bankcomment"]


@pytest.mark.parametrize(
    ("condition", "source"),
    [
        (one([Comparison("weg", IS, "rad")]), 'weg == "rad"'),
        (one([Comparison("wo", HAS, "park")]), 'wo_park == "Y"'),
        (one([Comparison("wo", HAS, OTHER)]), "!is_empty(wo_other)"),
        (one([Comparison("note", Operator.MORE, "3,5")]), "note > 3.5"),
        (
            one(
                [Comparison("hier", IS, "Y"), Comparison("alter", Operator.LESS, "18")],
                [Comparison("kurz", Operator.ANSWERED)],
            ),
            'hier == "Y" and alter < 18 or !is_empty(kurz)',
        ),
    ],
)
def test_conditions_are_short_expressions(condition: Condition, source: str) -> None:
    assert write_condition(condition, SUBJECTS) == source


@pytest.mark.parametrize(
    "source",
    [
        'weg == "rad" and (hier == "Y" or note > 3)',
        "note * 2 > 3",
        'weg == "zug"',
        "unbekannt == 1",
        "sum(geld_spiel, geld_gruen) > 3",
        "note >",
        '"rad" == weg',
    ],
)
def test_what_cannot_be_built_stays_an_expression(source: str) -> None:
    assert read_condition(source, SUBJECTS) is None


def test_written_by_hand_is_read_too() -> None:
    found = read_condition("weg=='rad'  or ( wo_park != 'Y' and note.NAOK>2 )", SUBJECTS)
    assert found is None  # .NAOK is more than can be built
    found = read_condition("weg=='rad'  or ( wo_park != 'Y' and note>2 )", SUBJECTS)
    assert found == one(
        [Comparison("weg", IS, "rad")],
        [Comparison("wo", Operator.HAS_NOT, "park"), Comparison("note", Operator.MORE, "2")],
    )


@pytest.mark.parametrize(
    ("comparison", "place", "sentence"),
    [
        (Comparison("weg", IS, "zug"), (0, "value"), "Bitte wählen Sie eine Antwort."),
        (Comparison("ende", IS, "x"), (0, "subject"), "die vorher kommt"),
        (Comparison("weg", HAS, "rad"), (0, "operator"), "nicht vergleichen"),
        (Comparison("note", IS, "drei"), (0, "value"), "eine Zahl"),
        (Comparison("kurz", IS, " "), (0, "value"), "Hier fehlt"),
        (Comparison("kurz", IS, "\"'"), (0, "value"), "Anführungszeichen"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    comparison: Comparison, place: tuple[object, ...], sentence: str
) -> None:
    with pytest.raises(DefinitionRefused) as refused:
        write_condition(one([comparison]), SUBJECTS)
    (finding,) = refused.value.findings
    assert finding.path == place
    assert sentence in say(finding)


def test_a_text_that_contains_a_word_in_any_case_opens_the_question() -> None:
    first = [question("long_text", "t"), question("multiple", "m", options=[option(1, "a")])]
    survey = make_survey([*first, question("yes_no", "b")])
    subjects = subjects_before(survey, keys_by_name(survey)["b"])
    source = write_condition(one([Comparison("t", HAS, "Lärm")]), subjects)
    plan = ready([*first, question("yes_no", "b", show_if=source)])
    assert "b" in shown(sheet_of(plan, t="Hier ist viel LÄRM."))
    assert "b" not in shown(sheet_of(plan, t="Hier ist es ruhig."))
    picked = write_condition(one([Comparison("m", Operator.ANSWERED)]), subjects)
    plan = ready([*first, question("yes_no", "b", show_if=picked)])
    assert "b" in shown(sheet_of(plan, m=(1,)))
    assert "b" not in shown(sheet_of(plan, t="x"))
