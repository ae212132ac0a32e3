"""How a planning office builds the survey „Spielplatz Ahornweg“, by mouse and by keyboard."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page

from kern.accounts.permissions import Role
from kern.accounts.sessions import open_session
from kern.db import db
from kern.web.identity import COOKIE
from tests.builders import make_account
from tests.live import Live

SLUG = "spielplatz-ahornweg"
START = f"/umfragen/{SLUG}"
EDIT = f"{START}/bearbeiten"
PAGES: tuple[tuple[tuple[str, str, str], ...], ...] = (
    (
        ("single", "Wie oft sind Sie dort?", "Fast jeden Tag\nEtwa einmal im Monat\nNie"),
        ("multiple", "Warum kommen Sie nicht?", "Zu weit\nZu langweilig\nAndere"),
        ("yes_no", "Haben Sie Kinder unter 12 Jahren?", ""),
        ("scale", "Wie gefällt Ihnen der Platz?", ""),
    ),
    (
        ("ranking", "Was soll zuerst kommen?", "Klettern\nWasser\nSchatten"),
        ("number", "Wie viele Minuten gehen Sie zu Fuß?", ""),
        ("number_list", "Wie verteilen Sie 100 Punkte?", ""),
        ("matrix", "Wie zufrieden sind Sie damit?", ""),
    ),
    (
        ("place", "Wo soll die Rutsche stehen?", ""),
        ("short_text", "Wie soll der Platz heißen?", ""),
        ("long_text", "Was ist Ihre beste Idee?", ""),
    ),
)
"""Kind, words, and answers to paste; the twelfth question comes from the bank."""


@contextmanager
def at_the_office(live: Live, browser: Browser, **more: Any) -> Iterator[Page]:
    """Somebody who plans, logged in."""
    with live.inside():
        account = make_account("Jana Planung", (Role.PLANNER, None))
        token = open_session(account, "Probe", 30)
        db.session.commit()
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **more)
    context.set_default_timeout(15_000)
    context.add_cookies([{"name": COOKIE, "value": token, "url": live.address}])
    yield context.new_page()
    context.close()


def key_at(page: Page) -> int:
    found = re.search(r"/frage/(\d+)", page.url)
    assert found is not None
    return int(found[1])


def begin_survey(page: Page, address: str) -> None:
    page.goto(f"{address}/umfragen/neu")
    page.get_by_label("Titel").fill("Spielplatz Ahornweg")
    page.get_by_role("button", name="Anlegen").click()
    page.wait_for_url(f"**{EDIT}")


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
    if kind in {"matrix", "number_list"}:
        rows = page.locator("#rows input[type=text]")
        rows.nth(0).fill("Geräte")
        rows.nth(1).fill("Sauberkeit")
        if kind == "number_list":
            page.get_by_label("Summe", exact=True).fill("100")
        page.get_by_role("button", name="Speichern").last.click()
        page.wait_for_load_state()
    return key


def add_pages(page: Page, address: str) -> list[int]:
    """All questions; the keys of those that were written here."""
    keys = []
    for at, asked in enumerate(PAGES):
        if at:
            page.goto(f"{address}{EDIT}")
            page.get_by_role("button", name="Neue Seite").click()
            page.get_by_role("heading", name=f"Seite {at + 1}").wait_for()
        keys += [add_question(page, address, *question) for question in asked]
    page.goto(f"{address}{EDIT}/frage/neu")
    page.get_by_label("Oder fertig aus dem Vorrat").select_option("alter")
    page.get_by_role("button", name="Hinzufügen").click()
    return keys


def ask_only_those_who_never_come(page: Page, address: str, key: int) -> None:
    page.goto(f"{address}{EDIT}/bedingung/frage/{key}")
    page.get_by_role("button", name="Bedingung hinzufügen").click()
    page.get_by_label("Frage", exact=True).select_option(label="Wie oft sind Sie dort?")
    if page.get_by_label("Antwort", exact=True).count() == 0:
        button = page.get_by_role("button", name="Passende Antworten zeigen")
        if button.is_visible():  # without scripts
            button.click()
    page.get_by_label("Antwort", exact=True).select_option(label="Nie")
    page.get_by_role("button", name="Speichern").last.click()
    page.get_by_text('== "nie"').wait_for()


def translate(page: Page, address: str) -> None:
    """Every text in English too: the German one behind „EN“."""
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


def say_who_asks_and_until_when(page: Page, address: str, last_day: str) -> None:
    page.goto(f"{address}{EDIT}/grunddaten")
    page.get_by_label("Zuständige Stelle").fill("Grünflächenamt")
    page.get_by_label("Kontakt für Fragen").fill("Jana Planung, 04321 99")
    page.get_by_role("button", name="Speichern").click()
    page.get_by_text("Gespeichert.").wait_for()
    page.goto(f"{address}{EDIT}/termine")
    page.get_by_label("Endet am").fill(last_day)
    page.get_by_role("button", name="Speichern").click()


def open_survey(page: Page, address: str) -> None:
    page.goto(f"{address}{EDIT}/oeffnen")
    page.get_by_role("button", name="Jetzt öffnen").click()
    page.get_by_text("Die Umfrage ist geöffnet oder geplant.").wait_for()
