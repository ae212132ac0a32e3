"""The worker: what is noted gets done, once, whatever breaks on the way."""

import logging
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import Envelope
from sqlalchemy import delete, select, update

from beteiligung.discussion.models import POST_KEY, THREAD_KEY
from kern import mail, notify, outbox
from kern.audit import AuditEntry
from kern.clock import now
from kern.config import Settings
from kern.content import Ref
from kern.db import db
from kern.mail import Mail, MailKind
from kern.outbox import Fact, OutboxEntry, State
from kern.scope import SCOPE_KEY, Act, Scope, Window, replace_windows
from kern.search import IndexBusy
from kern.town import Town
from kern.worker import Drained, Pace, drain, facts, figures, lease, retry, retry_all, ticks
from tests import copies
from tests.builders import make_party, make_post
from tests.smtp_server import Inbox, smtp_server

log = logging.getLogger(__name__)

KILLS = int(os.environ.get("DORFLINDE_TEST_KILLS", "50"))  # by hand more: 200 take two minutes
PROBE = Path(__file__).with_name("worker_probe.py")


def build(payload: Mapping[str, Any]) -> Mail | None:
    if payload.get("fault"):
        raise KeyError("gone")
    if payload.get("pointless"):
        return None
    name = str(payload["recipient"]).replace(":", "-")
    return Mail(f"{name}@lindenau.example", "Betreff", "Text", "<p>Text</p>")


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with smtp_server() as inbox:
        yield inbox


@pytest.fixture
def posting(settings: Settings, inbox: Inbox, town: Town) -> Settings:
    """A town whose operator has named a mail server."""
    mail.fill(
        [MailKind("probe", "Probe", build), MailKind("once", "Probe", build, resend_unclear=False)]
    )
    return with_server(settings, inbox.port)


@pytest.fixture
def heard() -> Iterator[list[tuple[str, int, str]]]:
    """What a subscriber of facts hears."""
    kept = list(facts._subscribers)
    found: list[tuple[str, int, str]] = []
    facts._subscribers[:] = [found.extend]
    yield found
    facts._subscribers[:] = kept


def with_server(settings: Settings, port: int) -> Settings:
    return replace(settings, smtp_host="127.0.0.1", smtp_port=port, smtp_tls="none")


def note_mail(recipient: str = "account:1", template: str = "probe", **payload: Any) -> None:
    outbox.mail(template, recipient, event="e", **payload)
    db.session.commit()


def entries() -> list[OutboxEntry]:
    db.session.expire_all()
    return list(db.session.scalars(select(OutboxEntry).order_by(OutboxEntry.id)))


def the_entry() -> OutboxEntry:
    (entry,) = entries()
    return entry


def make_due() -> None:
    past = now() - timedelta(seconds=1)
    db.session.execute(update(OutboxEntry).values(not_before=past, leased_until=past))
    db.session.commit()


def leave_in_window() -> None:
    """As a worker leaves it that was killed while it sent."""
    (job,) = lease.take("mail", 1, "killed", timedelta(minutes=5))
    assert lease.begin_sending(job, "killed")
    make_due()


# Mails


def test_a_mail_is_sent_once_and_is_done(posting: Settings, inbox: Inbox) -> None:
    note_mail()
    note_mail()  # the same event and recipient

    assert drain(posting) == Drained(mails=1)
    assert drain(posting) == Drained()
    assert [to for to, _ in inbox.mails] == [["account-1@lindenau.example"]]
    assert the_entry().state == State.DONE


def test_a_mail_waits_for_its_time(posting: Settings, inbox: Inbox) -> None:
    outbox.mail("probe", "account:1", event="e", not_before=now() + timedelta(seconds=30))
    db.session.commit()

    assert drain(posting) == Drained()
    assert outbox.cancel_mails("e") == 1


def test_a_pointless_mail_is_done_without_being_sent(posting: Settings, inbox: Inbox) -> None:
    note_mail(pointless=True)

    assert drain(posting) == Drained(mails=1)
    assert inbox.mails == []


