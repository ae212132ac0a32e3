"""Moderators hear how many wait, the oldest and the way to each, and never of an empty desk."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from kern import clock
from kern.accounts.models import Party
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.config import Settings
from kern.content import Ref
from kern.db import db
from kern.mail import Mail
from kern.moderation import decisions, digest, reports
from kern.moderation.models import CaseKind, CaseVerdict
from kern.moderation.reports import Allegation
from kern.notify import Frequency, NoticeKind
from kern.notify.models import Notice
from kern.notify.preferences import choose
from kern.scope import Scope
from tests.builders import make_actor, make_post, make_scope, make_thread
from tests.kern.desk_cases import case_of, make_waiting, rejected
from tests.kern.test_digests import MONDAY, MORNING, next_day, party_of, tick
from tests.sent import mails

pytestmark = pytest.mark.usefixtures("town")


@pytest.fixture(autouse=True)
def monday(town: object) -> Iterator[None]:
    with clock.at(MONDAY):
        tick()
        yield


def sent_to(actor: Actor, template: str = "notify.tagespost") -> list[Mail]:
    address = db.session.get_one(Party, party_of(actor)).email
    return [mail for mail in mails(template) if mail.to == address]


def test_the_morning_says_how_many_wait_and_leads_to_each(settings: Settings) -> None:
    moderator, citizen = make_actor(Role.MODERATOR), make_actor(Role.CITIZEN)
    posts = [make_waiting(text=f"Geheimer Text {number}") for number in range(2)]
    cases = [case_of(post).id for post in posts]
    with next_day(settings):
        (mail,) = sent_to(moderator)
        assert sent_to(citizen) == []
    assert "2 Fälle warten, der älteste seit 23. November 2026" in mail.text
    assert all(f"/moderation/fall/{case}" in mail.text for case in cases)
    assert "Geheimer Text" not in mail.text
    assert "Geheimer Text" not in mail.html


def test_an_empty_desk_writes_to_nobody(settings: Settings) -> None:
    moderator, post = make_actor(Role.MODERATOR), make_waiting()
    case_id, verdict = case_of(post).id, rejected(case_of(post))
    with next_day(settings):
        assert len(sent_to(moderator)) == 1
        decisions.decide(make_actor(Role.MODERATOR), case_id, verdict)
        assert sent_to(moderator) == []
    with next_day(settings, MORNING + timedelta(days=1)):
        assert sent_to(moderator) == []


def test_whoever_moderates_one_project_hears_of_that_alone(settings: Settings) -> None:
    scope_id = make_scope().id
    moderator = make_actor(Role.MODERATOR, scope_id=scope_id)
    make_waiting()
    with next_day(settings):
        assert sent_to(moderator) == []
    make_waiting(thread=make_thread(db.session.get_one(Scope, scope_id)))
    with next_day(settings, MORNING + timedelta(days=1)):
        assert "Ein Fall wartet" in sent_to(moderator)[0].text


def test_at_once_is_one_mail_an_hour(settings: Settings) -> None:
    moderator = make_actor(Role.MODERATOR)
    choose(party_of(moderator), {NoticeKind.DESK: Frequency.AT_ONCE}, clock.now())
    for minutes in (1, 2, 3):
        with clock.at(MONDAY + timedelta(minutes=minutes)):
            make_waiting()
            digest.tell_at_once(MONDAY + timedelta(minutes=minutes - 1), clock.now())
    assert len(sent_to(moderator, "notify.stand")) == 1
    assert "3 Fälle warten" in sent_to(moderator, "notify.stand")[0].text


def test_a_reporter_with_a_login_is_told_what_became_of_it(settings: Settings) -> None:
    reporter, post = make_actor(Role.CITIZEN), make_post()
    note = reports.report(reporter, Ref("beteiligung.post", post.id), Allegation(1))
    case = case_of(post, CaseKind.REPORT)
    verdict = decisions.Decision(CaseVerdict.HIDE, case.revision, 3, "Beleidigung.")
    decisions.decide(make_actor(Role.MODERATOR), case.id, verdict)
    receipt = note.receipt or ""
    query = select(Notice.kind).where(Notice.party_id == reporter.party_id)
    assert db.session.scalars(query).all() == [NoticeKind.CASE]
    with next_day(settings):
        (mail,) = sent_to(reporter)
    assert "nicht mehr öffentlich" in mail.text
    assert f"/melden/nummer/{receipt}" in mail.text


def test_what_a_moderator_takes_back_no_reporter_hears_of() -> None:
    reporter, moderator, post = make_actor(Role.CITIZEN), make_actor(Role.MODERATOR), make_post()
    reports.report(reporter, Ref("beteiligung.post", post.id), Allegation(1))
    case = case_of(post, CaseKind.REPORT)
    verdict = decisions.Decision(CaseVerdict.FINE, case.revision)
    decisions.decide(moderator, case.id, verdict)
    decisions.take_back(moderator, case.id)
    query = select(Notice.id).where(Notice.party_id == reporter.party_id)
    assert db.session.scalars(query).all() == []
