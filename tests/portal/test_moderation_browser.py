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


def press(page: Page, key: str) -> None:
    """A key that leads to another page."""
    with page.expect_navigation():
        page.keyboard.press(key)


def test_three_are_decided_by_keyboard_alone(
    browser: Browser, address: str, filled: tuple[list[int], str]
) -> None:
    ids, token = filled
    context = enter(browser, address, token)
    page = context.new_page()
    page.goto(f"{address}/moderation/")

    press(page, "j")
    expect(page.locator(".df-desk")).to_contain_text(WAITING[0])
    press(page, "a")
    expect(page.locator("[data-toast]")).to_contain_text("freigegeben")
    expect(page.locator(".df-desk")).to_contain_text(WAITING[1])
    page.keyboard.press("r")
    page.keyboard.type("3")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.locator("#text")).to_be_focused()
    expect(page.locator("#text")).not_to_have_value("")
    page.keyboard.press("Tab")
    press(page, "Enter")
    expect(page.locator("[data-toast]")).to_contain_text("abgelehnt")
    press(page, "z")

    context.close()
    assert statuses(ids) == ["public", "pending", "pending"]


def test_everything_works_without_a_script(
    browser: Browser, address: str, filled: tuple[list[int], str]
) -> None:
    ids, token = filled
    context = enter(browser, address, token, scripts=False)
    page = context.new_page()
    page.goto(f"{address}/moderation/")

    page.locator("label[for=fall-1]").click()
    page.locator("label[for=fall-2]").click()
    page.get_by_role("button", name="Markierte freigeben").click()
    page.get_by_role("button", name="Zurücknehmen").click()
    page.locator("article a").first.click()
    page.get_by_text("Ablehnen …").click()
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
