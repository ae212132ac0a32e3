"""A post is reported, taken away, explained and given back: fair for everybody on the way."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import expect

from beteiligung.discussion.models import POST_KEY
from beteiligung.discussion.service import decisions, posts
from kern.accounts.parties import party_for_email
from kern.accounts.permissions import Role
from kern.accounts.service import create_account
from kern.actor import SYSTEM
from kern.content import Ref, Verdict
from kern.moderation.cases import withdraw_cases
from tests.browser import needs_browser
from tests.browser.person import PASSWORD, Person
from tests.builders import make_post, make_thread
from tests.live import Live, link_in, text_of

pytestmark = needs_browser

SHARP = "Wer hier einen Radweg plant, hat von Verkehr keine Ahnung."
REPLY = "Das sehe ich anders: Vor der Schule ist es heute gefährlich."
NOBODY = "Jemand ohne Konto"
COMPLAINT = "Das ist beleidigend."
FACTS = "Der Satz nennt andere Menschen ahnungslos."
OBJECTION = "Ich kritisiere die Planung und keinen Menschen."
ANSWER = "Der Satz ist scharf, trifft aber eine Planung. Er darf bleiben."
AUTHOR = "anna@lindenau.example"
REPORTER = "rita@lindenau.example"
FIRST, SECOND = "mona@lindenau.example", "paul@lindenau.example"


@dataclass(frozen=True, slots=True)
class Planted:
    thread: str  # paths
    post: str


def plant(live: Live) -> Planted:
    """A post of somebody without an account between two others, with a reply; two moderators."""
    with live.inside():
        thread = make_thread()
        make_post(thread, text="Ein Radweg wäre schön.")
        post = posts.submit_confirmed(thread, SHARP, author_id=party_for_email(AUTHOR).id)
        withdraw_cases(Ref(POST_KEY, post.id))  # released past the desk
        decisions.decide(post, post.latest, SYSTEM, Verdict.RELEASE)
        make_post(thread, text=REPLY, parent=post)
        make_post(thread, text="Bitte auch an die Bäume denken.")
        for email, name in ((FIRST, "Mona Erste"), (SECOND, "Paul Zweiter")):
            create_account(email, name, PASSWORD, [Role.MODERATOR], memory_kib=64)
        return Planted(f"/beteiligung/gespraech/{thread.id}", f"beitrag-{post.id}")


def test_what_was_wrongly_hidden_comes_back_where_it_was(
    live: Live, visitor: Callable[[], Person]
) -> None:
    planted = plant(live)
    rita, anna, mona, paul = (visitor() for _ in range(4))

    receipt = report(rita, planted)
    before = places(rita, planted)
    hide(mona)
    tombstone_is_said(rita, planted, before)

    live.end_undo_time()
    mail = live.mail_to(REPORTER, f"Zu Ihrer Meldung {receipt}")
    assert "ausgeblendet" in text_of(mail)
    statement = link_in(live.mail_to(AUTHOR, "Ihr Text ist nicht mehr öffentlich"))
    object_to_it(anna, statement)
    assert link_in(live.mail_to(AUTHOR, "Ihr Einspruch ist eingegangen")) == statement

    first_decider_is_sent_away(mona)
    uphold(paul)
    live.end_undo_time()

    assert link_in(live.mail_to(AUTHOR, "Ihr Einspruch hatte Erfolg")) == statement
    anna.open(statement)
    anna.sees("Sie hatten recht")
    anna.sees(ANSWER)
    assert places(anna, planted) == before
    anna.sees(SHARP)
    reporter_is_told(rita, receipt)


def report(rita: Person, planted: Planted) -> str:
    """The number of the report."""
    rita.open(planted.thread)
    rita.main.locator(f"#{planted.post}").get_by_role("link", name="Melden").click()
    rita.look()
    rita.sees(SHARP)
    rita.read()
    rita.press("Melden")
    rita.sees("Bitte wählen Sie, worum es geht.")
    rita.page.get_by_label("Bleiben Sie freundlich").check()
    rita.fill("Mit Ihren Worten", COMPLAINT)
    rita.fill("Ihr Name", "Rita Ruhig")
    rita.fill("Ihre E-Mail-Adresse", REPORTER)
    rita.press("Melden")
    rita.sees("Danke, Ihre Meldung ist da")
    found = re.search(r"Meldung (\S+)", rita.page.locator("h1").inner_text())
    assert found is not None
    return found[1]


def places(person: Person, planted: Planted) -> list[str]:
    """What stands in the thread, in its order."""
    person.go(planted.thread)
    found: list[str] = person.main.locator("[id^=beitrag-]").evaluate_all(
        "found => found.map((one) => one.id)"
    )
    return found


def hide(mona: Person) -> None:
    mona.log_in(FIRST, "/moderation/")
    mona.sees("gemeldet")
    mona.follow(NOBODY)
    mona.sees(COMPLAINT)
    mona.sees("Rita Ruhig")
    mona.follow("Ausblenden")
    mona.press("Ausblenden")
    mona.sees("Bitte schreiben Sie einen Satz dazu, warum.")
    mona.page.get_by_label("Um welche Regel geht es?").select_option("1")
    mona.fill("Ihr Satz dazu", FACTS)
    mona.press("Ausblenden", to="**/moderation/")
    mona.sees("ausgeblendet")


def tombstone_is_said(reader: Person, planted: Planted, before: list[str]) -> None:
    """The text is gone, what stands in its place says why, and replies stay where they were."""
    assert places(reader, planted) == before
    reader.look()
    reader.sees_no(SHARP)
    reader.sees(REPLY)
    stone = reader.main.locator(f"#{planted.post}")
    expect(stone).to_contain_text(re.compile(r"^Entfernt: Regel 1, am \d+\. \w+ \d{4}"))
    stone.get_by_role("link", name="Unsere Regeln").click()
    reader.look()
    reader.sees("Bleiben Sie freundlich.")


def object_to_it(anna: Person, statement: str) -> None:
    """Nobody is logged in: who has the address may read and object."""
    anna.open(statement)
    for words in (FACTS, "Unsere Regel 1", "Jemand hat es uns gemeldet.", SHARP):
        anna.sees(words)
    anna.sees_no("Rita")
    anna.press("Einspruch absenden", to="**#einspruch")
    anna.sees("Bitte schreiben Sie in einem Satz, warum Sie widersprechen.")
    anna.fill("Warum war die Entscheidung falsch?", OBJECTION)
    anna.read()
    anna.press("Einspruch absenden", to="**#einspruch")
    anna.sees("Ihr Einspruch ist da.")
    anna.sees("Wir prüfen Ihren Einspruch")
    assert anna.page.context.cookies() == []


def first_decider_is_sent_away(mona: Person) -> None:
    mona.go("/moderation/")
    mona.follow(NOBODY)
    mona.sees(OBJECTION)
    mona.sees("Hier entscheiden Sie nicht.")
    expect(mona.main.get_by_role("link", name="Einspruch stattgeben")).to_have_count(0)


def uphold(paul: Person) -> None:
    paul.log_in(SECOND, "/moderation/")
    paul.follow(NOBODY)
    paul.sees(OBJECTION)
    paul.sees(FACTS)
    paul.sees("Mona Erste")
    paul.follow("Einspruch stattgeben")
    paul.fill("Ihr Satz dazu", ANSWER)
    paul.press("Einspruch stattgeben", to="**/moderation/")


def reporter_is_told(rita: Person, receipt: str) -> None:
    again = rita.live.mail_to(REPORTER, f"Noch einmal zu Ihrer Meldung {receipt}")
    assert "Der Text steht wieder da." in text_of(again)
    rita.open(f"/melden/nummer/{receipt}")
    rita.sees("nach einem Einspruch")
    rita.sees("steht wieder da")
