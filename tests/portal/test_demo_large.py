"""What is written straight into the tables is what the services would have left behind."""

import pytest
from sqlalchemy import func, select

from beteiligung.discussion.models import POST_KEY, Post, Status, TextRevision, Thread
from beteiligung.discussion.service import counting
from beteiligung.project.models import Project
from kern import search, text
from kern.accounts.permissions import Role
from kern.clock import now
from kern.db import db
from kern.moderation.models import Case, CaseState
from kern.town import Town
from portal.betrieb.demo.large import enlarge
from portal.betrieb.demo.people import Cast
from portal.betrieb.demo.scene import Scene
from portal.betrieb.demo.texts import read_demo_texts
from portal.seiten.content import PAGES
from tests.builders import make_actor

SIZES = (150, 30, 20)


@pytest.fixture
def large(town: Town) -> Town:
    cast = Cast(planner=make_actor(Role.PLANNER, name="Frau Planung"))
    enlarge(Scene(now(), cast), read_demo_texts(), projects=3, people=20, sizes=SIZES)
    counting.rebuild()
    db.session.commit()
    return town


def test_threads_have_the_sizes_that_were_asked_for(large: Town) -> None:
    query = select(func.count()).select_from(Post).group_by(Post.thread_id).order_by(Post.thread_id)
    assert tuple(db.session.scalars(query)) == SIZES
    assert db.session.scalar(select(func.count(Project.id))) == 3


def test_texts_are_rendered_as_the_services_render_them(large: Town) -> None:
    query = select(Post, TextRevision).join(TextRevision, TextRevision.content_id == Post.id)
    rows = db.session.execute(query.where(TextRevision.content_key == POST_KEY)).all()
    assert len(rows) == sum(SIZES)
    for post, revision in rows:
        rendered = text.render(revision.source)
        assert (revision.html, revision.plain) == (rendered.html, rendered.plain)
        assert post.html == (rendered.html if post.status == Status.PUBLIC else "")


def test_what_waits_is_on_the_desk(large: Town) -> None:
    waiting = select(Post.id).where(Post.status == Status.PENDING)
    cases = select(Case.content_id).where(Case.state == CaseState.OPEN)
    assert set(db.session.scalars(waiting)) == set(db.session.scalars(cases))


def test_replies_are_one_level_deep_and_later_than_what_they_answer(large: Town) -> None:
    posts = {post.id: post for post in db.session.scalars(select(Post))}
    assert all(post.written_at < now() for post in posts.values())
    replies = [post for post in posts.values() if post.parent_id is not None]
    assert replies
    for reply in replies:
        parent = posts[reply.parent_id or 0]
        assert parent.parent_id is None
        assert parent.thread_id == reply.thread_id
        assert parent.written_at < reply.written_at


def test_the_index_is_built_from_it(large: Town) -> None:
    rows = [db.session.scalar(select(func.count()).select_from(one)) for one in (Project, Thread)]
    posts = sum(db.session.scalars(select(Thread.posts_count)))
    pages = len(list(PAGES.public_ids()))
    assert search.rebuild_all() == sum(one or 0 for one in rows) + posts + pages
    assert not search.compare()