def test_without_a_mail_server_mails_are_held_and_go_out_when_there_is_one(
    posting: Settings, settings: Settings, inbox: Inbox
) -> None:
    note_mail()

    assert drain(settings) == Drained(held=1)
    assert the_entry().state == State.HELD
    assert figures().held_mails == 1
    assert drain(posting) == Drained(mails=1)
    assert len(inbox.mails) == 1


def test_an_unknown_kind_of_mail_is_dead_and_not_a_loop(posting: Settings, inbox: Inbox) -> None:
    note_mail(template="gibt-es-nicht")
    note_mail()

    assert drain(posting) == Drained(mails=1, failed=1)
    assert [entry.state for entry in entries()] == [State.DEAD, State.DONE]


def test_a_refusal_for_good_is_dead_at_once(posting: Settings, inbox: Inbox) -> None:
    inbox.answer = lambda _envelope: "550 no such user"
    note_mail()

    assert drain(posting) == Drained(failed=1)
    assert (the_entry().state, the_entry().error) == (State.DEAD, "smtp 550")


def test_a_refusal_for_now_comes_back_later_and_later(posting: Settings, inbox: Inbox) -> None:
    inbox.answer = lambda _envelope: "451 later"
    note_mail()
    pauses = []
    for _ in range(lease.MAX_ATTEMPTS):
        drain(posting)
        pauses.append((the_entry().not_before - now()).total_seconds())
        make_due()

    assert 5 < pauses[0] < 15
    assert all(4 * later > earlier for earlier, later in pairwise(pauses[:-1]))
    assert the_entry().state == State.DEAD


def test_a_fault_in_a_template_is_tried_again_and_dies_in_the_end(
    posting: Settings, inbox: Inbox
) -> None:
    note_mail(fault=True)
    for _ in range(lease.MAX_ATTEMPTS):
        drain(posting)
        make_due()

    assert (the_entry().state, the_entry().error) == (State.DEAD, "write KeyError")


def test_while_the_server_is_down_one_mail_is_charged_and_none_is_lost(
    posting: Settings, settings: Settings, inbox: Inbox
) -> None:
    for number in range(5):
        note_mail(f"account:{number}")

    assert drain(with_server(settings, 1)) == Drained(failed=1)
    assert Counter(entry.attempts for entry in entries()) == {0: 4, 1: 1}
    make_due()
    assert drain(posting) == Drained(mails=5)


def test_after_a_crash_in_the_window_a_mail_is_sent_again_under_its_id(
    posting: Settings, inbox: Inbox
) -> None:
    note_mail()
    leave_in_window()
    drain(posting)
    sent_once = inbox.ids[0]
    db.session.execute(update(OutboxEntry).values(state=State.OPEN))
    db.session.commit()
    leave_in_window()
    drain(posting)

    assert inbox.ids == [sent_once, sent_once]


def test_after_a_crash_a_mail_that_must_not_double_is_reported(
    posting: Settings, inbox: Inbox
) -> None:
    note_mail(template="once")
    leave_in_window()

    assert drain(posting) == Drained(failed=1)
    assert the_entry().state == State.UNCLEAR
    assert inbox.mails == []
    assert figures().troubled_mails == 1


def test_a_connection_lost_while_sending_is_unclear(posting: Settings, inbox: Inbox) -> None:
    def hang_up(_envelope: Envelope) -> str:
        raise ConnectionResetError

    inbox.answer = hang_up
    note_mail(template="once")
    drain(posting)

    assert the_entry().state in {State.UNCLEAR, State.OPEN}  # a polite server says 4xx or 5xx
    assert inbox.mails == []


def test_a_worker_that_lost_its_lease_neither_sends_nor_writes(
    posting: Settings, inbox: Inbox
) -> None:
    note_mail()
    (job,) = lease.take("mail", 1, "slow", timedelta(minutes=5))
    make_due()
    drain(posting)

    assert not lease.begin_sending(job, "slow")
    lease.park([job], "slow", State.DEAD, "late")
    assert the_entry().state == State.DONE


