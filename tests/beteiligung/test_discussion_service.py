"""What happens to threads and posts, on a real database."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import event, select, text

from beteiligung.discussion import rules
from beteiligung.discussion.models import POST_KEY, Outcome, Post, Status, TextRevision
from beteiligung.discussion.service import (
    counting,
    decisions,
    erasure,
    mine,
    posts,
    reading,
    rendering,
    threads,
    votes,
)
from beteiligung.discussion.service.paging import PAGE, Cursor, Sort
from kern import outbox
from kern.accounts.permissions import Role
from kern.actor import GUEST
from kern.clock import now
from kern.content import Ref, Verdict
from kern.db import db
from kern.errors import Conflict, Invalid, LoginRequired, NotAllowed, NotFound
from kern.moderation.models import Case, CaseKind, CaseState
from kern.notify.models import Notice
from kern.outbox import OutboxEntry
from kern.scope import Moderation, Scope
from kern.town import Town
from tests.builders import make_actor, make_post, make_project, make_scope, make_thread
from tests.crowds import fill_thread

pytestmark = pytest.mark.usefixtures("town")


def test_a_citizens_post_waits_and_its_case_is_opened_with_it() -> None:
    post = make_post(status=Status.PENDING)

    case = db.session.scalars(select(Case).where(Case.content_key == POST_KEY)).one()
    assert post.status == Status.PENDING
    assert (case.content_id, case.revision, case.state) == (post.id, 1, CaseState.OPEN)
    assert case.due_at is not None


def test_a_released_post_is_counted_and_told_to_its_author_after_the_undo_time() -> None:
    thread = make_thread()
    post = make_post(thread)

    db.session.refresh(thread)
    scope = db.session.get_one(Scope, thread.scope_id)
    mail = db.session.scalars(select(OutboxEntry).where(OutboxEntry.kind == "mail")).one()
    assert (thread.posts_count, scope.posts_count, scope.people_count) == (1, 1, 1)
    assert mail.name == "beteiligung.entschieden"
    assert mail.payload["recipient"] == f"party:{post.author_id}"
    assert mail.not_before > now() + timedelta(seconds=25)


def test_the_same_person_counts_once_as_a_person() -> None:
    thread, author = make_thread(), make_actor(Role.CITIZEN)
    make_post(thread, author=author)
    make_post(thread, author=author)

    scope = db.session.get_one(Scope, thread.scope_id, populate_existing=True)
    assert (scope.posts_count, scope.people_count) == (2, 1)


def test_nobody_approves_what_nobody_read() -> None:
    author = make_actor(Role.CITIZEN)
    post = make_post(author=author, status=Status.PENDING)
    posts.edit_post(author, post, "Ganz anders.")

    with pytest.raises(Conflict, match="neuere Fassung"):
        decisions.decide(post, 1, make_actor(Role.MODERATOR), Verdict.RELEASE)


def test_while_an_edit_waits_the_released_text_stays_public() -> None:
    author = make_actor(Role.CITIZEN)
    post = make_post(author=author, text="Erste Fassung.")
    posts.edit_post(author, post, "Zweite Fassung.")

    assert post.status == Status.PUBLIC
    assert "Erste" in post.html
    decisions.decide(post, post.latest, make_actor(Role.MODERATOR), Verdict.RELEASE)
    assert "Zweite" in post.html
    assert post.edited_at is not None


def test_a_rejected_edit_leaves_the_released_text() -> None:
    author = make_actor(Role.CITIZEN)
    post = make_post(author=author, text="Erste Fassung.")
    posts.edit_post(author, post, "Pöbelei.")
    decisions.decide(post, post.latest, make_actor(Role.MODERATOR), Verdict.REJECT)

    assert post.status == Status.PUBLIC
    assert "Erste" in post.html


def test_an_unchanged_edit_makes_no_new_revision() -> None:
    author = make_actor(Role.CITIZEN)
    post = make_post(author=author, text="Bleibt so.")

    assert posts.edit_post(author, post, "Bleibt so.") is False
    assert post.latest == 1


def test_taking_a_release_back_leaves_no_trace_on_the_page() -> None:
    thread = make_thread()
    parent = make_post(thread)
    reply = make_post(thread, parent=parent)
    decisions.reopen(reply, reply.latest, make_actor(Role.MODERATOR))
    db.session.expire_all()

    mails = db.session.scalars(select(OutboxEntry).where(OutboxEntry.kind == "mail")).all()
    assert (reply.status, reply.listed, reply.html) == (Status.PENDING, False, "")
    assert (parent.reply_count, thread.posts_count) == (0, 1)
    assert len(mails) == 1  # the parent's; the reply's was cancelled
    assert outbox.masked() == {(POST_KEY, reply.id)}


def test_a_rejected_author_may_rewrite_and_waits_again() -> None:
    author = make_actor(Role.CITIZEN)
    post = make_post(author=author, status=Status.REJECTED)
    posts.edit_post(author, post, "Freundlicher.")

    assert post.status == Status.PENDING
    open_cases = select(Case).where(Case.state == CaseState.OPEN, Case.content_key == POST_KEY)
    assert db.session.scalars(open_cases).one().revision == post.latest


def test_hiding_leaves_a_tombstone_with_the_rule_and_restoring_brings_it_back() -> None:
    thread = make_thread()
    post = make_post(thread, text="Geheimwort")
    moderator = make_actor(Role.MODERATOR)
    decisions.hide(post, moderator, 4)

    page = reading.read_page(thread, GUEST, Sort.OLDEST, None)
    assert [view.row.hidden_rule for view in page.posts] == [4]
    assert "Geheimwort" not in page.posts[0].row.html
    decisions.restore(post, moderator)
    assert "Geheimwort" in post.html
    assert db.session.get_one(Scope, post.scope_id, populate_existing=True).posts_count == 1


def test_a_closed_thread_takes_no_post() -> None:
    thread = make_thread()
    threads.set_closed(make_actor(Role.MODERATOR), thread, closed=True)

    with pytest.raises(Conflict, match="beendet"):
        posts.submit_post(make_actor(Role.CITIZEN), thread, "Zu spät.")


def test_the_last_second_of_a_phase_counts_and_the_next_does_not() -> None:
    scope = make_scope(closes_at=now())
    thread = make_thread(scope)

    with pytest.raises(Conflict, match="beendet"):
        posts.submit_post(make_actor(Role.CITIZEN), thread, "Zu spät.")


def test_a_guest_is_told_to_log_in() -> None:
    with pytest.raises(LoginRequired):
        posts.submit_post(GUEST, make_thread(), "Hallo")


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 5_001])
def test_nothing_and_too_much_are_refused_at_the_field(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        posts.submit_post(make_actor(Role.CITIZEN), make_thread(), text)

    assert refused.value.field == "text"


def test_replies_are_one_level_deep() -> None:
    thread = make_thread()
    reply = make_post(thread, parent=make_post(thread))

    with pytest.raises(Invalid):
        make_post(thread, parent=reply)


def test_a_reply_stays_in_its_thread() -> None:
    with pytest.raises(Invalid):
        make_post(make_thread(), parent=make_post(make_thread()))


def test_links_are_dead_until_somebody_released_something_of_theirs() -> None:
    author = make_actor(Role.CITIZEN)
    first = make_post(author=author, text="Siehe https://beispiel.example/a", status=Status.PENDING)
    waiting = db.session.scalars(
        select(TextRevision.html).where(TextRevision.content_id == first.id)
    ).all()
    assert not any("<a " in html for html in waiting if "beispiel" in html)

    decisions.decide(first, 1, make_actor(Role.MODERATOR), Verdict.RELEASE)
    assert "<a " in first.html


@pytest.mark.parametrize(
    ("mode", "status"),
    [
        (Moderation.BEFORE, Status.PENDING),
        (Moderation.AFTER, Status.PUBLIC),
        (Moderation.TRUST, Status.PENDING),
    ],
)
def test_the_scope_says_when_a_post_appears(mode: Moderation, status: Status) -> None:
    thread = make_thread(make_scope(moderation=mode))

    post = posts.submit_post(make_actor(Role.CITIZEN), thread, "Guten Tag.")

    assert post.status == status
    kind = CaseKind.REVIEW if status is Status.PUBLIC else CaseKind.RELEASE
    assert db.session.scalars(select(Case.kind).where(Case.content_id == post.id)).one() == kind


def test_a_voice_counts_once_changes_and_goes() -> None:
    post, voter = make_post(), make_actor(Role.CITIZEN)
    for value, expected in ((1, (1, 0)), (1, (1, 0)), (-1, (0, 1)), (0, (0, 0))):
        votes.vote(voter, post, value)
        assert (post.agree, post.disagree) == expected


def test_nobody_votes_for_themselves_or_for_what_is_gone() -> None:
    author = make_actor(Role.CITIZEN)
    with pytest.raises(Conflict):
        votes.vote(author, make_post(author=author), 1)
    with pytest.raises(Conflict):
        votes.vote(make_actor(Role.CITIZEN), make_post(status=Status.HIDDEN), 1)


def test_imported_votes_stay_below_those_cast_here() -> None:
    post = make_post()
    post.agree_base, post.disagree_base = 40, 2
    votes.vote(make_actor(Role.CITIZEN), post, 1)

    assert (post.agree, post.disagree) == (41, 2)


@pytest.mark.parametrize("voice", [1, -1, 0])
def test_the_database_weighs_voices_as_the_rules_do(voice: int) -> None:
    post = make_post()
    votes.vote(make_actor(Role.CITIZEN), post, voice)
    for agree, disagree in product((0, 1, 2, 7, 1_000, 10**6), repeat=2):
        post.agree_base, post.disagree_base = agree, disagree

        counting.recount_votes(post.id)

        assert (post.agree, post.disagree) == (agree + (voice == 1), disagree + (voice == -1))
        weight = rules.wilson(post.agree, post.disagree)
        assert post.score == pytest.approx(weight, rel=1e-9, abs=1e-12)


def test_an_official_answer_is_public_at_once_and_told_to_who_was_answered() -> None:
    planner, post = make_actor(Role.PLANNER), make_post()
    answer = posts.answer(
        planner, post.thread, "Wir messen nach.", office="Tiefbauamt", parent=post
    )

    told = db.session.scalars(select(Notice).where(Notice.what == "beteiligung.antwort"))
    assert answer.status == Status.PUBLIC
    assert [notice.party_id for notice in told] == [post.author_id]


def test_only_the_office_answers_and_decides_outcomes() -> None:
    post, citizen = make_post(), make_actor(Role.CITIZEN)
    with pytest.raises(NotAllowed):
        posts.answer(citizen, post.thread, "Ich bin das Amt.", office="Amt")
    with pytest.raises(NotAllowed):
        decisions.set_outcome(citizen, post, Outcome.ACCEPTED, reason="", office="Amt")


def test_an_outcome_is_listed_for_the_project_and_told() -> None:
    post = make_post()
    planner = make_actor(Role.PLANNER)
    decisions.set_outcome(planner, post, Outcome.PARTLY, reason="Zwei von vier.", office="Bauamt")

    assert mine.list_outcomes(post.scope_id)[1] == [post]
    told = db.session.scalars(select(OutboxEntry.name)).all()
    assert "beteiligung.ergebnis" in told


@pytest.mark.parametrize("keep", [True, False])
def test_a_person_goes_without_tearing_the_thread(keep: bool) -> None:
    author, thread = make_actor(Role.CITIZEN), make_thread()
    post = make_post(thread, author=author, text="Mein Geheimwort")
    reply = make_post(thread, parent=post)
    votes.vote(author, reply, 1)
    erasure.erase_author(Post, author.party_id or 0, keep)
    db.session.expire_all()

    page = reading.read_page(thread, GUEST, Sort.OLDEST, None)
    assert [view.row.id for view in page.posts] == [post.id]
    assert [view.row.id for view in page.posts[0].replies] == [reply.id]
    assert ("Geheimwort" in page.posts[0].row.html) is keep
    assert reply.agree == 0
    left = db.session.scalars(select(TextRevision.source)).all()
    assert any("Geheimwort" in source for source in left) is keep


def test_every_order_pages_through_everything_once_and_back() -> None:
    thread = make_thread()
    for number in range(PAGE * 2 + 5):
        post = make_post(thread, text=f"Nummer {number}")
        post.agree, post.disagree = number % 7, number % 3
        post.score, post.reply_count = number % 7 / 7, number % 5
    db.session.flush()

    for sort in Sort:
        seen: list[int] = []
        page = reading.read_page(thread, GUEST, sort, None)
        first = [view.row.id for view in page.posts]
        while True:
            seen += [view.row.id for view in page.posts]
            if page.older is None:
                break
            page = reading.read_page(thread, GUEST, sort, page.older)
        assert len(seen) == len(set(seen)) == PAGE * 2 + 5
        while page.newer is not None:
            page = reading.read_page(thread, GUEST, sort, page.newer)
        assert [view.row.id for view in page.posts] == first


@pytest.mark.parametrize("said", ["nach:0.5:7", "vor:2.0:7", "nach::7", "ab:0.5:1", "nach:3e-2:7"])
def test_a_page_is_shown_whatever_order_an_address_was_made_for(said: str) -> None:
    thread = make_thread()
    make_post(thread)
    cursor = Cursor.parse(said)

    assert cursor is not None
    for sort in Sort:
        assert len(reading.read_page(thread, GUEST, sort, cursor).posts) <= 1


def test_only_the_first_three_replies_stand_inline() -> None:
    thread = make_thread()
    parent = make_post(thread)
    replies = [make_post(thread, parent=parent) for _ in range(5)]

    view = reading.read_page(thread, GUEST, Sort.OLDEST, None).posts[0]
    assert [one.row.id for one in view.replies] == [one.id for one in replies[:3]]
    assert view.more_replies == 2
    all_of_them, more = reading.read_replies(parent.id, GUEST, 0)
    assert all_of_them is not None
    assert [one.row.id for one in all_of_them.replies] == [one.id for one in replies]
    assert not more


def test_rebuilt_counters_equal_the_kept_ones() -> None:
    thread = make_thread()
    parent = make_post(thread)
    make_post(thread, parent=parent)
    make_post(thread, parent=parent, status=Status.HIDDEN)
    make_post(thread, status=Status.REJECTED)
    votes.vote(make_actor(Role.CITIZEN), parent, 1)
    db.session.flush()

    before = _counters()
    counting.rebuild()
    db.session.expire_all()
    assert _counters() == before


def _counters() -> list[tuple[object, ...]]:
    db.session.expire_all()
    rows = db.session.execute(
        select(Post.id, Post.reply_count, Post.agree, Post.disagree).order_by(Post.id)
    )
    scopes = db.session.execute(
        select(Scope.id, Scope.posts_count, Scope.people_count, Scope.answers_count)
    )
    return [tuple(row) for row in [*rows, *scopes]]


def test_the_private_link_of_a_post_opens_it_and_no_other() -> None:
    post, other = make_post(), make_post()
    signature = mine.link_path(post).rpartition("/")[2]

    assert mine.get_post_by_link(post.id, signature) is post
    with pytest.raises(NotFound):
        mine.get_post_by_link(other.id, signature)


def test_a_hidden_thread_takes_its_posts_out_of_the_search_at_once(town: Town) -> None:
    thread = make_thread(make_project().scope)
    post = make_post(thread)
    decisions.hide(thread, make_actor(Role.MODERATOR), 1)

    assert (POST_KEY, post.id) in outbox.masked()


def test_texts_of_an_older_renderer_are_rendered_again() -> None:
    post = make_post(text="Siehe **hier**.")
    revision = db.session.scalars(
        select(TextRevision).where(TextRevision.content_key == POST_KEY)
    ).one()
    revision.renderer, revision.html, post.html = 0, "alt", "alt"
    db.session.flush()

    assert list(rendering.render_stale()) == [1]
    assert "<strong>hier</strong>" in post.html
    assert rendering.count_stale() == 0


def test_the_offices_reply_stands_inline_however_many_came_before() -> None:
    parent = make_post()
    for _ in range(4):
        make_post(parent.thread, parent=parent)
    planner = make_actor(Role.PLANNER)
    answer = posts.answer(planner, parent.thread, "Stimmt.", office="Tiefbauamt", parent=parent)

    view = reading.read_page(parent.thread, GUEST, Sort.OLDEST, None).posts[0]
    assert answer.id in [one.row.id for one in view.replies]
    assert view.more_replies == 1


def test_a_planners_question_is_public_at_once_and_a_citizens_waits() -> None:
    project = make_project()
    host = Ref("beteiligung.project", project.id)
    asked = [
        threads.open_thread(
            make_actor(role), project.scope, host, title="Und?", question="Was?", by_office=office
        )
        for role, office in ((Role.PLANNER, True), (Role.CITIZEN, False))
    ]

    assert [thread.status for thread in asked] == [Status.PUBLIC, Status.PENDING]


def test_an_edit_that_waits_does_not_bring_a_hidden_post_back(town: Town) -> None:
    author, moderator = make_actor(Role.CITIZEN), make_actor(Role.MODERATOR)
    post = make_post(author=author)
    posts.edit_post(author, post, "Noch einmal anders.")
    decisions.hide(post, moderator, 3)

    with pytest.raises(Conflict):
        decisions.decide(post, post.latest, moderator, Verdict.RELEASE)

    assert post.status == Status.HIDDEN


@pytest.mark.parametrize("sort", list(Sort))
def test_a_page_of_a_thread_is_read_off_an_index_and_no_thread_is_sorted_for_it(
    sort: Sort,
) -> None:
    thread = make_thread()
    fill_thread(thread, 60)
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, query: str, values: Any, *_more: object) -> None:
        asked.append((query, values))

    connection = db.session.connection()
    event.listen(connection, "before_cursor_execute", note)
    page = reading.read_page(thread, GUEST, sort, None)
    event.remove(connection, "before_cursor_execute", note)

    assert len(page.posts) == PAGE
    query, values = next(one for one in asked if "ORDER BY" in one[0])
    if connection.dialect.name == "postgresql":  # so that it sorts only where it must
        connection.execute(text("SET LOCAL enable_sort = off"))
    explain = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    plan = str(connection.exec_driver_sql(f"{explain} {query}", values).all())
    assert "ix_beteiligung_post" in plan, plan
    assert "Sort" not in plan, plan
    assert "TEMP B-TREE" not in plan, plan
