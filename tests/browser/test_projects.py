"""A project from its first word to its end, in a browser with and without scripts."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from kern.accounts.permissions import Role
from kern.accounts.sessions import open_session
from kern.calendar import to_local
from kern.clock import now
from kern.db import db
from kern.web.identity import COOKIE
from tests.browser import barriers, is_too_wide, needs_browser
from tests.builders import make_account
from tests.live import Live

pytestmark = needs_browser

PATH = "/beteiligung/bank-am-see"
SECTIONS = ("", "/grunddaten", "/bild", "/rahmen", "/phasen", "/neuigkeiten", "/zugang")
PHONE = ViewportSize(width=320, height=640)


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def office(live: Live, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Somebody who plans, logged in."""
    context = browser.new_context(java_script_enabled=request.param)
    context.set_default_timeout(15_000)
    context.add_cookies([{"name": COOKIE, "value": come_in(live), "url": live.address}])
    yield context.new_page()
    context.close()


def come_in(live: Live) -> str:
    with live.inside():
        account = make_account("Jana Planung", (Role.PLANNER, None))
        token = open_session(account, "Probe", 30)
        db.session.commit()
        return token


def save(page: Page, button: str) -> None:
    page.get_by_role("button", name=button).click()
    page.get_by_text("Gespeichert.").wait_for()


def make_project(page: Page, address: str) -> None:
    """The way of the forms: title, texts, what is open, one phase."""
    page.goto(f"{address}/beteiligung/neu")
    page.get_by_label("Titel").fill("Bank am See")
    page.get_by_role("button", name="Entwurf anlegen").click()
    page.get_by_label("Worum geht es in einem Satz?").fill("Wo soll die neue Bank stehen?")
    page.get_by_label("Worum geht es genau?").fill("Eine Bank.\n\n## Kosten\n\nWenig.")
    page.get_by_label("Zuständige Stelle").fill("Bauhof")
    page.get_by_label("Ansprechperson").fill("Ute Lindner")
    page.get_by_label("Breite").fill("54,1702")
    page.get_by_label("Länge").fill("10,4221")
    save(page, "Speichern")
    page.goto(f"{address}{PATH}/bearbeiten/rahmen")
    page.get_by_label("Das können Menschen mitentscheiden").fill("wo sie steht")
    page.get_by_label("Das steht schon fest").fill("es gibt eine")
    page.get_by_label("Wer entscheidet, wann").fill("Der Bauausschuss im Mai.")
    save(page, "Speichern")
    page.goto(f"{address}{PATH}/bearbeiten/phasen")
    today = to_local(now()).date()
    page.get_by_label("Name der Phase").fill("Orte sammeln")
    page.get_by_label("Beginnt am").fill(today.isoformat())
    page.get_by_label("Endet am").fill((today + timedelta(days=12)).isoformat())
    page.get_by_label("diskutieren").check()
    save(page, "Hinzufügen")


def test_an_office_makes_publishes_and_closes_a_project(live: Live, office: Page) -> None:
    make_project(office, live.address)

    office.goto(f"{live.address}{PATH}/veroeffentlichen")
    office.get_by_role("button", name="Jetzt veröffentlichen").click()
    assert office.get_by_role("heading", level=1).inner_text() == "Bank am See"
    assert office.get_by_text("hier stehen wir").is_visible()
    assert office.get_by_text("noch 12 Tage").first.is_visible()
    assert office.get_by_role("heading", level=3, name="Kosten").is_visible()

    office.goto(f"{live.address}{PATH}/abschliessen")
    office.get_by_label("Was ist daraus geworden?").fill("Sie steht am Steg.")
    office.get_by_role("button", name="Abschließen").click()
    assert office.get_by_role("heading", name="Das ist daraus geworden").is_visible()

    office.goto(live.address)
    assert office.get_by_text("Sie steht am Steg.").is_visible()


def test_nobody_is_kept_out_of_the_pages_of_a_project(live: Live, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce", bypass_csp=True)
    context.set_default_timeout(15_000)
    context.add_cookies([{"name": COOKIE, "value": come_in(live), "url": live.address}])
    page = context.new_page()
    make_project(page, live.address)
    pages = [
        *(f"{PATH}/bearbeiten{section}" for section in SECTIONS),
        *(f"{PATH}/veroeffentlichen", PATH, f"{PATH}/zahlen", f"{PATH}/beitraege"),
        *("/beteiligung/", "/beteiligung/neu", "/", "/so-gehts", "/wiki/"),
    ]

    found = {}
    for path in pages:
        page.goto(f"{live.address}{path}")
        page.wait_for_load_state("networkidle")
        found[path] = barriers(page) + (["too wide"] if is_too_wide(page) else [])

    assert {path: barrier for path, barrier in found.items() if barrier} == {}
    context.close()
