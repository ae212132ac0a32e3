"""Passages that a moderator takes out are gone from every wording, note and quote."""

import pytest
from sqlalchemy import select

from beteiligung.discussion.models import POST_KEY, Post, Status, TextRevision, Thread
from beteiligung.discussion.service import decisions, posts, redacting, threads
from beteiligung.discussion.service.texts import key_of
from kern.accounts import pending
from kern.accounts.permissions import Role
from kern.accounts.sessions import actor_of_party
from kern.actor import GUEST, Actor
from kern.content import Redaction, Ref, Verdict
from kern.db import db
from kern.errors import Conflict, Invalid
from kern.moderation import bars, reports, statements
from kern.moderation import decisions as desk
from kern.moderation.bars import Ground
from kern.moderation.decisions import Decision
from kern.moderation.hints import HintKind, hints_of, making
from kern.moderation.models import Case, CaseKind, CaseNote, CaseState, CaseVerdict
from kern.moderation.redaction import MARK
from kern.moderation.reports import Allegation
from kern.scope import Moderation, ScopeState
from tests.builders import make_actor, make_post, make_project, make_thread

pytestmark = pytest.mark.usefixtures("town")

SECRET = "Jana Petersen wohnt am Hafenweg."
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


def open_cases(post_id: int) -> list[Case]:
    query = select(Case).where(Case.content_id == post_id, Case.state == CaseState.OPEN)
    return list(db.session.scalars(query))


def actor_for(post: Post) -> Actor:
    assert post.author_id is not None
    return actor_of_party(post.author_id)


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
    assert post.outcome_reason == f"Wir riefen {MARK} an."


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


def test_the_desk_says_why_a_quote_came_there_until_it_is_decided(moderator: Actor) -> None:
    thread = make_thread()
    post = make_post(thread, text=f"Guter Weg. {SECRET}")
    quote = make_post(thread, text=f"> {SECRET.upper()}")
    waiting = make_post(thread, text=f"Auch: {SECRET}", status=Status.PENDING)
    edited = make_post(thread, author=make_actor(Role.CITIZEN), text="Gut.")
    posts.edit_post(actor_for(edited), edited, f"Gut. {SECRET}")

    redacting.redact(post, moderator, Redaction("Guter Weg."))
    source, quotes = post.id, [one.id for one in (quote, waiting, edited)]
    db.session.commit()
    making.renew([Ref(POST_KEY, id_) for id_ in quotes])

    for id_ in quotes:
        (case,) = open_cases(id_)
        (hint,) = [hint for hint in hints_of([case.id])[case.id] if hint.kind == HintKind.QUOTE]
        assert "eine Stelle, die anderswo entfernt wurde" in hint.sentence
        assert hint.other == Ref(POST_KEY, source)
        assert case.weight >= hint.weight


def test_what_nobody_decides_about_loses_the_passage_at_once(
    author: Actor, moderator: Actor
) -> None:
    thread = make_thread()
    post = make_post(thread, text=f"Guter Weg. {SECRET}")
    earlier = make_post(thread, author=author, text=f"Ach. > {SECRET}")
    posts.edit_post(author, earlier, "Ach, ich nehme das zurück.")
    decisions.decide(earlier, 2, moderator, Verdict.RELEASE)
    hidden = make_post(thread, text=f"Und: {SECRET} Ja.")
    decisions.hide(hidden, moderator, 3)
    refused = make_post(thread, text=f"Na, {SECRET}", status=Status.PENDING)
    decisions.decide(refused, 1, moderator, Verdict.REJECT)
    answered = make_post(thread, text="Wohin damit?")
    answered.outcome_reason = f"Wir lasen: {SECRET}"
    threads.lock(moderator, thread, locked=True, reason=f"Wegen „{SECRET}“")
    draft = make_project(state=ScopeState.DRAFT)
    draft.text, draft.fixed = f"Man sagt: {SECRET}", [SECRET]

    redacting.redact(post, moderator, Redaction("Guter Weg."))

    assert sources(earlier) == [f"Ach. > {MARK}.", "Ach, ich nehme das zurück."]
    assert sources(hidden) == [f"Und: {MARK}. Ja."]
    assert sources(refused) == [f"Na, {MARK}."]
    assert answered.outcome_reason == f"Wir lasen: {MARK}."
    assert thread.closed_reason == f"Wegen „{MARK}“"
    assert (draft.text, draft.fixed) == (f"Man sagt: {MARK}.", [f"{MARK}."])
    assert "Petersen" not in draft.html
    assert reviewed() == set()
    decisions.restore(hidden, moderator)
    assert "Petersen" not in hidden.html


def test_notes_of_the_desk_lose_it_the_reason_of_the_redaction_too(
    author: Actor, moderator: Actor
) -> None:
    thread = make_thread()
    post = make_post(thread, author=author, text="Fragt Petersen!")
    other = make_post(thread, text="Aha.")
    far = make_post(make_thread(), text="So.")
    assert author.party_id is not None
    bars.warn(moderator, author.party_id, None, Ground("Sie nannten Petersen.", 3))
    for one, said in ((other, "Petersen!"), (far, "Herr Petersen schrieb das.")):
        reports.report(GUEST, Ref(POST_KEY, one.id), Allegation(reports.OTHER, said))
    note = reports.report(GUEST, Ref(POST_KEY, post.id), Allegation(reports.OTHER, "Da!"))

    wanted = Decision(
        CaseVerdict.REDACT, 1, 3, "Petersen will das nicht.", wording=Redaction("Fragt!")
    )
    case = desk.decide(moderator, note.case_id, wanted)

    assert statements.facts_of(statements.get_of(case)) == f"{MARK} will das nicht."
    texts = set(db.session.scalars(select(CaseNote.text)))
    assert texts >= {f"Sie nannten {MARK}.", f"{MARK}!"}
    assert "Herr Petersen schrieb das." in texts  # elsewhere somebody else may be called so


def test_what_waits_for_the_mail_of_its_author_loses_it(moderator: Actor) -> None:
    thread, elsewhere = make_thread(), make_thread()
    post = make_post(thread, text="Fragt Petersen!")
    waiting = [
        pending.submit(
            "beteiligung.beitrag",
            f"gast{one.id}@see.example",
            {"thread": one.id, "parent": None, "text": "Petersen? Ja!", "picture": None},
        )
        for one in (thread, elsewhere)
    ]

    redacting.redact(post, moderator, Redaction("Fragt!"))

    assert [one.payload["text"] for one in waiting] == [f"{MARK}? Ja!", "Petersen? Ja!"]


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
