"""The desk in a real browser: by keyboard alone, without a script, without barriers."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect

from beteiligung.discussion.models import POST_KEY, Post, Status
from beteiligung.discussion.service import posts
from kern.accounts.permissions import Role
from kern.accounts.sessions import open_session
from kern.actor import Actor
from kern.content import Ref
from kern.db import db
from kern.moderation import reports
from kern.moderation.reports import Allegation
from kern.town import Town
from tests.browser import barriers, is_too_wide, needs_browser, open_browser, serve
from tests.builders import actor_of, make_account, make_post, make_thread

pytestmark = needs_browser

WAITING = ("Der erste Beitrag.", "Der zweite Beitrag.", "Der dritte Beitrag.")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture
def filled(town: Town) -> tuple[list[int], str]:
    """Three that wait, an edit, a report; and the cookie of a moderator."""
    thread = make_thread()
    found = [make_post(thread, text=text, status=Status.PENDING) for text in WAITING]
    author = actor_of(make_account())
    edited = make_post(thread, author=author, text="Alte Fassung.")
    posts.edit_post(author, edited, "Neue Fassung.")
    reports.report(Actor(), Ref(POST_KEY, make_post(thread).id), Allegation(4, "Nicht schön."))
    token = open_session(make_account("Kathrin Brandt", (Role.MODERATOR, None)), "Test", 30)
    ids = [post.id for post in found]
    db.session.commit()
    db.session.remove()
    return ids, token


@pytest.fixture
def address(app: Flask, filled: tuple[list[int], str]) -> Iterator[str]:
    with serve(app) as base:
        yield base


def enter(browser: Browser, address: str, token: str, *, scripts: bool = True) -> BrowserContext:
    context = browser.new_context(java_script_enabled=scripts)
    context.add_cookies([{"name": "sitzung", "value": token, "url": address}])
    return context


def statuses(ids: list[int]) -> list[str]:
    db.session.rollback()
    return [str(db.session.get_one(Post, id_).status) for id_ in ids]


def heading(page: Page, text: str) -> None:
    """The next one is there, and a screen reader is at its beginning."""
    expect(page.locator(".df-desk__item")).to_contain_text(text)
    expect(page.locator("h1")).to_be_focused()


def test_three_are_decided_by_keyboard_alone(
    browser: Browser, address: str, filled: tuple[list[int], str]
) -> None:
    ids, token = filled
    context = enter(browser, address, token)
    page = context.new_page()
    page.goto(f"{address}/moderation/")
    page.evaluate("window.stays = true")

    page.keyboard.press("j")
    page.keyboard.press("o")
    heading(page, WAITING[0])
    page.keyboard.press("a")
    heading(page, WAITING[1])
    expect(page.locator("[data-undo]")).to_contain_text("freigegeben")
    expect(page.locator("[data-voice]")).to_contain_text("freigegeben")
    page.keyboard.press("r")
    expect(page.locator("#ready")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#text")).not_to_have_value("")
    page.keyboard.press("Control+Enter")
    heading(page, WAITING[2])
    expect(page.locator("[data-undo]")).to_contain_text("abgelehnt")
    page.keyboard.press("z")
    heading(page, WAITING[1])
    page.go_back()
    heading(page, WAITING[2])

    assert page.evaluate("window.stays"), "no page was loaded anew"
    context.close()
    assert statuses(ids) == ["public", "pending", "pending"]


def test_the_list_is_worked_through_by_keyboard_too(
    browser: Browser, address: str, filled: tuple[list[int], str]
) -> None:
    ids, token = filled
    context = enter(browser, address, token)
    page = context.new_page()
    page.goto(f"{address}/moderation/?was=pruefen")
    current = page.locator("[data-row]:focus")

    page.keyboard.press("j")
    expect(current).to_contain_text(WAITING[0])
    page.keyboard.press("a")
    expect(current).to_contain_text(WAITING[1])
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-marked]")).to_have_text("2 markiert")
    page.keyboard.press("a")
    expect(page.locator("[data-undo]")).to_contain_text("2 entschieden")
    page.keyboard.press("z")
    expect(page.locator("[data-row]")).to_have_count(3)

    context.close()
    assert statuses(ids) == ["public", "pending", "pending"]


def test_fifty_are_decided_by_keyboard_alone(browser: Browser, app: Flask, town: Town) -> None:
    """Every fifth is rejected, with a ready sentence; no page is loaded anew, nothing clicked."""
    thread = make_thread()
    texts = [f"Der {number}. von fünfzig Beiträgen." for number in range(1, 51)]
    ids = [make_post(thread, text=text, status=Status.PENDING).id for text in texts]
    token = open_session(make_account("Kathrin Brandt", (Role.MODERATOR, None)), "Test", 30)
    db.session.commit()
    db.session.remove()
    with serve(app) as address:
        context = enter(browser, address, token)
        page = context.new_page()
        page.goto(f"{address}/moderation/")
        page.evaluate("window.stays = true")
        page.keyboard.press("j")
        page.keyboard.press("o")
        for number, text in enumerate(texts, 1):
            heading(page, text)
            if number % 5:
                page.keyboard.press("a")
                continue
            page.keyboard.press("r")
            expect(page.locator("#ready")).to_be_focused()
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Control+Enter")
        expect(page.locator("h1")).to_have_text("Moderation")
        expect(page.locator("main")).to_contain_text("Alles geprüft")
        assert page.evaluate("window.stays")
        context.close()

    assert statuses(ids) == ["public", "public", "public", "public", "rejected"] * 10


def test_of_two_tabs_the_slower_is_told_who_was_faster(
    browser: Browser, address: str, filled: tuple[list[int], str]
) -> None:
    ids, token = filled
    tabs = [enter(browser, address, token).new_page() for _ in range(2)]
    for tab in tabs:
        tab.goto(f"{address}/moderation/fall/1")

    tabs[0].keyboard.press("a")
    heading(tabs[0], WAITING[1])
    tabs[1].keyboard.press("a")

    expect(tabs[1].locator("main")).to_contain_text("Darüber wurde inzwischen schon entschieden.")
    expect(tabs[1].locator("main")).to_contain_text("Kathrin Brandt")
    for tab in tabs:
        tab.context.close()
    assert statuses(ids) == ["public", "pending", "pending"]


def test_a_passage_is_marked_taken_out_and_seen_before_it_goes(
    browser: Browser, address: str, filled: tuple[list[int], str]
) -> None:
    ids, token = filled
    context = enter(browser, address, token)
    page = context.new_page()
    page.goto(f"{address}/moderation/fall/1")
    field = page.locator("#wording")

    page.keyboard.press("e")
    expect(field).to_be_focused()
    page.keyboard.type("neu ")
    expect(field).to_have_value(WAITING[0])
    field.evaluate("one => one.setSelectionRange(4, 10)")
    page.get_by_role("button", name="Markiertes entfernen").click()
    expect(page.locator("[data-preview] mark")).to_have_text("[von der Moderation entfernt]")
    assert barriers(page) == []
    page.locator("#ready").select_option("1")
    page.get_by_role("button", name="So freigeben").click()
    heading(page, WAITING[1])

    context.close()
    assert statuses(ids) == ["public", "pending", "pending"]
    db.session.rollback()
    assert db.session.get_one(Post, ids[0]).plain == "Der [von der Moderation entfernt] Beitrag."


def test_keys_can_be_switched_off(
    browser: Browser, address: str, filled: tuple[list[int], str]
) -> None:
    ids, token = filled
    context = enter(browser, address, token)
    page = context.new_page()
    page.goto(f"{address}/moderation/")

    page.keyboard.press("?")
    page.locator("label[for=tasten-an]").click()
    page.get_by_role("button", name="Schließen").click()
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.reload()
    page.keyboard.press("j")

    assert page.locator("[data-row]:focus").count() == 0
    context.close()
    assert statuses(ids) == ["pending"] * 3


def test_everything_works_without_a_script(
    browser: Browser, address: str, filled: tuple[list[int], str]
) -> None:
    ids, token = filled
    context = enter(browser, address, token, scripts=False)
    page = context.new_page()
    page.goto(f"{address}/moderation/")

    page.get_by_role("link", name="Alle hier markieren").click()
    page.locator("#fall-3").uncheck()
    page.get_by_role("button", name="Freigeben was markiert ist").click()
    page.get_by_role("button", name="Zurücknehmen").click()
    page.locator("article h3 a").first.click()
    page.get_by_role("link", name="Ablehnen …").click()
    page.locator("#ready").select_option("4")
    page.get_by_role("button", name="Textbaustein einsetzen").click()
    expect(page.locator("#rule")).to_have_value("5")
    page.get_by_role("button", name="Ablehnen", exact=True).click()

    expect(page.locator("h1")).to_be_visible()
    context.close()
    assert statuses(ids) == ["rejected", "pending", "pending"]


@pytest.mark.parametrize("light", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_nobody_meets_a_barrier_at_the_desk(
    browser: Browser, address: str, filled: tuple[list[int], str], light: str, width: int
) -> None:
    ids, token = filled
    context = enter(browser, address, token)
    page = context.new_page()
    page.emulate_media(color_scheme="dark" if light == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 900})
    paths = ["/moderation/", "/moderation/?was=gemeldet", "/moderation/erledigt"]
    paths += ["/moderation/auswahl?tun=ablehnen", "/moderation/fall/1?tun=ablehnen"]
    paths += [f"/moderation/fall/{number}" for number in range(1, 7)]
    paths += [f"/melden/{POST_KEY}/{ids[-1] + 1}"]
    met: dict[str, list[str]] = {}

    for path in paths:
        answer = page.goto(address + path)
        assert answer is not None
        assert answer.status == 200, path
        met[path] = barriers(page) + (["too wide"] if is_too_wide(page) else [])

    context.close()
    assert met == {path: [] for path in paths}
