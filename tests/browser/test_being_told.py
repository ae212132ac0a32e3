"""Somebody follows a project with only an address, reads of it in the morning, and leaves."""

import re
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from http.client import HTTPConnection
from urllib.parse import urlsplit

from playwright.sync_api import expect

from beteiligung.discussion.models import Status
from beteiligung.discussion.service import threads
from kern.accounts.permissions import Role
from kern.accounts.sessions import guest, open_session
from kern.clock import now
from kern.moderation import decisions
from kern.notify import Frequency
from kern.notify.preferences import next_due
from kern.web.identity import COOKIE
from tests.browser import needs_browser
from tests.browser.person import Person
from tests.builders import actor_of, make_account, make_actor, make_post, make_thread
from tests.kern.desk_cases import case_of, released
from tests.live import Live, link_in, text_of

pytestmark = needs_browser

FOLLOWER = "ida@lindenau.example"
NEWS = "Am Steg fehlt ein Geländer."
LATER = "Und an der Treppe fehlt Licht."
REPLY = "Das Geländer kommt im Mai."


def plant(live: Live) -> int:
    with live.inside():
        return make_thread(title="Was fehlt am Steg?").id


def release(live: Live, thread_id: int, text: str) -> None:
    """Somebody's post, through the hands of a moderator; the undo time passes."""
    with live.inside():
        thread = threads.get_thread_for(guest(), thread_id)
        case = case_of(make_post(thread, text=text, status=Status.PENDING))
        decisions.decide(make_actor(Role.MODERATOR), case.id, released(case))
    live.end_undo_time()
    live.settle()


def next_morning(live: Live) -> None:
    with live.in_town():
        due = next_due(Frequency.DAILY, now())
        assert due is not None
        live.later(due - now() + timedelta(seconds=1))
    live.tick()


def test_a_project_is_followed_without_an_account(
    live: Live, visitor: Callable[[], Person]
) -> None:
    thread_id, ida = plant(live), visitor()

    follow(ida)
    release(live, thread_id, NEWS)
    next_morning(live)

    digest = live.mail_to(FOLLOWER, "Neu zu")
    assert NEWS in text_of(digest)
    choose(ida, link_to("einstellungen", digest))
    leave(ida, digest)

    release(live, thread_id, LATER)
    next_morning(live)
    live.settle()
    assert [text_of(mail) for to, mail in live.inbox.mails if FOLLOWER in to][-1] == text_of(digest)
    assert ida.page.context.cookies() == []


def follow(ida: Person) -> None:
    ida.open("/beteiligung/")
    ida.follow("Radweg an der Kaimauer")
    ida.follow("Folgen")
    ida.press("Folgen")
    expect(ida.page.locator("#email-fehler")).to_be_visible()
    ida.fill("E-Mail", FOLLOWER)
    ida.press("Folgen")
    ida.sees("Fast geschafft")
    ida.confirm(link_in(ida.live.mail_to(FOLLOWER, "Bitte bestätigen")), "Radweg an der Kaimauer")
    expect(ida.page.locator("body")).to_contain_text("Sie folgen jetzt")


def choose(ida: Person, link: str) -> None:
    """Nobody is logged in by the link, and it shows nothing but these choices."""
    ida.open(link)
    ida.sees("Radweg an der Kaimauer")
    ida.page.get_by_label("Neues, wo ich folge").select_option("weekly")
    ida.press("Speichern")
    expect(ida.page.get_by_label("Neues, wo ich folge")).to_have_value("weekly")
    ida.page.get_by_label("Neues, wo ich folge").select_option("daily")
    ida.press("Speichern")
    ida.open("/mitteilungen/")
    ida.sees("Anmelden")


def leave(ida: Person, digest: EmailMessage) -> None:
    """By the button behind the link of the mail, or by the mail program's own."""
    end = link_to("abmelden", digest)
    ida.open(end)
    ida.sees("Ja, abbestellen")
    if ida.has_scripts:
        ida.press("Ja, abbestellen")
        ida.sees("Sie bekommen davon keine Mail mehr")
    else:
        assert digest["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert one_click(str(digest["List-Unsubscribe"]).strip("<>")) == 200
    ida.open(end)
    ida.sees("Das ist schon erledigt.")


def one_click(address: str) -> int:
    """As a mail program does it: no cookie, no origin (RFC 8058)."""
    end = urlsplit(address)
    program = HTTPConnection(end.netloc)
    program.request("POST", end.path, b"List-Unsubscribe=One-Click")
    return program.getresponse().status


def link_to(what: str, mail: EmailMessage) -> str:
    found = set(re.findall(rf"http://localhost:\d+/mitteilungen/{what}/\S+", text_of(mail)))
    assert len(found) == 1, found
    return str(found.pop())


def test_the_bell_rings_until_it_is_looked_at(live: Live, visitor: Callable[[], Person]) -> None:
    with live.inside():
        account = make_account("Max Steg")
        token = open_session(account, "Probe", 30)
        own = make_post(author=actor_of(account), text=NEWS)
        make_post(own.thread, parent=own, text=REPLY)
    live.end_undo_time()
    live.settle()
    reader = visitor()
    reader.page.context.add_cookies([{"name": COOKIE, "value": token, "url": live.address}])
    count = reader.page.locator(".df-bell__n")

    reader.open("/beteiligung/")
    expect(count).to_have_text("2")  # the own post is released, and somebody replied
    reader.page.get_by_role("link", name="2 neue Mitteilungen").click()
    reader.look()
    reader.sees(REPLY)
    reader.open("/beteiligung/")
    expect(count).to_have_count(0)
