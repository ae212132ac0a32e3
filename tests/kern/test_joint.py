"""One decision for many: claimed at once, carried out later, taken back as a whole."""

import threading
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from time import process_time

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from beteiligung.discussion.models import POST_KEY, Post, Thread
from beteiligung.discussion.service import counting, posts
from kern.accounts.models import Grant
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.clock import now
from kern.config import Settings
from kern.content import Ref, Registry, Verdict, _house, registry
from kern.db import begin_writing, db
from kern.errors import Conflict, Invalid, NotAllowed
from kern.moderation import decisions, log, queue, recent, reports
from kern.moderation.decisions import AlreadyDecided, Decision, JointVerdict, carrying
from kern.moderation.decisions.joint import JOINT
from kern.moderation.filters import Filters
from kern.moderation.log import LogFilters
from kern.moderation.models import (
    Case,
    CaseKind,
    CaseNote,
    CaseState,
    CaseVerdict,
    JointDecision,
    JointState,
    Statement,
)
from kern.moderation.reports import Allegation
from kern.notify.models import Notice
from kern.outbox import OutboxEntry, State
from kern.scope import Moderation, Scope
from kern.town import Town, use_town
from tests.builders import make_actor, make_post, make_scope, make_thread
from tests.conftest import CountQueries
from tests.kern.desk_cases import carry_out, case_of, mails, make_waiting
from tests.kern.floods import SPAM, flood, group_of, make_people, plant
from tests.kern.test_worker import probe

NO = JointVerdict(accepts=False, rule=5, text="Das ist Werbung.")
YES = JointVerdict(accepts=True)
THOUSAND = 1_000
CPU_A_THOUSAND = 1.2  # seconds: claim it, carry it out, tell its authors
SLACK = 3


def states(ids: list[int]) -> Counter[str]:
    db.session.rollback()
    query = select(Post.status, func.count()).where(Post.id.in_(ids)).group_by(Post.status)
    return Counter({str(status): count for status, count in db.session.execute(query)})


def case_states(ids: list[int]) -> Counter[str]:
    query = select(Case.state, func.count()).where(Case.content_id.in_(ids))
    found = db.session.execute(query.group_by(Case.state))
    return Counter({str(state): count for state, count in found})


def decide_all(actor: Actor, group: int, verdict: JointVerdict = NO) -> int:
    joint_id = decisions.decide_group(actor, Filters(group_id=group), verdict).joint_id
    db.session.commit()
    assert joint_id is not None
    return joint_id


@pytest.mark.slow
def test_a_flood_of_a_thousand_is_one_decision(town: Town, count_queries: CountQueries) -> None:
    thread, actor = make_thread(), make_actor(Role.MODERATOR)
    people = make_people(50)

    def queries() -> int:
        with count_queries() as sent:
            queue.list_queue(actor, Filters())
        return len(sent)

    ids = plant(thread, people, [SPAM.format(number) for number in range(5)])
    own = [
        case_of(make_waiting(thread=thread, text=f"{word} fehlt hier.")).content_id
        for word in ("Der Brunnen", "Die Bank", "Das Licht")
    ]
    group_of(ids)
    few = queries()
    ids += plant(thread, people, [SPAM.format(number) for number in range(5, THOUSAND)])
    group = group_of(ids)

    assert queries() == few
    lines = queue.list_queue(actor, Filters()).lines
    assert [line.alike for line in lines] == [THOUSAND - 1, 0, 0, 0]
    db.session.commit()
    start = process_time()
    joint_id = decide_all(actor, group)
    assert len(queue.list_queue(actor, Filters()).lines) == len(own)
    assert decisions.take_back_joint(actor, joint_id) == THOUSAND
    assert queue.list_queue(actor, Filters()).lines[0].alike == THOUSAND - 1
    decide_all(actor, group)
    assert states(ids) == {"pending": THOUSAND}
    carry_out()
    spent = process_time() - start

    assert states(ids) == {"rejected": THOUSAND}
    assert states(own) == {"pending": len(own)}
    assert case_states(ids) == {"decided": THOUSAND}
    assert db.session.scalar(select(func.count(Statement.id))) == THOUSAND
    assert Counter(mails()) == {"moderation.begruendung": len(people)}
    entries = log.list_log(actor, LogFilters()).entries
    assert [entry.together for entry in entries] == [THOUSAND]
    assert spent < SLACK * CPU_A_THOUSAND


