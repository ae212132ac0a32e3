"""A page of the wiki from its first word to two contributors, without ever touching a mouse."""

import re
from collections.abc import Callable
from io import BytesIO

from PIL import Image
from playwright.sync_api import FilePayload, Locator, expect

from kern.accounts.permissions import Role
from kern.accounts.sessions import open_session
from kern.web.identity import COOKIE
from tests.browser import needs_browser
from tests.browser.person import Person
from tests.builders import make_account, make_actor
from tests.live import Live
from tests.wiki.pages import approve, change, published
from wiki import service
from wiki.linking import fold_title

pytestmark = needs_browser

MOST_STEPS = 80  # of the tabulator, from the start of a page's content
TEXT = "## Früher\n\nHier lagen Kähne.\n\n## Heute\n\nHier sitzen Leute in der Sonne.\n"
YEAR = "Gebaut wurde sie 1884."
BY_NIGHT = "Abends brennt eine Laterne."
PLEASE = "Wissen Sie, wann sie gebaut wurde?"


def come_in(person: Person, name: str, *roles: Role) -> Person:
    with person.live.inside():
        account = make_account(name, *((role, None) for role in roles))
        token = open_session(account, "Firefox, Linux", 30)
    person.page.context.add_cookies([{"name": COOKIE, "value": token, "url": person.live.address}])
    return person


def walk(person: Person, wanted: Locator) -> None:
    """Press the tabulator up to it."""
    for _ in range(MOST_STEPS):
        person.page.keyboard.press("Tab")
        if wanted.evaluate("wanted => wanted === document.activeElement"):
            return
    raise AssertionError(f"the tabulator never comes to {wanted}")


def to_content(person: Person) -> None:
    person.page.keyboard.press("Tab")
    person.page.keyboard.press("Enter")
    assert person.page.evaluate("document.activeElement.id") == "inhalt"


def go(person: Person, path: str) -> None:
    person.go(path)
    to_content(person)


def write(person: Person, label: str, text: str) -> None:
    """Over what stands there."""
    walk(person, person.main.get_by_label(label).first)
    person.page.keyboard.press("Control+A")
    person.page.keyboard.insert_text(text)


def unfold(person: Person, words: str) -> None:
    walk(person, person.main.locator("summary", has_text=words).first)
    person.page.keyboard.press("Enter")


def press(person: Person, role: str, name: str, to: str = "**") -> None:
    """A button or a link that leads somewhere; where it leads is looked at."""
    found = person.main.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]  # a name of a role
    walk(person, found.first)
    with person.page.expect_navigation():
        person.page.keyboard.press("Enter")
    person.page.wait_for_url(to)
    person.look()


def choose_picture(person: Person) -> None:
    out = BytesIO()
    Image.new("RGB", (640, 400), "green").save(out, "PNG")
    picture = FilePayload(name="mauer.png", mimeType="image/png", buffer=out.getvalue())
    person.page.on("filechooser", lambda chooser: chooser.set_files(picture))
    field = person.main.get_by_label("Bild hinzufügen").first
    walk(person, field)
    person.page.keyboard.press("Enter")
    expect(field).to_have_value(re.compile("mauer.png$"))


def write_a_page(anna: Person) -> str:
    """The path of the proposal."""
    go(anna, "/wiki/ortswiki")
    press(anna, "link", "Neue Seite")
    to_content(anna)
    write(anna, "Titel", "Alte Kaimauer")
    write(anna, "Text", f"![Die Mauer](anhang:mauer.png)\n\n{TEXT}")
    unfold(anna, "Bild hinzufügen")
    choose_picture(anna)
    write(anna, "Was ist auf dem Bild zu sehen?", "Eine lange Mauer am Wasser")
    unfold(anna, "Schlagwörter, Ort")
    write(anna, "Schlagwörter", "Ufer")
    write(anna, "Ort in Worten", "Am Hafen")
    write(anna, "Breite", "54,1")
    write(anna, "Länge", "10,2")
    press(anna, "button", "Vorschlag senden", "**/wiki/vorschlag/*")
    anna.sees("Wird geprüft")
    return anna.page.url.removeprefix(anna.live.address)


