"""Being told: who hears of what, once, and by which way."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from beteiligung.discussion.models import POST_KEY, THREAD_KEY, Status
from beteiligung.project.rules import PROJECT_KEY
from kern import clock, notify
from kern.accounts.permissions import Role
from kern.actor import GUEST, Actor
from kern.clock import now
from kern.config import Settings
from kern.content import Ref
from kern.db import db
from kern.errors import NotFound
from kern.notify.following import get_followable
from kern.notify.forgetting import forget
from kern.notify.models import Follow, Notice, NoticeKind, Preference
from kern.outbox import OutboxEntry
from kern.scope import ScopeState
from kern.worker import drain
from tests.builders import make_actor, make_party, make_post, make_project, make_thread

pytestmark = pytest.mark.usefixtures("town")

PROBE = "probe"


def party_of(actor: Actor) -> int:
    assert actor.party_id is not None
    return actor.party_id


def notices(party_id: int) -> list[Notice]:
    query = select(Notice).where(Notice.party_id == party_id).order_by(Notice.id)
    return list(db.session.scalars(query))


def mails_to(party_id: int) -> list[str]:
    query = select(OutboxEntry).where(OutboxEntry.kind == "mail").order_by(OutboxEntry.id)
    return [
        entry.name
        for entry in db.session.scalars(query)
        if entry.payload["recipient"] == f"party:{party_id}"
    ]


def prefer(party_id: int, kind: NoticeKind, frequency: notify.Frequency) -> None:
    db.session.add(Preference(party_id=party_id, kind=kind, frequency=frequency))
    db.session.flush()


def tell(party_id: int, kind: NoticeKind = NoticeKind.FATE, event: str = "e") -> None:
    notify.tell(party_id, kind, Ref(POST_KEY, 1), event, what=PROBE)


def test_one_event_is_told_once() -> None:
    me = party_of(make_actor(Role.CITIZEN))
    for _ in range(2):
        tell(me)

    assert len(notices(me)) == 1
    assert mails_to(me) == ["notify.eine"]


def test_what_is_no_hurry_waits_for_the_morning() -> None:
    me = party_of(make_actor(Role.CITIZEN))
    tell(me, NoticeKind.REPLY)

    (notice,) = notices(me)
    assert notice.due_at is not None
    assert now() < notice.due_at <= now() + timedelta(hours=25)
    assert mails_to(me) == []


def test_who_wants_no_mail_finds_it_in_the_app_alone() -> None:
    me = party_of(make_actor(Role.CITIZEN))
    prefer(me, NoticeKind.FATE, notify.Frequency.NEVER)
    tell(me)

    assert [notice.due_at for notice in notices(me)] == [None]
    assert mails_to(me) == []


def test_reasons_come_at_once_whatever_was_chosen() -> None:
    me = party_of(make_actor(Role.CITIZEN))
    prefer(me, NoticeKind.STATEMENT, notify.Frequency.NEVER)
    tell(me, NoticeKind.STATEMENT)

    assert mails_to(me) == ["notify.eine"]


def test_who_has_neither_app_nor_address_is_not_told() -> None:
    paper = make_party(email=None)
    tell(paper.id)

    assert notices(paper.id) == []


def test_what_is_taken_back_in_time_nobody_hears_of() -> None:
    me = party_of(make_actor(Role.CITIZEN))
    tell(me, event="beteiligung.post:7:1:stamp")
    tell(me, event="beteiligung.post:7:12:stamp")
    notify.take_back("beteiligung.post:7:1")

    assert [notice.event for notice in notices(me)] == ["beteiligung.post:7:12:stamp"]
    assert len(mails_to(me)) == 1


def test_followers_of_the_thread_and_of_its_project_are_told_once(
    settings: Settings,
) -> None:
    project = make_project()
    post = make_post(make_thread(project.scope))
    both, author = party_of(make_actor(Role.CITIZEN)), party_of(make_actor(Role.CITIZEN))
    thread = Ref(THREAD_KEY, post.thread_id)
    for party in (both, author):
        assert notify.follow(party, Ref(PROJECT_KEY, project.id))
        assert notify.follow(party, thread)
        assert not notify.follow(party, thread)
    ref = Ref(POST_KEY, post.id)
    for _ in range(2):
        notify.announce(
            ref, PROBE, within=[thread, Ref(PROJECT_KEY, project.id)], by=author, not_before=now()
        )
    db.session.commit()
    drain(settings)

    assert [notice.kind for notice in notices(both)] == [NoticeKind.FOLLOWED]
    assert [notice for notice in notices(author) if notice.what == PROBE] == []


def test_followers_hear_nothing_of_what_is_hidden_by_then(settings: Settings) -> None:
    post = make_post(status=Status.HIDDEN)
    me = party_of(make_actor(Role.CITIZEN))
    notify.follow(me, Ref(THREAD_KEY, post.thread_id))
    thread = Ref(THREAD_KEY, post.thread_id)
    notify.announce(Ref(POST_KEY, post.id), PROBE, within=[thread], not_before=now())
    db.session.commit()
    drain(settings)

    assert notices(me) == []


def test_only_what_one_may_read_can_be_followed() -> None:
    draft = make_project(state=ScopeState.DRAFT)
    post = make_post()

    for ref in (Ref(PROJECT_KEY, draft.id), Ref(POST_KEY, post.id), Ref("gibt.es.nicht", 1)):
        with pytest.raises(NotFound):
            get_followable(GUEST, ref)
    assert get_followable(GUEST, Ref(THREAD_KEY, post.thread_id)).title == post.thread.title


def test_old_notices_and_everything_of_people_who_have_gone_are_forgotten() -> None:
    me, gone = party_of(make_actor(Role.CITIZEN)), make_party()
    thread = Ref(THREAD_KEY, make_thread().id)
    with clock.at(now() - timedelta(days=91)):
        tell(me, event="old")
    for party in (me, gone.id):
        tell(party, event="new")
        notify.follow(party, thread)
        prefer(party, NoticeKind.REPLY, notify.Frequency.NEVER)
    gone.erased_at = now()
    db.session.flush()

    assert forget(now(), now())
    assert [notice.event for notice in notices(me)] == ["new"]
    assert notices(gone.id) == []
    for table in (Follow, Preference):
        assert db.session.scalars(select(table.party_id)).all() == [me]
    assert not forget(now(), now())
