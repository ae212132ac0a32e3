"""The survey „Spielplatz Ahornweg“, built in the editor as a planning office would, and opened."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page

from kern.accounts.permissions import Role
from kern.accounts.sessions import open_session
from kern.calendar import to_local
from kern.clock import now
from kern.db import db
from kern.web.identity import COOKIE
from tests.browser import barriers, is_too_wide, needs_browser
from tests.builders import make_account
from tests.live import Live
from umfragen import service
from umfragen.definition import completeness
from umfragen.models import State

pytestmark = needs_browser

SLUG = "spielplatz-ahornweg"
EDIT = f"/umfragen/{SLUG}/bearbeiten"
QUESTIONS = (
    (
        "single",
        "Wie oft sind Sie dort?",
        "Fast jeden Tag\nEtwa einmal im Monat\nNie",
    ),
    ("multiple", "Warum kommen Sie nicht?", "Zu weit\nZu langweilig\nAndere"),
    ("yes_no", "Haben Sie Kinder unter 12 Jahren?", ""),
    ("scale", "Wie gefällt Ihnen der Platz?", ""),
    ("ranking", "Was soll zuerst kommen?", "Klettern\nWasser\nSchatten"),
    ("number", "Wie viele Minuten gehen Sie zu Fuß?", ""),
    ("number_list", "Wie verteilen Sie 100 Punkte?", ""),
    ("place", "Wo soll die Rutsche stehen?", ""),
    ("short_text", "Wie soll der Platz heißen?", ""),
    ("long_text", "Was ist Ihre beste Idee?", ""),
    ("matrix", "Wie zufrieden sind Sie damit?", ""),
)


@pytest.fixture
def office(live: Live, browser: Browser) -> Iterator[Page]:
    with live.inside():
        account = make_account("Jana Planung", (Role.PLANNER, None))
        token = open_session(account, "Probe", 30)
        db.session.commit()
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    context.add_cookies([{"name": COOKIE, "value": token, "url": live.address}])
    yield context.new_page()
    context.close()


def key_at(page: Page) -> int:
    found = re.search(r"/frage/(\d+)", page.url)
    assert found is not None
    return int(found[1])


def add_question(page: Page, address: str, kind: str, text: str, answers: str) -> int:
    page.goto(f"{address}{EDIT}/frage/neu")
    page.locator("#text").fill(text)
    page.locator(f"input[name=kind][value={kind}]").check()
    page.get_by_role("button", name="Hinzufügen").click()
    key = key_at(page)
    if answers:
        page.get_by_text("Liste einfügen").click()
        page.get_by_label("Mehrere auf einmal einfügen").fill(answers)
        page.get_by_role("button", name="Als Antworten einfügen").click()
        page.get_by_label("Text 1", exact=True).wait_for()
    for field in ("rows",) if kind in {"matrix", "number_list"} else ():
        rows = page.locator(f"#{field} input[type=text]")
        rows.nth(0).fill("Geräte")
        rows.nth(1).fill("Sauberkeit")
        page.get_by_role("button", name="Speichern").last.click()
        page.wait_for_load_state()
    return key


def test_an_office_builds_a_survey_and_opens_it(office: Page, live: Live) -> None:
    page, address = office, live.address
    page.goto(f"{address}/umfragen/neu")
    page.get_by_label("Titel").fill("Spielplatz Ahornweg")
    page.get_by_role("button", name="Anlegen").click()
    page.wait_for_url(f"**{EDIT}")
    keys = [add_question(page, address, *question) for question in QUESTIONS]
    page.goto(f"{address}{EDIT}/frage/neu")
    page.get_by_label("Oder fertig aus dem Vorrat").select_option("alter")
    page.get_by_role("button", name="Hinzufügen").click()

    # The condition: only who never comes is asked why.
    page.goto(f"{address}{EDIT}/bedingung/frage/{keys[1]}")
    page.get_by_role("button", name="Bedingung hinzufügen").click()
    page.get_by_label("Frage", exact=True).select_option(label="Wie oft sind Sie dort?")
    page.get_by_label("Antwort", exact=True).select_option(label="Nie")
    page.get_by_role("button", name="Speichern").last.click()
    page.get_by_text('== "nie"').wait_for()

    # Moving a question with the keyboard alone; the focus stays on what was moved.
    page.goto(f"{address}{EDIT}")
    page.locator(f"#runter-{keys[2]}").focus()
    page.keyboard.press("Enter")
    page.wait_for_function(
        "key => [...document.querySelectorAll('[data-question]')][3]?.dataset.question === key",
        arg=str(keys[2]),
    )
    assert page.evaluate("document.activeElement.id") == f"runter-{keys[2]}"

    # What is typed is saved while one writes, and the preview follows.
    page.goto(f"{address}{EDIT}/frage/{keys[0]}")
    page.locator("#text").fill("Wie oft sind Sie auf dem Spielplatz?")
    page.locator(".df-ed__sheet").get_by_text("Wie oft sind Sie auf dem Spielplatz?").wait_for()
    page.get_by_text(re.compile(r"gespeichert \d")).wait_for()

    translate(page, address)
    page.goto(f"{address}{EDIT}/grunddaten")
    page.get_by_label("Zuständige Stelle").fill("Grünflächenamt")
    page.get_by_label("Kontakt für Fragen").fill("Jana Planung, 04321 99")
    page.get_by_role("button", name="Speichern").click()
    page.get_by_text("Gespeichert.").wait_for()
    page.goto(f"{address}{EDIT}/termine")
    page.get_by_label("Endet am").fill((to_local(now()) + timedelta(days=30)).date().isoformat())
    page.get_by_role("button", name="Speichern").click()
    look_around(page, address, keys)
    page.goto(f"{address}{EDIT}/oeffnen")
    page.get_by_role("button", name="Jetzt öffnen").click()
    page.get_by_text("Die Umfrage ist geöffnet oder geplant.").wait_for()
    with live.in_town():
        survey = service.get_survey(SLUG)
        definition = service.definition_of(survey)
        assert survey.state == State.OPEN
        assert len(list(definition.questions())) == 12
        assert completeness(definition, "en") == 1.0
        assert [asked.show_if for asked in definition.questions()][1].endswith('== "nie"')


def translate(page: Page, address: str) -> None:
    page.goto(f"{address}{EDIT}/sprachen")
    page.get_by_label("Sprache", exact=True).select_option("en")
    page.get_by_role("button", name="Hinzufügen").click()
    page.wait_for_url(f"**{EDIT}/sprachen/en")
    fields = page.locator(".df-ed__text :is(input, textarea)")
    for at in range(fields.count()):
        if not fields.nth(at).input_value():
            fields.nth(at).fill(f"English {at}")
    page.get_by_role("button", name="Speichern").click()
    page.get_by_text("100 Prozent der Texte sind da").wait_for()


def look_around(page: Page, address: str, keys: list[int]) -> None:
    """No barrier in light and dark, nothing too wide on a phone."""
    paths = ["", f"/frage/{keys[0]}", f"/bedingung/frage/{keys[1]}", "/sprachen", "/vorschau"]
    paths += ["/probelauf", "/grunddaten", "/termine", "/oeffnen", "/frage/neu"]
    found = {}
    for scheme, width in (("light", 1280), ("dark", 320)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two
        page.set_viewport_size({"width": width, "height": 800})
        for path in [f"{EDIT}{path}" for path in paths] + [f"/umfragen/{SLUG}/zugang"]:
            page.goto(f"{address}{path}")
            found[scheme, path] = barriers(page) + (["too wide"] if is_too_wide(page) else [])
    page.set_viewport_size({"width": 1280, "height": 900})
    assert {place: what for place, what in found.items() if what} == {}
