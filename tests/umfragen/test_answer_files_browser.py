"""Files chosen on a phone, with and without scripts, and the list of the office."""

import pytest
from flask import Flask
from playwright.sync_api import Browser, FilePayload, ViewportSize, expect

from kern.accounts.permissions import Role
from kern.db import db
from kern.town import Towns, use_town
from kern.web.identity import COOKIE
from tests.browser import barriers, is_too_wide, needs_browser, serve
from tests.builders import make_account
from tests.umfragen.made import empty_inbox, make_open_survey
from tests.umfragen.surveys import question
from tests.umfragen.test_answer_files import png
from tests.visitors import Visitor
from umfragen import service

pytestmark = needs_browser

PHONE = ViewportSize(width=320, height=700)
NAMES = ("rot", "blau")


@pytest.mark.parametrize("scripts", [True, False])
def test_files_go_along_and_the_office_finds_them(
    app: Flask, browser: Browser, scripts: bool
) -> None:
    towns: Towns = app.extensions["dorflinde.towns"]
    town = towns.by_slug("ort")
    asked = question("files", "fotos", most=3, extensions=["png"], text="Haben Sie Fotos?")
    with use_town(town), app.app_context():
        survey = make_open_survey([asked], [question("yes_no", "ende")])
        slug, key = survey.slug, next(iter(service.plan_of(survey).questions))
        db.session.commit()
    context = browser.new_context(viewport=PHONE, java_script_enabled=scripts)
    page = context.new_page()
    with serve(app) as base:
        page.goto(f"{base}/umfragen/{slug}")
        page.get_by_role("button", name="Umfrage beginnen").click()
        chosen = [
            FilePayload(name=f"{name}.png", mimeType="image/png", buffer=png("red"))
            for name in NAMES
        ]
        page.locator("input[type=file]").set_input_files(chosen)
        page.get_by_role("button", name="Weiter", exact=True).click()
        page.get_by_role("button", name="Zurück", exact=True).click()
        for name in NAMES:
            expect(page.get_by_label(name)).to_be_checked()
        assert not is_too_wide(page)
        page.get_by_label("blau").uncheck()
        page.get_by_role("button", name="Weiter", exact=True).click()
        page.get_by_role("button", name="Weiter", exact=True).click()
        expect(page.get_by_text("Stimmt alles so?")).to_be_visible()
        page.get_by_role("button", name="Absenden").click()
        expect(page.get_by_text("Ihre Antworten sind angekommen")).to_be_visible()
        with use_town(town), app.app_context():
            empty_inbox(service.get_survey(slug))
            office = Visitor(app, make_account("Jana Planung", (Role.PLANNER, None)))
            token = office.client.get_cookie(COOKIE)
            db.session.commit()
        assert token
        context.add_cookies([{"name": COOKIE, "value": token.value, "url": base}])
        page.goto(f"{base}/umfragen/{slug}/auswertung/anlagen/{key}")
        assert page.get_by_role("link", name="Bild").count() == 1
        assert not is_too_wide(page)
        if scripts:
            assert barriers(page) == []
        page.get_by_role("link", name="Bild").click()
        assert page.locator("img").count() == 1
    context.close()
