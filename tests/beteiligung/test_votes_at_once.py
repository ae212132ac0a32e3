"""Many vote at once: every voice counts once, and none after its post has gone."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from beteiligung.discussion import rules
from beteiligung.discussion.models import Post, Vote
from beteiligung.discussion.service import decisions, moving, votes
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.content import Ref
from kern.db import db, writing
from kern.errors import Conflict, NotFound
from kern.town import Town, use_town
from tests.builders import actor_of, make_account, make_actor, make_post, make_thread

CROWD = 16


def at_once(app: Flask, town: Town, acts: Sequence[Callable[[], None]]) -> None:
    begin = threading.Barrier(len(acts))

    def run(act: Callable[[], None]) -> None:
        with app.app_context(), use_town(town), writing():
            begin.wait()
            act()
            db.session.commit()
            db.session.remove()

    with ThreadPoolExecutor(len(acts)) as pool:
        list(pool.map(run, acts))


def voters(number: int) -> list[Actor]:
    return [actor_of(make_account()) for _ in range(number)]


def votes_of(post_id: int) -> tuple[int, int]:
    query = select(func.count()).where(Vote.post_id == post_id)
    agree, disagree = (db.session.scalar(query.where(Vote.value == value)) for value in (1, -1))
    return agree or 0, disagree or 0


def test_of_many_voices_at_once_each_counts(app: Flask, town: Town) -> None:
    post_id, people = make_post().id, voters(CROWD)
    db.session.commit()
    db.session.remove()

    def vote(number: int) -> None:
        value = -1 if number % 4 == 0 else 1
        votes.vote(people[number], votes.get_votable_for(people[number], post_id), value)

    at_once(app, town, [partial(vote, number) for number in range(CROWD)])

    post = db.session.get_one(Post, post_id)
    assert (post.agree, post.disagree) == votes_of(post_id) == (12, 4)
    assert post.score == pytest.approx(rules.wilson(12, 4))


def test_minds_that_change_at_once_end_with_one_voice_each(app: Flask, town: Town) -> None:
    post_id, people = make_post().id, voters(4)
    db.session.commit()
    db.session.remove()

    def vote(number: int) -> None:
        person = people[number % len(people)]
        votes.vote(person, votes.get_votable_for(person, post_id), (1, -1, 0)[number % 3])

    at_once(app, town, [partial(vote, number) for number in range(CROWD)])

    post = db.session.get_one(Post, post_id)
    assert (post.agree, post.disagree) == votes_of(post_id)
    assert post.score == pytest.approx(rules.wilson(post.agree, post.disagree))


def test_no_voice_counts_that_comes_while_the_post_is_hidden(app: Flask, town: Town) -> None:
    post_id, people, moderator = make_post().id, voters(CROWD - 1), make_actor(Role.MODERATOR)
    db.session.commit()
    db.session.remove()
    late: list[Actor] = []

    def vote(person: Actor) -> None:
        try:
            votes.vote(person, votes.get_votable_for(person, post_id), 1)
            db.session.commit()
        except (Conflict, NotFound):
            db.session.rollback()
            late.append(person)

    def hide() -> None:
        decisions.hide(decisions.get_post(post_id), moderator)

    at_once(app, town, [hide, *(partial(vote, person) for person in people)])

    post = db.session.get_one(Post, post_id)
    assert post.status == "hidden"
    assert votes_of(post_id) == (post.agree, 0) == (len(people) - len(late), 0)


def hide(post_id: int, moderator: Actor, _target: Ref) -> None:
    decisions.hide(decisions.get_post(post_id), moderator)


def move(post_id: int, moderator: Actor, target: Ref) -> None:
    """Elsewhere other people may vote, and not for as long."""
    moving.move_post(decisions.get_post(post_id), moderator, target)


@pytest.mark.postgres_alone
@pytest.mark.parametrize(
    ("meanwhile", "refusal"), [(hide, "nicht mehr öffentlich"), (move, "steht jetzt woanders")]
)
def test_a_voice_that_was_let_in_is_refused_when_its_post_goes_before_it_is_kept(
    app: Flask, town: Town, meanwhile: Callable[[int, Actor, Ref], None], refusal: str
) -> None:
    post_id, voter, moderator = make_post().id, actor_of(make_account()), make_actor(Role.MODERATOR)
    target = Ref("beteiligung.thread", make_thread().id)
    db.session.commit()

    votes.vote(voter, votes.get_votable_for(voter, post_id), 1)
    at_once(app, town, [partial(meanwhile, post_id, moderator, target)])
    with pytest.raises(Conflict, match=refusal):
        db.session.commit()
    db.session.rollback()

    assert votes_of(post_id) == (0, 0)
    assert db.session.get_one(Post, post_id).agree == 0
