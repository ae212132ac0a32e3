from typing import Any

import pytest

from kern.i18n import say
from tests.umfragen.ready import (
    NO,
    YES,
    key,
    pages,
    questions,
    ready,
    sentences,
    sheet_of,
)
from tests.umfragen.surveys import Doc, option, options, question, rows
from umfragen.engine import fill, find_faults


@pytest.mark.parametrize(
    ("asked", "answer", "sentence"),
    [
        (question("single", "q", options=options("a")), None, "Bitte wählen Sie eine Antwort."),
        (question("multiple", "q", options=options("a")), None, "mindestens eine Antwort"),
        (question("long_text", "q"), None, "Bitte beantworten Sie diese Frage."),
        (question("consent", "q"), None, "Ohne Ihre Zustimmung geht es hier nicht weiter."),
        (question("place", "q"), None, "Bitte zeigen Sie auf der Karte, was Sie meinen."),
        (question("short_text", "q", required_text={"de": "Wie heißt die Straße?"}), None, "Wie"),
        (question("multiple", "q", options=options("a", "b", "c"), least=2), (1,), "Bisher: 1."),
        (question("multiple", "q", options=options("a", "b", "c"), most=2), (1, 2, 3), "höchstens"),
        (question("number", "q", low=0, high=10), 11, "Möglich sind Zahlen von 0 bis 10."),
        (question("number", "q", low=0.5), 0, "Möglich sind Zahlen ab 0,5."),
        (question("number", "q", decimals=1), 0.25, "zu viele Stellen"),
        (question("slider", "q", step=5), 7, "zwischen zwei Stufen"),
        (question("when", "q", earliest="2026-12-24"), "2026-12-01", "Möglich ab 24.12.2026."),
        (question("when", "q", clock="time", latest="18:00"), "19:30", "Möglich bis 18:00."),
        (question("short_text", "q", max_length=3), "abcd", "3 Zeichen. Es sind 4."),
        (question("contact", "q"), "ich@hier", "prüfen Sie die E-Mail-Adresse"),
        (question("contact", "q", format="phone"), "anrufen", "prüfen Sie die Telefonnummer"),
        (question("contact", "q", format="pattern", pattern="^x"), "y", "die erwartete Form"),
        (question("files", "q"), ("abcdefgh", "hgfedcba"), "Erlaubt: 1."),
        (question("ranking", "q", options=options("a", "b"), least=2), (1,), "mindestens 2 aus"),
        (question("number", "q", check="self > 3", check_text="Mehr als 3!"), 3, "Mehr als 3!"),
        (question("number", "q", high=3, invalid_text="Bis drei!"), 4, "Bis drei!"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(asked: Doc, answer: Any, sentence: str) -> None:
    plan = ready([{"required": "yes", **asked}])
    found = fill(plan, {} if answer is None else {questions(plan)["q"]: answer})

    (said,) = sentences(found)
    assert sentence in said


def test_all_faults_of_a_page_are_said_at_once_each_at_its_item() -> None:
    plan = ready(
        [
            question("matrix", "m", rows=rows("a", "b"), columns=options("x"), required="yes"),
            question("number", "n", required="yes"),
        ],
        [question("number", "spaeter", required="yes")],
    )
    sheet = sheet_of(plan, m_a=1)

    faults = find_faults(sheet, pages(plan)[0])

    assert [fault.item for fault in faults] == [key(plan, "m_b"), key(plan, "n")]
    assert len(find_faults(sheet)) == 3


def test_a_soft_question_asks_back_and_can_be_waved_through() -> None:
    (fault,) = find_faults(fill(ready([question("yes_no", "q", required="soft")]), {}))

    assert fault.soft
    assert "Möchten Sie trotzdem weiter?" in say(fault)


def test_an_exclusive_answer_stands_alone() -> None:
    offered = [*options("a", "b"), option(9, "nie", exclusive=True)]
    plan = ready([question("multiple", "q", options=offered, least=2)])

    assert sentences(sheet_of(plan, q=(9,))) == []
    assert "passt nicht zu den anderen" in sentences(sheet_of(plan, q=(1, 9)))[0]


@pytest.mark.parametrize(
    ("rule", "spent", "sentence"),
    [
        ("exact", (60, 30), "der Unterschied ist 10"),
        ("exact", (60, 40), ""),
        ("exact", (33.4, 66.6), ""),
        ("at_most", (60, 50), "das sind 10 zu viel"),
        ("at_most", (1, 2), ""),
        ("at_least", (1, 2), "es fehlen noch 97"),
    ],
)
def test_a_budget_adds_up(rule: str, spent: tuple[float, float], sentence: str) -> None:
    plan = ready(
        [question("number_list", "g", rows=rows("a", "b"), total=100, total_rule=rule, decimals=1)]
    )

    found = sentences(sheet_of(plan, g_a=spent[0], g_b=spent[1]))

    assert len(found) == bool(sentence)
    assert sentence in "".join(found)


def test_this_checks_each_part_of_a_question() -> None:
    plan = ready(
        [question("number_list", "g", rows=rows("a", "b"), check="this == '' or this > 5")]
    )

    assert sentences(sheet_of(plan, g_a=6, g_b=7)) == []
    assert sentences(sheet_of(plan, g_a=6, g_b=5)) == [
        "Diese Antwort passt nicht zu Ihren anderen Angaben."
    ]


def test_hidden_questions_are_neither_required_nor_checked() -> None:
    plan = ready(
        [question("yes_no", "a")],
        [question("number", "b", required="yes", high=1, show_if='a == "Y"')],
    )

    assert sentences(sheet_of(plan, a=NO, b=5)) == []
    assert len(sentences(sheet_of(plan, a=YES, b=5))) == 1
