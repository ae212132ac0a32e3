from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kern.i18n import say
from tests.umfragen.random_surveys import forms, surveys
from tests.umfragen.surveys import Doc, every_kind, make_survey, option, options, question, rows
from umfragen.checks import check_survey
from umfragen.definition import Definition, Finding
from umfragen.engine import fill, make_plan, read_form

FIRST = [
    question("single", "weg", options=options("rad", "bus")),
    question("number", "alter", low=0, high=120),
    question("short_text", "ort"),
    question("multiple", "wo", options=options("park", "markt"), other={}),
    question("when", "tag"),
]


def found(*pages: list[Doc] | Doc) -> list[Finding]:
    return list(check_survey(make_survey(*pages)))


def findings_of(source: str, **more: Any) -> list[tuple[str, str]]:
    """Sentence and the piece of the expression it marks, of a condition behind five questions."""
    return [
        (say(finding), source[slice(*finding.span)] if finding.span else "")
        for finding in found(FIRST, [question("number", "z", show_if=source, **more)])
        if finding.path[-1] == "show_if"
    ]


NEVER = "Diese Bedingung ist nie erfüllt. Niemand wird das sehen."


@pytest.mark.parametrize(
    ("source", "sentence", "marked"),
    [
        ("weg == ", "Der Ausdruck ist hier noch nicht zu Ende.", ""),
        ("wegg == 'rad'", "„wegg“ gibt es nicht. Meinten Sie „weg“?", "wegg"),
        ("Weg == 'rad'", "„Weg“ gibt es nicht. Meinten Sie „weg“?", "Weg"),
        ("TOKEN:x == 1", "„TOKEN:x“ gibt es in dieser Umfrage nicht.", "TOKEN:x"),
        ("weg.farbe == 1", "Den Zusatz „.farbe“ kennen wir nicht.", "weg.farbe"),
        ("weg == 'auto'", "„weg“ kann nie „auto“ sein. Möglich ist: rad, bus.", "'auto'"),
        ("weg > 3", "Mit „.value“ rechnen Sie mit ihren Punkten.", "weg"),
        ("ort * 2 > 1", "„ort“ ist ein Text und keine Zahl.", "ort"),
        ("sum(ort, alter) > 1", "„ort“ ist ein Text und keine Zahl.", "ort"),
        ("alter > '5'", "In Anführungszeichen werden Buchstaben verglichen, nicht Zahlen.", "'5'"),
        ("that.wo == 'Y'", "Das steht für mehrere Antworten.", "that.wo"),
        ("cuont(that.wo) > 1", "Die Funktion „cuont“ gibt es nicht. Meinten Sie „count“?",
         "cuont(that.wo)"),
        ("round() > 1", "In round() fehlt etwas. Nötige Angaben: 1.", "round()"),
        ("strlen(ort, 1) > 1", "In strlen() steht zu viel. Mögliche Angaben: 1.", "strlen(ort, 1)"),
        ("regexMatch(ort, 'x')", "Das Muster muss ein fester Text sein.", "ort"),
        ("regexMatch('(', ort)", "Im Muster fehlt eine schließende Klammer.", "'('"),
        ("countifop('=', 1, alter) > 0", "Zuerst kommt ein Vergleich", "'='"),
        ("z > 1", "Die Bedingung fragt nach ihrer eigenen Antwort.", "z"),
        ("1 == 1", "Diese Bedingung ist immer erfüllt.", "1 == 1"),
        ("1 == 2", NEVER, "1 == 2"),
        ("weg == 'rad' and weg == 'bus'", NEVER, "weg == 'rad' and weg == 'bus'"),
        ("alter > 120", NEVER, "alter > 120"),
        ("alter > 20 and alter < 10", NEVER, "alter > 20 and alter < 10"),
        ("is_empty(weg) and weg == 'rad'", NEVER, "is_empty(weg) and weg == 'rad'"),
    ],
)  # fmt: skip
def test_a_doubtful_condition_is_named_with_its_place(
    source: str, sentence: str, marked: str
) -> None:
    assert marked in [piece for words, piece in findings_of(source) if sentence in words]


@pytest.mark.parametrize(
    "source",
    [
        "weg == 'rad'",
        "weg != 'bus' or is_empty(weg)",
        "alter >= 18 and alter < 65",
        "alter * 2 > 30",
        "count(that.wo) > 1",
        "wo_park == 'Y' and wo_markt != 'Y'",
        "wo_other == 'See'",
        "tag < '2026-12-24'",
        "tag > '2026-12-24'",
        "ort == 'Bonn'",
        "strlen(ort) > 30",
        "regexMatch('/^B/', ort)",
        "weg.value > 2 or weg.shown == 'Antwort rad'",
    ],
)
def test_a_sound_condition_is_left_alone(source: str) -> None:
    assert findings_of(source) == []


def test_a_condition_that_looks_ahead_is_found_even_from_a_page() -> None:
    later = question("yes_no", "spaeter")
    pages: list[Doc] = [
        {"questions": [question("info", "a")], "show_if": "spaeter == 'Y'"},
        {"questions": [later]},
    ]

    (finding,) = [one for one in found(*pages) if one.is_error]

    assert say(finding) == "„spaeter“ wird erst später gefragt."
    assert finding.path == ("pages", 0, "show_if")


