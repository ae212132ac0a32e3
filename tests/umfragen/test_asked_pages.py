import re

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from tests.umfragen.asked_pages import drawn, make_asking, sent
from tests.umfragen.random_surveys import Fields, forms, plans
from tests.umfragen.ready import ready
from tests.umfragen.surveys import every_kind, make_survey, options, question, rows
from umfragen.engine import Plan, fill, find_faults, make_plan, read_form

ALL = make_plan(make_survey([*every_kind()]))
PAGE = ALL.definition.pages[0].key
LONGEST_PAGE = 60_000

TAKES_AND_REFUSES = [
    # question, what is taken, what is refused, the sentence
    (question("single", "q", options=options("a", "b")), {"": "2"}, {"": "9"}, "gibt es nicht"),
    (
        question("multiple", "q", options=options("a", "b", "c"), most=2),
        {"": ["1", "3"]},
        {"": ["1", "2", "3"]},
        "höchstens 2",
    ),
    (question("yes_no", "q"), {"": "1"}, {"": "7"}, "gibt es nicht"),
    (question("scale", "q", high=5), {"": "5"}, {"": "6"}, "gibt es nicht"),
    (question("scale", "q", low=0, high=10, look="nps"), {"": "0"}, {"": "11"}, "gibt es nicht"),
    (
        question("ranking", "q", options=options("a", "b")),
        {"_1": "2", "_2": "1"},
        {"_1": "1", "_2": "1"},
        "zweimal vergeben",
    ),
    (question("number", "q", high=9), {"": "9"}, {"": "zehn"}, "eine Zahl"),
    (question("number", "q", decimals=1), {"": "2,5"}, {"": "2,55"}, "nach dem Komma"),
    (question("slider", "q", step=10), {"": "50"}, {"": "55"}, "zwischen zwei Stufen"),
    (question("when", "q"), {"": "24.12.2026"}, {"": "morgen"}, "wie 24.12.2026"),
    (question("when", "q", clock="time"), {"": "18:30"}, {"": "abends"}, "Uhrzeit wie"),
    (question("when", "q", latest="2026-12-31"), {"": "2026-12-31"}, {"": "2027-01-01"}, "bis"),
    (question("short_text", "q", max_length=5), {"": "Baum"}, {"": "Bäume!"}, "höchstens 5"),
    (question("long_text", "q", max_length=5), {"": "a\nb"}, {"": "a\nb\nc\nd"}, "höchstens 5"),
    (question("contact", "q"), {"": "a@b.de"}, {"": "a@b"}, "E-Mail-Adresse"),
    (question("contact", "q", format="phone"), {"": "0451 123"}, {"": "nein"}, "Telefon"),
    (
        question("contact", "q", format="pattern", pattern="^[0-9]{5}$"),
        {"": "23552"},
        {"": "235"},
        "",
    ),
    (question("place", "q"), {"": "54.1, 10.4"}, {"": "am See"}, "Ort erkennen"),
    (
        question("place", "q", shape="line"),
        {"": "54.1, 10.4\n54.2, 10.5"},
        {"": "54.1, 10.4"},
        "zwei Punkte",
    ),
    (
        question("place", "q", shape="area"),
        {"": "54.1, 10.4\n54.2, 10.5\n54.3, 10.1"},
        {"": "54.1, 10.4\n54.2, 10.5"},
        "drei Punkte",
    ),
    (question("consent", "q", required="yes"), {"": "1"}, {}, "Zustimmung"),
]


def fields_of(plan: Plan, given: dict[str, str | list[str]]) -> MultiDict[str, str]:
    key = plan.definition.pages[0].questions[0].key
    pairs = [(f"f{key}{name}", value) for name, value in given.items()]
    return MultiDict(
        [("seen", str(key))]
        + [
            (name, one)
            for name, value in pairs
            for one in ([value] if isinstance(value, str) else value)
        ]
    )


@pytest.mark.parametrize(("asked", "good", "bad", "sentence"), TAKES_AND_REFUSES)
def test_every_question_takes_refuses_and_keeps_what_was_typed(
    app: Flask,
    asked: dict[str, object],
    good: dict[str, str | list[str]],
    bad: dict[str, str | list[str]],
    sentence: str,
) -> None:
    plan = ready([asked])
    page = plan.definition.pages[0].key

    def shown_again(form: MultiDict[str, str]) -> str:
        reading = read_form(plan, form, page)
        draft = reading.merged({})
        faults = [found.fault for found in reading.rejected.values()]
        faults += find_faults(fill(plan, draft), page)
        return drawn(app, make_asking(plan, page, draft, faults=faults, reading=reading))

    taken = shown_again(fields_of(plan, good))
    assert "data-errors" not in taken
    assert (
        read_form(plan, sent(taken), page).answers
        == read_form(plan, fields_of(plan, good), page).answers
    )
    refused = shown_again(fields_of(plan, bad))
    assert "data-errors" in refused
    assert sentence in refused
    for name, typed in sent(refused).fields.items():
        if name.startswith("f") and asked["kind"] not in {"single", "yes_no", "scale"}:
            assert typed == fields_of(plan, bad).getlist(name)


