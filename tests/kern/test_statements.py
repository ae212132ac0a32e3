from datetime import UTC, datetime, timedelta

import pytest

from beteiligung.discussion.models import POST_KEY, Post, Status
from beteiligung.discussion.service import posts
from kern.accounts.models import Party
from kern.accounts.permissions import Role
from kern.clock import now
from kern.content import Redaction, Ref
from kern.db import db
from kern.errors import NotFound
from kern.moderation import decisions, forgetting, reports, statements
from kern.moderation.decisions import Decision
from kern.moderation.explaining import explain
from kern.moderation.models import CaseKind, CaseVerdict, Ending, Found, Measure, Statement
from kern.moderation.reports import Allegation
from kern.town import Town
from tests.builders import make_actor, make_post
from tests.kern.desk_cases import (
    WORDS,
    case_of,
    mails,
    make_unread,
    make_waiting,
    rejected,
    released,
)


def reject(post: Post) -> Statement:
    decisions.decide(make_actor(Role.MODERATOR), case_of(post).id, rejected(case_of(post)))
    return statement_of(post)


def statement_of(post: Post) -> Statement:
    found = statements.find_newest(Ref(POST_KEY, post.id))
    assert found is not None
    return found


def test_every_restriction_is_explained_to_its_author(town: Town) -> None:
    moderator = make_actor(Role.MODERATOR)
    refused, hidden, cut, bare = make_waiting(), make_unread(), make_waiting(), make_waiting()
    wanted = [
        (refused, CaseKind.RELEASE, Decision(CaseVerdict.REJECT, 1, 3, WORDS), Measure.REJECTED),
        (hidden, CaseKind.REVIEW, Decision(CaseVerdict.HIDE, 1, 3, WORDS), Measure.HIDDEN),
        (
            cut,
            CaseKind.RELEASE,
            Decision(CaseVerdict.REDACT, 1, 3, WORDS, wording=Redaction("Bitte Schatten.")),
            Measure.REDACTED,
        ),
        (
            bare,
            CaseKind.RELEASE,
            Decision(CaseVerdict.RELEASE_WITHOUT_PICTURE, 1, 6, WORDS),
            Measure.WITHOUT_PICTURE,
        ),
    ]
    for post, kind, decision, measure in wanted:
        decisions.decide(moderator, case_of(post, kind).id, decision)

        statement = statement_of(post)
        assert (statement.measure, statement.party_id) == (measure, post.author_id)
        assert statements.facts_of(statement) == WORDS
    assert mails() == ["moderation.begruendung"] * 4


def test_what_is_released_needs_no_explanation(town: Town) -> None:
    post = make_waiting()
    decisions.decide(make_actor(Role.MODERATOR), case_of(post).id, released(case_of(post)))

    assert statements.find_newest(Ref(POST_KEY, post.id)) is None


def test_a_statement_says_everything_the_law_asks_for(town: Town) -> None:
    post = make_waiting(text="Rufen Sie 0151 an.")
    title = post.thread.title

    explained = explain(reject(post))

    words = dict(explained.lines)
    assert words["Was wir getan haben"] == f"Ihr Text zu „{title}“ erscheint nicht."
    assert "„Radweg an der Kaimauer“" in words["Was das umfasst"]
    assert words["Wie lange es gilt"].endswith("ohne Ende.")
    assert words["Warum"] == WORDS
    assert words["Wonach wir entschieden haben"].startswith("Unsere Regel 3: „Nennen Sie keine")
    assert "(Fassung 1 der Regeln)" in words["Wonach wir entschieden haben"]
    assert words["Wie wir darauf gekommen sind"] == "Wir haben es selbst gelesen."
    assert words["Wer entschieden hat"] == "Ein Mensch. Kein Programm hat mitentschieden."
    assert "ohne Konto" in words["Wenn Sie anderer Meinung sind"]
    assert explained.item is not None
    assert explained.item.plain == "Rufen Sie 0151 an."


def test_a_law_stands_in_for_a_rule(town: Town) -> None:
    post = make_waiting()
    decision = Decision(CaseVerdict.REJECT, 1, None, WORDS, law="§ 185 StGB (Beleidigung)")

    decisions.decide(make_actor(Role.MODERATOR), case_of(post).id, decision)

    ground = dict(explain(statement_of(post)).lines)["Wonach wir entschieden haben"]
    assert ground == "Gesetz: § 185 StGB (Beleidigung)"