def test_a_circle_is_named_with_all_its_questions() -> None:
    pages = [
        question("number", "a", show_if="b > 1"),
        question("number", "b", show_if="c > 1"),
        question("number", "c", show_if="a > 1"),
    ]

    said = {say(finding) for finding in found(pages) if finding.is_error}

    assert len(said) == 1
    assert "im Kreis" in said.pop()


def test_what_hangs_on_the_other_branch_is_never_shown() -> None:
    asked = [
        question("yes_no", "a"),
        question("yes_no", "b", show_if="a == 'Y'"),
        question("number", "c", show_if="a == 'N' and b == 'Y'"),
    ]

    assert [(say(one), one.path[3]) for one in found(asked)] == [(NEVER, 2)]


def test_an_option_that_is_never_offered_and_a_dead_page_are_found() -> None:
    pages: list[Any] = [
        [question("yes_no", "a")],
        [
            question(
                "single",
                "s",
                options=[option(1, "x"), option(2, "y", show_if="a == 'Y' and a == 'N'")],
                show_if="a == 'Y' and a == 'N'",
            )
        ],
    ]
    said = [(say(one), one.path) for one in found(*pages)]

    assert (NEVER, ("pages", 1, "questions", 0, "options", 1, "show_if")) in said
    assert ("Auf dieser Seite steht nichts, was jemand sehen kann.", ("pages", 1)) in said


def test_texts_are_checked_like_conditions() -> None:
    text = {"de": "Sie fahren {weg}, {nix} und {zukunft}."}
    findings = found(FIRST, [question("info", "t", text=text)], [question("number", "zukunft")])
    said = {say(finding) for finding in findings}

    assert said == {
        "Hier steht das Kürzel der Antwort. Meinten Sie {weg.shown}?",
        "„nix“ gibt es in dieser Umfrage nicht.",
        "„zukunft“ wird erst weiter hinten gefragt. Hier steht dann nichts.",
    }
    marked = {text["de"][slice(*finding.span)] for finding in findings if finding.span}
    assert marked == {"weg", "nix", "zukunft"}


def test_a_check_may_look_at_its_own_question_only_and_back() -> None:
    asked = [
        question("number_list", "g", rows=rows("a", "b"), check="sum(self) <= 10 and this != 3"),
        question("number", "n", check="self > g_a"),
        question("number", "m"),
    ]

    assert found(asked) == []
    asked[0]["check"] = "m > 1"
    assert [say(one) for one in found(asked)] == ["„m“ wird erst später gefragt."]


def test_a_name_that_two_questions_make_is_found() -> None:
    asked = [
        question("ranking", "folge", options=options("x", "y")),
        question("number", "folge_1"),
    ]

    assert [(say(one), one.path[3]) for one in found(asked)] == [
        ("„folge_1“ heißt schon etwas anderes.", 1)
    ]


def test_a_question_may_ask_for_more_about_several_files() -> None:
    fotos = question("files", "fotos", most=3)
    assert found([fotos], [question("short_text", "mehr", show_if="fotos > 1")]) == []


def test_a_survey_of_every_kind_is_clean() -> None:
    assert found(every_kind()) == []


@settings(deadline=None, max_examples=40)
@given(st.data(), surveys())
def test_what_is_called_never_shown_is_shown_to_nobody(
    data: st.DataObject, survey: Definition
) -> None:
    never = {one.path for one in check_survey(survey) if say(one) == NEVER}
    plan = make_plan(survey)
    sheet = fill(plan, read_form(plan, data.draw(forms(plan))).answers)

    for spot, rule in plan.show.items():
        if rule.path in never:
            shown = (
                spot in sheet.shown
                if isinstance(spot, int)
                else spot[1] in sheet.options.get(spot[0], ())
            )
            assert not shown


def test_what_is_mixed_must_not_depend_on_each_other() -> None:
    later = "„weg“ steht durch das Mischen vielleicht erst weiter hinten."
    why = question("long_text", "warum", show_if="weg == 'rad'", text="{weg.shown}: warum?")

    def said(*pages: Doc, severity: bool = True) -> list[str]:
        return [say(finding) for finding in found(*pages) if finding.is_error is severity]

    asked = [question("single", "weg", options=options("rad", "bus"))]
    block: Doc = {"block": "a"}
    assert said({"questions": [*asked, why], "shuffle": True}) == [later]
    assert said({**block, "questions": asked}, {**block, "questions": [why]}) == [later]
    # Before the block, and behind all of it, everything is in order.
    two: list[Doc] = [{**block, "questions": [question("yes_no", name)]} for name in "xy"]
    assert said({"questions": asked}, *two, {"questions": [why]}) == []
    # The page in the middle of a block comes before some of its pages.
    middle: list[Doc] = [{**block, "questions": asked}, {"questions": [why]}, two[0]]
    assert said(*middle) == [later]
    assert said(*middle, severity=False) == [later]  # and so does the text that names it
    alone = "Im Block „a“ ist nur diese eine Seite. Es gibt nichts zu mischen."
    assert said({**block, "questions": asked}, severity=False) == [alone]
