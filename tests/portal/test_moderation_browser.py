"""The desk in a real browser: by keyboard alone, without a script, without barriers."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

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
from kern.web.identity import COOKIE
from tests.browser import barriers, is_too_wide, needs_browser, serve
from tests.builders import actor_of, make_account, make_post, make_thread

pytestmark = needs_browser

WAITING = ("Der erste Beitrag.", "Der zweite Beitrag.", "Der dritte Beitrag.")


@dataclass(frozen=True, slots=True)
class Desk:
    """Moderators at it, each in a browser of their own, and the posts that wait."""

    browser: Browser
    address: str
    token: str  # of a moderator's session
    ids: Sequence[int]
    contexts: list[BrowserContext] = field(default_factory=list)

    def come(self, path: str = "/moderation/", *, scripts: bool = True) -> Page:
        context = self.browser.new_context(base_url=self.address, java_script_enabled=scripts)
        context.add_cookies([{"name": COOKIE, "value": self.token, "url": self.address}])
        self.contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    def statuses(self) -> list[str]:
        db.session.rollback()
        return [str(db.session.get_one(Post, id_).status) for id_ in self.ids]


@contextmanager
def open_desk(browser: Browser, app: Flask, ids: Sequence[int]) -> Iterator[Desk]:
    token = open_session(make_account("Kathrin Brandt", (Role.MODERATOR, None)), "Test", 30)
    db.session.commit()
    db.session.remove()
    with serve(app) as address:
        desk = Desk(browser, address, token, ids)
        yield desk
        for context in desk.contexts:
            context.close()


@pytest.fixture
def desk(browser: Browser, app: Flask, town: Town) -> Iterator[Desk]:
    """Three that wait, an edit, a report."""
    thread = make_thread()
    found = [make_post(thread, text=text, status=Status.PENDING) for text in WAITING]
    author = actor_of(make_account())
    edited = make_post(thread, author=author, text="Alte Fassung.")
    posts.edit_post(author, edited, "Neue Fassung.")
    reports.report(Actor(), Ref(POST_KEY, make_post(thread).id), Allegation(4, "Nicht schön."))
    with open_desk(browser, app, [post.id for post in found]) as opened:
        yield opened


def heading(page: Page, text: str) -> None:
    """The next one is there, and a screen reader is at its beginning."""
    expect(page.locator(".df-desk__item")).to_contain_text(text)
    expect(page.locator("h1")).to_be_focused()


def test_three_are_decided_by_keyboard_alone(desk: Desk) -> None:
    page = desk.come()
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
    assert desk.statuses() == ["public", "pending", "pending"]


def test_the_list_is_worked_through_by_keyboard_too(desk: Desk) -> None:
    page = desk.come("/moderation/?was=pruefen")
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

    assert desk.statuses() == ["public", "pending", "pending"]


def test_fifty_are_decided_by_keyboard_alone(browser: Browser, app: Flask, town: Town) -> None:
    """Every fifth is rejected, with a ready sentence; no page is loaded anew, nothing clicked."""
    thread = make_thread()
    texts = [f"Der {number}. von fünfzig Beiträgen." for number in range(1, 51)]
    ids = [make_post(thread, text=text, status=Status.PENDING).id for text in texts]
    with open_desk(browser, app, ids) as desk:
        page = desk.come()
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
        assert desk.statuses() == [*["public"] * 4, "rejected"] * 10


def test_of_two_tabs_the_slower_is_told_who_was_faster(desk: Desk) -> None:
    tabs = [desk.come("/moderation/fall/1") for _ in range(2)]

    tabs[0].keyboard.press("a")
    heading(tabs[0], WAITING[1])
    tabs[1].keyboard.press("a")

    expect(tabs[1].locator("main")).to_contain_text("Darüber wurde inzwischen schon entschieden.")
    expect(tabs[1].locator("main")).to_contain_text("Kathrin Brandt")
    assert desk.statuses() == ["public", "pending", "pending"]


def test_a_passage_is_marked_taken_out_and_seen_before_it_goes(desk: Desk) -> None:
    page = desk.come("/moderation/fall/1")
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

    assert desk.statuses() == ["public", "pending", "pending"]
    db.session.rollback()
    plain = db.session.get_one(Post, desk.ids[0]).plain
    assert plain == "Der [von der Moderation entfernt] Beitrag."


def test_keys_can_be_switched_off(desk: Desk) -> None:
    page = desk.come()

    page.keyboard.press("?")
    page.locator("label[for=tasten-an]").click()
    page.get_by_role("button", name="Schließen").click()
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.reload()
    page.keyboard.press("j")

    assert page.locator("[data-row]:focus").count() == 0
    assert desk.statuses() == ["pending"] * 3


def test_everything_works_without_a_script(desk: Desk) -> None:
    page = desk.come(scripts=False)

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
    assert desk.statuses() == ["rejected", "pending", "pending"]


@pytest.mark.parametrize("width", [320, 1280])
def test_nobody_meets_a_barrier_at_the_desk(desk: Desk, width: int) -> None:
    page = desk.come()
    page.set_viewport_size({"width": width, "height": 900})
    paths = ["/moderation/", "/moderation/?was=gemeldet", "/moderation/erledigt"]
    paths += [
        "/moderation/anleitung",
        "/moderation/auswahl?tun=ablehnen",
        "/moderation/fall/1?tun=ablehnen",
    ]
    paths += [f"/moderation/fall/{number}" for number in range(1, 7)]
    paths += [f"/melden/{POST_KEY}/{desk.ids[-1] + 1}"]
    met: dict[str, list[str]] = {}

    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        met[path] = barriers(page) + (["too wide"] if is_too_wide(page) else [])

    assert met == {path: [] for path in paths}
