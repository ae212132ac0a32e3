"""The components in a real browser: no barrier, nothing too wide, the small scripts at work."""

from collections.abc import Iterator

import pytest
from flask import Flask, redirect, render_template_string, request
from flask.typing import ResponseReturnValue
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from kern.web.notice import notice
from tests.browser import barriers, is_too_wide, needs_browser, serve

pytestmark = needs_browser

PHONE = ViewportSize(width=320, height=640)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with serve(app) as base:
        yield f"{base}/gestaltung"


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(address)
    yield opened
    context.close()


@pytest.mark.parametrize("width", [320, 1280])
def test_nobody_meets_a_barrier(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    assert barriers(page) == []
    assert not is_too_wide(page)


FAINT = """<!doctype html><html lang="de"><title>Probe</title><style>
  html { color-scheme: light dark; } .leise { color: #595959; }
  @media (prefers-color-scheme: dark) { body { background: #111; color: #eee; } }
</style><main><h1>Probe</h1><p class="WORT">Am See fehlt eine Bank.</p></main>"""


def test_faint_words_are_found_by_day_and_by_night_however_often_one_looks(
    browser: Browser,
) -> None:
    page = browser.new_page()
    page.set_content(FAINT.replace("WORT", "laut"))
    assert barriers(page) == []

    page.set_content(FAINT.replace("WORT", "leise"))
    for _ in range(2):
        assert barriers(page) == ["dark, color-contrast: ['p']"]

    page.set_content(FAINT.replace("WORT", "laut").replace("#eee", "#333"))
    page.evaluate("document.querySelector('p').className = 'neu'")
    assert [line.partition(":")[0] for line in barriers(page)] == ["dark, color-contrast"]
    page.close()


def test_nothing_is_refused_by_our_own_policy(browser: Browser, address: str) -> None:
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address, wait_until="networkidle")
    page.close()
    assert [line for line in said if "autocomplete" not in line] == []


def test_controls_are_large_enough_for_a_thumb(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 900})
    small = page.evaluate("""() => [...document.querySelectorAll(
        ".kern-btn, .df-act, .df-chip, .df-tabs a, .df-pages a, .df-queue a, .df-map li a, summary,"
        + " .kern-form-input__input, .kern-form-input__select, .leaflet-bar a, .df-foot button")]
      .filter((element) => element.offsetParent && element.offsetHeight < 48)
      .map((element) => element.className)""")
    assert small == []


def test_a_draft_survives_until_it_was_sent(page: Page) -> None:
    field = page.locator("textarea[data-draft]")
    field.fill("Bitte denkt an die Lastenräder.")
    expect(page.locator("[data-saved]").first).to_have_text("Auf diesem Gerät gespeichert")
    page.reload()
    expect(field).to_have_value("Bitte denkt an die Lastenräder.")
    # The page that says thank you carries this mark; here it is put into the next page on its way.
    page.route("**/gestaltung", _with_mark)
    page.reload()
    expect(field).to_have_value("")


def _with_mark(route: Route) -> None:
    response = route.fetch()
    body = response.text().replace(
        '<main id="inhalt" tabindex="-1">',
        '<main><span hidden data-draft-done="gestaltung"></span>',
    )
    route.fulfill(response=response, body=body)


def test_the_counter_tells_what_is_left(page: Page) -> None:
    page.locator("textarea[data-limit]").fill("x" * 510)
    expect(page.locator("[data-left]").first).to_have_text("10 Zeichen zu viel")


def test_light_and_dark_change_without_a_new_page(page: Page) -> None:
    page.evaluate("window.isSamePage = true")
    page.locator("[data-theme-toggle]").click()
    expect(page.locator("html")).to_have_attribute("data-kern-theme", "dark")
    pressed = page.locator("[data-theme-form] [aria-pressed=true]")
    expect(pressed).to_have_attribute("value", "dark")
    assert page.evaluate("window.isSamePage")


