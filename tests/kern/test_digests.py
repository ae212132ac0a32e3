"""The digest: grouped, newest state only, with the text, in the local morning, never empty or
twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from beteiligung.discussion.models import THREAD_KEY, Outcome, Post
from beteiligung.discussion.service import decisions, threads
from beteiligung.project.rules import PROJECT_KEY
from beteiligung.project.service import events
from kern import clock, notify
from kern.accounts.models import Party
from kern.accounts.permissions import Role
from kern.actor import GUEST, Actor
from kern.calendar import to_local
from kern.config import Settings
from kern.content import Ref
from kern.db import db
from kern.mail import Mail
from kern.notify import Frequency, NoticeKind
from kern.notify.bell import mark_seen, ring
from kern.notify.digests import make_digests
from kern.notify.preferences import choose, next_due
from kern.notify.telling import ANNOUNCED
from kern.outbox import OutboxEntry, State
from kern.scope import Visibility
from kern.town import Town
from kern.worker import drain, ticks
from tests.builders import make_actor, make_post, make_project, make_thread
from tests.sent import mails
from tests.smtp_server import smtp_server

DIGEST = "notify.tagespost"
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)  # 11 o'clock in Germany
MORNING = datetime(2026, 11, 24, 6, tzinfo=UTC)  # 7 o'clock the next day


@pytest.fixture(autouse=True)
def monday(town: Town) -> Iterator[None]:
    with clock.at(MONDAY):
        tick()  # the past is done with
        yield


def tick() -> None:
    """Of the digests alone: the search index has no part in it."""
    ticks._run(ticks._Due(make_digests, ticks.MINUTE), clock.now())


def party_of(actor: Actor) -> int:
    assert actor.party_id is not None
    return actor.party_id


def follower(*refs: Ref) -> Actor:
    """Whoever begins to follow when what is there has been told."""
    db.session.execute(delete(OutboxEntry).where(OutboxEntry.kind == ANNOUNCED))
    actor = make_actor(Role.CITIZEN)
    for ref in refs:
        notify.follow(party_of(actor), ref)
    return actor


def thread_ref(post: Post) -> Ref:
    return Ref(THREAD_KEY, post.thread_id)


@contextmanager
def next_day(settings: Settings, at: datetime = MORNING) -> Iterator[None]:
    """The worker has told the followers and made what is due at this instant."""
    db.session.commit()
    with clock.at(at):
        drain(settings)
        tick()
        drain(settings)
        yield


def made_digests() -> int:
    """For whomever."""
    query = select(func.count()).where(OutboxEntry.name == DIGEST)
    return db.session.scalar(query) or 0


def digests_to(actor: Actor) -> list[Mail]:
    party = db.session.get_one(Party, party_of(actor))
    return [mail for mail in mails(DIGEST) if mail.to == party.email]


def test_a_digest_brings_the_text_itself_grouped_by_thread(settings: Settings) -> None:
    thread, other = make_thread(title="Wo sollen Bänke stehen?"), make_thread(title="Wie breit?")
    me = follower(Ref(THREAD_KEY, thread.id), Ref(THREAD_KEY, other.id))
    make_post(thread, text="Am Ufer.\n\nUnd vor der Schule.")
    make_post(other, text="Zwei Meter.")
    make_post(thread, text="Im Schatten.")

    with next_day(settings):
        (mail,) = digests_to(me)
    assert mail.subject == "3 Neuigkeiten von Unsere Stadt"
    heads = ["Wo sollen Bänke stehen?", "Am Ufer.", "Und vor der Schule.", "Im Schatten."]
    places = [mail.text.index(words) for words in heads]
    assert places == sorted(places)
    assert mail.text.count("Wo sollen Bänke stehen?") == 1
    assert "Zwei Meter." in mail.text


def test_a_digest_is_never_sent_twice_and_never_empty(settings: Settings) -> None:
    post = make_post()
    me = follower(thread_ref(post))
    make_post(post.thread)

    for minutes in (0, 1, 30):
        with next_day(settings, MORNING + timedelta(minutes=minutes)):
            assert len(digests_to(me)) == 1
    with next_day(settings, MORNING + timedelta(days=1)):
        assert len(digests_to(me)) == 1


def test_what_was_seen_in_the_app_is_left_out(settings: Settings) -> None:
    post = make_post()
    me = follower(thread_ref(post))
    make_post(post.thread, text="Gelesen.")
    make_post(post.thread, text="Ungelesen.")
    with next_day(settings, MONDAY + timedelta(hours=1)):
        found = ring(party_of(me))
        assert found.count == 2
        mark_seen(party_of(me), [min(id_ for ids in found.by_ref.values() for id_ in ids)])

    with next_day(settings):
        (mail,) = digests_to(me)
    assert "Ungelesen." in mail.text
    assert "Gelesen." not in mail.text.replace("Ungelesen.", "")


def test_what_is_hidden_when_it_is_sent_is_in_no_mail(settings: Settings) -> None:
    thread = make_thread()
    me = follower(Ref(THREAD_KEY, thread.id))
    post_id = make_post(thread, text="Eine Beleidigung.").id
    with next_day(settings):
        assert "Beleidigung" in digests_to(me)[0].text
        decisions.hide(decisions.get_post(post_id), make_actor(Role.MODERATOR), 3)
        assert digests_to(me) == []


def test_who_may_not_read_a_project_any_more_hears_nothing_of_it(settings: Settings) -> None:
    project = make_project()
    me = follower(Ref(PROJECT_KEY, project.id))
    make_post(make_thread(project.scope), text="Vertraulich.")
    project.scope.visibility = Visibility.INVITED
    with next_day(settings):
        assert digests_to(me) == []


def test_only_the_newest_state_of_a_post_is_told(settings: Settings) -> None:
    author, planner = make_actor(Role.CITIZEN), make_actor(Role.PLANNER)
    choose(party_of(author), {NoticeKind.FATE: Frequency.DAILY}, clock.now())
    post = make_post(author=author)
    for outcome in (Outcome.UNDER_REVIEW, Outcome.ACCEPTED):
        decisions.set_outcome(planner, post, outcome, reason="Passt.", office="Amt")
    with next_day(settings):
        (mail,) = digests_to(author)
    assert "Wird umgesetzt" in mail.text
    assert "Wird geprüft" not in mail.text
    assert "freigegeben" not in mail.text


def test_the_news_of_a_project_are_each_told(settings: Settings) -> None:
    project = make_project()
    me = follower(Ref(PROJECT_KEY, project.id))
    planner = make_actor(Role.PLANNER)
    for title in ("Die Bagger kommen", "Die Bagger sind da"):
        events.add_news(planner, project, title, "Am Montag.")
    with next_day(settings):
        (mail,) = digests_to(me)
    assert "Die Bagger kommen" in mail.text
    assert "Die Bagger sind da" in mail.text


def test_what_comes_weekly_comes_on_monday(settings: Settings) -> None:
    post = make_post()
    me = follower(thread_ref(post))
    choose(party_of(me), {NoticeKind.FOLLOWED: Frequency.WEEKLY}, clock.now())
    make_post(post.thread)
    for days in range(1, 7):
        with next_day(settings, MORNING + timedelta(days=days - 1)):
            assert digests_to(me) == []
    with next_day(settings, MORNING + timedelta(days=6)):
        assert to_local(clock.now()).strftime("%a %H") == "Mon 07"
        assert len(digests_to(me)) == 1


def test_who_wants_none_any_more_gets_none_of_what_waits(settings: Settings) -> None:
    post = make_post()
    me = follower(thread_ref(post))
    make_post(post.thread)
    with next_day(settings):
        assert len(digests_to(me)) == 1
        choose(party_of(me), {NoticeKind.FOLLOWED: Frequency.NEVER}, clock.now())
        assert digests_to(me) == []


def test_digests_that_could_not_leave_become_one(settings: Settings) -> None:
    """No mail server for three days."""
    thread_id = make_thread().id
    me = follower(Ref(THREAD_KEY, thread_id))
    for day in range(3):
        with clock.at(MONDAY + timedelta(days=day)):
            make_post(threads.get_thread_for(GUEST, thread_id), text=f"Beitrag von Tag {day}.")
        with next_day(settings, MORNING + timedelta(days=day)):
            pass
    (mail,) = digests_to(me)
    assert all(f"Tag {day}." in mail.text for day in range(3))


def test_a_digest_reaches_the_mail_server_as_one_mail(settings: Settings) -> None:
    post = make_post()
    follower(thread_ref(post))
    make_post(post.thread, text="Für die Post.")
    with smtp_server() as inbox:
        posting = replace(settings, smtp_host="127.0.0.1", smtp_port=inbox.port, smtp_tls="none")
        for _ in range(2):
            with next_day(posting):
                pass
        bodies = [one.get_body(("plain",)) for _, one in inbox.mails]
        digests = [one for one in bodies if one and "Für die Post." in one.get_content()]
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("written", "due"),
    [
        ("2026-03-28 20:00", "2026-03-29 05:00"),  # the night the clocks go forward
        ("2026-03-29 04:59", "2026-03-29 05:00"),
        ("2026-03-29 05:00", "2026-03-30 05:00"),
        ("2026-10-24 20:00", "2026-10-25 06:00"),  # and back
        ("2026-10-25 01:30", "2026-10-25 06:00"),
        ("2026-10-25 05:30", "2026-10-25 06:00"),
    ],
)
def test_a_digest_is_due_at_seven_also_when_the_clocks_change(written: str, due: str) -> None:
    at, wanted = (datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (written, due))
    assert next_due(Frequency.DAILY, at) == wanted
    assert to_local(wanted).hour == 7


@given(st.integers(min_value=0, max_value=5 * 366 * 24 * 60))
def test_every_morning_is_a_local_seven_and_within_25_hours(minutes: int) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    daily, weekly = next_due(Frequency.DAILY, at), next_due(Frequency.WEEKLY, at)
    assert daily is not None
    assert weekly is not None
    assert at < daily <= at + timedelta(hours=25)
    assert at < weekly <= at + timedelta(days=7, hours=1)
    assert (to_local(weekly).weekday(), to_local(weekly).hour) == (0, 7)


@pytest.mark.parametrize("sunday", [date(2026, 3, 29), date(2026, 10, 25)])
def test_across_a_clock_change_each_day_brings_one_digest(settings: Settings, sunday: date) -> None:
    start = datetime(sunday.year, sunday.month, sunday.day, tzinfo=UTC) - timedelta(days=1)
    with clock.at(start):
        tick()
        thread_id = make_thread().id
        me = follower(Ref(THREAD_KEY, thread_id))
    hours: list[int] = []
    made = sent = 0
    for hour in range(3 * 24):
        at = start + timedelta(hours=hour)
        if hour % 24 == 10:
            with clock.at(at):
                make_post(threads.get_thread_for(GUEST, thread_id))
        with next_day(settings, at):
            pass
        if made_digests() == made:
            continue  # to put all mails into words every hour was most of the time
        made, before, sent = made_digests(), sent, len(digests_to(me))
        if sent > before:
            hours.append(to_local(at).hour)
            _deliver()
    assert hours == [7, 7]


def _deliver() -> None:
    sent = update(OutboxEntry).where(OutboxEntry.name == DIGEST)
    db.session.execute(sent.values(state=State.DONE))
    db.session.commit()
