"""One idea's way through the house: written, confirmed, released, found, voted on, answered."""

from collections.abc import Callable

from playwright.sync_api import expect

from kern.accounts.permissions import Role
from kern.accounts.service import create_account
from tests.browser import needs_browser
from tests.browser.person import PASSWORD, Person
from tests.builders import make_thread
from tests.live import Live, link_in

pytestmark = needs_browser

TITLE = "Am Wasser oder hinter den Schuppen?"
IDEA = "Bitte planen Sie Stellplätze für Lastenräder ein."
REPLY = "Danke, die Stellplätze sind jetzt im Entwurf."
REASON = "Acht Stellplätze stehen im Entwurf, gebaut wird im Mai."
AUTHOR = "anna@lindenau.example"
NEIGHBOUR = "cem@lindenau.example"
MODERATOR = "mia@lindenau.example"
OFFICE = "otto@lindenau.example"


def plant(live: Live) -> str:
    """A project with a discussion, and two people of the town hall; the project's address."""
    with live.inside():
        thread = make_thread(title=TITLE)
        for email, name, role in (
            (MODERATOR, "Mia Moder", Role.MODERATOR),
            (OFFICE, "Otto Planer", Role.PLANNER),
        ):
            create_account(email, name, PASSWORD, [role], memory_kib=64)
        return thread.scope.path


def test_an_idea_goes_from_a_visitor_to_its_outcome(
    live: Live, visitor: Callable[[], Person]
) -> None:
    project = plant(live)

    anna = visitor()
    write_without_an_account(anna, project)
    anna.confirm(link_in(live.mail_to(AUTHOR, "Bitte bestätigen")), IDEA)
    anna.sees("erscheint nach der Prüfung")
    expect(anna.page.locator("main")).not_to_contain_text(IDEA)

    release_at_the_desk(visitor())
    live.settle()

    cem = visitor()
    find_and_vote(cem)
    cem.confirm(link_in(live.mail_to(NEIGHBOUR, "Bitte bestätigen")), IDEA)
    cem.sees("Ihre Stimme zählt")
    expect(cem.page.get_by_role("button", name="Dafür")).to_contain_text("1")

    answer_and_decide(visitor(), project)
    live.end_undo_time()

    mail = live.mail_to(AUTHOR, "Was aus Ihrem Beitrag wird")
    see_what_became_of_it(anna, link_in(mail), project)


def write_without_an_account(anna: Person, project: str) -> None:
    anna.open("/")
    anna.open("/beteiligung/")
    anna.follow("Radweg an der Kaimauer")
    assert anna.page.url.endswith(project)
    anna.follow(TITLE)
    anna.fill("Ihr Beitrag", IDEA)
    anna.fill("Ihre E-Mail-Adresse", AUTHOR)
    anna.press("Beitrag absenden")
    anna.sees("E-Mail")


def release_at_the_desk(mia: Person) -> None:
    mia.log_in(MODERATOR, "/moderation/")
    mia.sees(IDEA)
    mia.follow("Jemand ohne Konto")
    mia.sees(IDEA)
    mia.press("Freigeben", to="**/moderation/")


def find_and_vote(cem: Person) -> None:
    cem.open("/")
    box = cem.page.locator("main").get_by_role("searchbox")
    box.fill("Lastenräder")
    box.press("Enter")
    cem.page.wait_for_url("**/suche?*")
    cem.look()
    cem.follow(TITLE)
    cem.sees(IDEA)
    cem.press("Dafür", to="**/stimme?stimme=1")
    cem.fill("Ihre E-Mail-Adresse", NEIGHBOUR)
    cem.press("Stimme abgeben")


def answer_and_decide(otto: Person, project: str) -> None:
    otto.log_in(OFFICE, project)
    otto.follow(TITLE)
    otto.page.locator("article").get_by_role("link", name="Amtlich antworten").click()
    otto.look()
    otto.fill("Antwort", REPLY)
    otto.fill("Amt oder Stelle", "Tiefbauamt")
    otto.press("Antwort veröffentlichen")
    otto.sees(REPLY)
    otto.page.locator("article").get_by_role("link", name="Ergebnis").first.click()
    otto.look()
    otto.page.get_by_label("Wird umgesetzt").check()
    otto.fill("Begründung", REASON)
    otto.fill("Amt oder Stelle", "Tiefbauamt")
    otto.press("Ergebnis veröffentlichen")


def see_what_became_of_it(anna: Person, link: str, project: str) -> None:
    anna.open(link)
    anna.sees("Wird umgesetzt")
    anna.sees(REASON)
    anna.follow("Im Gespräch ansehen")
    anna.sees(REPLY)
    anna.sees(REASON)
    expect(anna.page.locator("article", has_text=IDEA).first).to_contain_text("Wird umgesetzt")
    anna.open(f"{project}/ergebnisse")
    anna.sees(REASON)
