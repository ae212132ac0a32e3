"""Everybody gets everywhere: with the keyboard alone, and on the smallest phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from beteiligung.discussion.models import Status
from kern.accounts.models import Account
from kern.accounts.permissions import Role
from kern.accounts.sessions import open_session
from kern.web.identity import COOKIE
from portal.verwaltung.forms import GROUPS
from tests.browser import is_too_wide, needs_browser
from tests.builders import make_account, make_actor, make_post, make_project, make_thread
from tests.live import Live

pytestmark = needs_browser

SMALLEST = ViewportSize(width=320, height=640)
STAFF = (Role.MODERATOR, Role.PLANNER, Role.ADMINISTRATOR)
WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihung"
MOST_STEPS = 120  # of the tabulator, on one page

# The element that has the focus: what it is called, and whether one sees that it has it.
FOCUSED = """() => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const isMarked = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2)
    || style.boxShadow !== "none";
  const isThere = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight;
  return {
    name: (element.ariaLabel || element.innerText || element.labels?.[0]?.innerText || "").trim(),
    kind: element.tagName.toLowerCase(),
    isSeen: isMarked && isThere,
  };
}"""


@pytest.fixture
def page(live: Live, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce")  # else scrolling takes its time
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def plant(live: Live) -> dict[str, str]:
    """A town with something on each page; addresses by what they show."""
    with live.inside():
        project = make_project(title=f"Radweg {WORD}")
        thread = make_thread(project.scope, title=f"Was wird aus {WORD}?", question=WORD)
        make_post(thread, text=f"Zu {WORD} siehe https://www.lindenau.example/{WORD.lower()}")
        author = make_actor(Role.CITIZEN, name="Eisvogel")
        make_post(thread, author=author, text=f"`{WORD}{WORD}`", status=Status.PENDING)
        return {"project": project.scope.path, "thread": f"/beteiligung/gespraech/{thread.id}"}


def come_in(live: Live, page: Page, *roles: Role) -> None:
    with live.inside():
        account: Account = make_account(f"Mia {WORD}"[:60], *((role, None) for role in roles))
        token = open_session(account, "Firefox, Linux", 30)
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": live.address}])


def walk(page: Page, until: str) -> list[str]:
    """Press the tabulator up to the element called so; everything passed must show its focus."""
    passed: list[str] = []
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        passed.append(f"{focused['kind']} {focused['name']}")
        assert focused["isSeen"], passed[-1]
        if focused["name"].startswith(until):
            return passed
    raise AssertionError(f"{until!r} is not among {passed}")


def test_a_thread_is_read_and_answered_with_the_keyboard(live: Live, page: Page) -> None:
    page.goto(live.address + plant(live)["thread"])

    assert walk(page, "Zum Inhalt") == ["a Zum Inhalt springen"]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "inhalt"
    walk(page, "Dafür")
    walk(page, "Dagegen")
    walk(page, "Ihr Beitrag")
    page.keyboard.type("Ohne Maus geschrieben.")
    walk(page, "Ihre E-Mail-Adresse")
    page.keyboard.type("anna@lindenau.example")
    walk(page, "Beitrag absenden")
    page.keyboard.press("Enter")
    page.wait_for_url("**/unterwegs?*")
    live.mail_to("anna@lindenau.example", "Bitte bestätigen")


def test_the_desk_is_worked_with_the_keyboard(live: Live, page: Page) -> None:
    plant(live)
    come_in(live, page, Role.MODERATOR)
    page.goto(f"{live.address}/moderation/")

    walk(page, "Zum Inhalt")
    page.keyboard.press("Enter")
    walk(page, "Eisvogel")
    page.keyboard.press("Enter")
    page.wait_for_url("**/moderation/fall/*")
    page.locator("h1", has_text="Eisvogel").wait_for()
    walk(page, "Freigeben")
    page.keyboard.press("Enter")
    page.wait_for_url("**/moderation/")
    assert "Alles geprüft" in page.locator("main").inner_text()


def test_nothing_is_wider_than_the_smallest_phone(live: Live, page: Page) -> None:
    paths = plant(live)
    page.set_viewport_size(SMALLEST)
    reading = ["/", "/beteiligung/", *paths.values(), f"/suche?q={WORD}", "/konto/anmelden"]
    assert wide(live, page, [*reading, "/suche", "/so-gehts", "/gibt-es-nicht"]) == []

    come_in(live, page, *STAFF)
    working = ["/moderation/", "/moderation/fall/1", "/moderation/erledigt", "/konto/"]
    rooms = ("", "einstellungen/", "menschen/", "menschen/rechte", "mails/", "protokoll", "betrieb")
    ruling = [
        f"/verwaltung/{room}" for room in (*rooms, *(f"einstellungen/{one}" for one in GROUPS))
    ]
    assert wide(live, page, [*reading[:-1], *working, *ruling]) == []


def wide(live: Live, page: Page, paths: list[str]) -> list[str]:
    found = []
    for path in paths:
        answer = page.goto(live.address + path)
        assert answer is not None
        assert answer.status == (404 if path == "/gibt-es-nicht" else 200), path
        if is_too_wide(page):
            found.append(path)
    return found