def test_rows_of_a_matrix_and_of_a_list_say_what_they_miss(app: Flask) -> None:
    plan = ready(
        [
            question("matrix", "m", rows=rows("r", "s"), columns=options("a"), required="yes"),
            question("number_list", "n", rows=rows("t", "u"), total=10),
        ]
    )
    page = plan.definition.pages[0]
    row = page.questions[1].rows[0].key  # type: ignore[union-attr]  # the list
    reading = read_form(plan, Fields({f"f{row}": ["7"]}), page.key)
    draft = reading.merged({})
    faults = find_faults(fill(plan, draft), page.key)
    html = drawn(app, make_asking(plan, page.key, draft, faults=faults))
    assert html.count("Bitte wählen Sie eine Antwort.") >= 2
    assert "Bisher sind es 7" in html
    assert 'value="7"' in html


def test_every_line_of_the_summary_leads_to_a_place_on_the_page(app: Flask) -> None:
    required = [{**asked, "required": "yes"} for asked in every_kind() if asked["kind"] != "info"]
    plan = make_plan(make_survey(required))
    page = plan.definition.pages[0].key
    html = drawn(app, make_asking(plan, page, faults=find_faults(fill(plan, {}), page)))
    targets = re.findall(r'<li><a href="#([^"]+)"', html)
    assert len(targets) >= 28
    assert [target for target in targets if f'id="{target}"' not in html] == []
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert sorted(ids) == sorted(set(ids))


def test_a_gap_somebody_may_leave_is_a_question_not_an_error(app: Flask) -> None:
    plan = ready([question("short_text", "q", required="soft")])
    page = plan.definition.pages[0].key
    html = drawn(app, make_asking(plan, page, faults=find_faults(fill(plan, {}), page)))
    assert "Möchten Sie etwas auslassen?" in html
    assert "fehlen noch oder stimmen nicht" not in html


def test_a_page_with_every_kind_of_question_is_small(app: Flask) -> None:
    assert len(drawn(app, make_asking(ALL, PAGE)).encode()) < LONGEST_PAGE


def test_what_somebody_answers_is_no_markup_in_the_next_question(app: Flask) -> None:
    plan = ready(
        [question("short_text", "q")],
        [question("short_text", "r", text="Sie schrieben {q}?", help="Zu <b>{q}</b>")],
    )
    first, second = plan.definition.pages
    draft = {first.questions[0].key: '<script>"&'}
    html = drawn(app, make_asking(plan, second.key, draft))
    assert "Sie schrieben &lt;script&gt;" in html
    assert "<script>" not in html
    assert "<b>" not in html


def test_who_has_no_map_is_told_to_write_coordinates(app: Flask) -> None:
    """The script that draws the map puts its own hint in place of this one."""
    for shape in ("point", "line", "area"):
        plan = ready([question("place", "q", shape=shape)])
        page = plan.definition.pages[0]
        html = drawn(app, make_asking(plan, page.key))
        hint = re.search(rf'id="hinweis-{page.questions[0].key}">([^<]+)<', html)
        assert hint is not None
        assert "Koordinaten" in hint[1]
        assert "Tippen" not in hint[1]
        assert 'data-hint="Tippen Sie' in html


def test_a_question_speaks_the_language_of_who_answers(app: Flask) -> None:
    text = {"de": "Wie alt?", "en": "How old?"}
    plan = ready([question("number", "q", text=text)], languages=["de", "en"])
    page = plan.definition.pages[0].key
    assert "How old?" in drawn(app, make_asking(plan, page, language="en"))
    assert "Wie alt?" in drawn(app, make_asking(plan, page, language="tr"))


def test_a_ranking_keeps_its_last_place_when_an_option_went_with_another_answer(app: Flask) -> None:
    choice = question("single", "q", options=options("x", "y"))
    ranked = options("a", "b", "c")
    ranked[1]["show_if"] = 'q == "x"'
    plan = ready([choice], [question("ranking", "r", options=ranked)])
    first, second = (page.questions[0].key for page in plan.definition.pages)
    page = plan.definition.pages[1].key
    for before, kept in (((2, 1, 3), (1, 3)), ((1, 2, 3), (1, 3)), ((1, 3), (1, 3)), ((2,), None)):
        html = drawn(app, make_asking(plan, page, {first: 2, second: before}))
        assert read_form(plan, sent(html), page).merged({}).get(second) == kept
    html = drawn(app, make_asking(plan, page, {first: 1, second: (2, 1, 3)}))
    assert read_form(plan, sent(html), page).merged({}).get(second) == (2, 1, 3)


@settings(
    deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data(), plans())
def test_a_page_sends_what_it_shows(app: Flask, data: st.DataObject, plan: Plan) -> None:
    """Without a script: the fields of a page make the same answers again, page by page."""
    form = data.draw(forms(plan, native=True))
    draft = read_form(plan, form).merged({})
    for page in plan.definition.pages:
        html = drawn(app, make_asking(plan, page.key, draft))
        kept = read_form(plan, sent(html), page.key).merged(draft)
        assert fill(plan, kept).answers == fill(plan, draft).answers
