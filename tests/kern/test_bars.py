from collections.abc import Callable
from datetime import timedelta

import pytest

from beteiligung.discussion import acts
from beteiligung.discussion.models import Post, Status, Thread
from beteiligung.discussion.service import posts, threads, votes
from kern.accounts import sessions
from kern.accounts.models import Account, Identity, Party
from kern.accounts.permissions import Role
from kern.actor import Actor, PartyId
from kern.clock import now
from kern.content import Ref
from kern.db import db
from kern.errors import Conflict, Invalid, NotAllowed, NotFound
from kern.moderation import bars, decisions, log, objections, reports, statements, trust
from kern.moderation.bars import Barred, Ground
from kern.moderation.decisions import Decision
from kern.moderation.models import CaseState, CaseVerdict, Ending, Measure
from kern.moderation.reports import Allegation
from kern.scope import Moderation, Scope
from kern.town import Town
from tests.builders import make_actor, make_party, make_post, make_scope, make_thread
from tests.kern.desk_cases import mails

WHY = Ground("Zum fünften Mal Namen anderer Menschen.", 3)
WEEK = timedelta(days=7)


@pytest.fixture
def moderator(town: Town) -> Actor:
    return make_actor(Role.MODERATOR)


@pytest.fixture
def author(town: Town) -> Actor:
    return make_actor(Role.CITIZEN)


def id_of(actor: Actor) -> PartyId:
    assert actor.party_id is not None
    return actor.party_id


def test_a_warning_is_written_down_and_takes_nothing_away(moderator: Actor, author: Actor) -> None:
    statement = bars.warn(moderator, id_of(author), None, WHY)

    assert (statement.measure, statement.party_id) == (Measure.WARNED, author.party_id)
    assert statements.facts_of(statement) == WHY.text
    assert bars.find_bar(author.party_id, None) is None
    assert mails() == ["moderation.begruendung"]


def test_a_bar_of_the_town_holds_everywhere_one_of_a_project_only_there(town: Town) -> None:
    moderator, here, there = make_actor(Role.MODERATOR), make_scope(), make_scope()
    everywhere, somewhere = make_party(), make_party()

    bars.bar(moderator, everywhere.id, None, WHY, until=None)
    bars.bar(moderator, somewhere.id, here.id, WHY, until=now() + WEEK)

    def held(party: Party) -> list[bool]:
        scopes = (None, here.id, there.id)
        return [bars.find_bar(party.id, scope) is not None for scope in scopes]

    assert held(everywhere) == [True, True, True]
    assert held(somewhere) == [False, True, False]
    assert held(make_party()) == [False, False, False]


