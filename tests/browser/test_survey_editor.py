"""The editor of surveys: dragged, driven by keys, used without scripts, and looked at."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from kern.actor import SYSTEM
from kern.calendar import to_local
from kern.clock import now
from kern.scope import town_scope
from tests.browser import barriers, is_too_wide, needs_browser
from tests.browser.survey_office import (
    EDIT,
    SLUG,
    START,
    add_question,
    ask_only_those_who_never_come,
    at_the_office,
    begin_survey,
    open_survey,
    say_who_asks_and_until_when,
    translate,
)
from tests.live import Live
from tests.umfragen.made import make_draft
from tests.umfragen.surveys import options, question
from umfragen import service
from umfragen.models import Level, State

pytestmark = needs_browser

ASKED = [
    question("single", "weg", options=options("rad", "bus", "nie")),
    question("multiple", "was", options=options("bank", "baum")),
    question("yes_no", "kind"),
]


@pytest.fixture
def office(live: Live, browser: Browser) -> Iterator[Page]:
    with at_the_office(live, browser) as page:
        yield page


def plant(live: Live) -> list[int]:
    """A draft of two pages; the keys of its questions."""
    with live.inside():
        survey = make_draft(ASKED, [question("short_text", "name")], actor=SYSTEM)
        survey.level = Level.CODE
        return [asked.key for asked in service.draft_of(survey).questions()]


def order(page: Page) -> list[int]:
    places = "nodes => nodes.map((node) => Number(node.dataset.question))"
    found: list[int] = page.locator("[data-question]").evaluate_all(places)
    return found


def test_questions_are_dragged_and_the_keyboard_does_the_same(office: Page, live: Live) -> None:
    page, (one, two, three, four) = office, plant(live)
    page.set_viewport_size({"width": 1280, "height": 2000})  # nothing scrolls under the mouse
    page.goto(f"{live.address}{EDIT}")
    assert order(page) == [one, two, three, four]

    page.drag_and_drop(f"#frage-{three} .df-ed__title", f"#frage-{one} .df-ed__title")
    expect(page.locator("[data-question]").first).to_have_id(f"frage-{three}")
    assert order(page) == [three, one, two, four]
    # Onto another page, in front of what stands there.
    page.drag_and_drop(f"#frage-{one} .df-ed__title", f"#frage-{four} .df-ed__title")
    expect(page.locator("[data-question]").nth(1)).to_have_id(f"frage-{two}")
    assert order(page) == [three, two, one, four]

    # With the keyboard alone; the focus stays on what was moved.
    page.locator(f"#runter-{three}").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-question]").first).to_have_id(f"frage-{two}")
    assert page.evaluate("document.activeElement.id") == f"runter-{three}"
    page.get_by_role("button", name=re.compile("^Zurück")).first.click()
    page.wait_for_load_state()
    assert order(page) == [three, two, one, four]
    with live.in_town():
        kept = [asked.key for asked in service.draft_of(service.get_survey(SLUG)).questions()]
    assert kept == [three, two, one, four]


def test_what_is_typed_is_saved_and_the_preview_follows(office: Page, live: Live) -> None:
    page, keys = office, plant(live)
    page.goto(f"{live.address}{EDIT}/frage/{keys[0]}")
    page.locator("#text").fill("Wie oft sind Sie auf dem Spielplatz?")
    page.locator(".df-ed__sheet").get_by_text("Wie oft sind Sie auf dem Spielplatz?").wait_for()
    page.get_by_text(re.compile(r"gespeichert \d")).wait_for()
    page.reload()
    assert page.locator("#text").input_value() == "Wie oft sind Sie auf dem Spielplatz?"


def test_no_page_of_the_editor_has_a_barrier_or_is_too_wide(office: Page, live: Live) -> None:
    page, keys = office, plant(live)
    paths = ["", f"/frage/{keys[0]}", f"/frage/{keys[1]}/options/liste", "/frage/neu"]
    paths += [f"/bedingung/frage/{keys[1]}", "/sprachen", "/sprachen/de", "/vorschau", "/oeffnen"]
    paths += ["/probelauf", "/quoten", "/quoten/neu", "/grunddaten", "/darstellung", "/termine"]
    addresses = [f"{EDIT}{path}" for path in paths]
    addresses += [f"{START}/zugang", f"{START}/zugang/briefe", f"{EDIT}/mitnehmen"]
    found = {}
    for path in addresses:
        page.set_viewport_size({"width": 320, "height": 800})
        page.goto(f"{live.address}{path}")
        found[path] = barriers(page) + (["too wide"] if is_too_wide(page) else [])
    assert {place: what for place, what in found.items() if what} == {}


def test_the_editor_needs_no_scripts(live: Live, browser: Browser) -> None:
    with at_the_office(live, browser, java_script_enabled=False) as page:
        address = live.address
        begin_survey(page, address)
        answers = "Fast jeden Tag\nNie"
        first = add_question(page, address, "single", "Wie oft sind Sie dort?", answers)
        second = add_question(page, address, "long_text", "Warum kommen Sie nicht?", "")
        third = add_question(page, address, "yes_no", "Haben Sie Kinder?", "")
        ask_only_those_who_never_come(page, address, second)
        page.goto(f"{address}{EDIT}")
        page.locator(f"#hoch-{third}").click()
        page.wait_for_load_state()
        assert order_without_scripts(page) == [first, third, second]
        page.get_by_role("button", name=re.compile("^Zurück")).first.click()
        page.wait_for_load_state()
        assert order_without_scripts(page) == [first, second, third]
        translate(page, address)
        last_day = (to_local(now()) + timedelta(days=30)).date().isoformat()
        say_who_asks_and_until_when(page, address, last_day)
        open_survey(page, address)
    with live.in_town():
        survey = service.get_survey(SLUG)
        assert survey.state == State.OPEN
        assert survey.scope_id == town_scope().id
        assert len(list(service.definition_of(survey).questions())) == 3


def order_without_scripts(page: Page) -> list[int]:
    return [int(found) for found in re.findall(r'data-question="(\d+)"', page.content())]
