import io
import threading
from datetime import timedelta

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from beteiligung.discussion.models import POST_KEY, Status
from beteiligung.discussion.service import posts
from kern.accounts.models import Party
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.clock import now
from kern.content import Ref
from kern.db import begin_writing, db
from kern.errors import Conflict, Invalid, NotAllowed
from kern.files import service as files
from kern.files.images import accept_picture
from kern.moderation import decisions, desk, forgetting, log, reports
from kern.moderation.decisions import AlreadyDecided, Decision
from kern.moderation.models import CaseKind, CaseNote, CaseState, CaseVerdict
from kern.moderation.reports import Allegation
from kern.outbox import Fact, OutboxEntry, masked
from kern.town import Town, use_town
from tests.builders import make_actor, make_post, make_thread
from tests.kern.desk_cases import (
    WORDS,
    case_of,
    mails,
    make_unread,
    make_waiting,
    rejected,
    released,
)


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
    decision = Decision(CaseVerdict.REJECT, 1, rule, text)

    with pytest.raises(Invalid) as refused:
        decisions.decide(make_actor(Role.MODERATOR), case_of(post).id, decision)

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
        decisions.decide(make_actor(Role.MODERATOR), read.id, Decision(CaseVerdict.RELEASE, 1))
    with pytest.raises(Conflict):
        decisions.decide(
            make_actor(Role.MODERATOR), case_of(post).id, Decision(CaseVerdict.RELEASE, 1)
        )


def test_of_two_moderators_at_once_one_wins(app: Flask, town: Town) -> None:
    post = make_waiting()
    number = case_of(post).id
    actors = [make_actor(Role.MODERATOR), make_actor(Role.MODERATOR)]
    rulings = [released(case_of(post)), rejected(case_of(post))]
    db.session.commit()
    begin = threading.Barrier(2)
    results: list[str] = []

    def run(actor: Actor, decision: Decision) -> None:
        with use_town(town), app.app_context():
            end = begin_writing()
            begin.wait()
            try:
                decisions.decide(actor, number, decision)
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
    assert len(mails()) == 1


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


def test_a_picture_that_was_refused_comes_back_with_undo(town: Town) -> None:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), (90, 140, 60)).save(data, "PNG")
    picture = files.keep_picture(accept_picture(data.getvalue(), "kai.png"), "Kai", None)
    thread, author = make_thread(), make_actor(Role.CITIZEN)
    post = posts.submit_post(author, thread, "Siehe Bild.", picture_id=picture.id)
    actor = make_actor(Role.MODERATOR)
    decision = Decision(
        CaseVerdict.RELEASE_WITHOUT_PICTURE, 1, 6, "Das Bild ist nicht Ihr eigenes."
    )
    case = decisions.decide(actor, case_of(post).id, decision)
    assert (post.status, post.picture_id, picture.state) == (Status.PUBLIC, None, "private")

    decisions.take_back(actor, case.id)
    assert (post.status, post.picture_id, picture.state) == (
        Status.PENDING,
        picture.id,
        "private",
    )
    decisions.decide(actor, case.id, released(case))

    db.session.refresh(picture)
    assert (post.picture_id, picture.state) == (picture.id, "public")


def test_hiding_taken_back_shows_the_post_again(town: Town) -> None:
    post, actor = make_unread(), make_actor(Role.MODERATOR)
    case = case_of(post, CaseKind.REVIEW)
    html = post.html
    decisions.decide(actor, case.id, Decision(CaseVerdict.HIDE, 1, 4, WORDS))
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
    monkeypatch.setattr(decisions.undo, "now", lambda: later)
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


def test_a_rejected_post_is_released_from_the_log_by_a_new_decision(town: Town) -> None:
    post, actor = make_waiting(), make_actor(Role.MODERATOR)
    first = decisions.decide(actor, case_of(post).id, rejected(case_of(post)))

    again = decisions.decide_anew(actor, first.id, Decision(CaseVerdict.RELEASE, 1))

    assert post.status == Status.PUBLIC
    assert again.id != first.id
    assert first.verdict == CaseVerdict.REJECT
    assert desk.reason_for(Ref(POST_KEY, post.id), 1) is None
    entries = log.list_log(actor, log.LogFilters()).entries
    assert [entry.case.verdict for entry in entries] == ["release", "reject"]
    with pytest.raises(AlreadyDecided):
        decisions.decide_anew(actor, first.id, Decision(CaseVerdict.RELEASE, 1))


def test_a_decision_made_anew_is_taken_back_to_the_one_before(town: Town) -> None:
    actor = make_actor(Role.MODERATOR)
    rejected_post, hidden_post = make_waiting(), make_unread()
    first = decisions.decide(actor, case_of(rejected_post).id, rejected(case_of(rejected_post)))
    second = decisions.decide(
        actor,
        case_of(hidden_post, CaseKind.REVIEW).id,
        Decision(CaseVerdict.HIDE, 1, 4, WORDS),
    )
    before = mails()

    for case, verdict in ((first, CaseVerdict.RELEASE), (second, CaseVerdict.RESTORE)):
        anew = decisions.decide_anew(actor, case.id, Decision(verdict, 1))
        decisions.take_back(actor, anew.id)

    assert (rejected_post.status, hidden_post.status) == (Status.REJECTED, Status.HIDDEN)
    assert hidden_post.hidden_rule == 4
    assert len(before) == 2


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


def test_who_may_look_may_not_always_decide(town: Town) -> None:
    post = make_waiting()
    viewer = Actor(permissions=frozenset({"moderation.desk"}))

    with pytest.raises(NotAllowed):
        decisions.decide(viewer, case_of(post).id, released(case_of(post)))


def test_hiding_is_a_fact_that_masks_at_once(town: Town) -> None:
    post, actor = make_unread(), make_actor(Role.MODERATOR)
    decision = Decision(CaseVerdict.HIDE, 1, 4, WORDS)

    decisions.decide(actor, case_of(post, CaseKind.REVIEW).id, decision)

    query = select(OutboxEntry.name).where(
        OutboxEntry.kind == "fact", OutboxEntry.content_id == post.id
    )
    assert Fact.HIDDEN in set(db.session.scalars(query))
    assert (POST_KEY, post.id) in masked()


def test_words_about_people_are_forgotten_in_time(town: Town) -> None:
    post, actor = make_post(), make_actor(Role.MODERATOR)
    leaving = make_actor()
    reported = Ref(POST_KEY, post.id)
    named = Allegation(4, "Böse.", "a@lindenau.example", name="Ida Klein")
    stays = reports.report(make_actor(), reported, named)
    goes = reports.report(leaving, reported, Allegation(4, "Auch böse.", "b@lindenau.example"))
    db.session.get_one(Party, leaving.party_id).erased_at = now()
    case = case_of(post, CaseKind.REPORT)
    decisions.decide(actor, case.id, Decision(CaseVerdict.HIDE, 1, 4, WORDS))

    def left(days: int) -> list[tuple[str, str | None, str | None]]:
        forgetting.forget(now(), now() + timedelta(days=days))
        db.session.expire_all()
        return [(one.text, one.email, one.name) for one in (stays, goes)]

    nothing = ("", None, None)
    assert left(1) == [("Böse.", "a@lindenau.example", "Ida Klein"), nothing]
    assert left(31) == [("Böse.", None, None), nothing]
    assert left(800) == [nothing, nothing]
    reason = desk.reason_for(reported)
    assert reason is not None
    assert (reason.rule, reason.text) == (4, "")
