"""Hints from submission to decision, made by the worker."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from beteiligung.discussion.models import POST_KEY, THREAD_KEY, Post, Status
from beteiligung.discussion.service import decisions, erasure, redacting
from kern.accounts.permissions import Role
from kern.clock import now
from kern.content import Card, DeskItem, Redaction, Ref
from kern.db import db
from kern.moderation.decisions import decide
from kern.moderation.hints import HintKind, ask_anew, hints_of, lookalikes
from kern.moderation.hints.making import renew, tidy
from kern.moderation.hints.models import CaseHint, Fingerprint
from kern.outbox import OutboxEntry, State
from kern.scope import Visibility
from kern.settings import change
from tests.builders import make_actor, make_post, make_scope, make_thread
from tests.kern.desk_cases import case_of, make_waiting, make_waiting_thread, rejected, released

pytestmark = pytest.mark.usefixtures("town")

TEXT = "Bitte mehr Bänke am Markt. Meine Mutter schafft den Weg zur Apotheke nicht ohne Pause."
SPAM = "Verdienen Sie 5.000 Euro im Monat! Rufen Sie an: 0461 123456, schnell auf bit.ly/x1"


def made(*posts: Post) -> None:
    refs = [Ref(POST_KEY, post.id) for post in posts]
    db.session.commit()
    renew(refs)


def kinds_of(post: Post) -> set[HintKind]:
    case = case_of(post)
    return {hint.kind for hint in hints_of([case.id]).get(case.id, ())}


def count(model: type[CaseHint] | type[Fingerprint]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_waiting_text_gets_its_hints_and_each_says_why() -> None:
    post = make_waiting(text=SPAM)
    made(post)
    found = hints_of([case_of(post).id])[case_of(post).id]
    assert {hint.kind for hint in found} == {
        HintKind.PHONE,
        HintKind.SHORTENED,
        HintKind.LINKS,
        HintKind.FIRST,
    }
    assert [hint.weight for hint in found] == sorted((hint.weight for hint in found), reverse=True)
    assert "Im Text steht wohl eine Telefonnummer." in {hint.sentence for hint in found}


def test_the_same_text_of_somebody_else_is_a_lookalike() -> None:
    public, waiting = make_post(text=TEXT), make_waiting(text=f"Hallo! {TEXT} www.x.example")
    made(public, waiting)
    hint = next(
        hint
        for hint in hints_of([case_of(waiting).id])[case_of(waiting).id]
        if hint.kind is HintKind.LOOKALIKE
    )
    assert hint.other == Ref(POST_KEY, public.id)
    assert "ist schon öffentlich" in hint.sentence


def test_who_was_released_before_writes_no_first_text() -> None:
    author = make_actor(Role.CITIZEN)
    first, second = make_waiting(author=author), make_waiting(author=author)
    decide(make_actor(Role.MODERATOR), case_of(first).id, released(case_of(first)))
    made(first, second)
    assert HintKind.FIRST not in kinds_of(second)


def test_texts_about_something_else_are_no_lookalikes() -> None:
    other = make_post(text="Im Hallenbad fehlen sonntags Zeiten für Menschen, die Bahnen ziehen.")
    waiting = make_waiting(text=TEXT)
    made(other, waiting)
    assert HintKind.LOOKALIKE not in kinds_of(waiting)


def test_lookalikes_are_shown_side_by_side() -> None:
    public, waiting, own = make_post(text=TEXT), make_waiting(text=TEXT), make_waiting(text=TEXT)
    made(public, waiting, own)
    found = lookalikes(make_actor(Role.MODERATOR), Ref(POST_KEY, own.id))
    assert {(type(one), one.ref.id) for one in found} == {(Card, public.id), (DeskItem, waiting.id)}


def test_a_moderator_of_one_project_sees_no_waiting_lookalike_of_another() -> None:
    here, there = make_scope(), make_scope(visibility=Visibility.INVITED)
    own = make_waiting(text=TEXT, thread=make_thread(here))
    made(
        own,
        make_waiting(text=TEXT, thread=make_thread(there)),
        make_post(text=TEXT, thread=make_thread(there)),
    )
    moderator = make_actor(Role.MODERATOR, scope_id=here.id)
    assert list(lookalikes(moderator, Ref(POST_KEY, own.id))) == []


@pytest.mark.parametrize("way", ["hide", "withdraw", "erase", "reject"])
def test_a_fingerprint_goes_with_its_text(way: str) -> None:
    moderator, author = make_actor(Role.MODERATOR), make_actor(Role.CITIZEN)
    status = Status.PENDING if way == "reject" else Status.PUBLIC
    post = make_post(text=TEXT, author=author, status=status)
    made(post)
    assert count(Fingerprint) == 1
    if way == "hide":
        decisions.hide(post, moderator, 3)
    elif way == "withdraw":
        decisions.withdraw(author, post)
    elif way == "erase":
        assert author.party_id is not None
        erasure.erase_author(Post, author.party_id, False)  # noqa: FBT003 - the registry's order
    else:
        decide(moderator, case_of(post).id, rejected(case_of(post)))
    made(post)
    assert count(Fingerprint) == 0


def test_a_redacted_text_is_found_by_its_new_words_only() -> None:
    post = make_post(text=TEXT)
    made(post)
    redacting.redact(post, make_actor(Role.MODERATOR), Redaction("Bitte mehr Bänke am Markt."))
    twin = make_waiting(text=TEXT)
    made(post, twin)
    assert HintKind.LOOKALIKE not in kinds_of(twin)


def test_weight_sorts_and_hints_and_measures_go_with_the_decision() -> None:
    post = make_waiting(text=SPAM)
    case = case_of(post)
    case.typed_ms = 900
    made(post)
    assert case.weight == sum(hint.weight for hint in hints_of([case.id])[case.id])
    assert HintKind.FAST in kinds_of(post)
    decide(make_actor(Role.MODERATOR), case.id, rejected(case))
    assert tidy(now(), now())
    assert count(CaseHint) == 0
    db.session.expire_all()
    assert case_of(post).typed_ms is None
    assert not tidy(now(), now())


def test_the_town_says_what_it_wants_to_be_told() -> None:
    post = make_waiting(text=f"{SPAM} So eine Unverschämtheit!")
    change({"hint_words": "Unverschämt*  # seit dem Streit um den Markt", "hint_links": False})
    made(post)
    assert {HintKind.WORDS, HintKind.PHONE} <= kinds_of(post)
    assert not kinds_of(post) & {HintKind.LINKS, HintKind.SHORTENED}
    change({"hint_personal": False, "hint_manner": False, "hint_words": ""})
    ask_anew()
    db.session.expire_all()
    assert case_of(post).hinted_at is None
    made(post)
    assert kinds_of(post) == set()


def test_a_threads_own_title_is_looked_at_and_the_title_over_a_post_is_not() -> None:
    change({"hint_words": "Bänke"})
    thread = make_waiting_thread()
    post = make_waiting(thread=make_thread(title="Mehr Bänke?"), text="Ja, das finde ich auch.")
    db.session.commit()
    renew([Ref(THREAD_KEY, thread.id), Ref(POST_KEY, post.id)])
    found = hints_of([case_of(thread).id, case_of(post).id])
    assert HintKind.WORDS in {hint.kind for hint in found[case_of(thread).id]}
    assert HintKind.WORDS not in {hint.kind for hint in found[case_of(post).id]}


def test_a_command_makes_all_of_them_anew(app: Flask) -> None:
    public, waiting = make_post(text=TEXT), make_waiting(text=TEXT)
    gone = make_post(text=TEXT)
    made(public, waiting, gone)
    decisions.hide(gone, make_actor(Role.MODERATOR), 3)
    db.session.execute(delete(CaseHint))
    ids = (public.id, waiting.id, gone.id)
    case_id = case_of(waiting).id
    db.session.commit()
    result = app.test_cli_runner().invoke(args=["moderation", "hints"])
    assert "Die Hinweise sind neu angelegt." in result.output
    assert HintKind.LOOKALIKE in {hint.kind for hint in hints_of([case_id])[case_id]}
    query = select(Fingerprint.content_id).where(Fingerprint.content_key == POST_KEY)
    assert set(db.session.scalars(query)) == {*ids[:2]}


def test_what_the_worker_missed_is_asked_for_again() -> None:
    post = make_waiting(text=SPAM)
    db.session.execute(update(OutboxEntry).values(state=State.DONE))
    tidy(now(), now() + timedelta(minutes=5))
    query = select(OutboxEntry.content_id).where(OutboxEntry.state == State.OPEN)
    assert db.session.scalars(query).all() == [post.id]
