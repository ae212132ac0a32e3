import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from beteiligung.discussion.models import POST_KEY, Post, Status
from beteiligung.discussion.service import posts
from kern.accounts.models import Grant, Party
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.clock import now
from kern.content import Ref
from kern.db import begin_writing, db
from kern.errors import Conflict, DomainError, Invalid
from kern.moderation import decisions, forgetting, objections, queue, statements, trust
from kern.moderation.decisions import AlreadyDecided, Decision
from kern.moderation.models import Case, CaseKind, CaseState, CaseVerdict, Ending, Statement
from kern.moderation.objections import Deciders, Hearing
from kern.moderation.queue import Filters, Tab
from kern.scope import Moderation
from kern.town import Town, use_town
from tests.builders import make_actor, make_post, make_scope
from tests.kern.desk_cases import WORDS, case_of, mails, make_unread, make_waiting, rejected

WHY = "Das war keine Telefonnummer, sondern die Hausnummer des Rathauses."
UPHELD = Decision(CaseVerdict.UPHELD, 1, text="Sie haben recht.")
DISMISSED = Decision(CaseVerdict.DISMISSED, 1, text="Es ist eine Telefonnummer.")


@pytest.fixture
def first(town: Town) -> Actor:
    return make_actor(Role.MODERATOR)


@pytest.fixture
def other(town: Town) -> Actor:
    return make_actor(Role.MODERATOR)


def reject(post: Post, by: Actor) -> Statement:
    return statements.get_of(decisions.decide(by, case_of(post).id, rejected(case_of(post))))


def accounts(*actors: Actor) -> set[int]:
    return {actor.account_id for actor in actors if actor.account_id is not None}


def hide(post: Post, by: Actor) -> Statement:
    case = case_of(post, CaseKind.REVIEW)
    return statements.get_of(decisions.decide(by, case.id, Decision(CaseVerdict.HIDE, 1, 4, WORDS)))


# Who decides, pure

ids = st.sets(st.integers(1, 6))


@given(moderators=ids, administrators=ids, first=st.integers(1, 6))
def test_whoever_decided_first_decides_again_only_where_there_is_nobody_else(
    moderators: set[int], administrators: set[int], first: int
) -> None:
    others = Deciders(moderators - administrators, administrators).without(first)
    at = now()

    def may(account: int, days: int) -> bool:
        opened_at = at - timedelta(days=days)
        try:
            objections.require_other_person(account, first, others, opened_at, at)
        except Conflict:
            return False
        return True

    alone = not others.moderators and not others.administrators
    assert may(first, 8) == may(first, 7) == alone
    assert not may(first, 6)
    assert all(may(account, 0) for account in (moderators | administrators) - {first})


@pytest.mark.parametrize(
    ("moderators", "administrators", "hearing"),
    [
        ({1, 2}, set(), Hearing.OTHER),
        ({1, 2, 3}, {9}, Hearing.OTHER),
        ({1}, {9}, Hearing.ADMINISTRATOR),
        (set(), {8, 9}, Hearing.ADMINISTRATOR),
        ({1}, set(), Hearing.SAME_LATER),
        (set(), {9}, Hearing.SAME_LATER),
        (set(), set(), Hearing.SAME_LATER),
    ],
)
def test_the_town_promises_what_its_moderation_can_keep(
    moderators: set[int], administrators: set[int], hearing: Hearing
) -> None:
    assert objections.heard_by(Deciders(moderators, administrators)) is hearing


def test_a_decision_of_nobody_is_heard_by_anybody() -> None:
    objections.require_other_person(1, None, Deciders(set(), set()), now(), now())


def test_moderators_of_the_project_count_in_it_and_nowhere_else(first: Actor) -> None:
    scope = make_scope()
    helper = make_actor(Role.MODERATOR, scope_id=scope.id)
    planner, admin = make_actor(Role.PLANNER), make_actor(Role.ADMINISTRATOR)

    here, town = objections.deciders_in(scope.id), objections.deciders_in(None)

    assert here == Deciders(accounts(first, helper), accounts(admin))
    assert town == Deciders(accounts(first), accounts(admin))
    assert planner.account_id not in here.moderators


# Objecting


def test_an_objection_waits_at_the_desk_with_its_words(first: Actor, other: Actor) -> None:
    post = make_waiting()

    case = objections.submit(reject(post, first), f" {WHY}\r\n")

    lines = queue.list_queue(other, Filters(Tab.OBJECTED)).lines
    assert [line.case.id for line in lines] == [case.id]
    assert objections.words_of(case) == WHY
    assert case.due_at is not None
    assert mails() == ["moderation.begruendung", "moderation.einspruch"]


