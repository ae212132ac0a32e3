"""What holds for every survey and for whatever somebody sends."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kern.i18n import say
from tests.umfragen.node_rules import NODE, NodeRules, node_rules
from tests.umfragen.random_surveys import Fields, forms, plans
from tests.umfragen.surveys import every_kind, make_survey
from umfragen.definition.items import Holds
from umfragen.engine import (
    SEEN,
    Plan,
    Value,
    field_name,
    fill,
    find_faults,
    first_page,
    form_fields,
    from_json,
    make_plan,
    make_row,
    next_page,
    previous_page,
    read_form,
    rules_for_browser,
    show_page,
    spot_id,
    to_json,
    visible_pages,
)
from umfragen.engine.browser import spots_of

EVERY = make_plan(make_survey(every_kind()))


def names_of_page(plan: Plan, page_key: int, visible: set[int]) -> set[str]:
    """Fields of what somebody sees on the page."""
    return {
        name
        for question in plan.pages[page_key].questions
        if question.key in visible
        for item in plan.items_of[question.key]
        for name in (field_name(item.key), *(field_name(item.key, code) for code in item.codes))
    }


@settings(deadline=None, max_examples=30)
@given(st.data(), plans())
def test_page_by_page_or_all_at_once_is_the_same(data: st.DataObject, plan: Plan) -> None:
    form = data.draw(forms(plan))
    at_once = fill(plan, read_form(plan, form).merged({}))

    draft: dict[int, Value] = {}
    page = first_page(fill(plan, draft))
    while page is not None:
        reading = read_form(plan, form, page)
        draft = reading.merged(draft)
        page = next_page(fill(plan, draft), page)
    walked = fill(plan, draft)

    assert make_row(walked) == make_row(at_once)
    assert list(map(say, find_faults(walked))) == list(map(say, find_faults(at_once)))
    assert walked.shown == at_once.shown


@settings(deadline=None, max_examples=25)
@given(st.data(), plans())
def test_answers_survive_the_form_the_draft_and_the_way_back(
    data: st.DataObject, plan: Plan
) -> None:
    answers = read_form(plan, data.draw(forms(plan))).answers

    assert from_json(plan.items, to_json(answers)) == answers
    assert read_form(plan, Fields(form_fields(plan, answers))).answers == answers


@settings(deadline=None, max_examples=20)
@given(st.data(), plans())
def test_a_row_holds_nothing_that_was_hidden(data: st.DataObject, plan: Plan) -> None:
    draft = read_form(plan, data.draw(forms(plan))).merged({})
    sheet = fill(plan, draft)
    row = make_row(sheet)

    assert {int(key) for key in row} <= sheet.shown
    assert {key: value for key, value in row.items() if value is not None} == to_json(sheet.answers)
    again = fill(plan, sheet.answers)
    assert make_row(again) == row  # what did not count had no influence


@settings(deadline=None, max_examples=20)
@given(st.data(), plans(), st.text("0123456789abcdef", min_size=16, max_size=16))
def test_mixing_changes_the_order_and_nothing_else(
    data: st.DataObject, plan: Plan, seed: str
) -> None:
    draft = read_form(plan, data.draw(forms(plan))).merged({})
    plain, mixed = fill(plan, draft), fill(plan, draft, seed=seed)

    assert make_row(mixed) == make_row(plain)
    assert mixed.shown == plain.shown
    walked = []
    page = first_page(mixed)
    while page is not None:
        walked.append(page)
        shown = [q.question.key for q in show_page(mixed, page, draft=draft).questions]
        assert shown == [q.question.key for q in show_page(mixed, page, draft=draft).questions]
        assert sorted(shown) == sorted(
            q.question.key for q in show_page(plain, page, draft=draft).questions
        )
        following = next_page(mixed, page)
        if following is not None:
            assert previous_page(mixed, following) == page
        page = following
    assert sorted(walked) == sorted(page.key for page in visible_pages(plain))


hostile_values = st.lists(
    st.one_of(
        st.text(max_size=30),
        st.sampled_from(["251", "-1", "999999999999", "1e309", "NaN", "²", "\ud800", "9" * 70_000]),
        st.sampled_from(
            ['{"type":"Point"}', "[" * 30_000, '{"type":"Polygon","coordinates":[[]]}']
        ),
    ),
    max_size=4,
)


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_no_form_makes_the_engine_stumble(data: st.DataObject) -> None:
    names = sorted(names_of_page(EVERY, 1, set(EVERY.questions)))
    fields = data.draw(
        st.dictionaries(st.sampled_from([*names, SEEN, "f0", "f1_1_1"]), hostile_values, max_size=8)
    )
    reading = read_form(EVERY, Fields(fields))
    draft = reading.merged({})
    sheet = fill(EVERY, draft)

    known = {*EVERY.items, *EVERY.questions}
    faults = [*find_faults(sheet), *(found.fault for found in reading.rejected.values())]
    assert all(say(fault) and fault.item in known for fault in faults)
    to_json(draft)
    make_row(sheet)
    page = show_page(sheet, 1, draft=draft, faults=faults, reading=reading)
    assert page.questions


@pytest.fixture(scope="module")
def node() -> Iterator[NodeRules]:
    with node_rules() as rules:
        yield rules


@pytest.mark.skipif(NODE is None, reason="Node is not installed here")
@settings(deadline=None, max_examples=30)
@given(st.data(), plans())
def test_the_browser_hides_what_the_server_hides(
    node: NodeRules, data: st.DataObject, plan: Plan
) -> None:
    """The page is drawn from one set of answers and filled in with another."""
    earlier = read_form(plan, data.draw(forms(plan))).merged({})
    page_key = data.draw(st.sampled_from([page.key for page in plan.definition.pages]))
    drawn = fill(plan, earlier)
    form = data.draw(forms(plan, native=True))

    draft = read_form(plan, form, page_key).merged(earlier)
    sheet = fill(plan, draft)
    if page_key not in sheet.shown:
        return
    found = node.ask("shown", rules=rules_for_browser(drawn, page_key), fields=form.fields)

    assert visible(plan, page_key, set(found["hidden"])) == {
        spot_id(spot)
        for question in plan.pages[page_key].questions
        for spot, _ in spots_of(question)
        if (spot in sheet.shown if isinstance(spot, int) else _is_offered(sheet.options, spot))
        if question.key in sheet.shown
    }


def _is_offered(options: object, spot: tuple[int, int]) -> bool:
    assert isinstance(options, dict)
    return spot[1] in options.get(spot[0], ())


def visible(plan: Plan, page_key: int, hidden: set[str]) -> set[str]:
    """What of a page is seen when these are hidden: parts go with their question."""
    return {
        spot_id(spot)
        for question in plan.pages[page_key].questions
        if str(question.key) not in hidden
        for spot, _ in spots_of(question)
        if spot_id(spot) not in hidden
    }


def test_a_question_that_was_not_on_the_page_keeps_its_answer() -> None:
    single = next(q.key for q in EVERY.questions.values() if q.name == "weg")
    multiple = next(q.key for q in EVERY.questions.values() if q.name == "wo")
    draft: dict[int, Value] = {single: 1, multiple: (1, 2)}

    unseen = read_form(EVERY, Fields({SEEN: [str(single)]})).merged(draft)
    unticked = read_form(EVERY, Fields({SEEN: [f"{single},{multiple}"]})).merged(draft)
    unsaid = read_form(EVERY, Fields({})).merged(draft)

    assert unseen == {multiple: (1, 2)}
    assert unticked == unsaid == {}


def test_what_was_typed_and_refused_stands_in_the_field_again() -> None:
    number = next(q.key for q in EVERY.questions.values() if q.name == "alter")
    field = field_name(number)
    reading = read_form(EVERY, Fields({field: ["zwölf"]}))
    sheet = fill(EVERY, reading.merged({number: 12}))

    page = show_page(sheet, 1, draft=reading.merged({number: 12}), reading=reading)

    assert (
        say(reading.rejected[number].fault)
        == "Bitte schreiben Sie hier eine Zahl, zum Beispiel 12."
    )
    assert page.fields[field] == ["zwölf"]
    assert number not in sheet.answers


def test_every_item_of_every_kind_has_a_form_of_answer() -> None:
    assert {item.holds for item in EVERY.items.values()} == set(Holds)
