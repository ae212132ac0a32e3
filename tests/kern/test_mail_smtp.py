"""Mails as messages: nobody can add a header or a recipient, and every server can read them."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kern.config import Settings
from kern.mail import Mail
from kern.mail.smtp import (
    Mailer,
    MailRefused,
    Sender,
    Server,
    mail_host,
    message_id,
    one_line,
    sender_of,
    server_of,
    to_message,
)
from kern.town import Town
from tests.smtp_server import smtp_server

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
SENDER = Sender("mitreden@lindenau.example", "Lindenau am See", "rathaus@lindenau.example")
HEADERS = {
    "from", "to", "reply-to", "subject", "date", "message-id", "auto-submitted", "mime-version",
    "content-type",
}  # fmt: skip

BREAKS = (
    "\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029",
    "\x00", "\r\n ", "\n\t", "\u202e",
)  # fmt: skip
EXTRAS = (
    "Bcc: boese@fremd.example",
    "To: boese@fremd.example",
    "Content-Type: text/html\r\n\r\n<script>alert(1)</script>",
    "Reply-To: boese@fremd.example",
    "\r\nDATA\r\n.\r\nMAIL FROM:<boese@fremd.example>",
    "X: y\r\n\r\nGanz anderer Text",
    "=?utf-8?q?=0d=0aBcc:_boese@fremd.example?=",
)
PAYLOADS = [f"Hallo{break_}{extra}" for break_, extra in product(BREAKS, EXTRAS)]


def town(address: str = "https://mitreden.lindenau.example") -> Town:
    return Town("ort", Path("ort"), frozenset(), address, "sqlite://", b"geheim", "")


def written(mail: Mail, sender: Sender = SENDER) -> EmailMessage:
    """Through the wire format and back, as the recipient's program reads it."""
    raw = to_message(mail, sender, "<1@lindenau.example>", AT).as_bytes()
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def mail(to: str = "ada@lindenau.example", subject: str = "Ihr Beitrag") -> Mail:
    return Mail(to, subject, "Guten Tag", "<p>Guten Tag</p>")


def test_there_are_a_hundred_payloads() -> None:
    assert len(PAYLOADS) >= 100


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_subject_and_a_name_add_no_header(payload: str) -> None:
    message = written(mail(subject=payload), Sender(SENDER.address, payload))

    assert {name.lower() for name in message} <= HEADERS
    assert [a.addr_spec for a in message["To"].addresses] == ["ada@lindenau.example"]
    assert [a.addr_spec for a in message["From"].addresses] == [SENDER.address]
    assert message.get_body(("plain",)).get_content().strip() == "Guten Tag"  # type: ignore[union-attr]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_an_address_that_is_none_is_refused(payload: str) -> None:
    with pytest.raises(MailRefused):
        to_message(mail(to=f"ada@lindenau.example{payload}"), SENDER, "<1@x>", AT)


@given(st.text(max_size=60))
def test_any_text_is_a_subject_of_one_line(text: str) -> None:
    message = written(mail(subject=text))

    assert {name.lower() for name in message} <= HEADERS
    assert "\n" not in one_line(text)


@pytest.mark.parametrize(
    "to",
    [
        "a@b.example, c@d.example",
        "<a@b.example>",
        "a b@c.example",
        "a@",
        "@b.example",
        "a@b@c.example",
    ],
)
def test_one_mail_has_one_recipient(to: str) -> None:
    with pytest.raises(MailRefused):
        to_message(mail(to=to), SENDER, "<1@x>", AT)


@pytest.mark.parametrize("name", ["Bcc", "to", "X\r\nBcc", "Sender", ""])
def test_a_kind_of_mail_may_not_touch_our_headers(name: str) -> None:
    with_header = Mail("a@b.example", "S", "T", "<p>T</p>", {name: "boese@fremd.example"})

    with pytest.raises(MailRefused):
        to_message(with_header, SENDER, "<1@x>", AT)


def test_text_and_html_say_the_same_and_machines_know_it_is_a_machine() -> None:
    long = "Straße ohne Umbruch " * 200
    message = written(Mail("ada@müller.example", "Größe", long, f"<p>{long}</p>"))

    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Reply-To"] == "rathaus@lindenau.example"
    assert message["To"].addresses[0].domain == "xn--mller-kva.example"
    assert message.get_content_type() == "multipart/alternative"
    raw = to_message(Mail("a@b.example", "S", long, long), SENDER, "<1@x>", AT).as_bytes(
        policy=SMTP
    )
    assert max(len(line) for line in raw.splitlines()) <= 998
    assert raw.isascii()


def test_the_message_id_is_the_same_for_every_attempt_and_tells_nothing() -> None:
    key, to = "mail:konto.anmelden:7:account:3", "anna@see.example"
    first = message_id(town(), 9, key, to)

    assert first == message_id(town(), 9, key, to)
    others = [(10, key, to), (9, key.replace("7", "8"), to), (9, key, "bernd@see.example")]
    assert first not in {message_id(town(), *one) for one in others}
    assert first.endswith("@mitreden.lindenau.example>")
    assert "account" not in first


def test_without_own_settings_the_sender_is_the_towns_host() -> None:
    values = {"sender_address": "", "sender_name": "", "name": "Lindenau", "email": ""}

    assert sender_of(town(), values) == Sender("mitreden@mitreden.lindenau.example", "Lindenau")
    assert mail_host(town("http://localhost:8000")) == "localhost"


def test_no_mail_server_is_no_server() -> None:
    assert server_of(Settings()) is None


def test_the_envelope_names_one_recipient() -> None:
    with smtp_server() as inbox, Mailer(Server("127.0.0.1", inbox.port, "", "", "none")) as mailer:
        for number in range(3):
            mailer.connect()
            mailer.send(to_message(mail(subject=f"Nr. {number}"), SENDER, f"<{number}@x>", AT))

    assert [to for to, _ in inbox.mails] == [["ada@lindenau.example"]] * 3
    assert [message["Subject"] for _, message in inbox.mails] == ["Nr. 0", "Nr. 1", "Nr. 2"]