def test_escape_closes_the_menu_and_gives_the_focus_back(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    menu = page.locator("details[data-menu]")
    menu.locator("summary").click()
    menu.locator("a").first.focus()
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()


def test_dates_become_words(page: Page) -> None:
    post = page.locator("#beitrag-1 time")
    expect(post).to_have_text("vor 3 Stunden")
    assert "Uhr" in (post.get_attribute("title") or "")


def test_single_keys_work_can_be_switched_off_and_leave_typing_alone(page: Page) -> None:
    page.evaluate("""document.querySelector("[data-key=f]")
        .addEventListener("click", () => { window.pressed = (window.pressed ?? 0) + 1; })""")
    page.locator("textarea[data-draft]").press("f")
    assert page.evaluate("window.pressed ?? 0") == 0
    page.locator("h1").click()
    page.keyboard.press("f")
    assert page.evaluate("window.pressed ?? 0") == 1
    page.keyboard.press("?")
    dialog = page.locator("dialog[data-keys-dialog]")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Tasten benutzen").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("f")
    assert page.evaluate("window.pressed ?? 0") == 1


def test_a_pin_and_its_line_in_the_list_belong_together(page: Page) -> None:
    pins = page.locator("[data-map] .df-pin")
    expect(pins).to_have_count(3)
    page.get_by_role("button", name="Spielplatz Ahornweg").press("Enter")
    expect(page.locator("[data-map] li.is-chosen")).to_contain_text("Spielplatz Ahornweg")
    expect(page.locator("[data-map] li.is-chosen a")).to_be_focused()


def test_a_point_can_be_set_with_the_keyboard_alone(page: Page) -> None:
    page.locator("[data-picker] [data-map-at]").press("Enter")
    expect(page.locator("[data-picker-lat]")).to_have_value("54.17200")
    expect(page.locator("[data-picker-lon]")).to_have_value("10.42500")
    expect(page.locator("[data-picker] .df-pin")).to_have_count(1)
    page.get_by_role("button", name="Punkt entfernen").click()
    expect(page.locator("[data-picker-lat]")).to_have_value("")


def test_sharing_copies_the_address(browser: Browser, address: str) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.add_init_script("delete Navigator.prototype.share")
    page.goto(address)
    page.locator("#beitrag-1 [data-share]").click()
    expect(page.locator(".df-copied")).to_have_text("Die Adresse ist kopiert.")
    assert page.evaluate("navigator.clipboard.readText()") == f"{address}#beitrag-1"
    context.close()


POLL = """{% extends "kern/layout.html" %}{% import "kern/_macros/ui.html" as ui %}
{% block main %}<h1>Wahl</h1>{{ ui.votes(votes, 0, votes, "/wahl", csrf()) }}{% endblock %}"""


@pytest.fixture
def poll(app: Flask, browser: Browser) -> Iterator[Page]:
    votes = [0]

    def show() -> ResponseReturnValue:
        return render_template_string(POLL, votes=votes[0])

    def vote() -> ResponseReturnValue:
        votes[0] = int(request.form["stimme"])
        notice("Ihre Stimme zählt.")
        return redirect("/wahl", code=303)

    app.add_url_rule("/wahl", "poll", show)
    app.add_url_rule("/wahl", "vote", vote, methods=["POST"])
    with serve(app) as base:
        page = browser.new_page()
        page.goto(f"{base}/wahl")
        yield page
        page.close()


def test_a_vote_counts_without_losing_the_place(poll: Page) -> None:
    poll.evaluate("window.isSamePage = true")
    agree = poll.get_by_role("button", name="Dafür")
    agree.click()
    expect(agree).to_have_attribute("aria-pressed", "true")
    expect(agree).to_have_text("Dafür 1")
    expect(agree).to_be_focused()
    expect(poll.get_by_text("Ihre Stimme zählt.")).to_be_visible()
    agree.click()
    expect(agree).to_have_text("Dafür 0")
    assert poll.evaluate("window.isSamePage")


def test_without_scripts_everything_is_there(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    page.goto(address)
    page.locator("details[data-menu] summary").click()
    expect(page.locator("details[data-menu] input[name=q]")).to_be_visible()
    expect(page.locator("[data-map] ol")).to_be_visible()
    expect(page.locator("[data-map-at]").first).to_be_hidden()
    expect(page.locator("#beitrag-1 time")).to_contain_text("202")
    context.close()
