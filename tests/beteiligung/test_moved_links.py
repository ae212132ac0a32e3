"""What was sent, fed or noticed before something moved still opens it, and follows stay right."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from beteiligung.discussion.models import THREAD_KEY, Post, Thread
from beteiligung.discussion.service import decisions, moving, posts, threads
from beteiligung.project.models import Project
from beteiligung.project.rules import PROJECT_KEY
from kern import clock, notify, worker
from kern.accounts.models import Account
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.clock import now
from kern.config import Settings
from kern.content import Ref, Verdict
from kern.db import db
from kern.notify.models import Frequency, Notice, NoticeKind
from kern.notify.preferences import choose
from kern.scope import Visibility
from kern.town import Town
from tests.builders import actor_of, make_account, make_actor, make_project, make_thread
from tests.sent import mails
from tests.visitors import Visitor

SAID = "Drei Bänke unter den Linden!"
NEWS = "Und ein Brunnen dazu."


@pytest.fixture
def moderator(town: Town) -> Actor:
    return make_actor(Role.MODERATOR)


@pytest.fixture
def helga(town: Town) -> Account:
    """Wrote the first post; wants to hear of everything at once."""
    account = make_account("Helga Martens")
    choose(account.party_id, dict.fromkeys(NoticeKind, Frequency.AT_ONCE), now())
    return account


@pytest.fixture
def here(town: Town) -> Thread:
    return make_thread(make_project(title="Ufer").scope, title="Was fehlt am Ufer?")


@pytest.fixture
def there(town: Town) -> Project:
    return make_project(title="Marktplatz")


def released(thread: Thread, text: str, moderator: Actor, *, author: Actor | None = None) -> Post:
    post = posts.submit_post(author or make_actor(Role.CITIZEN), thread, text)
    decisions.decide(post, post.latest, moderator, Verdict.RELEASE)
    return post


def deliver(settings: Settings) -> None:
    """What waits for the undo time is told."""
    db.session.commit()
    with clock.at(now() + timedelta(minutes=2)):
        worker.drain(settings)


def follow(account: Account, ref: Ref) -> int:
    notify.follow(account.party_id, ref)
    return account.party_id


def links(sent: str) -> set[str]:
    found = re.findall(r"https?://[^/\s\"<]+(/[^\s\"<]*)", sent)
    return {path for path in found if path.startswith("/beteiligung/")}


def told(party: int, text: str) -> list[Notice]:
    """Notices of this person about the post that says so."""
    about = select(Post.id).where(Post.plain.contains(text))
    return list(
        db.session.scalars(
            select(Notice).where(Notice.party_id == party, Notice.content_id.in_(about))
        )
    )


def test_a_moved_post_opens_from_mail_feed_bell_and_old_address(
    app: Flask, settings: Settings, helga: Account, here: Thread, moderator: Actor
) -> None:
    target = make_thread(make_project().scope, title="Was kommt auf den Platz?")
    reader = helga.id
    follow(helga, Ref(THREAD_KEY, here.id))
    post = released(here, SAID, moderator)
    number, old, new = post.id, here.id, target.id
    deliver(settings)
    (mail,) = [one for one in mails() if SAID in one.text]
    feed = Visitor(app).get(f"/beteiligung/gespraech/{old}/atom.xml").text
    found = links(mail.text) | links(mail.html) | links(feed) | {f"/beteiligung/beitrag/{number}"}
    assert f"/beteiligung/beitrag/{number}" in links(mail.text) & links(feed)

    moving.move_post(decisions.get_post(number), moderator, Ref(THREAD_KEY, new))
    deliver(settings)

    visitor = Visitor(app, db.session.get_one(Account, reader))
    with clock.at(now() + timedelta(minutes=2)):
        bell = visitor.get("/mitteilungen/").text
    assert f"/beteiligung/beitrag/{number}" in bell
    for path in sorted(one for one in found if "/beitrag/" in one):
        page = visitor.client.get(path, follow_redirects=True)
        assert page.request.path == f"/beteiligung/gespraech/{new}"
        assert SAID in page.text
    # The mail's heading led to the thread, which is still there, and says where it went.
    left = visitor.get(f"/beteiligung/gespraech/{old}").text
    assert f'href="/beteiligung/beitrag/{number}"' in left


def test_a_moved_thread_opens_from_everything_that_was_sent(
    app: Flask, settings: Settings, helga: Account, here: Thread, moderator: Actor
) -> None:
    project_id, thread_id, reader = make_project(title="Marktplatz").id, here.id, helga.id
    follow(helga, Ref(PROJECT_KEY, here.host_id))
    number = released(here, SAID, moderator).id
    deliver(settings)
    (mail,) = [one for one in mails() if SAID in one.text]
    feed = Visitor(app).get(f"/beteiligung/gespraech/{thread_id}/atom.xml").text
    found = links(mail.text) | links(mail.html) | links(feed)
    assert {f"/beteiligung/gespraech/{thread_id}", f"/beteiligung/beitrag/{number}"} <= found

    thread = decisions.get_thread(thread_id)
    moving.move_thread(thread, moderator, Ref(PROJECT_KEY, project_id))
    deliver(settings)

    visitor = Visitor(app, db.session.get_one(Account, reader))
    for path in sorted(found):
        page = visitor.client.get(path, follow_redirects=True)
        assert page.status_code == 200, path
        if "atom" not in path:
            assert page.request.path == f"/beteiligung/gespraech/{thread_id}"
            assert SAID in page.text
            assert "Marktplatz" in page.text


def test_who_follows_a_thread_goes_along_and_who_follows_a_project_stays(
    settings: Settings, here: Thread, there: Project, moderator: Actor
) -> None:
    of_thread = follow(make_account(), Ref(THREAD_KEY, here.id))
    of_old = follow(make_account(), Ref(PROJECT_KEY, here.host_id))
    of_new = follow(make_account(), Ref(PROJECT_KEY, there.id))
    number = here.id
    moving.move_thread(here, moderator, Ref(PROJECT_KEY, there.id))
    db.session.commit()

    released(threads.get_thread_for(moderator, number), NEWS, moderator)
    deliver(settings)

    heard = [bool(told(party, NEWS)) for party in (of_thread, of_old, of_new)]
    assert heard == [True, False, True]


def test_replies_to_a_moved_post_reach_who_follows_where_it_is_now(
    settings: Settings, helga: Account, here: Thread, moderator: Actor
) -> None:
    target = make_thread()
    of_old = follow(make_account(), Ref(THREAD_KEY, here.id))
    of_new = follow(make_account(), Ref(THREAD_KEY, target.id))
    post = released(here, SAID, moderator, author=actor_of(helga))
    author, number = helga.party_id, post.id
    moving.move_post(post, moderator, Ref(THREAD_KEY, target.id))
    db.session.commit()

    moved = decisions.get_post(number)
    thread = threads.get_thread_for(moderator, moved.thread_id)
    reply = posts.submit_post(make_actor(Role.CITIZEN), thread, NEWS, parent=moved)
    decisions.decide(reply, 1, moderator, Verdict.RELEASE)
    deliver(settings)

    assert [bool(told(party, NEWS)) for party in (of_old, of_new, author)] == [False, True, True]


def test_what_moves_before_it_is_told_is_told_where_it_is(
    settings: Settings, here: Thread, there: Project, moderator: Actor
) -> None:
    """The undo time is not over: who follows the new place hears of it, and nobody twice."""
    of_both = make_account()
    follow(of_both, Ref(THREAD_KEY, here.id))
    both = follow(of_both, Ref(PROJECT_KEY, there.id))
    of_new = follow(make_account(), Ref(PROJECT_KEY, there.id))
    of_old = follow(make_account(), Ref(PROJECT_KEY, here.host_id))
    released(here, SAID, moderator)
    moving.move_thread(here, moderator, Ref(PROJECT_KEY, there.id))
    deliver(settings)

    assert [len(told(party, SAID)) for party in (both, of_new, of_old)] == [1, 1, 0]


def test_a_place_that_few_may_read_is_told_to_nobody_else(
    app: Flask, settings: Settings, helga: Account, here: Thread, moderator: Actor
) -> None:
    closed = make_project(title="Geheimes Projekt", visibility=Visibility.INVITED)
    follow(helga, Ref(THREAD_KEY, here.id))
    number, reader = here.id, helga.id
    moving.move_thread(here, moderator, Ref(PROJECT_KEY, closed.id))
    db.session.commit()
    released(threads.get_thread_for(moderator, number), NEWS, moderator)
    deliver(settings)

    visitor = Visitor(app, db.session.get_one(Account, reader))
    assert [one.subject for one in mails() if one.to == visitor.email] == []
    pages = ["/mitteilungen/", "/mitteilungen/einstellungen", f"/beteiligung/gespraech/{number}"]
    for path in pages:
        page = visitor.client.get(path, follow_redirects=True).text
        assert NEWS not in page
        assert "Geheim" not in page
