import threading
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from beteiligung.discussion.models import POST_KEY, THREAD_KEY, Post, Status, Thread
from beteiligung.discussion.service import posts, threads
from kern.accounts.models import Party
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.clock import now
from kern.content import Ref
from kern.db import begin_writing, db
from kern.errors import Conflict, Invalid, NotAllowed, NotFound
from kern.moderation import decisions, desk, forgetting, log, netiquette, queue, reports
from kern.moderation.decisions import AlreadyDecided, Ruling
from kern.moderation.models import Case, CaseKind, CaseNote, CaseState, CaseVerdict
from kern.moderation.queue import Filters, Holder, Tab
from kern.moderation.reports import Objection
from kern.outbox import Fact, OutboxEntry, masked
from kern.scope import Moderation
from kern.town import Town, use_town
from tests.builders import make_actor, make_post, make_scope, make_thread
from tests.conftest import CountQueries

WORDS = "Bitte lassen Sie die Nummer weg."


def case_of(thing: Post | Thread, kind: CaseKind = CaseKind.RELEASE) -> Case:
    key = POST_KEY if isinstance(thing, Post) else THREAD_KEY
    query = select(Case).where(Case.content_key == key, Case.content_id == thing.id)
    case = db.session.scalar(query.where(Case.kind == kind).order_by(Case.id.desc()))
    assert case is not None
    return case


def released(case: Case) -> Ruling:
    return Ruling(CaseVerdict.RELEASE, case.revision)


def rejected(case: Case, text: str = WORDS) -> Ruling:
    return Ruling(CaseVerdict.REJECT, case.revision, 3, text)


def mails() -> list[str]:
    query = select(OutboxEntry.name).where(OutboxEntry.kind == "mail").order_by(OutboxEntry.id)
    return list(db.session.scalars(query))


def make_waiting(**values: object) -> Post:
    return make_post(status=Status.PENDING, **values)  # type: ignore[arg-type]  # builder's own


def make_waiting_thread() -> Thread:
    citizen, scope = make_actor(Role.CITIZEN), make_scope()
    host = Ref("beteiligung.project", 0)
    return threads.open_thread(citizen, scope, host, title="Mehr Bänke?", question="Wo denn?")


def make_unread() -> Post:
    """Public at once, nobody has looked at it."""
    thread = make_thread(make_scope(moderation=Moderation.AFTER))
    return make_waiting(thread=thread)


def test_rules_are_read_from_the_netiquette() -> None:
    found = netiquette.parse("Vorweg ein Satz.\n1. Freundlich\n   und ruhig.\n\n12) Ohne Namen.")

    assert [(rule.number, rule.text) for rule in found] == [
        (1, "Freundlich und ruhig."),
        (12, "Ohne Namen."),
    ]


def test_every_ready_sentence_belongs_to_a_rule(town: Town) -> None:
    numbers = {rule.number for rule in netiquette.rules()}

    assert numbers
    assert {sentence.number for sentence in netiquette.reasons()} <= numbers


def test_the_oldest_waits_in_front(town: Town) -> None:
    thread = make_thread()
    texts = ["eins", "zwei", "drei"]
    for text in texts:
        make_waiting(thread=thread, text=text)

    page = queue.list_queue(make_actor(Role.MODERATOR), Filters())

    assert [line.item.plain for line in page.lines] == texts


@pytest.mark.both_databases
def test_pages_of_the_queue_hold_everything_once_in_both_directions(town: Town) -> None:
    thread = make_thread()
    for number in range(7):
        make_waiting(thread=thread, text=f"Beitrag {number}")
    same = now() - timedelta(hours=1)
    db.session.execute(update(Case).values(opened_at=same))
    actor = make_actor(Role.MODERATOR)

    forth = []
    page = queue.list_queue(actor, Filters(), limit=3)
    while True:
        forth.append([line.case.id for line in page.lines])
        if page.next is None:
            break
        page = queue.list_queue(actor, Filters(), page.next, limit=3)
    back = []
    while page.previous is not None:
        page = queue.list_queue(actor, Filters(), page.previous, limit=3)
        back.append([line.case.id for line in page.lines])

    assert [len(ids) for ids in forth] == [3, 3, 1]
    assert len({number for ids in forth for number in ids}) == 7
    assert back == forth[-2::-1]


