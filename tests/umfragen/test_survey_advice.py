"""Advice, robots, minutes and the library: what helps an editor before anybody answers."""

import pytest
from hypothesis import given, settings

from kern.i18n import say
from tests.umfragen.random_surveys import plans
from tests.umfragen.ready import ready
from tests.umfragen.surveys import every_kind, make_survey, option, options, question, rows
from umfragen.checks import check_survey
from umfragen.definition import Definition, completeness, keys_of
from umfragen.definition.items import Holds
from umfragen.definition.questions import Files
from umfragen.editing.advice import advise, ease_of, missing_texts
from umfragen.editing.draft import Draft
from umfragen.editing.library import BANK, TEMPLATES, get_template, take_from_bank
from umfragen.editing.minutes import estimate_minutes
from umfragen.editing.readability import count_syllables, reading_ease
from umfragen.editing.robots import walk_robots
from umfragen.engine import Plan, find_faults, make_plan, make_row

OFFICIAL = (
    "Die Inanspruchnahme der Bürgerbeteiligungsmöglichkeiten setzt die vorherige Kenntnisnahme"
    " der datenschutzrechtlichen Bestimmungen voraus, welche gemäß den einschlägigen"
    " Verwaltungsvorschriften der Gebietskörperschaft veröffentlicht worden sind. "
) * 4
EASY = (
    "Wir bauen den Platz neu. Was soll es dort geben? Sagen Sie es uns. Das geht ganz leicht. " * 5
)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("Haus", 1),
        ("Spielplatz", 2),
        ("Straße", 2),
        ("Bäume", 2),
        ("Ortsmitte", 3),
        ("Datenschutz", 3),
    ],
)
def test_syllables_are_groups_of_vowels(word: str, count: int) -> None:
    assert count_syllables(word) == count


def test_official_german_is_hard_and_plain_german_is_easy() -> None:
    hard, easy = reading_ease([OFFICIAL], "de"), reading_ease([EASY], "de")
    assert hard is not None
    assert easy is not None
    assert hard.is_hard
    assert hard.score < 10
    assert easy.score > 70
    assert say(easy.words) == "leicht zu lesen"


def test_little_text_and_other_languages_get_no_number() -> None:
    assert reading_ease(["Wie geht es Ihnen?"], "de") is None
    assert reading_ease([EASY], "tr") is None


def sentences(definition: Definition, **more: bool) -> list[str]:
    return [say(found) for found in advise(definition, **more)]


WIDE = options(*"abcdefgh")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (question("matrix", "m", rows=rows("r"), columns=WIDE), "8 Spalten"),
        (question("long_text", "t", required="yes"), "kommt nicht weiter"),
        (question("number", "n", text="Wie alt sind Sie?"), "Altersgruppen"),
        (question("contact", "k"), "verraten, wer geantwortet hat"),
        (question("yes_no", "j", text="Finden Sie nicht, dass Autos stören?"), "neutral"),
        (question("yes_no", "j", text="Ist es nicht unsinnig, nie zu fragen?"), "Verneinungen"),
        (question("single", "s", options=options(*"abcdefghijklmnop")), "lange Liste"),
        (question("single", "s", options=[option(1, "a", text="", image="a.png")]), "keinen Text"),
    ],
)
def test_advice_stands_at_the_question_and_hinders_nobody(
    asked: dict[str, object], sentence: str
) -> None:
    definition = make_survey([question("yes_no", "erste", text="Wohnen Sie hier?"), asked])
    found = [finding for finding in advise(definition) if sentence in say(finding)]
    assert [finding.path[:4] for finding in found] == [("pages", 0, "questions", 1)]
    assert not any(finding.is_error for finding in found)


def test_a_good_survey_gets_no_advice_and_asking_names_openly_is_fine() -> None:
    assert sentences(make_survey([question("yes_no", "j", text="Wohnen Sie hier?")])) == []
    assert sentences(make_survey([question("contact", "k")]), anonymous=False) == []


def test_missing_translations_are_counted_by_language() -> None:
    definition = make_survey(
        [question("yes_no", "j", text={"de": "Hier?"})], languages=["de", "en"]
    )
    assert missing_texts(definition) == {"en": 1}


# Robots


@given(plans())
@settings(max_examples=40, deadline=None)
def test_robots_give_only_answers_the_engine_accepts(plan: Plan) -> None:
    for walk in walk_robots(plan, 3):
        faults = find_faults(walk.sheet) if walk.stuck is None else ()
        questions = {item.key: plan.questions[item.question] for item in plan.items.values()}
        assert [fault for fault in faults if not isinstance(questions[fault.item], Files)] == []


def test_robots_answer_every_kind_and_the_same_seed_says_the_same() -> None:
    plan = ready(every_kind())
    walks = walk_robots(plan, 20)
    assert all(walk.stuck is None for walk in walks)
    assert [make_row(walk.sheet) for walk in walks] == [
        make_row(walk.sheet) for walk in walk_robots(plan, 20)
    ]
    answered = {key for walk in walks for key in walk.sheet.answers}
    silent = {key for key, item in plan.items.items() if item.holds is Holds.TOKENS}
    assert set(plan.items) - answered == silent


def test_a_robot_says_where_nobody_can_get_past() -> None:
    plan = ready([question("number", "n", low=0, high=5, required="yes", check="n > 9")])
    assert {walk.stuck for walk in walk_robots(plan, 2)} == {plan.definition.pages[0].key}


def test_more_questions_take_longer_and_hidden_ones_take_nothing() -> None:
    long = [question("long_text", f"q{at}") for at in range(12)]
    assert estimate_minutes(make_survey(long)) > estimate_minutes(make_survey(long[:2]))
    never = [{**asked, "show_if": "1 == 2"} for asked in long]
    assert estimate_minutes(make_survey([question("yes_no", "j"), *never])) == 1


# Library


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_ready_to_be_published_in_german_and_english(name: str) -> None:
    definition = get_template(name).definition
    assert [say(found) for found in check_survey(definition)] == []
    assert sentences(definition) == []
    assert {language: completeness(definition, language) for language in definition.languages} == {
        "de": 1.0,
        "en": 1.0,
    }
    assert len(list(definition.questions())) >= 7
    ease = ease_of(definition, "de")
    assert ease is None or not ease.is_hard
    assert all(walk.stuck is None for walk in walk_robots(make_plan(definition), 5))


def test_every_question_of_the_bank_fits_into_any_survey_even_twice() -> None:
    draft = Draft(make_survey([question("yes_no", "alter")]))
    page = draft.definition.pages[0].key
    for name in [*BANK, *BANK]:
        draft, key = take_from_bank(draft, page, name, to=0)
        assert draft.question_place(key) == (0, 0)
    assert [say(found) for found in check_survey(draft.definition) if found.is_error] == []
    assert len(set(keys_of(draft.definition))) == len(list(keys_of(draft.definition)))