def test_of_two_moderators_at_once_one_decides_about_all(app: Flask, town: Town) -> None:
    ids, group = flood(make_thread(), 30)
    actors = [make_actor(Role.MODERATOR), make_actor(Role.MODERATOR)]
    db.session.commit()
    begin = threading.Barrier(2)
    results: list[str] = []

    def run(actor: Actor, verdict: JointVerdict) -> None:
        with use_town(town), app.app_context():
            end = begin_writing()
            begin.wait()
            try:
                claimed = decisions.decide_group(actor, Filters(group_id=group), verdict)
                db.session.commit()
                results.append(f"won {claimed.count}")
            except AlreadyDecided as late:
                results.append(f"told of {late.case_id}")
            finally:
                db.session.remove()
                end()

    runs = [threading.Thread(target=run, args=pair) for pair in zip(actors, (YES, NO), strict=True)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()

    assert sorted(results) == [f"told of {group}", "won 30"]
    carry_out()
    assert len(states(ids)) == 1


def test_taken_back_in_time_it_has_never_been(town: Town) -> None:
    ids, group = flood(make_thread(), 5)
    actor = make_actor(Role.MODERATOR)
    joint_id = decide_all(actor, group)
    done = recent.last_done(actor, now())
    assert done is not None
    assert (done.count, done.verdict, done.joint_id) == (5, CaseVerdict.REJECT, joint_id)

    decisions.take_back_joint(actor, joint_id)
    carry_out()

    assert states(ids) == {"pending": 5}
    assert case_states(ids) == {"open": 5}
    assert recent.last_done(actor, now()) is None
    assert db.session.get_one(JointDecision, joint_id).text == ""
    assert (mails(), log.list_log(actor, LogFilters()).entries) == ([], [])


def test_nobody_else_takes_it_back(town: Town) -> None:
    _ids, group = flood(make_thread(), 3)
    joint_id = decide_all(make_actor(Role.MODERATOR), group)

    with pytest.raises(Conflict):
        decisions.take_back_joint(make_actor(Role.MODERATOR), joint_id)


def test_of_what_has_begun_the_rest_waits_again_and_who_is_concerned_is_told(town: Town) -> None:
    ids, group = flood(make_thread(), 6)
    actor = make_actor(Role.MODERATOR)
    joint_id = decide_all(actor, group)
    assert carrying.carry_on(joint_id, 2)
    db.session.commit()

    assert decisions.take_back_joint(actor, joint_id) == 4
    carry_out()

    assert states(ids) == {"rejected": 2, "pending": 4}
    assert case_states(ids) == {"decided": 2, "open": 4}
    assert mails() == ["moderation.begruendung"]
    joint = db.session.get_one(JointDecision, joint_id)
    assert (joint.state, joint.count) == (JointState.DONE, 2)
    with pytest.raises(Conflict):
        decisions.take_back_joint(actor, joint_id)


def test_what_came_later_or_was_taken_out_is_left(town: Town) -> None:
    thread, actor = make_thread(), make_actor(Role.MODERATOR)
    ids, group = flood(thread, 5)
    until = max(db.session.scalars(select(Case.id)).all())
    late = plant(thread, make_people(1), [SPAM.format(9)])
    group_of([*ids, *late])
    out = db.session.scalars(select(Case.id).where(Case.content_id == ids[1])).one()

    decisions.decide_group(actor, Filters(group_id=group), NO, until=until, but={out})
    carry_out()

    assert states([ids[1], *late]) == {"pending": 2}
    assert states(ids) == {"rejected": 4, "pending": 1}


def test_a_no_for_all_needs_a_rule_and_a_sentence(town: Town) -> None:
    ids, group = flood(make_thread(), 3)
    actor = make_actor(Role.MODERATOR)

    for verdict, field in ((replace(NO, text=" "), "text"), (replace(NO, rule=None), "rule")):
        with pytest.raises(Invalid) as refused:
            decisions.decide_group(actor, Filters(group_id=group), verdict)
        assert refused.value.field == field
    assert case_states(ids) == {"open": 3}


def test_only_what_one_may_decide_is_reached(town: Town) -> None:
    here, there = make_thread(), make_thread()
    _ids, group = flood(here, 2)
    others = plant(there, make_people(1), ["Etwas ganz anderes."])
    actor = make_actor(Role.MODERATOR, scope_id=here.scope_id)
    marked = [(id_, 1) for id_ in db.session.scalars(select(Case.id))]

    claimed = decisions.decide_marked(actor, marked, NO)
    carry_out()

    assert (claimed.count, claimed.skipped) == (2, 1)
    assert states(others) == {"pending": 1}
    with pytest.raises((NotAllowed, AlreadyDecided)):
        decisions.decide_group(make_actor(Role.CITIZEN), Filters(group_id=group), NO)


def test_a_text_that_is_rewritten_meanwhile_is_read_anew(town: Town) -> None:
    author = make_actor(Role.CITIZEN)
    thread = make_thread()
    own = make_waiting(thread=thread, author=author, text=SPAM.format(77))
    ids = plant(thread, make_people(3), [SPAM.format(number) for number in range(3)])
    post_id, group = own.id, group_of([*ids, own.id])
    decide_all(make_actor(Role.MODERATOR), group)

    posts.edit_post(author, posts.get_post_for(author, post_id), "Ein Satz ohne Werbung.")
    carry_out()

    assert states(ids) == {"rejected": 3}
    assert states([post_id]) == {"pending": 1}
    assert case_states([post_id]) == {"withdrawn": 1, "open": 1}


def test_who_withdraws_meanwhile_gets_no_statement(town: Town) -> None:
    author = make_actor(Role.CITIZEN)
    found = [make_waiting(author=author) for _ in range(2)]
    marked = [(case_of(post).id, 1) for post in found]
    decisions.decide_marked(make_actor(Role.MODERATOR), marked, NO)
    posts.withdraw(author, found[0])
    carry_out()

    assert db.session.scalars(select(Statement.case_id)).all() == [marked[1][0]]
    assert db.session.get_one(Case, marked[0][0]).state == CaseState.WITHDRAWN


def test_whoever_loses_the_right_meanwhile_decides_nothing(town: Town) -> None:
    ids, group = flood(make_thread(), 3)
    actor = make_actor(Role.MODERATOR)
    decide_all(actor, group)
    db.session.execute(delete(Grant).where(Grant.account_id == actor.account_id))
    carry_out()

    assert states(ids) == {"pending": 3}
    assert case_states(ids) == {"open": 3}


def test_what_is_public_is_hidden_for_everybody_who_objected(town: Town) -> None:
    thread = make_thread(make_scope(moderation=Moderation.AFTER))
    thread_id, scope_id = thread.id, thread.scope_id
    ids = plant(thread, make_people(2), [SPAM.format(n) for n in range(4)], CaseKind.REVIEW)
    counting.rebuild()
    group = group_of(ids)
    reports.report(Actor(), Ref(POST_KEY, ids[0]), Allegation(5, "", "a@lindenau.example"))
    actor = make_actor(Role.MODERATOR)
    decide_all(actor, group)
    reports.report(Actor(), Ref(POST_KEY, ids[1]), Allegation(5, "", "b@lindenau.example"))
    carry_out()

    assert states(ids) == {"hidden": 4}
    assert case_states(ids) == {"decided": 6}
    assert Counter(mails()) == {"moderation.begruendung": 2, "moderation.gemeldet": 2}
    assert db.session.scalar(select(func.count(Statement.id))) == 4
    assert db.session.get_one(Thread, thread_id).posts_count == 0
    assert db.session.get_one(Scope, scope_id).people_count == 0
    entries = log.list_log(actor, LogFilters()).entries
    assert [entry.together for entry in entries] == [6]


def test_a_report_that_comes_before_it_is_taken_back_keeps_both_words(town: Town) -> None:
    post = make_post()
    ref = Ref(POST_KEY, post.id)
    other = make_post()
    reports.report(Actor(), ref, Allegation(5, "Erste"))
    reports.report(Actor(), Ref(POST_KEY, other.id), Allegation(5, "Andere"))
    actor = make_actor(Role.MODERATOR)
    marked = [(case_of(one, CaseKind.REPORT).id, 1) for one in (post, other)]
    joint_id = decisions.decide_marked(actor, marked, NO).joint_id or 0
    reports.report(Actor(), ref, Allegation(5, "Zweite"))

    decisions.take_back_joint(actor, joint_id)

    case = case_of(post, CaseKind.REPORT)
    words = select(CaseNote.text).where(CaseNote.case_id == case.id).order_by(CaseNote.id)
    assert db.session.scalars(words).all() == ["Erste", "Zweite"]
    db.session.refresh(case)
    assert (case.state, case.reports) == (CaseState.OPEN, 2)


def test_released_together_counts_and_tells_as_one_by_one(town: Town) -> None:
    author = make_actor(Role.CITIZEN)

    def written(thread: Thread) -> list[Post]:
        root = make_post(thread)
        own = [make_waiting(thread=thread, author=author, text=f"Nummer {n}") for n in range(2)]
        other = make_waiting(thread=thread, parent=root, text="Mit [Link](https://a.example).")
        return [*own, other]

    def counts(thread_id: int) -> tuple[object, ...]:
        thread = db.session.get_one(Thread, thread_id)
        scope = db.session.get_one(Scope, thread.scope_id)
        shown = select(Post.html, Post.listed, Post.reply_no, Post.reply_count)
        rows = db.session.execute(shown.where(Post.thread_id == thread_id).order_by(Post.id))
        figures = (scope.posts_count, scope.people_count, thread.posts_count)
        return (*figures, [tuple(row) for row in rows])

    single, joint = make_thread(), make_thread()
    thread_ids = single.id, joint.id
    actor = make_actor(Role.MODERATOR)
    for post in written(single):
        decisions.decide(actor, case_of(post).id, Decision(CaseVerdict.RELEASE, 1))
    some = written(joint)
    decisions.decide_marked(actor, [(case_of(post).id, 1) for post in some], YES)
    carry_out()

    assert counts(thread_ids[1]) == counts(thread_ids[0])
    more = [notice.payload.get("more") for notice in db.session.scalars(select(Notice))]
    assert Counter(more)[1] == 1  # two texts of one author are one notice


def test_what_breaks_waits_again_and_holds_up_no_other(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids, group = flood(make_thread(), 4)
    whole = registry()[POST_KEY]
    assert whole.decide_all is not None
    decide_some = whole.decide_all

    def breaks(wordings: Mapping[int, int], actor: Actor, verdict: Verdict) -> Collection[int]:
        if ids[1] in wordings:
            raise RuntimeError("this one breaks")
        return decide_some(wordings, actor, verdict)

    types = [one for key, one in registry().items() if key != POST_KEY]
    monkeypatch.setattr(_house, "registry", Registry([*types, replace(whole, decide_all=breaks)]))
    decide_all(make_actor(Role.MODERATOR), group)
    carry_out()

    assert states(ids) == {"rejected": 3, "pending": 1}
    assert states([ids[1]]) == {"pending": 1}
    assert case_states(ids) == {"decided": 3, "open": 1}
    assert len(mails()) == 1


@pytest.mark.slow
def test_a_worker_killed_on_the_way_loses_nothing(town: Town, settings: Settings) -> None:
    people = make_people(20)
    ids = plant(make_thread(), people, [SPAM.format(number) for number in range(200)])
    marked = [(id_, 1) for id_ in db.session.scalars(select(Case.id))]
    decisions.decide_marked(make_actor(Role.MODERATOR), marked, NO)
    due = update(OutboxEntry).where(OutboxEntry.kind == JOINT)
    db.session.execute(due.values(not_before=now() - timedelta(seconds=1)))
    db.session.commit()

    assert probe(settings, 1, 8).wait(120) == 0
    assert states(ids) == {"rejected": 200}
    assert case_states(ids) == {"decided": 200}
    query = select(Statement.case_id)
    assert set(Counter(db.session.scalars(query)).values()) == {1}
    notices = db.session.scalars(select(Notice.party_id).where(Notice.kind == "statement"))
    assert Counter(notices) == dict.fromkeys(people, 1)
    entry = select(OutboxEntry.state).where(OutboxEntry.kind == JOINT)
    assert db.session.scalars(entry).all() == [State.DONE]
