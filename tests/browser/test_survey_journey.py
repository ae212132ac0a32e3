"""The survey „Spielplatz Ahornweg“ from the first question to the published result."""

import os
import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from kern.calendar import to_local
from kern.clock import now
from tests.browser import barriers, is_too_wide, needs_browser
from tests.browser.survey_office import (
    EDIT,
    SLUG,
    START,
    add_pages,
    ask_only_those_who_never_come,
    at_the_office,
    begin_survey,
    open_survey,
    say_who_asks_and_until_when,
    translate,
)
from tests.live import Live
from umfragen import service
from umfragen.definition import completeness
from umfragen.models import Source, State
from umfragen.service.answering import today
from umfragen.store import inbox
from umfragen.store.inbox import Given

pytestmark = needs_browser

PHONE = ViewportSize(width=360, height=740)
CROWD = 24
PICTURES = os.environ.get("PICTURES", "")  # a folder for screenshots, for whoever wants to look


def look(page: Page, name: str = "") -> None:
    """By day and by night: no barrier, nothing too wide."""
    assert [page.url, *barriers(page)] == [page.url]
    for light in ("light", "dark") if PICTURES and name else ():
        page.emulate_media(color_scheme="dark" if light == "dark" else "light")
        page.screenshot(path=f"{PICTURES}/{name}-{light}.png", full_page=True)
    assert not is_too_wide(page), page.url


def on_a_phone(browser: Browser, *, scripts: bool) -> tuple[BrowserContext, Page]:
    context = browser.new_context(viewport=PHONE, java_script_enabled=scripts)
    context.set_default_timeout(15_000)
    return context, context.new_page()


def go_on(page: Page, words: str = "Weiter") -> None:
    page.get_by_role("button", name=words, exact=True).click()
    page.wait_for_load_state()


def answer_with_scripts(page: Page, address: str, see: Callable[..., None]) -> str:
    """Somebody who never comes; the code that changes these answers."""
    page.goto(f"{address}{START}")
    see(page, "start")
    go_on(page, "Umfrage beginnen")
    why = page.get_by_role("group", name="Warum kommen Sie nicht?")
    expect(why).to_be_hidden()
    page.get_by_text("Nie", exact=True).click()
    expect(why).to_be_visible()
    page.get_by_text("Zu langweilig", exact=True).click()
    see(page, "seite-1")
    go_on(page)
    page.get_by_role("button", name="Nächster Platz: Wasser").click()
    page.get_by_label("Wie viele Minuten gehen Sie zu Fuß?").fill("12")
    page.get_by_role("textbox", name="Geräte").fill("70")
    page.get_by_role("textbox", name="Sauberkeit").fill("20")
    expect(page.locator("[data-total]")).to_contain_text("es fehlen noch 10")
    go_on(page)
    expect(page.locator("[data-errors]")).to_be_visible()  # the sum is not right yet
    see(page, "fehler")
    page.get_by_role("textbox", name="Sauberkeit").fill("30")
    go_on(page)
    expect(page.get_by_text("Tippen Sie auf die Karte.")).to_be_visible()
    page.get_by_label("Wie soll der Platz heißen?").fill("Ahorninsel")
    see(page, "seite-3")
    go_on(page)
    expect(page.get_by_text("Stimmt alles so?")).to_be_visible()
    expect(page.get_by_text("Zu langweilig")).to_be_visible()
    see(page, "pruefen")
    go_on(page, "Absenden")
    see(page, "danke")
    return page.locator(".df-code").inner_text()


def answer_without_scripts(page: Page, address: str) -> None:
    """In English, with two answers and gaps."""
    page.goto(f"{address}{START}")
    page.get_by_role("link", name="English").click()
    go_on(page, "Umfrage beginnen")
    page.locator("input[type=radio]").first.check()
    for _ in range(3):
        go_on(page)
    expect(page.get_by_text("Stimmt alles so?")).to_be_visible()
    go_on(page, "Absenden")
    expect(page.get_by_text("Ihre Antworten sind angekommen")).to_be_visible()


