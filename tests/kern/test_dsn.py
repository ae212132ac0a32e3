"""Mails that come back: what each kind of mail server says, and what is no such mail at all."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kern.mail.dsn import Failure, Kind, kind_of, read

FOLDER = Path(__file__).with_name("bounces")
MAC = "0123456789abcdef" * 2


def raw(name: str) -> bytes:
    text = (FOLDER / f"{name}.eml").read_text(encoding="utf-8")
    return text.replace("{mac}", MAC).replace("\n", "\r\n").encode()


@pytest.mark.parametrize(
    ("name", "failure"),
    [
        ("exim", Failure("anna.muster@see.example", Kind.GONE, "5.1.1")),
        ("qmail", Failure("anna.muster@see.example", Kind.GONE, "5.1.1")),
        ("gmx", Failure("anna.muster@gmx.example", Kind.GONE, "5.0.0")),
        ("exchange", Failure("anna.muster@see.example", Kind.GONE, "5.1.10")),
        ("exchange_alt", Failure("anna.muster@see.example", Kind.GONE, "5.1.1")),
        ("google", Failure("anna.muster@gmail.example", Kind.GONE, "5.1.1")),
        ("postfix_voll", Failure("anna.muster@see.example", Kind.FAILED, "5.2.2")),
        ("spam", Failure("anna.muster@see.example", Kind.FAILED, "5.7.1")),
    ],
)
def test_each_server_is_understood(name: str, failure: Failure) -> None:
    report = read(raw(name))
    assert report is not None
    assert list(report.failures) == [failure]
    assert (41, MAC) in report.tokens


@pytest.mark.parametrize("name", ["postfix_spaeter", "abwesend", "mensch"])
def test_delays_absences_and_people_are_no_failure(name: str) -> None:
    assert read(raw(name)) is None


def test_a_plain_mail_is_no_failure() -> None:
    assert read(b"From: anna@see.example\r\nSubject: Hallo\r\n\r\nGuten Tag") is None
    assert read(b"") is None


@pytest.mark.parametrize(
    ("code", "text", "kind"),
    [
        ("5.1.1", "", Kind.GONE),
        ("5.2.1", "Mailbox disabled", Kind.GONE),
        ("5.2.2", "Mailbox full", Kind.FAILED),
        ("5.1.1", "Your IP is blocked, see our policy", Kind.FAILED),
        ("4.1.1", "User unknown", Kind.FAILED),
        ("5.0.0", "User unknown", Kind.GONE),
        ("", "550 No such user here", Kind.GONE),
        ("5.7.1", "Relaying denied, user unknown", Kind.FAILED),
        ("5.4.7", "Delivery time expired", Kind.FAILED),
    ],
)
def test_only_what_says_that_nobody_is_there_is_for_good(code: str, text: str, kind: Kind) -> None:
    assert kind_of(code, text) is kind


@given(st.binary(max_size=2000))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    read(data)
    read(b"Content-Type: multipart/report; boundary=a\r\n\r\n--a\r\n" + data)


@pytest.mark.parametrize(
    "body",
    [
        b"<" * 500_000,
        b"a@" * 250_000,
        b"1." * 250_000,
        b"\n>" * 250_000,
        b"From: " + b"(" * 400_000 + b"\r\n\r\n",
        b"Content-Type: multipart/report; boundary=a\r\n\r\n" + b"--a\r\n" * 90_000,
    ],
)
def test_a_monstrous_mail_takes_little_time(body: bytes) -> None:
    begun = time.process_time()
    read(b"From: Mailer-Daemon@see.example\r\nSubject: Undeliverable\r\n\r\n" + body)
    read(body)
    assert time.process_time() - begun < 10