def test_a_bar_ends_at_its_hour(
    moderator: Actor, author: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = now() + WEEK
    bars.bar(moderator, id_of(author), None, WHY, until=until)

    for at, holds in ((until - timedelta(seconds=1), True), (until, False)):
        monkeypatch.setattr(bars, "now", lambda at=at: at)
        assert (bars.find_bar(author.party_id, None) is not None) == holds


def test_of_several_bars_the_longest_counts(moderator: Actor, author: Actor) -> None:
    long = now() + timedelta(days=30)
    for until in (now() + WEEK, long, now() + timedelta(days=1)):
        bars.bar(moderator, id_of(author), None, WHY, until=until)

    found = bars.find_bar(author.party_id, None)

    assert found is not None
    assert found.until == long


@pytest.mark.parametrize(
    ("ground", "until", "field"),
    [
        (Ground(" ", 3), WEEK, "text"),
        (Ground("Werbung.", None), WEEK, "rule"),
        (Ground("Werbung.", 99), WEEK, "rule"),
        (Ground("Werbung.", 3), -WEEK, "until"),
    ],
)
def test_a_bar_needs_a_rule_a_sentence_and_an_end_to_come(
    moderator: Actor, author: Actor, ground: Ground, until: timedelta, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        bars.bar(moderator, id_of(author), None, ground, until=now() + until)

    assert refused.value.field == field


def test_only_who_may_bars_and_nobody_bars_their_own_staff(moderator: Actor) -> None:
    party, colleague = make_party(), make_actor(Role.PLANNER)
    scope = make_scope()
    helper = make_actor(Role.MODERATOR, scope_id=scope.id)

    for actor, scope_id in ((make_actor(Role.PLANNER), None), (helper, None)):
        with pytest.raises(NotAllowed):
            bars.bar(actor, party.id, scope_id, WHY, until=None)
    with pytest.raises(Conflict):
        bars.bar(moderator, id_of(colleague), None, WHY, until=None)
    with pytest.raises(NotFound):
        bars.warn(moderator, 9999, None, WHY)
    assert bars.bar(helper, party.id, scope.id, WHY, until=None).case.scope_id == scope.id


# What a barred person cannot do, and what they still can


@pytest.fixture
def place(town: Town) -> Thread:
    return make_thread(make_scope(moderation=Moderation.AFTER))


WRITING: dict[str, Callable[[Actor, Thread, Post, Post], object]] = {
    "post": lambda actor, thread, _own, _other: posts.submit_post(actor, thread, "Hallo."),
    "reply": lambda actor, thread, _own, other: posts.submit_post(
        actor, thread, "Hallo.", parent=other
    ),
    "edit": lambda actor, _thread, own, _other: posts.edit_post(actor, own, "Geändert."),
    "vote": lambda actor, _thread, _own, other: votes.vote(actor, other, 1),
    "open": lambda actor, thread, _own, _other: threads.open_thread(
        actor, thread.scope, Ref("beteiligung.project", 0), title="Neu", question="Was?"
    ),
    "confirm a post": lambda actor, thread, _own, _other: acts.POST.perform(
        db.session.get_one(Party, actor.party_id),
        {"thread": thread.id, "parent": None, "text": "Hallo.", "picture": None},
    ),
    "confirm a vote": lambda actor, _thread, _own, other: acts.VOTE.perform(
        db.session.get_one(Party, actor.party_id), {"post": other.id, "stimme": 1}
    ),
}


@pytest.mark.parametrize("act", WRITING)
def test_a_barred_person_writes_nowhere_and_is_told_until_when(
    moderator: Actor, author: Actor, place: Thread, act: str
) -> None:
    own, other = make_post(place, author=author), make_post(place)
    WRITING[act](author, place, own, other)
    bars.bar(moderator, id_of(author), place.scope_id, WHY, until=now() + WEEK)

    with pytest.raises(Barred, match=r"bis .* 20\d\d") as refused:
        WRITING[act](author, place, own, other)

    assert refused.value.status == 403


def test_a_barred_person_still_reports_withdraws_and_objects(
    moderator: Actor, author: Actor, place: Thread
) -> None:
    own, other = make_post(place, author=author), make_post(place)
    statement = bars.bar(moderator, id_of(author), None, WHY, until=None)

    reports.report(author, Ref("beteiligung.post", other.id), Allegation(4))
    posts.withdraw(author, own)
    case = objections.submit(statement, "Das war jemand anderes.")

    assert own.status == Status.WITHDRAWN
    assert case.state == CaseState.OPEN


def test_what_was_written_without_the_account_counts_too(
    moderator: Actor, author: Actor, place: Thread
) -> None:
    """A guest of that address before, an account with the address now: it is one person."""
    guest = make_party(email="helga@lindenau.example")
    account = db.session.get_one(Account, author.account_id)
    db.session.add(Identity(account_id=account.id, kind="mail", subject="helga@lindenau.example"))
    bars.bar(moderator, guest.id, None, WHY, until=None)

    with pytest.raises(Barred):
        posts.submit_post(author, place, "Und weiter.")


def test_pages_ask_for_a_bar_only_where_one_was_given(moderator: Actor, author: Actor) -> None:
    def visitor() -> Actor:
        token = sessions.open_session(db.session.get_one(Account, author.account_id), "Test", 1)
        db.session.commit()
        return sessions.actor_of(token)

    assert not visitor().has_bar
    assert bars.bar_for(visitor(), None) is None
    bars.bar(moderator, id_of(author), None, WHY, until=None)

    assert bars.bar_for(visitor(), None) is not None


# The end


def test_a_lifted_bar_holds_no_more_and_its_person_is_told(moderator: Actor, author: Actor) -> None:
    statement = bars.bar(moderator, id_of(author), None, WHY, until=None)

    bars.lift(moderator, statement.id)

    assert bars.find_bar(author.party_id, None) is None
    assert statement.ended_by == Ending.LIFTED
    assert mails() == ["moderation.begruendung", "moderation.aufgehoben"]
    with pytest.raises(Conflict):
        bars.lift(moderator, statement.id)


def test_a_bar_and_its_lifting_can_be_taken_back(moderator: Actor, author: Actor) -> None:
    statement = bars.bar(moderator, id_of(author), None, WHY, until=None)
    lifted = bars.lift(moderator, statement.id)

    decisions.take_back(moderator, lifted.id)
    assert bars.find_bar(author.party_id, None) is not None
    decisions.take_back(moderator, statement.case_id)

    assert bars.find_bar(author.party_id, None) is None
    assert mails() == []


def test_an_upheld_objection_lifts_the_bar(moderator: Actor, author: Actor) -> None:
    statement = bars.bar(moderator, id_of(author), None, WHY, until=None)
    case = objections.submit(statement, "Das war jemand anderes.")

    with pytest.raises(Conflict):
        decisions.decide(moderator, case.id, Decision(CaseVerdict.UPHELD, 1))
    decisions.decide(make_actor(Role.MODERATOR), case.id, Decision(CaseVerdict.UPHELD, 1))

    assert bars.find_bar(author.party_id, None) is None
    assert statement.ended_by == Ending.OBJECTION


def test_acts_about_people_stand_in_the_log(moderator: Actor, author: Actor) -> None:
    bars.warn(moderator, id_of(author), None, WHY)
    bars.lift(moderator, bars.bar(moderator, id_of(author), None, WHY, until=None).id)

    entries = log.list_log(moderator, log.LogFilters()).entries

    assert [entry.case.verdict for entry in entries] == ["lift", "bar", "warn"]
    assert {entry.item.author for entry in entries if entry.item} == {author.name}


@pytest.mark.parametrize(("act", "trusted"), [("warn", True), ("bar", False)])
def test_a_bar_costs_trust_a_warning_does_not(
    moderator: Actor, author: Actor, act: str, trusted: bool
) -> None:
    scope: Scope = make_scope(moderation=Moderation.TRUST)
    scope.trust_after = 0
    if act == "warn":
        bars.warn(moderator, id_of(author), None, WHY)
    else:
        bars.bar(moderator, id_of(author), None, WHY, until=now() + WEEK)

    assert trust.is_trusted(author.party_id, scope) is trusted
