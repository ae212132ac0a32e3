"""What the script of the wiki's editor adds for those who write."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from kern.accounts.permissions import Role
from tests.browser import needs_browser
from tests.browser.person import Person
from tests.browser.test_wiki_journey import come_in
from tests.builders import make_actor
from tests.live import Live
from tests.wiki.pages import approve, change, make_page
from wiki import service
from wiki.models import Kind

pytestmark = needs_browser

DROP = """(field) => {
  const box = new DataTransfer();
  box.items.add(new File(["GIF89a"], "alte linde.gif", { type: "image/gif" }));
  const drop = { dataTransfer: box, bubbles: true, cancelable: true };
  field.dispatchEvent(new DragEvent("drop", drop));
}"""


@pytest.mark.parametrize("visitor", [True], ids=["with-scripts"], indirect=True)
def test_signs_links_preview_pictures_and_the_draft_come_while_one_writes(
    live: Live, visitor: Callable[[], Person]
) -> None:
    with live.inside():
        make_page("Dorflinde")
    anna = come_in(visitor(), "Anna Kern")
    page, keys = anna.page, anna.page.keyboard
    anna.open("/wiki/ortswiki/neu?titel=Kai")
    text = anna.main.get_by_label("Text").first
    text.focus()

    keys.press("Control+B")
    keys.insert_text("Hier")
    expect(text).to_have_value("**Hier**")
    keys.press("End")
    keys.insert_text(" steht die ")
    keys.press("Control+K")
    keys.insert_text("linde")
    anna.main.get_by_role("button", name="Dorflinde", exact=True).wait_for()
    anna.look()
    keys.press("Enter")
    expect(text).to_have_value("**Hier** steht die [[Dorflinde]]")

    keys.press("Shift+Tab")  # the toolbar is one step of the tabulator
    keys.press("End")
    keys.press("Enter")
    expect(text).to_have_value("::: hinweis\n**Hier** steht die [[Dorflinde]]\n:::\n")
    anna.main.locator("summary", has_text="Vorschau beim Schreiben").click()
    anna.main.get_by_role("link", name="Dorflinde").wait_for()

    text.evaluate("field => field.setSelectionRange(13, 13)")
    text.evaluate(DROP)
    expect(anna.main.get_by_label("Was ist auf dem Bild zu sehen?")).to_be_focused()
    keys.insert_text("Eine Linde")
    keys.press("Tab")
    picture = "\n\n![Eine Linde](anhang:alte-linde.gif)\n\n"  # tears no line apart
    expect(text).to_have_value(f"::: hinweis\n**Hier** steht die [[Dorflinde]]{picture}:::\n")
    anna.sees("(erscheint hier nach dem Senden)")
    anna.look()
    anna.sees("Als Entwurf gespeichert um")
    page.goto(f"{live.address}/wiki/ortswiki/neu?titel=Kai")
    anna.sees("Das ist Ihr Entwurf, und nur Sie sehen ihn.")
    assert "[[Dorflinde]]" in text.input_value()
    anna.look()


ATTACH = DROP.replace('"GIF89a"], "alte linde.gif", { type: "image/gif" }', '"x"], "Satzung.odt"')


@pytest.mark.parametrize("visitor", [True], ids=["with-scripts"], indirect=True)
def test_a_guest_gets_back_what_the_device_kept_and_drops_a_document_into_the_text(
    live: Live, visitor: Callable[[], Person]
) -> None:
    with live.inside():
        make_page("Dorflinde", "Ein Baum.")
    guest = visitor()
    guest.open("/wiki/ortswiki/dorflinde/bearbeiten")
    text = guest.main.get_by_label("Text").first
    text.focus()
    guest.page.keyboard.press("Control+End")
    guest.page.keyboard.insert_text(" Und eine Bank.")
    guest.main.get_by_text("auf diesem Gerät gespeichert").wait_for()

    guest.open("/wiki/ortswiki/dorflinde/bearbeiten")
    expect(text).to_have_value("Ein Baum.\n")
    guest.main.get_by_role("button", name="In den Text einsetzen").click()
    expect(text).to_have_value("Ein Baum.\n Und eine Bank.")

    text.evaluate(ATTACH)
    expect(guest.main.get_by_label("Wie heißt sie?")).to_be_focused()
    assert "[Satzung](anhang:Satzung.odt)" in text.input_value()
    guest.look()


@pytest.mark.parametrize("visitor", [True], ids=["with-scripts"], indirect=True)
def test_what_the_device_kept_is_joined_with_what_was_published_since(
    live: Live, visitor: Callable[[], Person]
) -> None:
    with live.inside():
        page_id = make_page("Dorflinde", "Ein Baum.\n\nEine Bank.\n").id
    anna = come_in(visitor(), "Anna Kern")
    anna.open("/wiki/ortswiki/dorflinde/bearbeiten")
    text = anna.main.get_by_label("Text").first
    text.focus()
    anna.page.keyboard.press("Control+Home")
    anna.page.keyboard.insert_text("Seit 1720: ")
    anna.main.get_by_text("auf diesem Gerät gespeichert").wait_for()
    with live.inside():
        page, newer = service.get_page(page_id), "Ein Baum.\n\nZwei Bänke.\n"
        approve(
            change(make_actor(Role.CITIZEN), page, kind=Kind.RENAME, title="Linde", source=newer)
        )

    anna.open("/wiki/ortswiki/linde/bearbeiten")
    anna.sees("Seitdem ist eine neue Fassung der Seite erschienen.")
    expect(text).to_have_value("Ein Baum.\n\nZwei Bänke.\n")
    anna.main.get_by_role("button", name="In den Text einsetzen").click()
    expect(text).to_have_value("Seit 1720: Ein Baum.\n\nEine Bank.\n")
    anna.press("Vorschlag senden", to="**/wiki/vorschlag/*")

    anna.sees("Unten sehen Sie beides zusammengeführt.")
    anna.sees("Seit 1720:")
    anna.sees_no("Eine Bank")