def test_a_person_can_try_again(posting: Settings, inbox: Inbox) -> None:
    inbox.answer = lambda _envelope: "550 no"
    note_mail()
    note_mail("account:2")
    drain(posting)
    inbox.answer = lambda _envelope: "250 OK"

    assert retry(entries()[0].id)
    db.session.commit()
    assert not retry(entries()[0].id)
    assert retry_all() == 1
    db.session.commit()
    assert drain(posting) == Drained(mails=2)


# Facts


def test_facts_are_passed_on_in_one_batch(
    town: Town, settings: Settings, heard: list[tuple[str, int, str]]
) -> None:
    outbox.note("beteiligung.post", 7, Fact.HIDDEN)
    outbox.note("beteiligung.post", 8)
    db.session.commit()
    assert outbox.masked() == {("beteiligung.post", 7)}

    assert drain(settings) == Drained(facts=2)
    assert heard == [("beteiligung.post", 7, "hidden"), ("beteiligung.post", 8, "changed")]
    assert outbox.masked() == set()


def test_one_broken_thing_does_not_hold_up_the_others(town: Town, settings: Settings) -> None:
    kept = list(facts._subscribers)

    def stumble(batch: list[tuple[str, int, str]]) -> None:
        if any(id_ == 3 for _, id_, _ in batch):
            raise ValueError("broken")

    facts._subscribers[:] = [stumble]
    for number in range(6):
        outbox.note("x", number, Fact.HIDDEN)
    db.session.commit()
    try:
        assert drain(settings) == Drained(facts=5)
    finally:
        facts._subscribers[:] = kept

    assert outbox.masked() == {("x", 3)}
    assert [entry.content_id for entry in entries() if entry.state == State.OPEN] == [3]


def test_a_busy_index_costs_no_attempt(town: Town, settings: Settings) -> None:
    kept = list(facts._subscribers)

    def busy(_batch: list[tuple[str, int, str]]) -> None:
        raise IndexBusy

    facts._subscribers[:] = [busy]
    outbox.note("x", 1)
    db.session.commit()
    try:
        drain(settings)
    finally:
        facts._subscribers[:] = kept

    assert (the_entry().state, the_entry().attempts) == (State.OPEN, 0)


# The clock


