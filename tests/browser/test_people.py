"""People in a real browser, with mails over a real server: come in, stay, leave."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from kern.accounts import invitations
from kern.accounts.permissions import Role
from kern.actor import SYSTEM
from tests.browser import barriers, is_too_wide, needs_browser
from tests.live import Live, link_in

pytestmark = needs_browser

EMAIL = "helga@lindenau.example"
PASSWORD = "Kuhglocke zählt Wolken"
READING = 1_100  # milliseconds: whoever is faster than anybody reads is asked to look again
SIGN_UP = "Ihr Link, um ein Konto"
LOGIN = "Ihr Link zum Anmelden"

NewPage = Callable[..., Page]


@pytest.fixture
def said() -> list[str]:
    """What browsers complained about."""
    return []


@pytest.fixture
def new_page(browser: Browser, live: Live, said: list[str]) -> Iterator[NewPage]:
    """`new_page()` is somebody else with a browser of their own."""
    contexts: list[BrowserContext] = []

    def make(*, scripts: bool = True) -> Page:
        context = browser.new_context(base_url=live.address, java_script_enabled=scripts)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()


def press(page: Page, label: str) -> None:
    page.get_by_role("main").get_by_role("button", name=label, exact=True).click()


def fill(page: Page, label: str, text: str) -> None:
    page.get_by_role("main").get_by_label(label, exact=True).first.fill(text)


def is_fine(page: Page) -> None:
    """No barrier in light and dark, and nothing too wide for a small phone."""
    assert barriers(page) == [], page.url
    page.set_viewport_size({"width": 320, "height": 640})
    assert not is_too_wide(page), page.url
    page.set_viewport_size({"width": 1280, "height": 900})


def ask_for_link(page: Page, email: str = EMAIL) -> None:
    page.goto("/konto/anmelden")
    fill(page, "E-Mail", email)
    press(page, "Link schicken")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bitte sehen Sie in Ihr Postfach")


def follow(page: Page, live: Live, subject: str, email: str = EMAIL) -> None:
    """Open the link of the newest mail whose subject begins so."""
    page.goto(link_in(live.mail_to(email, subject)))


def sign_up(page: Page, live: Live, name: str = "Helga Martens") -> None:
    ask_for_link(page)
    follow(page, live, SIGN_UP)
    fill(page, "Öffentlicher Name", name)
    page.wait_for_timeout(READING)
    press(page, "Konto anlegen")
    expect(page.get_by_text(f"Guten Tag, {name}!")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_sign_up_log_out_and_log_in_again(live: Live, new_page: NewPage, *, scripts: bool) -> None:
    page = new_page(scripts=scripts)
    sign_up(page, live)
    expect(page.get_by_text("Ihr Konto ist angelegt.")).to_be_visible()
    press(page, "Abmelden")
    expect(page.get_by_text("Sie sind abgemeldet.")).to_be_visible()

    ask_for_link(page)
    follow(page, live, LOGIN)
    press(page, "Jetzt anmelden")

    expect(page.get_by_text("Guten Tag, Helga Martens!")).to_be_visible()
    assert {cookie["name"] for cookie in page.context.cookies()} == {"sitzung"}


def test_a_password_lets_in_and_the_wrong_one_does_not(live: Live, new_page: NewPage) -> None:
    page = new_page()
    sign_up(page, live)
    page.get_by_role("link", name="Passwort festlegen").click()
    fill(page, "Neues Passwort", "passwort1234")
    press(page, "Passwort speichern")
    expect(page.get_by_text("leicht zu erraten").first).to_be_visible()
    fill(page, "Neues Passwort", PASSWORD)
    press(page, "Passwort speichern")
    expect(page.get_by_text("Ihr neues Passwort gilt.")).to_be_visible()
    assert live.mail_to(EMAIL, "Ihr Passwort wurde geändert")
    press(page, "Abmelden")

    page.goto("/konto/anmelden")
    page.get_by_text("Mit Passwort anmelden").click()
    for password, shown in (("falsch", "stimmt nicht"), (PASSWORD, "Guten Tag, Helga")):
        form = page.locator("form[action='/konto/anmelden/passwort']")
        form.get_by_label("E-Mail").fill(EMAIL)
        form.get_by_label("Passwort").fill(password)
        form.get_by_role("button", name="Anmelden").click()
        expect(page.get_by_text(shown).first).to_be_visible()


def test_an_invitation_opens_an_account_with_its_role(live: Live, new_page: NewPage) -> None:
    with live.inside():
        invitations.invite(SYSTEM, "jana@lindenau.example", Role.MODERATOR)
    page = new_page()
    follow(page, live, "Ihre Einladung", "jana@lindenau.example")
    is_fine(page)
    fill(page, "Öffentlicher Name", "Jana Petersen")
    page.get_by_label("Passwort").fill(PASSWORD)
    press(page, "Einladung annehmen")

    expect(page.get_by_text("Guten Tag, Jana Petersen!")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name="Moderation")).to_be_visible()


def test_another_device_is_logged_out_from_here(live: Live, new_page: NewPage) -> None:
    page, phone = new_page(), new_page()
    sign_up(page, live)
    ask_for_link(phone)
    follow(phone, live, LOGIN)
    press(phone, "Jetzt anmelden")

    page.goto("/konto/sitzungen")
    is_fine(page)
    page.get_by_role("main").get_by_role("button", name="Abmelden Chrome").click()
    expect(page.get_by_text("Dieses Gerät ist abgemeldet.")).to_be_visible()

    phone.goto("/konto/")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Anmelden oder Konto anlegen")


def test_a_new_address_takes_over_after_its_mail(live: Live, new_page: NewPage) -> None:
    page = new_page()
    sign_up(page, live)
    page.get_by_role("link", name="E-Mail ändern").click()
    fill(page, "Neue E-Mail-Adresse", "neu@lindenau.example")
    press(page, "Link schicken")
    follow(page, live, "Bitte bestätigen", "neu@lindenau.example")
    is_fine(page)
    press(page, "Bestätigen")

    expect(page.get_by_text("neu@lindenau.example")).to_be_visible()
    assert live.mail_to(EMAIL, "Ihre E-Mail-Adresse wurde geändert")


def test_an_account_is_deleted_and_the_address_is_new_again(live: Live, new_page: NewPage) -> None:
    page = new_page()
    sign_up(page, live)
    page.get_by_role("link", name="Konto löschen").click()
    is_fine(page)
    page.get_by_label("Auch entfernen").check()
    press(page, "Konto jetzt löschen")
    expect(page.get_by_text("Ihr Konto ist gelöscht.")).to_be_visible()
    assert live.mail_to(EMAIL, "Ihr Konto ist gelöscht")
    live.inbox.mails.clear()

    page.goto("/konto/")
    ask_for_link(page)
    follow(page, live, SIGN_UP)
    expect(page.get_by_role("heading", level=1)).to_have_text("Konto anlegen")


def test_nobody_meets_a_barrier_on_the_way(live: Live, new_page: NewPage, said: list[str]) -> None:
    page = new_page()
    page.goto("/konto/anmelden")
    is_fine(page)
    ask_for_link(page)
    is_fine(page)
    follow(page, live, SIGN_UP)
    is_fine(page)
    fill(page, "Öffentlicher Name", "Rathaus")
    page.wait_for_timeout(READING)
    press(page, "Konto anlegen")
    expect(page.locator("#name-fehler")).to_be_visible()
    is_fine(page)
    fill(page, "Öffentlicher Name", "Helga Martens")
    press(page, "Konto anlegen")
    for path in ("", "name", "passwort", "mail", "daten", "loeschen", "erneut-anmelden"):
        page.goto(f"/konto/{path}")
        is_fine(page)
    wrong = [line for line in said if "422" not in line]
    assert wrong == []
