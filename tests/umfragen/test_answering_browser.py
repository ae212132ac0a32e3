"""A survey with every kind of question on a phone, with and without scripts."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize, expect

from kern.db import db
from kern.town import Towns, use_town
from tests.browser import barriers, is_too_wide, needs_browser, open_browser, serve
from tests.umfragen.made import make_open_survey
from tests.umfragen.surveys import every_kind, question

pytestmark = needs_browser

PHONE = ViewportSize(width=360, height=740)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    towns: Towns = app.extensions["dorflinde.towns"]
    with use_town(towns.by_slug("ort")), app.app_context():
        asked = [*every_kind(), question("short_text", "bus", show_if='weg == "bus"')]
        slug = make_open_survey(asked, [question("yes_no", "ende")]).slug
        db.session.commit()
        db.session.remove()
    with serve(app) as base:
        yield f"{base}/umfragen/{slug}"


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
    for light in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if light == "dark" else "light")
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