def test_a_tick_covers_the_time_since_the_last_one(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    spans: list[tuple[datetime, datetime]] = []

    def note_span(since: datetime, until: datetime) -> bool:
        spans.append((since, until))
        return True

    monkeypatch.setattr(ticks, "_ticks", [])
    ticks.on_tick(note_span)
    ticks.on_tick(note_span)
    start = now()
    for minutes in (0, 1, 3):
        ticks.tick(start + timedelta(minutes=minutes))

    assert [until - start for _, until in spans] == [timedelta(minutes=m) for m in (0, 1, 3)]
    assert [since for since, _ in spans[1:]] == [until for _, until in spans[:-1]]


def test_a_tick_that_fails_is_run_again_over_the_same_time(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[datetime] = []

    def fail_once(since: datetime, until: datetime) -> bool:
        seen.append(since)
        if len(seen) == 2:
            raise ValueError("broken")
        return True

    monkeypatch.setattr(ticks, "_ticks", [])
    ticks.on_tick(fail_once)
    start = now()
    for minutes in (0, 1, 2):
        ticks.tick(start + timedelta(minutes=minutes))

    assert seen[1:] == [start, start]


def test_a_phase_that_begins_or_ends_makes_its_pages_old(town: Town) -> None:
    scope = Scope(kind="project", slug="p", title="P", path="/p")
    db.session.add(scope)
    db.session.flush()
    start = now()
    window = Window(
        act=Act.DISCUSS,
        opens_at=start + timedelta(minutes=2),
        closes_at=start + timedelta(minutes=5),
    )
    replace_windows(scope.id, [window])
    db.session.commit()
    key, seen = f"{SCOPE_KEY}:{scope.id}", []
    for minutes in range(8):
        ticks.tick(start + timedelta(minutes=minutes))
        seen.append(outbox.revisions(key)[0])

    assert seen == [0, 0, 1, 1, 1, 2, 2, 2]


def test_delivered_mails_and_old_records_expire(posting: Settings, inbox: Inbox) -> None:
    note_mail()
    drain(posting)
    note_mail("account:2")
    db.session.add(AuditEntry(act="alt", at=now() - timedelta(days=731)))
    db.session.add(AuditEntry(act="neu"))
    db.session.commit()

    ticks.tick(now() + timedelta(days=29))
    assert len(entries()) == 2
    ticks.tick(now() + timedelta(days=31))

    assert [entry.state for entry in entries()] == [State.OPEN]
    assert db.session.scalars(select(AuditEntry.act)).all() == ["neu"]


# Crashes and crowds


def write_mails(settings: Settings, template: str, count: int) -> None:
    for number in range(count):
        outbox.mail(template, f"account-{number}", event=template)
    db.session.commit()


def probe(settings: Settings, port: int, kills: int, told: Path | None = None) -> copies.Copy:
    words = [str(PROBE), str(settings.data), str(port), str(kills)]
    return copies.start(words, {**os.environ, "DORFLINDE_DATABASE": settings.database}, told)


def announce_to_followers(count: int) -> None:
    """A post of the day before yesterday that nobody has been told of: each of these people waits
    for one digest."""
    post = make_post()
    thread = Ref(THREAD_KEY, post.thread_id)
    for _ in range(count):
        notify.follow(make_party().id, thread)
    db.session.execute(delete(OutboxEntry))
    then = now() - timedelta(days=2)
    ref, what = Ref(POST_KEY, post.id), "beteiligung.neuer_beitrag"
    notify.announce(ref, what, within=[thread], not_before=then)
    db.session.commit()


@pytest.mark.slow
def test_kills_lose_no_mail_and_double_only_in_the_window(
    town: Town, settings: Settings, inbox: Inbox, tmp_path: Path
) -> None:
    """Followers looked up and digests made on the way as well."""
    announce_to_followers(KILLS)
    write_mails(settings, "probe.again", 3 * KILLS)
    write_mails(settings, "probe.once", KILLS)
    told = tmp_path / "told"
    assert probe(settings, inbox.port, KILLS, told).wait(60 * KILLS) == 0, told.read_text()
    kills_in_window = int(told.read_text())

    count = Counter(inbox.ids)
    doubled = sum(count.values()) - len(count)
    unclear = [entry.name for entry in entries() if entry.state == State.UNCLEAR]
    subjects = [(to[0], str(message["Subject"])) for to, message in inbox.mails]
    digests = {to for to, subject in subjects if "Am Wasser oder hinter den Schuppen" in subject}
    log.info("%s kills, %s in the window, %s doubled", KILLS, kills_in_window, doubled)
    # Skipped: the digests of moderators whose desk is empty by now.
    assert {entry.state for entry in entries()} <= {State.DONE, State.SKIPPED, State.UNCLEAR}
    assert set(unclear) <= {"probe.once"}
    assert len(digests) == KILLS
    assert 5 * KILLS - len(unclear) <= len(count) <= 5 * KILLS
    assert doubled <= kills_in_window <= KILLS


@pytest.mark.slow
def test_workers_side_by_side_send_every_mail_once(
    town: Town, settings: Settings, inbox: Inbox
) -> None:
    write_mails(settings, "probe.again", 40)
    processes = [probe(settings, inbox.port, 0) for _ in range(2)]

    assert [process.wait(1200) for process in processes] == [0, 0]
    assert Counter(Counter(inbox.ids).values()) == {1: 40}


def test_what_a_crash_left_behind_goes_to_the_end_of_the_line(posting: Settings) -> None:
    """Else a worker that dies again and again meets the same few mails each time, until they have
    used up all their attempts without any fault of theirs."""
    for number in range(3):
        note_mail(f"account:{number}")
    met = []
    for _ in range(9):
        (job,) = lease.take("mail", 1, "killed", timedelta(seconds=-1))
        met.append(job.id)

    assert Counter(met) == dict.fromkeys(met, 3)


def test_a_lease_is_given_to_one(town: Town) -> None:
    outbox.note("x", 1)
    db.session.commit()
    pace = Pace()

    first = lease.take("fact", 10, "one", pace.facts)
    assert len(first) == 1
    assert lease.take("fact", 10, "two", pace.facts) == []
