"""Mails that come back stop further ones to that address, and nobody can forge one."""

import mailbox
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from beteiligung.discussion.models import POST_KEY
from kern import clock, notify, outbox
from kern.accounts.models import Party
from kern.clock import now
from kern.config import ROOT, SettingError, Settings
from kern.content import Ref
from kern.db import db
from kern.mail.dsn import TOKEN, Failure, Kind
from kern.notify import NoticeKind, bounces
from kern.notify.bounces import Taken
from kern.notify.models import Bounce
from kern.notify.telling import ONE_MAIL
from kern.outbox import OutboxEntry, State
from kern.town import Town
from kern.worker import drain, figures
from portal.betrieb.bounces import take_mailbox
from tests.builders import make_party, make_post
from tests.kern.test_dsn import raw
from tests.smtp_server import Inbox, smtp_server

pytestmark = pytest.mark.usefixtures("town")

ANNA = "anna.muster@see.example"


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with smtp_server() as inbox:
        yield inbox


@pytest.fixture
def posting(settings: Settings, inbox: Inbox) -> Settings:
    return replace(
        settings,
        smtp_host="127.0.0.1",
        smtp_port=inbox.port,
        smtp_tls="none",
        bounce_address="zurueck+{id}@{host}",
    )


def send_one(posting: Settings, email: str = ANNA) -> int:
    """A mail that has left for Anna; returns her party."""
    party = db.session.scalar(select(Party).where(Party.email == email)) or make_party(email=email)
    party_id, post = party.id, make_post()
    ref = Ref(POST_KEY, post.id)
    what = "beteiligung.neuer_beitrag"
    notify.tell(party_id, NoticeKind.FATE, ref, f"{ref}:probe", what=what)
    db.session.commit()
    drain(posting)
    return party_id


def returned(inbox: Inbox, name: str = "exim") -> bytes:
    """The last mail comes back, as that kind of server would send it."""
    id_ = str(inbox.mails[-1][1]["Message-ID"]).strip("<>").partition("@")[0]
    number, _, signature = id_.partition(".")
    text = raw(name).decode().replace("41.", f"{number}.")
    return text.replace("0123456789abcdef" * 2, signature).encode()


def stopped() -> list[str]:
    db.session.rollback()
    query = select(Bounce.address).where(Bounce.stopped_at.is_not(None))
    return list(db.session.scalars(query))


def take(data: bytes) -> Taken:
    taken = bounces.take(data)
    db.session.commit()
    return taken


def test_an_address_that_does_not_exist_gets_no_second_mail(
    posting: Settings, inbox: Inbox
) -> None:
    send_one(posting)
    assert take(returned(inbox)) is Taken.STOPPED
    assert stopped() == [ANNA]
    send_one(posting)

    assert len(inbox.mails) == 1
    assert [entry.state for entry in entries()] == [State.DONE, State.SKIPPED]
    assert entries()[-1].error == "bounced"
    assert figures().troubled_mails == 0


def entries() -> list[OutboxEntry]:
    query = select(OutboxEntry).where(OutboxEntry.name == ONE_MAIL).order_by(OutboxEntry.id)
    return list(db.session.scalars(query))


def test_a_mail_somebody_waits_for_is_sent_all_the_same(posting: Settings, inbox: Inbox) -> None:
    party = send_one(posting)
    take(returned(inbox))
    outbox.mail("notify.einstellungen", f"party:{party}", event="choose")
    db.session.commit()
    drain(posting)
    assert [str(one["Subject"]) for _, one in inbox.mails][1:] == ["Ihre Mitteilungen einstellen"]


@pytest.mark.parametrize("name", ["qmail", "exchange", "exchange_alt"])
def test_the_message_id_alone_tells_which_mail_it_was(
    posting: Settings, inbox: Inbox, name: str
) -> None:
    send_one(replace(posting, bounce_address=""))
    assert take(returned(inbox, name)) is Taken.STOPPED
    assert stopped() == [ANNA]


def test_a_forwarded_mail_stops_the_address_we_wrote_to(posting: Settings, inbox: Inbox) -> None:
    send_one(posting, "vorstand@verein.example")
    assert take(returned(inbox)) is Taken.STOPPED  # the report speaks of Anna
    assert stopped() == ["vorstand@verein.example"]


def test_a_full_mailbox_stops_after_several_mails_only(posting: Settings, inbox: Inbox) -> None:
    for number in range(bounces.MOST):
        assert stopped() == []
        send_one(posting)
        taken = take(returned(inbox, "postfix_voll"))
        assert take(returned(inbox, "postfix_voll")) is not Taken.UNKNOWN  # the same once more
        assert taken is (Taken.STOPPED if number == bounces.MOST - 1 else Taken.COUNTED)
    assert stopped() == [ANNA]


def test_failures_long_ago_do_not_count() -> None:
    full = Failure(ANNA, Kind.FAILED, "5.2.2")
    for number in range(3 * bounces.MOST):
        with clock.at(now() + timedelta(days=31 * number)):
            bounces.note(ANNA, full, number)
    assert stopped() == []