def test_it_says_whether_somebody_reported_it(town: Town) -> None:
    post = make_post()
    reports.report(make_actor(), Ref(POST_KEY, post.id), Allegation(4))
    case = case_of(post, CaseKind.REPORT)

    decisions.decide(make_actor(Role.MODERATOR), case.id, Decision(CaseVerdict.HIDE, 1, 4, WORDS))

    assert statement_of(post).found == Found.REPORT


@pytest.mark.parametrize(
    ("kinds", "weight", "found"),
    [
        ({CaseKind.RELEASE}, 0, Found.LOOK),
        ({CaseKind.RELEASE}, 50, Found.LOOK),
        ({CaseKind.REVIEW}, 0, Found.LOOK),
        ({CaseKind.REVIEW}, 50, Found.HINT),
        ({CaseKind.REVIEW, CaseKind.REPORT}, 50, Found.REPORT),
    ],
)
def test_a_hint_led_there_only_where_nobody_would_have_looked(
    kinds: set[CaseKind], weight: int, found: Found
) -> None:
    assert statements.found_by(kinds, weight) is found


def test_the_private_address_opens_one_statement_and_ends_with_its_person(town: Town) -> None:
    one, other = reject(make_waiting()), reject(make_waiting())
    number, signature = statements.path_of(one).split("/")[2:]

    assert statements.get_by_link(int(number), signature).id == one.id
    for id_, signed in ((other.id, signature), (one.id, signature[:-1]), (9999, signature)):
        with pytest.raises(NotFound):
            statements.get_by_link(id_, signed)

    db.session.get_one(Party, one.party_id).erased_at = now()
    db.session.flush()
    with pytest.raises(NotFound):
        statements.get_by_link(one.id, signature)


def test_a_decision_taken_back_explains_nothing(town: Town) -> None:
    post, moderator = make_waiting(), make_actor(Role.MODERATOR)
    case = decisions.decide(moderator, case_of(post).id, rejected(case_of(post)))

    decisions.take_back(moderator, case.id)

    assert statements.find_newest(Ref(POST_KEY, post.id)) is None
    assert mails() == []


def test_what_is_shown_again_is_explained_no_more_and_its_author_is_told(town: Town) -> None:
    post, moderator = make_unread(), make_actor(Role.MODERATOR)
    hide = Decision(CaseVerdict.HIDE, 1, 4, WORDS)
    case = decisions.decide(moderator, case_of(post, CaseKind.REVIEW).id, hide)
    statement = statement_of(post)

    again = decisions.decide_anew(moderator, case.id, Decision(CaseVerdict.RESTORE, 1))

    assert statement.ended_by == Ending.ANEW
    assert explain(statement).ended.startswith("Aufgehoben am ")
    assert mails() == ["moderation.begruendung", "moderation.aufgehoben"]

    decisions.take_back(moderator, again.id)
    db.session.refresh(statement)
    assert statement.ended_by is None
    assert mails() == ["moderation.begruendung"]


def test_a_rewritten_text_ends_what_was_said_about_the_old_one(town: Town) -> None:
    author = make_actor(Role.CITIZEN)
    post = make_waiting(author=author)
    statement = reject(post)
    posts.edit_post(author, post, "Ohne Nummer.")

    decisions.decide(make_actor(Role.MODERATOR), case_of(post).id, released(case_of(post)))

    assert post.status == Status.PUBLIC
    assert statement.ended_by == Ending.REWRITTEN


@pytest.mark.parametrize(
    ("taken", "until"),
    [
        (datetime(2026, 1, 15, 9, tzinfo=UTC), datetime(2026, 7, 15, 22, tzinfo=UTC)),
        (datetime(2026, 8, 31, 9, tzinfo=UTC), datetime(2027, 2, 28, 23, tzinfo=UTC)),
        (datetime(2027, 8, 31, 9, tzinfo=UTC), datetime(2028, 2, 29, 23, tzinfo=UTC)),
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), datetime(2027, 6, 30, 22, tzinfo=UTC)),
        (datetime(2026, 12, 31, 23, tzinfo=UTC), datetime(2027, 7, 1, 22, tzinfo=UTC)),
    ],
)
def test_six_months_end_with_the_same_day_at_midnight_in_germany(
    taken: datetime, until: datetime
) -> None:
    assert statements.objection_until(taken) == until


def test_facts_are_forgotten_the_rest_stays(town: Town) -> None:
    statement = reject(make_waiting())

    forgetting.forget(now(), now() + timedelta(days=800))

    words = dict(explain(statement).lines)
    assert "gelöscht" in words["Warum"]
    assert words["Wonach wir entschieden haben"].startswith("Unsere Regel 3")
