"""Addresses in texts of people of whom nobody has released anything are no links, anywhere."""

import pytest
from flask import Flask
from sqlalchemy import update

from beteiligung.discussion.models import Post, Status, TextRevision
from beteiligung.discussion.service import rendering, texts
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.db import db
from kern.moderation.decisions import Decision, decide
from kern.moderation.models import CaseKind, CaseVerdict
from kern.scope import Moderation
from kern.town import Town
from tests.builders import make_actor, make_post, make_scope, make_thread
from tests.kern.desk_cases import case_of, released
from tests.visitors import Visitor

pytestmark = pytest.mark.usefixtures("town")
SPAM = "Lesen Sie [das hier](https://spam.example/a) und https://spam.example/b"


def write(author: Actor, moderation: Moderation = Moderation.BEFORE) -> Post:
    thread = make_thread(make_scope(moderation=moderation))
    post = make_post(thread, author=author, text=SPAM, status=Status.PENDING)
    db.session.flush()
    return post


def test_what_appears_unread_shows_addresses_as_text(app: Flask, town: Town) -> None:
    author = make_actor(Role.CITIZEN)
    first, second = (write(author, Moderation.AFTER) for _ in range(2))
    assert first.status == Status.PUBLIC
    threads = [first.thread_id, second.thread_id]
    db.session.commit()
    for thread_id in threads:
        page = Visitor(app).get(f"/beteiligung/gespraech/{thread_id}").text
        assert "https://spam.example/b" in page
        assert 'href="https://spam.example' not in page


def test_links_come_alive_once_somebody_has_looked() -> None:
    author, moderator = make_actor(Role.CITIZEN), make_actor(Role.MODERATOR)
    first = write(author, Moderation.AFTER)
    case = case_of(first, CaseKind.REVIEW)
    decide(moderator, case.id, Decision(CaseVerdict.FINE, case.revision))
    assert 'rel="nofollow ugc noopener"' in write(author, Moderation.AFTER).html


def test_a_release_brings_them_to_life_in_that_text_too() -> None:
    post = write(make_actor(Role.CITIZEN))
    decide(make_actor(Role.MODERATOR), case_of(post).id, released(case_of(post)))
    assert "<a " in post.html


def test_rendering_anew_makes_no_links_of_what_waits() -> None:
    post = write(make_actor(Role.CITIZEN))
    db.session.execute(update(TextRevision).values(renderer=0))
    assert sum(rendering.render_stale()) == 2
    db.session.expire_all()
    assert "<a " not in texts.get_revision(post, 1).html
    assert post.status == Status.PENDING
