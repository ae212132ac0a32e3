"""The mails of notices: text and HTML say the same, they end with one click, nobody bends them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest

from beteiligung.discussion.models import THREAD_KEY
from kern import clock
from kern import settings as town_settings
from kern.accounts.models import Party
from kern.accounts.permissions import Role
from kern.config import Settings
from kern.content import Ref
from kern.db import db
from kern.mail import Mail
from kern.notify import Frequency, NoticeKind
from kern.notify.preferences import choose
from kern.worker import drain
from tests.builders import make_actor, make_post, make_thread
from tests.kern.test_digests import MONDAY, digests_to, follower, next_day, party_of, tick
from tests.sent import mails
from tests.smtp_server import smtp_server

pytestmark = pytest.mark.usefixtures("town")

SIGN = re.compile(r"[\wäöüß]+", re.IGNORECASE)


@pytest.fixture(autouse=True)
def monday(town: object) -> Iterator[None]:
    with clock.at(MONDAY):
        tick()
        yield


def words_of_text(mail: Mail) -> list[str]:
    without_links = re.sub(r"https?://\S+", " ", mail.text)
    return SIGN.findall(mail.subject + " " + without_links)


def words_of_html(mail: Mail) -> list[str]:
    body = re.sub(r"(?s)<head>.*?</head>", "", mail.html)
    words = unescape(re.sub(r"<[^>]*>", " ", body))
    return SIGN.findall(re.sub(r"https?://\S+", " ", words))


def links(text: str) -> list[str]:
    return sorted(set(re.findall(r"https?://[^\s\"<>]+", unescape(text))))


def a_digest(settings: Settings, **values: object) -> Mail:
    thread = make_thread()
    me = follower(Ref(THREAD_KEY, thread.id))
    db.session.get_one(Party, party_of(me)).language = str(values.get("language", "de"))
    make_post(thread, text='Zwei "Absätze" & ein <b>Zeichen</b>.\n\n- einer\n- noch einer')
    with next_day(settings):
        (mail,) = digests_to(me)
    return mail


@pytest.mark.parametrize("language", ["de", "en"])
def test_text_and_html_say_the_same_with_the_same_links(settings: Settings, language: str) -> None:
    mail = a_digest(settings, language=language)
    assert words_of_html(mail) == words_of_text(mail)
    assert links(mail.html) == links(mail.text)
    assert "&amp;" in mail.html
    assert "<b>Zeichen" not in mail.html


def test_a_single_notice_says_the_same_in_both(settings: Settings) -> None:
    author = make_actor(Role.CITIZEN)
    choose(party_of(author), {NoticeKind.REPLY: Frequency.AT_ONCE}, clock.now())
    post = make_post(author=author)
    make_post(post.thread, parent=post, text="Eine Antwort.")
    (mail,) = mails("notify.eine")
    assert words_of_html(mail) == words_of_text(mail)
    assert "Eine Antwort." in mail.text


def test_a_digest_comes_in_the_towns_name_and_ends_with_one_click(settings: Settings) -> None:
    town_settings.change({"name": "Lindenau am See", "sender_name": "Mitreden in Lindenau"})
    thread = make_thread()
    follower(Ref(THREAD_KEY, thread.id))
    make_post(thread)
    with smtp_server() as inbox:
        posting = replace(settings, smtp_host="127.0.0.1", smtp_port=inbox.port, smtp_tls="none")
        with next_day(posting):
            pass
        found = [one for _, one in inbox.mails if one["List-Unsubscribe-Post"]]
    digest = found[-1]
    assert digest["From"].addresses[0].display_name == "Mitreden in Lindenau"
    assert digest["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = str(digest["List-Unsubscribe"])
    assert re.fullmatch(r"<https?://[^<>\s]+/mitteilungen/abmelden/[0-9a-z.]+>", link)
    body = digest.get_body(("plain",))
    assert body is not None
    assert link.strip("<>") in body.get_content()


@pytest.mark.parametrize("title", ["Hallo\r\nBcc: boese@see.example", "=?utf-8?q?=0aBcc:_x?="])
def test_a_title_adds_no_header(settings: Settings, title: str) -> None:
    thread = make_thread()
    thread.title = title
    follower(Ref(THREAD_KEY, thread.id))
    make_post(thread)
    with smtp_server() as inbox:
        posting = replace(settings, smtp_host="127.0.0.1", smtp_port=inbox.port, smtp_tls="none")
        with next_day(posting):
            pass
    assert all(one["Bcc"] is None for _, one in inbox.mails)
    assert all(len(to) == 1 for to, _ in inbox.mails)


def test_the_log_names_nobody(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    thread = make_thread()
    me = follower(Ref(THREAD_KEY, thread.id))
    address = db.session.get_one(Party, party_of(me)).email or ""
    make_post(thread)
    with smtp_server() as inbox:
        inbox.answer = lambda _envelope: "550 5.1.1 no"
        posting = replace(settings, smtp_host="127.0.0.1", smtp_port=inbox.port, smtp_tls="none")
        with next_day(posting):
            drain(posting)
    assert "notify.tagespost" in caplog.text
    assert address not in caplog.text
    assert address.partition("@")[0] not in caplog.text
