"""What reporters are told, also when it is decided otherwise later."""

from collections.abc import Sequence

import pytest

from beteiligung.discussion.models import POST_KEY, Post
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.content import Redaction, Ref
from kern.mail import Mail
from kern.moderation import decisions, objections, queue, reports, statements
from kern.moderation.answers import get_answer
from kern.moderation.decisions import Decision
from kern.moderation.models import Case, CaseKind, CaseNote, CaseVerdict
from kern.moderation.reports import Allegation
from kern.town import Town
from portal.moderation import words
from tests.builders import make_actor, make_post
from tests.kern.desk_cases import case_of
from tests.sent import mails

ANSWER, AGAIN = "moderation.gemeldet", "moderation.gemeldet_neu"
REPORTER = "rita@lindenau.example"
HIDE = Decision(CaseVerdict.HIDE, 1, rule=1, text="Das verletzt andere.")


@pytest.fixture
def post(town: Town) -> Post:
    return make_post(text="Alle Radfahrer sind Idioten.")


def report(post: Post, by: Actor | None = None) -> CaseNote:
    email = "" if by else REPORTER
    return reports.report(
        by or Actor(), Ref(POST_KEY, post.id), Allegation(1, "Gemein.", email=email)
    )


def decide(post: Post, decision: Decision, kind: CaseKind = CaseKind.REPORT) -> Case:
    return decisions.decide(make_actor(Role.MODERATOR), case_of(post, kind).id, decision)


def hear(decided: Case, verdict: CaseVerdict) -> None:
    """Its author objects, another moderator decides."""
    objection = objections.submit(statements.get_of(decided), "Ich meine die Planung.")
    decision = Decision(verdict, objection.revision, text="Wir haben es noch einmal gelesen.")
    decisions.decide(make_actor(Role.MODERATOR), objection.id, decision)


def said(sent: Sequence[Mail]) -> str:
    (mail,) = sent
    assert mail.to == REPORTER
    return mail.text


def test_removed_passages_are_told_and_not_called_fine(post: Post) -> None:
    report(post)
    rest = Redaction("Alle Radfahrer sind.")

    decide(post, Decision(CaseVerdict.REDACT, 1, rule=1, text="Verletzend.", wording=rest))

    assert "Stellen daraus entfernt" in said(mails(ANSWER))
    assert "verstößt nicht" not in said(mails(ANSWER))


def test_who_reported_hears_that_an_objection_was_upheld(post: Post) -> None:
    note = report(post)
    hear(decide(post, HIDE), CaseVerdict.UPHELD)

    assert "Wir haben ihm stattgegeben: Der Text steht wieder da." in said(mails(AGAIN))
    later = get_answer(note.receipt or "").later
    assert later is not None
    assert later.kind == CaseKind.OBJECTION


def test_who_reported_hears_of_a_new_decision_unless_it_is_taken_back(post: Post) -> None:
    report(post)
    hidden = decide(post, HIDE)
    mona = make_actor(Role.MODERATOR)

    shown = decisions.decide_anew(mona, hidden.id, Decision(CaseVerdict.RESTORE, 1))
    assert "Der Text" not in said(mails(AGAIN))
    assert "Er steht wieder da." in said(mails(AGAIN))

    decisions.take_back(mona, shown.id)
    assert mails(AGAIN) == []


def test_who_reported_what_may_stay_hears_when_it_goes_after_all(post: Post) -> None:
    report(post)
    decide(post, Decision(CaseVerdict.FINE, 1))
    report(post, make_actor(Role.CITIZEN))

    decide(post, HIDE)

    assert "Er ist jetzt ausgeblendet." in said(mails(AGAIN))


def test_an_objection_that_gives_nothing_back_is_no_news_to_reporters(post: Post) -> None:
    note = report(post)

    hear(decide(post, HIDE), CaseVerdict.DISMISSED)

    assert mails(AGAIN) == []
    assert get_answer(note.receipt or "").later is None


def test_the_list_says_what_a_reporter_says_rather_than_a_bare_rule(post: Post) -> None:
    report(post)
    silent = Allegation(2)
    reports.report(make_actor(Role.CITIZEN), Ref(POST_KEY, post.id), silent)

    (line,) = queue.list_queue(make_actor(Role.MODERATOR), queue.Filters()).lines

    assert line.said is not None
    assert words.said(line.said) == "Regel 1: „Gemein.“"