def ask_for_the_year(rita: Person, path: str) -> None:
    go(rita, "/wiki/wartet")
    press(rita, "link", "Alte Kaimauer", f"**{path}")
    to_content(rita)
    write(rita, "Ihre Anmerkung", PLEASE)
    press(rita, "button", "Um Änderungen bitten")
    rita.sees("Bitte überarbeiten")


def name_the_year(anna: Person) -> None:
    go(anna, "/wiki/vorschlaege")
    press(anna, "link", "Alte Kaimauer", "**/wiki/vorschlag/*")
    anna.sees(PLEASE)
    to_content(anna)
    press(anna, "link", "Weiter bearbeiten", "**/bearbeiten")
    to_content(anna)
    write(anna, "Text", f"![Die Mauer](anhang:mauer.png)\n\n{YEAR}\n\n{TEXT}")
    press(anna, "button", "Vorschlag senden", "**/wiki/vorschlag/*")
    anna.sees("Wird geprüft")


def publish(rita: Person, path: str) -> None:
    go(rita, path)
    press(rita, "button", "Veröffentlichen", "**/wiki/ortswiki/alte-kaimauer")


def add_the_night(anna: Person, base: str) -> str:
    go(anna, "/wiki/ortswiki/alte-kaimauer")
    press(anna, "link", "Änderung vorschlagen", "**/bearbeiten")
    to_content(anna)
    write(anna, "Text", f"{base.rstrip()}\n\n## Abends\n\n{BY_NIGHT}\n")
    write(anna, "Warum?", "Sie leuchtet auch.")
    press(anna, "button", "Vorschlag senden", "**/wiki/vorschlag/*")
    return anna.page.url.removeprefix(anna.live.address)


def text_of_page(live: Live) -> str:
    with live.in_town():
        space = service.find_space("ortswiki")
        assert space is not None
        page = service.find_page(space, fold_title("Alte Kaimauer"))
        assert page is not None
        return published(page).source


def another_is_quicker(live: Live) -> None:
    """Bert's change is published while Anna's waits."""
    with live.inside():
        space = service.find_space("ortswiki")
        assert space is not None
        page = service.find_page(space, fold_title("Alte Kaimauer"))
        assert page is not None
        source = published(page).source.replace("Kähne", "Kähne aus Holz")
        approve(change(make_actor(Role.CITIZEN, name="Bert Ohm"), page, source=source))


def join(anna: Person, path: str) -> None:
    go(anna, path)
    anna.sees("Inzwischen wurde die Seite geändert.")
    press(anna, "button", "Auf den neuen Stand bringen")
    anna.sees("auf dem neuen Stand")
    anna.sees(BY_NIGHT)


def find(stranger: Person) -> None:
    go(stranger, "/wiki/")
    write(stranger, "Suchwort", "Laterne")
    stranger.page.keyboard.press("Enter")
    stranger.page.wait_for_url("**/suche?*")
    stranger.look()
    to_content(stranger)
    press(stranger, "link", "Alte Kaimauer", "**/alte-kaimauer*")
    for words in ("Anna Kern", "Bert Ohm", YEAR, "Kähne aus Holz", BY_NIGHT, "Hier ist es"):
        stranger.sees(words)
    picture = stranger.main.get_by_role("img", name="Die Mauer")
    expect(picture).to_be_visible()
    assert picture.evaluate("picture => picture.naturalWidth") > 0
    assert stranger.page.context.cookies() == []


def test_two_write_one_line_is_published_and_a_stranger_finds_it(
    live: Live, visitor: Callable[[], Person]
) -> None:
    anna = come_in(visitor(), "Anna Kern")
    rita = come_in(visitor(), "Rita Prüfer", Role.MODERATOR)

    path = write_a_page(anna)
    ask_for_the_year(rita, path)
    name_the_year(anna)
    publish(rita, path)

    path = add_the_night(anna, text_of_page(live))
    another_is_quicker(live)
    join(anna, path)
    publish(rita, path)
    live.settle()

    find(visitor())
