"""A survey with every kind of question on a phone, with and without scripts."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Request, ViewportSize, expect

from kern.db import db
from kern.town import Towns, use_town
from tests.browser import barriers, is_too_wide, needs_browser, serve
from tests.umfragen.made import make_open_survey
from tests.umfragen.surveys import Doc, every_kind, question

pytestmark = needs_browser

PHONE = ViewportSize(width=360, height=740)


def opened(app: Flask, asked: list[Doc]) -> str:
    """The path of a new survey with these questions, and one more page."""
    towns: Towns = app.extensions["dorflinde.towns"]
    with use_town(towns.by_slug("ort")), app.app_context():
        slug = make_open_survey(asked, [question("yes_no", "ende")]).slug
        db.session.commit()
        db.session.remove()
    return f"/umfragen/{slug}"


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    asked = [*every_kind(), question("short_text", "bus", show_if='weg == "bus"')]
    path = opened(app, asked)
    with serve(app) as base:
        yield f"{base}{path}"


@pytest.fixture
def address_without_map(app: Flask) -> Iterator[str]:
    """The map is 45 kB more, on pages that have one and with scripts only."""
    path = opened(app, [asked for asked in every_kind() if asked["kind"] != "place"])
    with serve(app) as base:
        yield f"{base}{path}"


def begin(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Umfrage beginnen").click()
    expect(page.get_by_text("Seite 1 von 2")).to_be_visible()


def finish(page: Page) -> None:
    page.get_by_role("button", name="Weiter", exact=True).click()
    page.get_by_text("Ja", exact=True).click()
    page.get_by_role("button", name="Weiter", exact=True).click()
    expect(page.get_by_text("Stimmt alles so?")).to_be_visible()
    page.get_by_role("button", name="Absenden").click()
    expect(page.get_by_text("Ihre Antworten sind angekommen")).to_be_visible()


def test_on_a_phone_with_scripts(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    begin(page, address)
    assert barriers(page) == []
    assert not is_too_wide(page)
    extra = page.get_by_label("Frage bus?")
    expect(extra).to_be_hidden()
    page.get_by_text("Antwort bus", exact=True).click()
    expect(extra).to_be_visible()
    extra.fill("Linie 5")
    expect(page.locator("[data-kept]")).to_have_text("Auf diesem Gerät gespeichert")
    page.reload()
    expect(page.get_by_label("Frage bus?")).to_have_value("Linie 5")
    page.get_by_role("button", name="Nächster Platz: Antwort y").click()
    expect(page.locator("[data-ranked]")).to_have_text("Antwort y: Platz 1")
    finish(page)
    assert barriers(page) == []
    page.goto(address)
    expect(page.locator("[data-keep-offer]")).to_be_hidden()
    context.close()


def test_on_a_phone_without_scripts(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    begin(page, address)
    page.get_by_text("Antwort bus", exact=True).click()
    page.get_by_role("button", name="Weiter", exact=True).click()
    expect(page.get_by_text("noch eine Frage")).to_be_visible()
    page.get_by_label("Frage bus?").fill("Linie 5")
    finish(page)
    assert context.cookies() == []
    context.close()


LIGHT = 60_000  # bytes of everything a first visit loads, fonts and scripts included


@dataclass
class Loaded:
    """What a page loads: method, status and bytes of each request that left the device."""

    page: Page
    found: list[tuple[str, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("requestfinished", self._note)

    def _note(self, request: Request) -> None:
        sizes, response = request.sizes(), request.response()
        size = sizes["responseBodySize"] + sizes["responseHeadersSize"]
        if response is not None and size:
            self.found.append((request.method, response.status, size))

    def taken(self) -> list[tuple[str, int, int]]:
        self.page.wait_for_load_state("networkidle")
        found, self.found[:] = list(self.found), []
        return found


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])
def test_a_step_is_one_request_and_its_answer_and_a_first_visit_is_light(
    browser: Browser, address_without_map: str, *, scripts: bool
) -> None:
    """A step is sent, and the next page is fetched from an address of its own: back and reload ask
    nobody to send anything again."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=scripts)
    page = context.new_page()
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    loaded = Loaded(page)
    begin(page, address_without_map)
    first = loaded.taken()
    assert sum(size for _, _, size in first) < LIGHT
    page.get_by_text("Antwort rad", exact=True).click()
    page.get_by_role("button", name="Weiter", exact=True).click()
    page.get_by_text("Seite 2 von 2").wait_for()
    step = loaded.taken()
    assert [(method, status) for method, status, _ in step] == [("POST", 303), ("GET", 200)]
    assert step[0][2] < 1_500
    assert sum(size for _, _, size in step) < 12_000
    page.reload()
    page.go_back()
    page.get_by_text("Seite 1 von 2").wait_for()
    assert page.get_by_label("Antwort rad", exact=True).is_checked()
    page.go_forward()
    page.get_by_text("Seite 2 von 2").wait_for()
    context.close()
