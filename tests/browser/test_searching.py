"""The search as a citizen meets it: on three screens, with the keyboard alone, without scripts."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from kern import search
from kern.accounts.permissions import Role
from kern.accounts.service import create_account
from kern.clock import now
from kern.search.opening import open_index
from tests.browser import needs_browser
from tests.browser.person import PASSWORD, Person
from tests.browser.test_reach import walk
from tests.builders import make_post, make_project, make_thread
from tests.live import Live

pytestmark = needs_browser

MANY = search.PER_PAGE + 2
SCREENS = [ViewportSize(width=width, height=800) for width in (320, 768, 1280)]
EMAIL = "helga@lindenau.example"


def plant(live: Live) -> None:
    """A project about a pond, its thread, and more posts than one page of hits holds."""
    with live.inside():
        project = make_project(title="Der Teich im Park")
        thread = make_thread(project.scope, title="Was wird aus dem Teich?")
        for number in range(MANY - 2):
            make_post(thread, text=f"Am Teich fehlt Licht, Stelle {number}.")
        create_account(EMAIL, "Helga Martens", PASSWORD, [Role.CITIZEN], memory_kib=64)
    with live.in_town():
        search.rebuild_all()


@pytest.fixture
def helga(live: Live, visitor: Callable[[], Person]) -> Person:
    plant(live)
    return visitor()


def search_for(person: Person, words: str) -> None:
    box = person.main.get_by_label("Suchwort")
    box.fill(words)
    box.press("Enter")
    person.page.wait_for_url("**/suche?*")
    person.look()


@pytest.mark.parametrize("screen", SCREENS, ids=["phone", "tablet", "desk"])
def test_hits_are_narrowed_ordered_and_turned_on_any_screen(
    helga: Person, screen: ViewportSize
) -> None:
    helga.page.set_viewport_size(screen)
    helga.open("/suche")
    search_for(helga, "Teich")
    helga.sees(f"{MANY} Treffer für „Teich“")
    link = helga.main.get_by_role("link", name="Weiter verfeinern")
    expect(link).to_be_visible(visible=screen["width"] < 992)

    helga.main.get_by_label("Reihenfolge").select_option("Neues zuerst")
    helga.press("Anwenden", "**sortierung=neueste**")
    helga.sees(f"Stelle {MANY - 3}.")
    helga.follow("Weiter")
    helga.sees("Der Teich im Park")
    helga.follow("Projekte")
    helga.sees("1 Treffer für „Teich“")
    helga.main.get_by_label("Jahr").select_option(str(now().year))
    helga.press("Anwenden", "**jahr=**")
    helga.sees(f"Eingegrenzt: {now().year}.")
    helga.follow("Alle Filter entfernen")
    helga.sees(f"{MANY} Treffer")


def test_who_finds_nothing_reads_what_may_have_been_meant(helga: Person) -> None:
    helga.open("/suche?q=Teihc")
    helga.sees("Keine Treffer für „Teihc“")
    helga.follow("Teich")
    helga.sees(f"{MANY} Treffer")

    helga.open("/suche?q=Zeppelinhalle")
    helga.sees("Keine Treffer für „Zeppelinhalle“")
    helga.sees_no("Meinten Sie")
    helga.sees_no("verfeinern")
    helga.sees("So finden Sie mehr")
    helga.open("/suche?q=und+der")
    helga.sees("stehen überall")


def test_a_wrong_date_is_named_and_one_step_away(helga: Person) -> None:
    helga.open("/suche?q=Teich&von=gestern")
    helga.sees("Ein Datum stimmt noch nicht")
    helga.main.get_by_role("link", name="Zum Datum").click()
    helga.main.get_by_label("Vom").fill("1.1.2020")
    helga.press("Anwenden", "**von=1.1.2020**")
    helga.sees(f"{MANY} Treffer")


def test_a_search_is_kept_after_the_login_that_it_asks_for(helga: Person) -> None:
    helga.log_in(EMAIL, "/suche?q=Teich")
    helga.press("Suche speichern", "**/suche/gespeichert")
    helga.sees("Teich")
    helga.follow("Teich")
    helga.sees("Gespeichert: meine Suchen")
    helga.follow("Gespeichert: meine Suchen")
    helga.press("Löschen", "**/suche/gespeichert")
    helga.sees("Noch keine.")


def test_a_broken_index_is_said_and_titles_are_found(live: Live, helga: Person) -> None:
    with live.in_town():
        open_index().erase()
    helga.open("/suche?q=Teich")
    helga.sees("Die Suche ist gerade eingeschränkt")
    helga.sees("Der Teich im Park")


@pytest.fixture
def page(live: Live, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def test_everything_is_reached_with_the_keyboard(live: Live, page: Page) -> None:
    plant(live)
    page.goto(live.address)

    walk(page, "Suchwort")
    page.keyboard.type("Teich")
    page.keyboard.press("Enter")
    page.wait_for_url("**/suche?q=Teich")
    walk(page, "Beiträge")
    page.keyboard.press("Enter")
    page.wait_for_url("**art=beitrag**")
    walk(page, "Projekt")
    page.keyboard.press("ArrowDown")
    walk(page, "Anwenden")
    page.keyboard.press("Enter")
    page.wait_for_url("**projekt=**")
    walk(page, "Was wird aus dem Teich?")
    page.keyboard.press("Enter")
    page.wait_for_url("**/beteiligung/gespraech/**")


def test_titles_are_offered_while_somebody_types(live: Live, page: Page) -> None:
    plant(live)
    page.goto(f"{live.address}/suche")
    page.locator("main").get_by_label("Suchwort").press_sequentially("teic")

    offered = page.locator("#q-vorschlaege option")
    expect(offered).to_have_count(2)
    assert {one.get_attribute("value") for one in offered.all()} == {
        "Der Teich im Park",
        "Was wird aus dem Teich?",
    }
