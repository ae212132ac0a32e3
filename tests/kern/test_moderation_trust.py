from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beteiligung.discussion.models import Status
from beteiligung.discussion.service import posts
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.clock import now
from kern.moderation import decisions, trust
from kern.moderation.decisions import Decision
from kern.moderation.models import CaseVerdict
from kern.scope import Moderation, Scope
from kern.town import Town
from tests.builders import make_actor, make_scope, make_thread
from tests.kern.desk_cases import case_of, make_waiting, rejected, released


def trusting(after: int = 3, days: int = 180) -> Scope:
    scope = make_scope(moderation=Moderation.TRUST)
    scope.trust_after, scope.trust_days = after, days
    return scope


def release(author: Actor, times: int = 1) -> None:
    for _ in range(times):
        post = make_waiting(author=author)
        decisions.decide(make_actor(Role.MODERATOR), case_of(post).id, released(case_of(post)))


@given(st.integers(0, 20), st.integers(0, 3), st.integers(0, 20), st.sampled_from(Moderation))
def test_trust_needs_its_mode_its_number_and_nothing_against_it(
    released: int, against: int, after: int, mode: Moderation
) -> None:
    scope = Scope(moderation=mode, trust_after=after, trust_days=30)

    is_trusted = trust.trusts(released, against, scope)

    assert is_trusted == (mode is Moderation.TRUST and released >= after and not against)


@pytest.mark.parametrize("after", [1, 2])
def test_the_project_says_after_how_many_texts_somebody_is_trusted(town: Town, after: int) -> None:
    author, scope = make_actor(Role.CITIZEN), trusting(after)
    release(author, after - 1)
    assert not trust.is_trusted(author.party_id, scope)
    release(author)

    assert trust.is_trusted(author.party_id, scope)
    post = posts.submit_post(author, make_thread(scope), "Vertraut.")
    assert post.status == Status.PUBLIC


def test_trust_goes_with_a_rejection_until_the_days_of_the_project_are_over(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    author, scope = make_actor(Role.CITIZEN), trusting(1, days=30)
    release(author)
    post = make_waiting(author=author)
    decisions.decide(make_actor(Role.MODERATOR), case_of(post).id, rejected(case_of(post)))

    assert not trust.is_trusted(author.party_id, scope)

    later = now() + timedelta(days=31)
    monkeypatch.setattr(trust, "now", lambda: later)
    assert trust.is_trusted(author.party_id, scope)


def test_a_rejection_the_town_took_back_costs_no_trust(town: Town) -> None:
    author, moderator = make_actor(Role.CITIZEN), make_actor(Role.MODERATOR)
    post = make_waiting(author=author)
    case = decisions.decide(moderator, case_of(post).id, rejected(case_of(post)))

    decisions.decide_anew(moderator, case.id, Decision(CaseVerdict.RELEASE, 1))

    assert trust.is_trusted(author.party_id, trusting(1))


def test_one_text_released_twice_is_one(town: Town) -> None:
    author, moderator = make_actor(Role.CITIZEN), make_actor(Role.MODERATOR)
    post = make_waiting(author=author)
    decisions.decide(moderator, case_of(post).id, released(case_of(post)))
    posts.edit_post(author, post, "Mit einem Wort mehr.")
    decisions.decide(moderator, case_of(post).id, released(case_of(post)))

    assert not trust.is_trusted(author.party_id, trusting(2))
    assert trust.is_trusted(author.party_id, trusting(1))