def enter_a_sheet(page: Page, address: str) -> None:
    """By keyboard alone: numbers pick options, Enter leads on, Ctrl and Enter sends."""
    page.goto(f"{address}{START}/erfassen")
    look(page, "papier")
    page.get_by_label("Bogen-Nummer").fill("17")
    page.locator(".df-entry input[type=text]").first.focus()
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    page.keyboard.type("1 2")
    page.keyboard.press("Control+Enter")
    page.get_by_text("Der Bogen ist gezählt.").wait_for()


def change_by_code(page: Page, address: str, code: str) -> None:
    page.goto(f"{address}{START}/antwort")
    page.get_by_label("Ihr Code").fill(code.lower())
    go_on(page, "Antworten ändern")
    expect(page.get_by_text("Bis Sie neu absenden, gelten die alten.")).to_be_visible()
    page.get_by_text("Fast jeden Tag", exact=True).click()
    for _ in range(3):
        go_on(page)
    go_on(page, "Absenden")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Danke")


def close(page: Page, address: str) -> None:
    page.goto(f"{address}{EDIT}/oeffnen")
    page.get_by_role("link", name="Beenden", exact=True).click()
    page.get_by_role("button", name="Jetzt beenden").click()
    page.get_by_text("Die Umfrage ist beendet.").first.wait_for()


def publish(page: Page, address: str) -> None:
    page.goto(f"{address}{START}/auswertung/veroeffentlichen")
    page.get_by_role("button", name="Stand aufnehmen").click()
    page.get_by_label("Ihr Wort zum Ganzen").fill("Wir bauen ein Wasserspiel.")
    for box in page.locator("input[name=question]").all():
        box.check()
    look(page, "veroeffentlichen")
    page.get_by_role("button", name="Veröffentlichen").click()
    page.wait_for_url(f"**{START}/ergebnis")


def let_a_crowd_answer(live: Live, key: int) -> None:
    """Enough for a public result; each of them comes now and then."""
    with live.inside():
        survey = service.get_survey(SLUG)
        for at in range(CROWD):
            row = {f"{key}": at % 3 + 1}
            inbox.put(survey, Given(survey.current_version, today(), "de", Source.WEB, row, None))


def test_from_the_first_question_to_the_published_result(live: Live, browser: Browser) -> None:
    address = live.address
    last_day = (to_local(now()) + timedelta(days=30)).date().isoformat()
    with at_the_office(live, browser) as office:
        begin_survey(office, address)
        keys = add_pages(office, address)
        ask_only_those_who_never_come(office, address, keys[1])
        translate(office, address)
        say_who_asks_and_until_when(office, address, last_day)
        office.goto(f"{address}{EDIT}/oeffnen")
        look(office, "oeffnen")
        open_survey(office, address)
        with live.in_town():
            definition = service.definition_of(service.get_survey(SLUG))
            assert len(list(definition.questions())) == 12
            assert completeness(definition, "en") == 1.0

        phone, page = on_a_phone(browser, scripts=True)
        plain, bare = on_a_phone(browser, scripts=False)
        code = answer_with_scripts(page, address, look)
        answer_without_scripts(bare, address)
        assert phone.cookies() == plain.cookies() == []
        enter_a_sheet(office, address)
        change_by_code(bare, address, code)
        let_a_crowd_answer(live, keys[0])
        close(office, address)
        live.tick()
        live.settle()
        with live.in_town():
            survey = service.get_survey(SLUG)
            assert survey.state == State.CLOSED
            # Two on the web and one on paper: one changed from never to each day.
            counted = service.tallies(survey.id)[keys[0]]
            assert [counted[code] - CROWD // 3 for code in (1, 2, 3)] == [2, 0, 1]
        publish(office, address)

        page.goto(f"{address}{START}/ergebnis")
        expect(page.get_by_text("Wir bauen ein Wasserspiel.")).to_be_visible()
        expect(page.get_by_role("heading", name="Wie oft sind Sie dort?")).to_be_visible()
        expect(page.get_by_text(re.compile("nicht repräsentativ"))).to_be_visible()
        expect(page.get_by_text("Etwa einmal im Monat").first).to_be_visible()
        look(page, "ergebnis")
        phone.close()
        plain.close()