@pytest.mark.slow
def test_500_waiting_things_need_as_many_queries_as_5(
    town: Town, count_queries: CountQueries
) -> None:
    thread, author = make_thread(), make_actor(Role.CITIZEN)
    actor = make_actor(Role.MODERATOR)

    def queries() -> int:
        db.session.flush()
        with count_queries() as sent:
            queue.count_queue(actor)
            queue.list_queue(actor, Filters())
        return len(sent)

    for number in range(5):
        make_waiting(thread=thread, author=author, text=f"Beitrag {number}")
    make_waiting_thread()
    few = queries()
    for number in range(495):
        make_waiting(thread=thread, author=author, text=f"Beitrag {number}")

    assert queries() == few <= 5
    assert queue.count_queue(actor).open == 501


@pytest.mark.both_databases
def test_filters_narrow_the_queue_and_its_counts(town: Town) -> None:
    here, there = make_thread(), make_thread()
    make_waiting(thread=here)
    mine = case_of(make_waiting(thread=there))
    actor, other = make_actor(Role.MODERATOR), make_actor(Role.MODERATOR)
    db.session.commit()
    desk.claim(actor, mine)
    db.session.rollback()

    def found(filters: Filters, who: Actor = actor) -> list[int | None]:
        return [line.case.scope_id for line in queue.list_queue(who, filters).lines]

    assert found(Filters(scope_id=here.scope_id)) == [here.scope_id]
    assert found(Filters(key=THREAD_KEY)) == []
    assert found(Filters(holder=Holder.ME)) == [there.scope_id]
    assert found(Filters(holder=Holder.OTHERS), other) == [there.scope_id]
    assert found(Filters(holder=Holder.NOBODY)) == [here.scope_id]
    counts = queue.count_queue(actor)
    assert counts.tabs == {Tab.CHECK: 2, Tab.REPORTED: 0}
    assert [place.count for place in counts.scopes] == [1, 1]


def test_a_moderator_of_one_project_sees_only_that(town: Town) -> None:
    here, there = make_thread(), make_thread()
    own, foreign = make_waiting(thread=here), make_waiting(thread=there)
    actor = make_actor(Role.MODERATOR, scope_id=here.scope_id)

    assert [line.item.ref.id for line in queue.list_queue(actor, Filters()).lines] == [own.id]
    assert queue.count_queue(actor).open == 1
    assert desk.get_case_for(actor, case_of(own).id)
    with pytest.raises(NotFound):
        desk.get_case_for(actor, case_of(foreign).id)
    with pytest.raises(NotFound):
        decisions.decide(actor, case_of(foreign).id, released(case_of(foreign)))


def test_a_citizen_has_no_queue(town: Town) -> None:
    make_waiting()

    assert queue.list_queue(make_actor(Role.CITIZEN), Filters()).lines == []


def test_a_released_post_is_public_and_its_author_is_told(town: Town) -> None:
    post = make_waiting()

    case = decisions.decide(make_actor(Role.MODERATOR), case_of(post).id, released(case_of(post)))

    assert (case.state, case.verdict) == (CaseState.DECIDED, CaseVerdict.RELEASE)
    assert post.status == Status.PUBLIC
    assert mails() == ["beteiligung.entschieden"]


@pytest.mark.parametrize(
    ("rule", "text", "field"),
    [(None, WORDS, "rule"), (99, WORDS, "rule"), (3, " \n ", "text"), (3, "x" * 2001, "text")],
)
def test_a_rejection_needs_a_rule_and_a_sentence(
    town: Town, rule: int | None, text: str, field: str
) -> None:
    post = make_waiting()
    ruling = Ruling(CaseVerdict.REJECT, 1, rule, text)

    with pytest.raises(Invalid) as refused:
        decisions.decide(make_actor(Role.MODERATOR), case_of(post).id, ruling)

    assert refused.value.field == field
    assert case_of(post).state == CaseState.OPEN


def test_the_reason_of_a_rejection_is_kept_for_the_author(town: Town) -> None:
    post = make_waiting()

    decisions.decide(make_actor(Role.MODERATOR), case_of(post).id, rejected(case_of(post)))

    reason = desk.reason_for(Ref(POST_KEY, post.id), 1)
    assert reason is not None
    assert (reason.rule, reason.text) == (3, WORDS)
    assert "Telefonnummern" in reason.rule_text
    assert post.status == Status.REJECTED