@pytest.mark.parametrize("words", ["", " \n", "x" * 2001])
def test_an_objection_says_why(first: Actor, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        objections.submit(reject(make_waiting(), first), words)

    assert refused.value.field == "text"


def test_after_six_months_it_is_too_late(first: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    statement = reject(make_waiting(), first)
    end = statements.objection_until(statements.taken_at(statement))

    monkeypatch.setattr(objections, "now", lambda: end)
    with pytest.raises(Conflict, match="sechs Monate"):
        objections.submit(statement, WHY)
    monkeypatch.setattr(objections, "now", lambda: end - timedelta(seconds=1))
    assert objections.submit(statement, WHY).state == CaseState.OPEN


def test_two_decisions_about_one_text_are_objected_to_apart(first: Actor) -> None:
    author = make_actor(Role.CITIZEN)
    post = make_waiting(author=author)
    one = reject(post, first)
    posts.edit_post(author, post, "Immer noch 0151.")
    two = statements.get_of(decisions.decide(first, case_of(post).id, rejected(case_of(post))))

    assert objections.submit(one, WHY).id != objections.submit(two, WHY).id


def together(app: Flask, town: Town, *acts: Callable[[], object]) -> list[str]:
    """Each in a thread and transaction of its own, begun at the same moment."""
    begin, results = threading.Barrier(len(acts)), list[str]()

    def run(act: Callable[[], object]) -> None:
        with use_town(town), app.app_context():
            end = begin_writing()
            begin.wait()
            try:
                act()
                db.session.commit()
                results.append("done")
            except DomainError as error:
                results.append(type(error).__name__)
            finally:
                db.session.remove()
                end()

    runs = [threading.Thread(target=run, args=(act,)) for act in acts]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    db.session.rollback()
    return sorted(results)


def test_an_objection_sent_twice_at_once_counts_once(app: Flask, town: Town) -> None:
    number = reject(make_waiting(), make_actor(Role.MODERATOR)).id
    db.session.commit()

    def submit() -> None:
        objections.submit(statements.get(number), WHY)

    assert together(app, town, submit, submit) == ["done", "done"]

    query = select(func.count()).where(Case.kind == CaseKind.OBJECTION)
    assert db.session.scalar(query) == 1
    assert mails().count("moderation.einspruch") == 1


def test_of_two_who_decide_an_objection_at_once_one_wins(app: Flask, town: Town) -> None:
    post = make_waiting()
    statement = reject(post, make_actor(Role.MODERATOR))
    case_id = objections.submit(statement, WHY).id
    one, two = make_actor(Role.MODERATOR), make_actor(Role.MODERATOR)
    db.session.commit()

    results = together(
        app,
        town,
        lambda: decisions.decide(one, case_id, UPHELD),
        lambda: decisions.decide(two, case_id, DISMISSED),
    )

    assert results == ["AlreadyDecided", "done"]
    is_upheld = db.session.get_one(Case, case_id).verdict == CaseVerdict.UPHELD
    assert (db.session.get_one(Post, post.id).status == Status.PUBLIC) == is_upheld
    assert mails().count("moderation.einspruch_entschieden") == 1


# Deciding


def test_who_decided_first_leaves_the_objection_to_somebody_else(
    first: Actor, other: Actor
) -> None:
    post = make_waiting()
    case = objections.submit(reject(post, first), WHY)

    with pytest.raises(Conflict, match="jemand anderes"):
        decisions.decide(first, case.id, UPHELD)
    decisions.decide(other, case.id, UPHELD)

    assert post.status == Status.PUBLIC


def test_the_only_moderator_decides_again_after_a_week(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    only = make_actor(Role.MODERATOR)
    db.session.query(Grant).filter(Grant.account_id != only.account_id).delete()
    post = make_waiting()
    db.session.query(Grant).filter(Grant.account_id != only.account_id).delete()
    case = objections.submit(reject(post, only), WHY)

    with pytest.raises(Conflict, match="sieben Tagen"):
        decisions.decide(only, case.id, UPHELD)
    later = now() + objections.SAME_AFTER
    monkeypatch.setattr(objections, "now", lambda: later)
    decisions.decide(only, case.id, UPHELD)

    assert post.status == Status.PUBLIC


def test_an_upheld_objection_releases_what_was_rejected(first: Actor, other: Actor) -> None:
    post = make_waiting()
    statement = reject(post, first)

    decisions.decide(other, objections.submit(statement, WHY).id, UPHELD)

    assert post.status == Status.PUBLIC
    assert statement.ended_by == Ending.OBJECTION
    assert mails() == [
        "moderation.begruendung",
        "moderation.einspruch",
        "moderation.einspruch_entschieden",
    ]


def test_an_upheld_objection_brings_a_hidden_post_back_to_its_place(town: Town) -> None:
    first, other = make_actor(Role.MODERATOR), make_actor(Role.MODERATOR)
    root = make_unread()
    replies = [make_post(root.thread, parent=root, text=f"Antwort {n}") for n in range(2)]

    def place() -> tuple[object, ...]:
        db.session.refresh(root.thread)
        order = [reply.reply_no for reply in replies]
        return root.listed, root.html, root.reply_count, order, root.thread.posts_count

    before, statement = place(), hide(root, first)
    assert place() != before

    decisions.decide(other, objections.submit(statement, WHY).id, UPHELD)

    assert (root.status, root.hidden_rule) == (Status.PUBLIC, None)
    assert place() == before


def test_a_dismissed_objection_changes_nothing_and_says_why(first: Actor, other: Actor) -> None:
    post = make_waiting()
    statement = reject(post, first)
    case = objections.submit(statement, WHY)

    with pytest.raises(Invalid):
        decisions.decide(other, case.id, Decision(CaseVerdict.DISMISSED, 1))
    decisions.decide(other, case.id, DISMISSED)

    assert (post.status, statement.ended_at) == (Status.REJECTED, None)
    outcome = objections.outcome_of(case, now() + timedelta(minutes=1))
    assert outcome is not None
    assert (outcome.is_upheld, outcome.reason) == (False, DISMISSED.text)


def test_nobody_reads_of_an_outcome_that_may_still_be_taken_back(
    first: Actor, other: Actor
) -> None:
    case = objections.submit(reject(make_waiting(), first), WHY)
    decisions.decide(other, case.id, UPHELD)

    assert objections.outcome_of(case, now()) is None


@pytest.mark.parametrize("take", [reject, hide])
def test_an_upheld_objection_taken_back_waits_again(
    first: Actor, other: Actor, take: Callable[[Post, Actor], Statement]
) -> None:
    post = make_waiting() if take is reject else make_unread()
    statement = take(post, first)
    status, case = post.status, objections.submit(statement, WHY)
    told = mails()
    decisions.decide(other, case.id, UPHELD)

    decisions.take_back(other, case.id)

    assert (post.status, statement.ended_at, case.state) == (status, None, CaseState.OPEN)
    assert mails() == told


def test_what_its_author_rewrote_since_is_not_overrun(first: Actor, other: Actor) -> None:
    author = make_actor(Role.CITIZEN)
    post = make_waiting(author=author)
    case = objections.submit(reject(post, first), WHY)
    posts.edit_post(author, post, "Ganz neu.")

    decisions.decide(other, case.id, Decision(CaseVerdict.UPHELD, 2))

    assert post.status == Status.PENDING
    assert case_of(post).state == CaseState.OPEN


def test_who_withdraws_the_text_withdraws_the_objection(first: Actor) -> None:
    author = make_actor(Role.CITIZEN)
    post = make_waiting(author=author)
    case = objections.submit(reject(post, first), WHY)

    posts.withdraw(author, post)

    assert case.state == CaseState.WITHDRAWN


def test_an_upheld_objection_gives_trust_back(first: Actor, other: Actor) -> None:
    author, scope = make_actor(Role.CITIZEN), make_scope(moderation=Moderation.TRUST)
    scope.trust_after = 0
    statement = reject(make_waiting(author=author), first)
    assert not trust.is_trusted(author.party_id, scope)

    decisions.decide(other, objections.submit(statement, WHY).id, UPHELD)

    assert trust.is_trusted(author.party_id, scope)


def test_a_dismissed_objection_does_not_keep_the_town_from_changing_its_mind(
    first: Actor, other: Actor
) -> None:
    post = make_unread()
    statement = hide(post, first)
    decisions.decide(other, objections.submit(statement, WHY).id, DISMISSED)

    decisions.decide_anew(first, statement.case_id, Decision(CaseVerdict.RESTORE, 1))

    assert post.status == Status.PUBLIC
    with pytest.raises(AlreadyDecided):
        decisions.decide_anew(first, statement.case_id, Decision(CaseVerdict.RESTORE, 1))


def test_objections_are_no_reports(first: Actor, other: Actor) -> None:
    """A hidden post waits under one tab only, and its other cases stay as they were."""
    post = make_unread()
    objections.submit(hide(post, first), WHY)

    tabs = queue.count_queue(other).tabs

    assert (tabs[Tab.CHECK], tabs[Tab.REPORTED], tabs[Tab.OBJECTED]) == (0, 0, 1)
    assert statements.find_newest(Ref(POST_KEY, post.id)) is not None


def test_who_goes_takes_their_objection_along(town: Town, first: Actor) -> None:
    statement = reject(make_waiting(), first)
    case = objections.submit(statement, WHY)
    db.session.get_one(Party, statement.party_id).erased_at = now()
    db.session.flush()

    forgetting.forget(now(), now())

    assert objections.words_of(case) == ""
