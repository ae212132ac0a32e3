"""Rules of a discussion: pure, and the lists that say them again in SQL."""

from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from beteiligung.discussion import rules
from beteiligung.discussion.models import Outcome, Post, Status, Thread
from beteiligung.discussion.service import reading, threads
from beteiligung.discussion.service.paging import Cursor, Sort
from kern.accounts.permissions import Role
from kern.actor import GUEST, Actor
from kern.errors import Conflict, Invalid
from kern.scope import ScopeState, Visibility
from kern.scope.rules import may_read
from kern.town import Town
from tests.builders import make_actor, make_post, make_scope, make_thread


@example(0, 609)
@given(st.integers(0, 100_000), st.integers(0, 100_000))
def test_the_wilson_bound_is_a_share_below_the_observed_one(agree: int, disagree: int) -> None:
    bound = rules.wilson(agree, disagree)

    assert 0.0 <= bound <= 1.0
    assert agree + disagree == 0 or bound <= agree / (agree + disagree)


def test_the_wilson_bound_matches_published_figures() -> None:
    """Wilson 95 % for 8 of 10 is 0.490 to 0.943 (Newcombe 1998, method 3)."""
    assert rules.wilson(8, 2) == pytest.approx(0.490, abs=0.001)


def test_many_agreeing_weigh_more_than_one() -> None:
    assert rules.wilson(90, 10) > rules.wilson(1, 0)


@pytest.mark.parametrize("status", [Status.WITHDRAWN, Status.ERASED])
def test_what_its_author_took_away_never_comes_back(status: Status) -> None:
    with pytest.raises(Conflict):
        rules.require_transition(status, Status.PUBLIC)


@pytest.mark.parametrize("outcome", [Outcome.PARTLY, Outcome.DECLINED])
def test_a_no_needs_a_reason(outcome: Outcome) -> None:
    with pytest.raises(Invalid, match="warum"):
        rules.require_outcome_fits(outcome, "  ")


def test_the_list_of_threads_and_the_rule_agree(town: Town) -> None:
    own = make_actor(Role.CITIZEN)
    actors = [GUEST, own, make_actor(Role.CITIZEN), make_actor(Role.MODERATOR)]
    for state, visibility in product(ScopeState, Visibility):
        scope = make_scope(state=state, visibility=visibility)
        shown = [
            make_thread(scope, status=status, author_id=author)
            for status, author in product(Status, (None, own.party_id))
            if status not in {Status.ERASED, Status.WITHDRAWN}
        ]
        for actor in actors:
            if not may_read(actor, scope):
                continue
            listed = {thread.id for thread in threads.list_threads(scope, actor)}
            visible = {one.id for one in shown if rules.is_visible(one, scope, actor)}
            assert listed == visible


@pytest.mark.parametrize("status", list(Status))
def test_a_page_shows_a_text_to_whom_the_rule_allows_it(town: Town, status: Status) -> None:
    if status is Status.ERASED:
        return
    thread = make_thread()
    author = make_actor(Role.CITIZEN)
    post = make_post(thread, author=author, text="Ein Geheimwort", status=status)

    for actor in (GUEST, author, make_actor(Role.CITIZEN)):
        assert _reads(thread, post, actor) == _may_on_page(post, thread, actor)


def _reads(thread: Thread, post: Post, actor: Actor) -> bool:
    page = reading.read_page(thread, actor, Sort.OLDEST, None)
    texts = [view.row.html for view in page.posts if view.is_public]
    texts += [one.html for one in page.waiting]
    return any("Geheimwort" in text for text in texts)


def _may_on_page(post: Post, thread: Thread, actor: Actor) -> bool:
    """Hidden and withdrawn texts are on no page, not even on their author's."""
    gone = post.status in {Status.HIDDEN, Status.WITHDRAWN}
    return rules.is_visible(post, thread.scope, actor) and not gone


@given(st.text(max_size=60))
def test_any_text_is_a_cursor_or_none(text: str) -> None:
    cursor = Cursor.parse(text)

    assert cursor is None or Cursor.parse(str(cursor)) == cursor
