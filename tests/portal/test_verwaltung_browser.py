"""The administration in a real browser: no barrier, nothing too wide, also in the dark."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from kern import mail, outbox
from kern.accounts.permissions import Role
from kern.accounts.sessions import open_session
from kern.audit import AuditEntry
from kern.clock import now
from kern.config import Settings
from kern.db import db
from kern.mail import Mail, MailKind
from kern.outbox import OutboxEntry, State
from kern.town import Town
from kern.web.identity import COOKIE
from portal.processes import Crash, ProcessState, Status, append_crash, write_state
from portal.verwaltung import einrichten
from tests.browser import barriers, is_too_wide, needs_browser, serve
from tests.builders import make_account

pytestmark = needs_browser

PAGES = (
    "/verwaltung/",
    "/verwaltung/einstellungen/",
    "/verwaltung/einstellungen/ort",
    "/verwaltung/einstellungen/aussehen",
    "/verwaltung/menschen/",
    "/verwaltung/menschen/rechte",
    "/verwaltung/mails/",
    "/verwaltung/mails/1",
    "/verwaltung/protokoll",
    "/verwaltung/betrieb",
)


def build(_payload: Mapping[str, Any]) -> Mail:
    text = f"Guten Tag\n\nhttps://mitreden.lindenau.example/konto/link/{'lang' * 40}\n"
    return Mail("ada@lindenau.example", "Ihr Link zum Anmelden", text, "<p>Guten Tag</p>")


def plant(settings: Settings) -> str:
    """Something on every page; returns the session of an administrator."""
    mail.fill([MailKind("probe", "Link zum Anmelden", build)])
    outbox.mail("probe", "account:1", event="e")
    db.session.flush()
    entry = db.session.get_one(OutboxEntry, 1)
    entry.state, entry.error, entry.attempts = State.DEAD, "smtp 550", 3
    make_account("Till Brandt", (Role.MODERATOR, None))
    account = make_account("Jana Petersen", (Role.ADMINISTRATOR, None))
    db.session.add(AuditEntry(act="grant.give", ref="account:1", detail="moderator@town"))
    append_crash(settings.data, Crash("worker", now(), -9, 3.0))
    write_state(
        settings.data,
        [
            ProcessState("web", Status.RUNNING, 1, now()),
            ProcessState("worker", Status.WAITING, None, now(), now()),
        ],
    )
    token = open_session(account, "Firefox, Linux", 30)
    db.session.commit()
    return token


@pytest.fixture
def page(app: Flask, town: Town, settings: Settings, browser: Browser) -> Iterator[Page]:
    token = plant(settings)
    with serve(app) as base:
        context = browser.new_context(base_url=base)
        context.add_cookies([{"name": COOKIE, "value": token, "url": base}])
        yield context.new_page()
        context.close()


def test_nobody_meets_a_barrier(page: Page) -> None:
    found = {}
    for path in PAGES:
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(path)
            assert page.locator("h1").count() == 1, path
            if problems := barriers(page) + (["too wide"] if is_too_wide(page) else []):
                found[path, width] = problems
    assert found == {}


def test_the_first_access_is_set_up_without_a_script(
    app: Flask, town: Town, browser: Browser
) -> None:
    link = einrichten.setup_link("jana@lindenau.example").partition("/verwaltung")[2]
    db.session.commit()
    with serve(app) as base:
        context = browser.new_context(base_url=base, java_script_enabled=False)
        page = context.new_page()
        page.goto(f"/verwaltung{link}")
        page.get_by_label("Ihr Name").fill("Jana Petersen")
        page.get_by_label("Passwort").fill("Kuhglocke zählt Wolken")
        page.get_by_role("button", name="Zugang einrichten").click()
        page.get_by_role("link", name="Dem Ort einen Namen geben").click()
        page.get_by_label("Name des Ortes").fill("Lindenau am See")
        page.get_by_role("button", name="Speichern").click()

        assert page.title() == "Einstellungen - Lindenau am See"
        context.close()
