"""Passages that a moderator takes out are gone from every wording, note and quote."""

import pytest
from sqlalchemy import select

from beteiligung.discussion.models import POST_KEY, Post, Status, TextRevision, Thread
from beteiligung.discussion.service import decisions, posts, redacting, threads
from beteiligung.discussion.service.texts import key_of
from kern.accounts.permissions import Role
from kern.actor import GUEST, Actor
from kern.content import Redaction, Ref, Verdict
from kern.db import db
from kern.errors import Conflict, Invalid
from kern.moderation import reports
from kern.moderation.models import Case, CaseKind, CaseNote, CaseState
from kern.moderation.redaction import MARK
from kern.moderation.reports import Allegation
from kern.scope import Moderation
from tests.builders import make_actor, make_post, make_project, make_thread

pytestmark = pytest.mark.usefixtures("town")

CALL = "Rufen Sie 0151 1234567 an."


@pytest.fixture
def author(town: object) -> Actor:
    return make_actor(Role.CITIZEN)


@pytest.fixture
def moderator(town: object) -> Actor:
    return make_actor(Role.MODERATOR)


def sources(thing: Post | Thread) -> list[str]:
    query = select(TextRevision.source).where(
        TextRevision.content_key == key_of(thing), TextRevision.content_id == thing.id
    )
    return list(db.session.scalars(query.order_by(TextRevision.number)))


def reviewed(*, kind: CaseKind = CaseKind.REVIEW) -> set[int]:
    query = select(Case.content_id).where(Case.state == CaseState.OPEN, Case.kind == kind)
    return set(db.session.scalars(query.where(Case.content_key == POST_KEY)))


@pytest.mark.both_databases
def test_earlier_wordings_lose_the_passage_and_keep_the_rest(
    author: Actor, moderator: Actor
) -> None:
    post = make_post(author=author, text="Rufen Sie mich an: 0151 1234567. Danke!")
    posts.edit_post(author, post, CALL)
    decisions.decide(post, 2, moderator, Verdict.RELEASE)

    redacting.redact(post, moderator, Redaction("Rufen Sie an."))

    assert sources(post) == [f"Rufen Sie mich an: {MARK}. Danke!", f"Rufen Sie {MARK} an."]
    assert post.plain == f"Rufen Sie {MARK} an."
    assert "0151" not in post.html


def test_an_edit_that_waits_is_released_without_the_passage(
    author: Actor, moderator: Actor
) -> None:
    post = make_post(author=author, text="Bitte mehr Schatten.")
    posts.edit_post(author, post, CALL)

    redacting.redact(post, moderator, Redaction("Rufen Sie an."))

    assert (post.released, post.plain) == (2, f"Rufen Sie {MARK} an.")


def test_what_is_public_loses_the_passage_though_a_later_edit_was_rejected(
    author: Actor, moderator: Actor
) -> None:
    post = make_post(author=author, text=CALL)
    posts.edit_post(author, post, "Rufen Sie 0151 1234567 an, Sie Esel!")
    decisions.decide(post, 2, moderator, Verdict.REJECT)

    redacting.redact(post, moderator, Redaction("Rufen Sie an."))

    assert post.plain == f"Rufen Sie {MARK} an."
    assert sources(post)[1] == f"Rufen Sie {MARK} an, Sie Esel!"


def test_title_and_question_of_a_thread_are_cut_together(moderator: Actor) -> None:
    thread = make_thread(title="Was will Jana Petersen?", question="Jana Petersen baut.")
    post = make_post(thread, text="Gute Frage.")

    redacting.redact(thread, moderator, Redaction("baut.", "Was will ?"))

    assert (thread.title, thread.plain) == (f"Was will {MARK}?", f"{MARK} baut.")
    assert post.thread.title == thread.title


def test_a_title_can_hold_only_so_many_marks(moderator: Actor) -> None:
    thread = make_thread(title="a b c d e f g h i j k l m n o p")

    with pytest.raises(Invalid) as error:
        redacting.redact(thread, moderator, Redaction(sources(thread)[0], "b d f h j l n p"))
    assert error.value.field == "title"


def test_reporters_words_and_the_outcome_lose_the_passage_too(
    author: Actor, moderator: Actor
) -> None:
    post = make_post(author=author, text=CALL)
    post.outcome_reason = "Wir riefen 0151-1234567 an."
    allegation = Allegation(rule=reports.OTHER, text="Da steht 0151 1234567!")
    reports.report(GUEST, Ref(POST_KEY, post.id), allegation)

    redacting.redact(post, moderator, Redaction("Rufen Sie an."))

    assert db.session.scalars(select(CaseNote.text)).all() == [f"Da steht {MARK}!"]
    assert post.outcome_reason == f"Wir riefen {MARK}-{MARK} an."


@pytest.mark.both_databases
def test_who_quotes_the_passage_comes_to_the_desk_and_nobody_else(moderator: Actor) -> None:
    thread = make_thread()
    post = make_post(thread, text=f"Guter Weg. Jana Petersen wohnt am Hafenweg. {CALL}")
    quote = make_post(thread, text="> jana Petersen wohnt\n> am Hafenweg\n\nAch?")
    elsewhere = make_post(make_thread(), text=f"Gelesen: {CALL}")
    make_post(thread, text="Jana wohnt nicht am Hafenweg.")
    waiting = make_post(thread, text=CALL, status=Status.PENDING)

    redacting.redact(post, moderator, Redaction("Guter Weg."))

    assert reviewed() == {quote.id, elsewhere.id}
    assert reviewed(kind=CaseKind.RELEASE) == {waiting.id}


def test_a_single_name_is_looked_for_only_where_it_was_said(moderator: Actor) -> None:
    thread = make_thread()
    post = make_post(thread, text="Fragt Petersen!")
    nearby, far = make_post(thread, text="Petersen?"), make_post(make_thread(), text="Petersen!")

    redacting.redact(post, moderator, Redaction("Fragt!"))

    assert reviewed() == {nearby.id}
    assert far.status == Status.PUBLIC


def test_what_is_withdrawn_is_left_alone(author: Actor, moderator: Actor) -> None:
    post = make_post(author=author, text=CALL)
    decisions.withdraw(author, post)

    with pytest.raises(Conflict):
        redacting.redact(post, moderator, Redaction("Rufen Sie an."))


def test_a_rejected_thread_loses_its_title_too(author: Actor, moderator: Actor) -> None:
    project = make_project(moderation=Moderation.BEFORE)
    host = Ref("beteiligung.project", project.id)
    thread = threads.open_thread(author, project.scope, host, title="Petersen lügt", question=CALL)
    decisions.decide(thread, 1, moderator, Verdict.REJECT)

    redacting.redact(thread, moderator, Redaction("Rufen Sie an.", "lügt"))

    assert (thread.title, thread.status) == (f"{MARK} lügt", Status.REJECTED)
    assert thread.html == ""
