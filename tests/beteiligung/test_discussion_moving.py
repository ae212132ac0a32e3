"""Split, move, close with a sentence: nothing is lost on the way, and old addresses lead there."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from beteiligung.discussion.content import POSTS, THREADS
from beteiligung.discussion.models import POST_KEY, THREAD_KEY, Post, Status, Thread
from beteiligung.discussion.service import counting, decisions, posts, reading, texts, threads
from beteiligung.discussion.service.paging import Sort
from kern import mail
from kern.accounts.permissions import Role
from kern.actor import GUEST, Actor
from kern.content import DeskItem, Ref, Verdict
from kern.db import db
from kern.errors import Conflict, Invalid, NotAllowed
from kern.moderation.models import Case, CaseKind, CaseState
from kern.outbox import OutboxEntry
from kern.scope import Scope, ScopeState, Visibility
from tests.builders import log_in, make_actor, make_post, make_project, make_thread

pytestmark = pytest.mark.usefixtures("town")


@pytest.fixture
def author(town: object) -> Actor:
    return make_actor(Role.CITIZEN)


@pytest.fixture
def moderator(town: object) -> Actor:
    return make_actor(Role.MODERATOR)


def split(post: Post, actor: Actor, first: str, second: str, revision: int = 1) -> Post:
    assert POSTS.split is not None
    ref = POSTS.split(post.id, revision, actor, first, second)
    assert ref.key == POST_KEY
    return decisions.get_post(ref.id)


def move_post(post: Post, actor: Actor, thread: Thread) -> None:
    assert POSTS.move is not None
    POSTS.move(post.id, actor, Ref(THREAD_KEY, thread.id))
    db.session.flush()
    db.session.expire_all()


def move_thread(thread: Thread, actor: Actor, project_id: int) -> None:
    assert THREADS.move is not None
    THREADS.move(thread.id, actor, Ref("beteiligung.project", project_id))
    db.session.flush()
    db.session.expire_all()


def counters() -> dict[str, list[tuple[object, ...]]]:
    """Every stored count of the town."""
    db.session.flush()
    of_posts = select(Post.id, Post.reply_count)
    of_threads = select(
        Thread.id,
        Thread.posts_count,
        Thread.answers_count,
        Thread.last_post_at,
        Thread.moved_count,
    )
    of_scopes = select(Scope.id, Scope.posts_count, Scope.people_count, Scope.answers_count)
    return {
        "posts": [tuple(row) for row in db.session.execute(of_posts.order_by(Post.id))],
        "threads": [tuple(row) for row in db.session.execute(of_threads.order_by(Thread.id))],
        "scopes": [tuple(row) for row in db.session.execute(of_scopes.order_by(Scope.id))],
    }


def require_true_counters() -> None:
    kept = counters()
    counting.rebuild()
    assert counters() == kept


def open_cases(ref: Ref) -> list[Case]:
    query = select(Case).where(
        Case.content_key == ref.key, Case.content_id == ref.id, Case.state == CaseState.OPEN
    )
    return list(db.session.scalars(query))


def mails_to(person: Actor) -> list[str]:
    query = select(OutboxEntry).where(OutboxEntry.kind == "mail").order_by(OutboxEntry.id)
    found = [
        mail.kinds()[entry.name].build(entry.payload)
        for entry in db.session.scalars(query)
        if entry.payload["recipient"] == f"party:{person.party_id}"
    ]
    return [f"{one.subject}\n{one.text}" for one in found if one is not None]


def desk_item(thing: Post | Thread) -> DeskItem:
    type_ = POSTS if isinstance(thing, Post) else THREADS
    return type_.desk_items([thing.id])[thing.id]


# Split


def test_both_halves_wait_side_by_side_for_their_own_decision(
    author: Actor, moderator: Actor
) -> None:
    post = make_post(author=author, text="Mehr Bänke!\n\nUnd weniger Autos.", status=Status.PENDING)

    other = split(post, moderator, "Mehr Bänke!", "Und weniger Autos.")

    first, second = (open_cases(Ref(POST_KEY, one.id)) for one in (post, other))
    assert [(case.kind, case.revision) for case in first] == [(CaseKind.RELEASE, 2)]
    assert [(case.kind, case.revision) for case in second] == [(CaseKind.RELEASE, 1)]
    assert first[0].opened_at == second[0].opened_at
    assert desk_item(post).source == "Mehr Bänke!"
    assert desk_item(other).source == "Und weniger Autos."
    assert (other.author_id, other.source, other.written_at, other.thread_id) == (
        post.author_id,
        post.source,
        post.written_at,
        post.thread_id,
    )
    assert other.receipt != post.receipt
    assert "zwei geworden" in mails_to(author)[-1]


def test_half_of_a_reply_is_a_reply_and_half_of_an_edit_waits_too(
    author: Actor, moderator: Actor
) -> None:
    root = make_post()
    reply = make_post(root.thread, author=author, parent=root, text="Ja.")
    posts.edit_post(author, reply, "Ja. Aber nein.")

    other = split(reply, moderator, "Ja.", "Aber nein.", revision=2)

    assert other.parent_id == root.id
    assert (reply.plain, other.status) == ("Ja.", Status.PENDING)
    require_true_counters()


def test_a_split_of_what_nobody_read_or_nobody_may_is_refused(
    author: Actor, moderator: Actor
) -> None:
    post = make_post(author=author, text="Eins zwei.", status=Status.PENDING)

    with pytest.raises(NotAllowed):
        split(post, author, "Eins", "zwei.")
    with pytest.raises(Conflict):
        split(post, moderator, "Eins", "zwei.", revision=2)
    with pytest.raises(Invalid) as error:
        split(post, moderator, "Eins", "drei.")
    assert error.value.field == "second"
    decisions.decide(post, 1, moderator, Verdict.RELEASE)
    with pytest.raises(Conflict):
        split(post, moderator, "Eins", "zwei.")


# Move a post


def test_a_post_moves_with_replies_cases_and_counts(moderator: Actor) -> None:
    here, there = make_thread(), make_thread()
    make_post(here)
    post = make_post(here)
    reply = make_post(here, parent=post)
    waiting = make_post(here, parent=post, status=Status.PENDING)
    make_post(there, author=make_actor(Role.CITIZEN))

    move_post(post, moderator, there)

    for one in (post, reply, waiting):
        assert (one.thread_id, one.scope_id) == (there.id, there.scope_id)
    assert reply.parent_id == post.id
    assert [case.scope_id for case in open_cases(Ref(POST_KEY, waiting.id))] == [there.scope_id]
    assert (here.posts_count, there.posts_count, here.moved_count) == (1, 3, 1)
    require_true_counters()
    assert desk_item(post).moved_from == here.title


def test_a_reply_becomes_a_post_of_its_own_and_a_reply_again_when_it_comes_back(
    moderator: Actor,
) -> None:
    here, there = make_thread(), make_thread()
    root = make_post(here)
    replies = [make_post(here, parent=root, text=f"Antwort {n}.") for n in range(5)]

    move_post(replies[1], moderator, there)

    assert replies[1].parent_id is None
    assert [reply.reply_no for reply in replies if reply.parent_id] == [1, 2, 3, 4]
    assert root.reply_count == 4
    require_true_counters()
    move_post(replies[1], moderator, here)
    assert replies[1].parent_id == root.id
    assert [reply.reply_no for reply in replies] == [1, 2, 3, 4, 5]
    assert (here.moved_count, there.moved_count) == (0, 1)
    require_true_counters()


def test_the_author_is_told_where_it_stands_now(author: Actor, moderator: Actor) -> None:
    post = make_post(make_thread(), author=author)

    move_post(post, moderator, make_thread(title="Bänke am Ufer"))

    assert "im Gespräch „Bänke am Ufer“" in mails_to(author)[-1]


def test_nobody_moves_into_a_project_where_they_do_not_decide(author: Actor) -> None:
    post, there = make_post(), make_thread()
    local = make_actor(Role.MODERATOR, scope_id=post.scope_id)

    for actor in (local, author):
        with pytest.raises(NotAllowed):
            move_post(post, actor, there)
    assert post.moved_at is None


@pytest.mark.parametrize("status", [Status.REJECTED, Status.HIDDEN, Status.WITHDRAWN])
def test_only_what_waits_or_is_public_moves(status: Status, moderator: Actor) -> None:
    with pytest.raises(Conflict):
        move_post(make_post(status=status), moderator, make_thread())


def test_no_post_moves_where_it_stands_or_where_nobody_reads(moderator: Actor) -> None:
    post, waiting = make_post(), make_thread(status=Status.PENDING)

    for thread in (post.thread, waiting):
        with pytest.raises(Invalid) as error:
            move_post(post, moderator, thread)
        assert error.value.field == "target"


def test_targets_are_near_first_and_found_by_words(moderator: Actor) -> None:
    here = make_thread(title="Bänke")
    near = make_thread(here.scope, title="Bäume am Ufer")
    far = make_thread(title="Bäume in der Stadt")
    post = make_post(here)
    assert POSTS.move_targets is not None

    assert [card.ref.id for card in POSTS.move_targets(post.id, moderator, "")] == [near.id]
    found = POSTS.move_targets(post.id, moderator, "bäume")
    assert [card.ref.id for card in found] == [near.id, far.id]
    local = make_actor(Role.MODERATOR, scope_id=here.scope_id)
    assert [card.ref.id for card in POSTS.move_targets(post.id, local, "bäume")] == [near.id]


# Move a thread


def test_a_thread_moves_with_everything_in_it(author: Actor, moderator: Actor) -> None:
    thread, project = make_thread(), make_project()
    make_thread(project.scope)
    old_scope = thread.scope_id
    post, waiting = make_post(thread), make_post(thread, status=Status.PENDING)
    make_post(thread, parent=post)

    move_thread(thread, moderator, project.id)

    assert (thread.scope_id, thread.host_id) == (project.scope_id, project.id)
    assert {one.scope_id for one in (post, waiting)} == {project.scope_id}
    assert [case.scope_id for case in open_cases(Ref(POST_KEY, waiting.id))] == [project.scope_id]
    require_true_counters()
    assert db.session.get_one(Scope, old_scope).posts_count == 0
    assert desk_item(thread).moved_from == db.session.get_one(Scope, old_scope).title


def test_a_thread_moves_to_no_draft(moderator: Actor) -> None:
    thread, draft = make_thread(), make_project(state=ScopeState.DRAFT)
    make_project(title="Ein anderes")
    assert THREADS.move_targets is not None

    with pytest.raises(Invalid):
        move_thread(thread, moderator, draft.id)
    titles = [card.title for card in THREADS.move_targets(thread.id, moderator, "")]
    assert titles == ["Ein anderes"]


# Close


def test_a_closed_thread_says_why_until_it_is_open_again(
    moderator: Actor, author: Actor, client: FlaskClient
) -> None:
    thread = make_thread()
    path = f"/beteiligung/gespraech/{thread.id}"
    with pytest.raises(Invalid) as error:
        threads.lock(moderator, thread, locked=True, reason=" ")
    assert error.value.field == "reason"
    with pytest.raises(NotAllowed):
        threads.lock(author, thread, locked=True, reason="Darum.")

    threads.lock(moderator, thread, locked=True, reason="Es ist alles gesagt.")

    assert desk_item(thread).is_locked
    with pytest.raises(Conflict):
        posts.submit_post(author, thread, "Noch etwas.")
    db.session.commit()
    assert "Es ist alles gesagt." in client.get(path).get_data(as_text=True)

    thread = threads.get_thread_for(GUEST, int(path.rpartition("/")[2]))
    threads.lock(moderator, thread, locked=False, reason="")
    assert posts.submit_post(author, thread, "Noch etwas.").status == Status.PENDING
    assert thread.closed_reason == ""


# What the pages say


def test_old_addresses_lead_to_the_new_place(moderator: Actor, client: FlaskClient) -> None:
    here, there = make_thread(), make_thread(title="Bänke am Ufer")
    post = make_post(here, text="Eine Bank!")
    move_post(post, moderator, there)
    old, new, number = here.id, there.id, post.id
    db.session.commit()

    followed = client.get(
        f"/beteiligung/gespraech/{old}?seite=ab::{post.id}", follow_redirects=True
    )
    assert followed.request.path == f"/beteiligung/gespraech/{new}"
    page = followed.get_data(as_text=True)
    assert "Eine Bank!" in page
    assert "hierher verschoben" in page
    left = client.get(f"/beteiligung/gespraech/{old}").get_data(as_text=True)
    assert f'<a href="/beteiligung/beitrag/{number}">Bänke am Ufer</a>' in left
    assert "Eine Bank!" not in left


def test_nobody_learns_where_something_went_that_they_may_not_read(
    moderator: Actor, client: FlaskClient
) -> None:
    here = make_thread()
    secret = make_thread(make_project(visibility=Visibility.INVITED).scope, title="Geheime Bänke")
    post = make_post(here)
    move_post(post, moderator, secret)
    path = f"/beteiligung/gespraech/{here.id}"
    db.session.commit()

    assert "Geheime" not in client.get(path).get_data(as_text=True)
    log_in(client, moderator.account_id or 0)
    assert "Geheime Bänke" in client.get(path).get_data(as_text=True)


def test_a_moved_thread_says_where_it_stood(moderator: Actor, client: FlaskClient) -> None:
    thread, project = make_thread(), make_project()
    old = db.session.get_one(Scope, thread.scope_id).title
    move_thread(thread, moderator, project.id)
    path = f"/beteiligung/gespraech/{thread.id}"
    db.session.commit()

    page = client.get(path).get_data(as_text=True)
    assert "hierher verschoben aus" in page
    assert old in page


def test_in_place_of_a_hidden_thread_stands_why_it_went(
    moderator: Actor, author: Actor, client: FlaskClient
) -> None:
    thread = make_thread(title="Geheimtitel", question="Geheimfrage")
    post = make_post(thread, author=author, text="Geheimtext")
    decisions.hide(thread, moderator, 3)
    project_path = db.session.get_one(Scope, thread.scope_id).path
    path, post_path = f"/beteiligung/gespraech/{thread.id}", f"/beteiligung/beitrag/{post.id}"
    db.session.commit()

    answer = client.get(path)
    assert answer.status_code == 410
    assert "Entfernt: Regel 3, am " in answer.get_data(as_text=True)
    by_post = client.get(post_path, follow_redirects=True)
    assert by_post.status_code == 410
    overview = client.get(project_path).get_data(as_text=True)
    assert "Entfernt: Regel 3, am " in overview
    for page in (answer.get_data(as_text=True), by_post.get_data(as_text=True), overview):
        assert "Geheim" not in page


def test_a_thread_that_was_never_public_leaves_no_tombstone(client: FlaskClient) -> None:
    thread = make_thread(status=Status.REJECTED, released=None)
    db.session.commit()

    assert client.get(f"/beteiligung/gespraech/{thread.id}").status_code == 404


def test_a_hidden_post_says_rule_and_day_where_it_stood_and_comes_back_there(
    moderator: Actor,
) -> None:
    thread = make_thread()
    first, second = make_post(thread), make_post(thread)
    reply = make_post(thread, parent=first)
    decisions.hide(first, moderator, 3)

    page = reading.read_page(thread, GUEST, Sort.OLDEST, None)
    assert [view.row.id for view in page.posts] == [first.id, second.id]
    assert page.posts[0].row.hidden_at is not None
    assert [view.row.id for view in page.posts[0].replies] == [reply.id]

    decisions.restore(first, moderator)

    page = reading.read_page(thread, GUEST, Sort.OLDEST, None)
    assert [view.row.id for view in page.posts] == [first.id, second.id]
    assert (page.posts[0].is_public, first.hidden_at) == (True, None)
    assert texts.get_revision(first, 1).html == first.html