def test_a_forged_report_silences_nobody(posting: Settings, inbox: Inbox) -> None:
    """Bernd knows the token of his own mail, and that of Anna's has a number."""
    send_one(posting)
    hers = returned(inbox)
    send_one(posting, "bernd@see.example")
    his = returned(inbox)
    number, signature = token_in(hers)
    bent = signature[:-1] + ("0" if signature[-1] != "0" else "1")
    forged = [
        hers.replace(signature.encode(), bent.encode()),
        his.replace(f"{token_in(his)[0]}.".encode(), f"{number}.".encode()),
    ]
    assert [take(one) for one in forged] == [Taken.UNKNOWN, Taken.UNKNOWN]
    assert ANNA.encode() in his  # her name beside his own token silences him
    assert take(his) is Taken.STOPPED
    assert stopped() == ["bernd@see.example"]


def token_in(data: bytes) -> tuple[str, str]:
    found = TOKEN.search(data.decode())
    assert found is not None
    return found[1], found[2]


def test_a_report_of_a_mail_of_long_ago_is_unknown(posting: Settings, inbox: Inbox) -> None:
    send_one(posting)
    report = returned(inbox)
    db.session.delete(entries()[0])
    db.session.commit()
    assert take(report) is Taken.UNKNOWN


def test_the_server_of_the_address_may_say_so_at_once(posting: Settings, inbox: Inbox) -> None:
    inbox.refuse = lambda _address: "550 5.1.1 User unknown"
    send_one(posting)
    assert stopped() == [ANNA]
    assert entries()[0].state == State.DEAD


def test_a_relay_that_refuses_everybody_stops_nobody(posting: Settings, inbox: Inbox) -> None:
    inbox.refuse = lambda _address: "554 5.7.1 Relay access denied"
    send_one(posting)
    assert stopped() == []


def test_where_reports_go_stands_in_the_envelope_and_nowhere_else(
    posting: Settings, inbox: Inbox
) -> None:
    send_one(posting)
    id_ = str(inbox.mails[0][1]["Message-ID"]).strip("<>").partition("@")[0]
    assert inbox.senders == [f"zurueck+{id_}@localhost"]
    assert "zurueck" not in str(inbox.mails[0][1])


def test_a_bounce_address_must_be_one() -> None:
    for wrong in (
        "kein-at",
        "a b@see.example",
        "zurueck+{id}@{ort}",
        "x" * 40 + "+{id}@see.example",
    ):
        with pytest.raises(SettingError, match="bounce_address"):
            Settings(bounce_address=wrong)


# Ways in


@pytest.mark.parametrize("kind", ["maildir", "mbox"])
def test_a_mailbox_is_read_and_only_reports_leave_it(
    app: Flask, posting: Settings, inbox: Inbox, tmp_path: Path, kind: str
) -> None:
    send_one(posting)
    path = tmp_path / "rueckpost"
    with opened(path, kind) as box:
        for data in (returned(inbox), raw("abwesend"), raw("exim")):
            box.add(data)
    db.session.remove()

    assert take_mailbox(app, path) == 1
    assert take_mailbox(app, path) == 0
    assert stopped() == [ANNA]
    with opened(path, kind) as left:
        assert sorted(str(one["Subject"])[:11] for one in left) == ["Automatisch", "Mail delive"]


def opened(path: Path, kind: str) -> closing[Any]:
    return closing(mailbox.Maildir(path) if kind == "maildir" else mailbox.mbox(path))


def test_a_missing_mailbox_is_no_reason_to_stop(app: Flask, tmp_path: Path) -> None:
    assert take_mailbox(app, tmp_path / "gibt-es-nicht") == 0


@pytest.mark.slow
def test_a_mail_server_pipes_a_report_in(
    settings: Settings, posting: Settings, inbox: Inbox, town: Town
) -> None:
    send_one(posting)
    report = returned(inbox)
    db.session.remove()
    env = {"DORFLINDE_DATA": str(settings.data), "DORFLINDE_DATABASE": settings.database}
    done = subprocess.run(
        [sys.executable, "-m", "portal.betrieb", "bounce"],
        input=report,
        capture_output=True,
        cwd=ROOT,
        env={**env, "PATH": ""},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"geht nichts mehr" in done.stdout
    assert b"anna" not in done.stdout
    assert stopped() == [ANNA]


# Ways back


def test_a_link_used_after_the_stop_proves_that_mails_arrive() -> None:
    sent_before = now() - timedelta(minutes=1)
    bounces.note(ANNA, Failure(ANNA, Kind.GONE, "5.1.1"), 1)
    assert not bounces.proved(ANNA, sent_before)
    assert bounces.proved(ANNA, now() + timedelta(minutes=1))


def test_addresses_of_nobody_are_forgotten_after_a_month() -> None:
    make_party(email=ANNA)
    gone = Failure("", Kind.GONE, "5.1.1")
    bounces.note(ANNA, gone, 1)
    bounces.note("fremd@see.example", gone, 2)
    db.session.flush()
    bounces.forget(now(), now() + timedelta(days=31))
    assert list(db.session.scalars(select(Bounce.address))) == [ANNA]
