from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kern.i18n import say
from tests.umfragen.random_surveys import forms, surveys
from tests.umfragen.ready import key, ready, sheet_of
from tests.umfragen.surveys import Doc, every_kind, make_document, make_survey, option, question
from umfragen.definition import Definition, load
from umfragen.definition.questions import KINDS
from umfragen.engine import fill, make_plan, make_row, plain, read_form
from umfragen.versions import Effect, find_changes, may_replace, rename_part, rename_question
from umfragen.versions.changes import RULES
from umfragen.versions.difference import APART

BASE = [
    question("single", "weg", options=[option(1, "rad"), option(2, "bus")]),
    question("scale", "note"),
    question("consent", "ja"),
    question("computed", "c", formula="note * 2"),
    question("number", "n", low=0, high=10, unit="Euro"),
]


def changed(**by_name: dict[str, Any]) -> list[tuple[Effect, str]]:
    """Effects and sentences of changes to the fields of questions."""
    old = make_document(BASE)
    new = make_document(BASE)
    for asked in new["pages"][0]["questions"]:
        asked.update(by_name.get(asked["name"], {}))
    return worded(load(old), load(new))


def worded(old: Definition, new: Definition) -> list[tuple[Effect, str]]:
    return [(change.effect, say(change)) for change in find_changes(old, new)]


@pytest.mark.parametrize(
    ("name", "change", "effect", "sentence"),
    [
        ("weg", {"text": "Wie fahren Sie?"}, "harmless", "wenn der Sinn derselbe bleibt"),
        ("weg", {"options": [option(2, "bus"), option(1, "rad")]}, "harmless", "Reihenfolge"),
        ("weg", {"options": [option(1, "rad"), option(2, "bus"), option(3, "x")]}, "new", "„x“"),
        ("weg", {"options": [option(1, "rad")]}, "forbidden", "„weg“, „bus“ fehlt"),
        ("weg", {"options": [option(1, "rad"), option(2, "bus", retired=True)]}, "harmless", ""),
        ("weg", {"options": [option(1, "rad", score=3), option(2, "bus")]}, "forbidden", "neue"),
        ("weg", {"other": {"key": 90}}, "new", "Neues Feld für eigene Worte"),
        ("weg", {"required": "yes"}, "harmless", "Grenzen"),
        ("weg", {"show_if": "1 == 1"}, "harmless", "andere Menschen"),
        ("weg", {"kind": "multiple"}, "forbidden", "Die Art der Frage"),
        ("note", {"high": 7}, "forbidden", "Verschiedenes bedeuten"),
        ("ja", {"text": "Ich stimme allem zu."}, "forbidden", "noch niemand zugestimmt"),
        ("c", {"formula": "note * 3"}, "forbidden", "anders gerechnet"),
        ("n", {"high": 20}, "harmless", "Grenzen"),
        ("n", {"unit": "Tausend Euro"}, "forbidden", "Verschiedenes"),
    ],
)  # fmt: skip
def test_every_change_is_said_with_what_it_does(
    name: str, change: Doc, effect: str, sentence: str
) -> None:
    ((found, said),) = changed(**{name: change})

    assert found == effect
    assert sentence in said


def test_forbidden_changes_may_be_made_only_before_the_first_answer() -> None:
    old, new = make_survey(BASE), make_survey(BASE[1:])
    changes = find_changes(old, new)

    assert may_replace(changes, has_answers=False)
    assert not may_replace(changes, has_answers=True)
    assert may_replace(find_changes(old, old), has_answers=True)


def test_a_key_that_belonged_to_something_else_cannot_come_back() -> None:
    old = make_survey([question("number", "a")], last_key=50)
    document = make_document([question("number", "a"), question("number", "b", key=40)])
    document["last_key"] = 50

    ((effect, said),) = [found for found in worded(old, load(document)) if "Nummer" in found[1]]

    assert effect is Effect.FORBIDDEN
    assert said == "„b“: Die Nummer 40 gehörte schon etwas anderem."


def test_a_row_cannot_move_to_another_question() -> None:
    lists = [question("number_list", name, rows=[{"name": "x"}]) for name in ("a", "b")]
    old = make_document(lists)
    new = make_document(lists)
    first, second = new["pages"][0]["questions"]
    first["rows"], second["rows"] = second["rows"], first["rows"]

    effects = [found for found in worded(load(old), load(new)) if "Nummer" in found[1]]

    assert [effect for effect, _ in effects] == [Effect.FORBIDDEN] * 2


def test_the_same_version_has_no_changes() -> None:
    survey = make_survey(every_kind())
    assert find_changes(survey, survey) == ()


def test_every_field_of_every_kind_has_a_rule() -> None:
    names = {field.name for kind in KINDS.values() for field in fields(kind)}
    assert names - APART == (names - APART) & RULES.keys()


def renamed_pair() -> tuple[Definition, Definition]:
    survey = make_survey(
        [question("single", "weg", options=[option(1, "rad"), option(2, "bus")])],
        [
            question("info", "a", show_if='weg == "rad"  and (countif("bus", weg) == 0)'),
            question("info", "b", text='{weg.shown} {if("bus" != weg.NAOK, "x", "rad")}'),
        ],
    )
    question_key = next(survey.questions()).key
    return survey, rename_part(
        rename_question(survey, question_key, "mittel"), question_key, 1, "velo"
    )


def test_a_new_name_is_written_into_every_expression_and_text() -> None:
    _, new = renamed_pair()
    asked, first, second = new.questions()

    assert asked.name == "mittel"
    assert first.show_if == 'mittel == "velo"  and (countif("bus", mittel) == 0)'
    assert second.text.say("de") == '{mittel.shown} {if("bus" != mittel.NAOK, "x", "rad")}'
    assert make_plan(new).mistakes == ()


def test_renaming_changes_nothing_for_answers() -> None:
    old, new = renamed_pair()
    for code in (1, 2):
        sheets = [fill(make_plan(survey), {2: code}) for survey in (old, new)]
        rows = [make_row(sheet) for sheet in sheets]
        texts = [plain(sheet, list(sheet.plan.questions.values())[2].text) for sheet in sheets]
        assert rows[0] == rows[1]
        assert texts[0] == texts[1]
        assert sheets[0].shown == sheets[1].shown
    assert all(effect is Effect.HARMLESS for effect, _ in worded(old, new))


@settings(deadline=None, max_examples=40)
@given(st.data(), surveys())
def test_no_survey_notices_that_its_questions_got_other_names(
    data: st.DataObject, survey: Definition
) -> None:
    new = survey
    for found in survey.questions():
        new = rename_question(new, found.key, f"neu{found.key}")
    old_plan, new_plan = make_plan(survey), make_plan(new)
    answers = read_form(old_plan, data.draw(forms(old_plan))).answers

    assert make_row(fill(new_plan, answers)) == make_row(fill(old_plan, answers))
    assert fill(new_plan, answers).shown == fill(old_plan, answers).shown


def test_wording_never_changes_what_an_expression_means() -> None:
    plan = ready([question("yes_no", "a")], [question("info", "b", show_if='a == "Y"')])
    page = plan.definition.pages[0]
    relabelled = replace(page.questions[0], text=page.questions[0].text.of("Ganz anders?"))
    pages = (replace(page, questions=(relabelled,)), *plan.definition.pages[1:])
    other = make_plan(replace(plan.definition, pages=pages))

    assert sheet_of(other, a=1).shown == sheet_of(plan, a=1).shown
    assert key(other, "a") == key(plan, "a")