def test_what_is_released_has_no_reason(town: Town) -> None:
    post = make_waiting()

    decisions.decide(make_actor(Role.MODERATOR), case_of(post).id, released(case_of(post)))

    assert desk.reason_for(Ref(POST_KEY, post.id), 1) is None


def test_nobody_decides_about_a_text_they_have_not_read(town: Town) -> None:
    author = make_actor(Role.CITIZEN)
    post = make_waiting(author=author)
    read = case_of(post)
    posts.edit_post(author, post, "Etwas ganz anderes.")

    with pytest.raises(AlreadyDecided):
        decisions.decide(make_actor(Role.MODERATOR), read.id, Ruling(CaseVerdict.RELEASE, 1))
    with pytest.raises(Conflict):
        decisions.decide(
            make_actor(Role.MODERATOR), case_of(post).id, Ruling(CaseVerdict.RELEASE, 1)
        )


@pytest.mark.both_databases
def test_of_two_moderators_at_once_one_wins(app: Flask, town: Town) -> None:
    post = make_waiting()
    number = case_of(post).id
    actors = [make_actor(Role.MODERATOR), make_actor(Role.MODERATOR)]
    rulings = [released(case_of(post)), rejected(case_of(post))]
    db.session.commit()
    begin = threading.Barrier(2)
    results: list[str] = []

    def run(actor: Actor, ruling: Ruling) -> None:
        with use_town(town), app.app_context():
            end = begin_writing()
            begin.wait()
            try:
                decisions.decide(actor, number, ruling)
                db.session.commit()
                results.append("won")
            except AlreadyDecided as late:
                results.append(f"told of {late.case_id}")
            finally:
                db.session.remove()
                end()

    runs = [threading.Thread(target=run, args=pair) for pair in zip(actors, rulings, strict=True)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()

    db.session.rollback()
    assert sorted(results) == [f"told of {number}", "won"]
    assert mails() == ["beteiligung.entschieden"]


@pytest.mark.both_databases
def test_a_release_taken_back_leaves_no_trace(town: Town) -> None:
    post = make_waiting()
    before = case_of(post)
    opened, due, actor = before.opened_at, before.due_at, make_actor(Role.MODERATOR)
    decisions.decide(actor, before.id, released(before))

    case = decisions.take_back(actor, before.id)

    assert (post.status, post.listed, post.html) == (Status.PENDING, False, "")
    assert (case.state, case.opened_at, case.due_at) == (CaseState.OPEN, opened, due)
    assert (case.verdict, case.decided_by, case.decided_at) == (None, None, None)
    assert mails() == []
    assert (POST_KEY, post.id) in masked()


def test_a_rejection_taken_back_forgets_its_reason(town: Town) -> None:
    post, actor = make_waiting(), make_actor(Role.MODERATOR)
    decisions.decide(actor, case_of(post).id, rejected(case_of(post)))

    decisions.take_back(actor, case_of(post).id)

    assert post.status == Status.PENDING
    assert db.session.scalar(select(func.count()).select_from(CaseNote)) == 0
    assert mails() == []


@pytest.mark.both_databases
def test_hiding_taken_back_shows_the_post_again(town: Town) -> None:
    post, actor = make_unread(), make_actor(Role.MODERATOR)
    case = case_of(post, CaseKind.REVIEW)
    html = post.html
    decisions.decide(actor, case.id, Ruling(CaseVerdict.HIDE, 1, 4, WORDS))
    assert (post.status, post.html) == (Status.HIDDEN, "")

    decisions.take_back(actor, case.id)

    assert (post.status, post.html, post.hidden_rule) == (Status.PUBLIC, html, None)
    assert case.state == CaseState.OPEN
    assert mails() == []


def test_only_who_decided_takes_back_and_only_for_half_a_minute(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    post, actor = make_waiting(), make_actor(Role.MODERATOR)
    case = decisions.decide(actor, case_of(post).id, released(case_of(post)))
    with pytest.raises(Conflict):
        decisions.take_back(make_actor(Role.MODERATOR), case.id)

    later = now() + decisions.UNDO + timedelta(seconds=1)
    monkeypatch.setattr(decisions, "now", lambda: later)
    with pytest.raises(Conflict, match="30 Sekunden"):
        decisions.take_back(actor, case.id)

    assert post.status == Status.PUBLIC


def test_what_the_author_wrote_anew_is_not_overrun_by_undo(town: Town) -> None:
    author, actor = make_actor(Role.CITIZEN), make_actor(Role.MODERATOR)
    post = make_waiting(author=author)
    case = decisions.decide(actor, case_of(post).id, rejected(case_of(post)))
    posts.edit_post(author, post, "Ohne Nummer.")

    with pytest.raises(Conflict):
        decisions.take_back(actor, case.id)

    assert case_of(post).revision == 2


@pytest.mark.both_databases
def test_many_are_decided_at_once_and_taken_back_together(town: Town) -> None:
    thread, actor = make_thread(), make_actor(Role.MODERATOR)
    cases = [case_of(make_waiting(thread=thread, text=f"Nummer {n}")) for n in range(3)]
    decisions.decide(make_actor(Role.MODERATOR), cases[0].id, released(cases[0]))
    marked = [(case.id, case.revision) for case in cases]

    done = decisions.decide_many(actor, marked, accept=False, rule=5, text="Werbung.")

    assert (len(done.done), done.skipped) == (2, 1)
    assert [case.verdict for case in cases] == ["release", "reject", "reject"]
    back = decisions.take_back_many(actor, done.done)
    assert (len(back.done), back.skipped) == (2, 0)
    assert [case.state for case in cases] == ["decided", "open", "open"]


def test_what_was_public_unread_is_fine_or_hidden(town: Town) -> None:
    fine, bad = make_unread(), make_unread()
    actor = make_actor(Role.MODERATOR)
    marked = [(case_of(fine, CaseKind.REVIEW).id, 1)]

    decisions.decide_many(actor, marked, accept=True, rule=None, text="")
    marked = [(case_of(bad, CaseKind.REVIEW).id, 1)]
    decisions.decide_many(actor, marked, accept=False, rule=4, text="Verletzend.")

    assert (fine.status, bad.status) == (Status.PUBLIC, Status.HIDDEN)
    assert mails() == ["beteiligung.ausgeblendet"]


@pytest.mark.both_databases
def test_a_rejected_post_is_released_from_the_log_by_a_new_decision(town: Town) -> None:
    post, actor = make_waiting(), make_actor(Role.MODERATOR)
    first = decisions.decide(actor, case_of(post).id, rejected(case_of(post)))

    again = decisions.decide_anew(actor, first.id, Ruling(CaseVerdict.RELEASE, 1))

    assert post.status == Status.PUBLIC
    assert again.id != first.id
    assert first.verdict == CaseVerdict.REJECT
    assert desk.reason_for(Ref(POST_KEY, post.id), 1) is None
    entries = log.list_log(actor, log.LogFilters()).entries
    assert [entry.case.verdict for entry in entries] == ["release", "reject"]
    with pytest.raises(AlreadyDecided):
        decisions.decide_anew(actor, first.id, Ruling(CaseVerdict.RELEASE, 1))


def test_a_decision_made_anew_is_taken_back_to_the_one_before(town: Town) -> None:
    actor = make_actor(Role.MODERATOR)
    rejected_post, hidden_post = make_waiting(), make_unread()
    first = decisions.decide(actor, case_of(rejected_post).id, rejected(case_of(rejected_post)))
    second = decisions.decide(
        actor,
        case_of(hidden_post, CaseKind.REVIEW).id,
        Ruling(CaseVerdict.HIDE, 1, 4, WORDS),
    )
    before = mails()

    for case, verdict in ((first, CaseVerdict.RELEASE), (second, CaseVerdict.RESTORE)):
        anew = decisions.decide_anew(actor, case.id, Ruling(verdict, 1))
        decisions.take_back(actor, anew.id)

    assert (rejected_post.status, hidden_post.status) == (Status.REJECTED, Status.HIDDEN)
    assert hidden_post.hidden_rule == 4
    assert len(before) == 2


@pytest.mark.both_databases
def test_the_log_can_be_narrowed_and_shows_what_nobody_else_reads(town: Town) -> None:
    actor, other = make_actor(Role.MODERATOR), make_actor(Role.MODERATOR)
    bad, good = make_waiting(text="Rufen Sie 0151 an."), make_waiting()
    decisions.decide(actor, case_of(bad).id, rejected(case_of(bad)))
    decisions.decide(other, case_of(good).id, released(case_of(good)))

    found = log.list_log(actor, log.LogFilters(verdicts=(CaseVerdict.REJECT,))).entries
    mine = log.list_log(actor, log.LogFilters(mine=True)).entries

    assert [entry.item.plain for entry in found if entry.item] == ["Rufen Sie 0151 an."]
    assert [entry.case.content_id for entry in mine] == [bad.id]
    assert [scope_id for scope_id, _title in log.list_scopes(actor)] == sorted(
        {bad.scope_id, good.scope_id}
    )


@pytest.mark.both_databases
def test_a_claim_is_soft_and_ends_by_itself(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    case, actor = case_of(make_waiting()), make_actor(Role.MODERATOR, name="Kathrin Brandt")
    other = make_actor(Role.MODERATOR)
    db.session.commit()

    assert desk.claim(actor, case)
    db.session.rollback()
    assert not desk.claim(other, case)
    (line,) = queue.list_queue(other, Filters()).lines
    assert line.holder == "Kathrin Brandt"
    assert queue.find_next(other, Filters()) is None
    db.session.rollback()

    later: datetime = now() + desk.CLAIM + timedelta(seconds=1)
    monkeypatch.setattr(desk, "now", lambda: later)
    assert desk.claim(other, case)


def test_the_desk_knows_what_an_author_wrote_before(town: Town) -> None:
    author, actor = make_actor(Role.CITIZEN), make_actor(Role.MODERATOR)
    for verdict in (released, rejected, released):
        case = case_of(make_waiting(author=author))
        decisions.decide(actor, case.id, verdict(case))
    post = make_waiting(author=author)
    item = queue.items_of([case_of(post)])[Ref(POST_KEY, post.id)]

    look = desk.look(actor, case_of(post), item)

    assert (look.record.released, look.record.rejected) == (2, 1)
    assert [case.verdict for case in look.record.recent] == ["release", "reject", "release"]


def test_who_may_look_may_not_always_decide(town: Town) -> None:
    post = make_waiting()
    viewer = Actor(permissions=frozenset({"moderation.desk"}))

    with pytest.raises(NotAllowed):
        decisions.decide(viewer, case_of(post).id, released(case_of(post)))


def test_hiding_is_a_fact_that_masks_at_once(town: Town) -> None:
    post, actor = make_unread(), make_actor(Role.MODERATOR)
    ruling = Ruling(CaseVerdict.HIDE, 1, 4, WORDS)

    decisions.decide(actor, case_of(post, CaseKind.REVIEW).id, ruling)

    query = select(OutboxEntry.name).where(
        OutboxEntry.kind == "fact", OutboxEntry.content_id == post.id
    )
    assert Fact.HIDDEN in set(db.session.scalars(query))
    assert (POST_KEY, post.id) in masked()


def test_words_about_people_are_forgotten_in_time(town: Town) -> None:
    post, actor = make_post(), make_actor(Role.MODERATOR)
    leaving = make_actor()
    reported = Ref(POST_KEY, post.id)
    stays = reports.report(make_actor(), reported, Objection(4, "Böse.", "a@lindenau.example"))
    goes = reports.report(leaving, reported, Objection(4, "Auch böse.", "b@lindenau.example"))
    db.session.get_one(Party, leaving.party_id).erased_at = now()
    case = case_of(post, CaseKind.REPORT)
    decisions.decide(actor, case.id, Ruling(CaseVerdict.HIDE, 1, 4, WORDS))

    def left(days: int) -> list[tuple[str, str | None]]:
        forgetting.forget(now(), now() + timedelta(days=days))
        db.session.expire_all()
        return [(stays.text, stays.email), (goes.text, goes.email)]

    assert left(1) == [("Böse.", "a@lindenau.example"), ("", None)]
    assert left(31) == [("Böse.", None), ("", None)]
    assert left(800) == [("", None), ("", None)]
    reason = desk.reason_for(reported)
    assert reason is not None
    assert (reason.rule, reason.text) == (4, "")
