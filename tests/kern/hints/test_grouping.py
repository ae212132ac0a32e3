"""Floods stand together at the desk: by what they say, and by who sent them."""

from itertools import pairwise

import pytest

from beteiligung.discussion.models import POST_KEY, Post, Status
from kern.accounts.permissions import Role
from kern.content import Ref
from kern.db import db
from kern.moderation.decisions import decide
from kern.moderation.hints.grouping import FLOOD, SHARE, by_one_person
from kern.moderation.hints.making import renew
from kern.moderation.hints.sketch import alike, is_lookalike
from kern.scope import Moderation
from tests.builders import make_actor, make_post, make_scope, make_thread
from tests.kern.desk_cases import case_of, make_waiting, rejected
from tests.kern.hints.test_lookalikes import read_pairs, sketched

pytestmark = pytest.mark.usefixtures("town")

SPAM = (
    "Verdienen Sie 5.000 Euro im Monat von zu Hause! Keine Erfahrung nötig, Auszahlung täglich. "
    "Melden Sie sich jetzt an und sichern Sie sich den Startbonus. Nummer {}"
)
OTHERS = (
    "Bitte mehr Bänke am Markt, meine Mutter schafft den Weg nicht ohne Pause.",
    "Im Hallenbad fehlen sonntags Zeiten für Menschen, die nur Bahnen schwimmen wollen.",
)


def grouped(*posts: Post) -> list[int | None]:
    refs = [Ref(POST_KEY, post.id) for post in posts]
    db.session.commit()
    renew(refs)
    db.session.expire_all()
    return [case_of(post).group_id for post in posts]


def test_lookalikes_that_wait_are_one_group_named_after_the_first() -> None:
    thread = make_thread()
    flood = [make_waiting(thread=thread, text=SPAM.format(number)) for number in range(30)]
    others = [make_waiting(thread=thread, text=text) for text in OTHERS]
    found = grouped(*flood, *others)
    assert set(found[:30]) == {case_of(flood[0]).id}
    assert found[30:] == [None, None]


def test_who_comes_later_joins_the_group_also_when_its_first_case_is_decided() -> None:
    thread = make_thread()
    first, second, third = (make_waiting(thread=thread, text=SPAM.format(n)) for n in range(3))
    group = grouped(first, second)[0]
    decide(make_actor(Role.MODERATOR), case_of(first).id, rejected(case_of(first)))
    grouped(first)
    assert grouped(third) == [group]


def test_one_text_alone_and_what_is_public_make_no_group() -> None:
    thread = make_thread()
    public = make_post(thread, text=SPAM.format(1))
    assert grouped(make_waiting(thread=thread, text=SPAM.format(2)), public)[0] is None


def test_a_group_stays_in_its_project_and_its_kind_of_case() -> None:
    here, there = make_waiting(text=SPAM.format(1)), make_waiting(text=SPAM.format(2))
    unread = make_waiting(
        text=SPAM.format(3), thread=make_thread(make_scope(moderation=Moderation.AFTER))
    )
    assert unread.status == Status.PUBLIC
    assert [group for group in grouped(here, there) if group] == []


def test_a_chain_of_small_steps_is_no_group() -> None:
    """Each is close to the one before, the last has nothing of the first."""
    thread = make_thread()
    words = [f"Wort{number:03}anders" for number in range(40)]
    chain = [" ".join(words[start : start + 20]) for start in range(0, 20, 2)]
    for one, other in pairwise(chain):
        assert alike(sketched(one).bins, sketched(other).bins) >= SHARE
    posts = [make_waiting(thread=thread, text=text) for text in chain]
    for post in posts:
        grouped(post)
    group = case_of(posts[0]).group_id
    assert group == case_of(posts[1]).group_id
    assert group is not None
    assert group != case_of(posts[-1]).group_id


def test_many_texts_of_one_person_stand_together_though_they_differ() -> None:
    author, thread = make_actor(Role.CITIZEN), make_thread()
    texts = [f"{letter * 9} {letter * 7}" for letter in "abcdefghijkl"[: FLOOD + 1]]
    posts = [make_waiting(thread=thread, author=author, text=text) for text in texts]
    found = grouped(*posts)
    assert set(found) == {case_of(posts[0]).id}
    assert by_one_person({case_of(posts[0]).id}) == {case_of(posts[0]).id}


def test_a_lively_person_is_no_flood() -> None:
    author, thread = make_actor(Role.CITIZEN), make_thread()
    texts = [f"{letter * 9} {letter * 7}" for letter in "abcdefghijkl"[: FLOOD - 1]]
    posts = [make_waiting(thread=thread, author=author, text=text) for text in texts]
    assert set(grouped(*posts)) == {None}


def test_a_group_of_many_people_is_not_by_one_person() -> None:
    thread = make_thread()
    group = grouped(*(make_waiting(thread=thread, text=SPAM.format(n)) for n in range(3)))[0]
    assert group is not None
    assert by_one_person({group}) == set()


def test_no_pair_of_different_texts_is_close_enough_for_a_group() -> None:
    for same, _kind, one, other in read_pairs():
        a, b = sketched(one), sketched(other)
        share, letters = alike(a.bins, b.bins), min(a.letters, b.letters)
        assert same or a.digest != b.digest
        assert same or not (is_lookalike(share, letters) and share >= SHARE)
