"""The private page of a statement of reasons, objecting there, and the mails that lead to it."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from beteiligung.discussion.models import Post, Status
from kern.accounts.models import Party
from kern.accounts.permissions import Role
from kern.clock import now
from kern.db import db
from kern.moderation import decisions, objections, statements
from kern.moderation.decisions import Decision
from kern.moderation.models import Case, CaseKind, CaseVerdict, Statement
from kern.town import Town
from tests.builders import log_in, make_account, make_actor
from tests.kern.desk_cases import WORDS, case_of, make_waiting, rejected
from tests.reading import read_before
from tests.sent import mails

WHY = "Das ist die Nummer des Rathauses."


@pytest.fixture
def post(town: Town) -> Post:
    return make_waiting(text="Rufen Sie **0151** an.")


@pytest.fixture
def path(post: Post) -> str:
    """The private address of its rejection."""
    decided = decisions.decide(
        make_actor(Role.MODERATOR), case_of(post).id, rejected(case_of(post))
    )
    db.session.commit()
    return statements.path_of(statements.get_of(decided))


def said(path: str, text: str = WHY) -> dict[str, str]:
    """By somebody who read the page before."""
    return {"text": text, **read_before(path)}


def decide(verdict: CaseVerdict, text: str) -> None:
    """Somebody else, a minute ago."""
    case = db.session.scalar(select(Case).where(Case.kind == CaseKind.OBJECTION))
    assert case is not None
    decisions.decide(make_actor(Role.MODERATOR), case.id, Decision(verdict, 1, text=text))
    assert case.decided_at is not None
    case.decided_at -= timedelta(minutes=1)
    db.session.commit()


def test_the_page_explains_without_login_or_cookie(client: FlaskClient, path: str) -> None:
    page = client.get(path)

    assert page.status_code == 200
    assert WORDS in page.text
    assert "Unsere Regel 3" in page.text
    assert "Rufen Sie <strong>0151</strong> an." in page.text
    assert 'name="text"' in page.text
    assert "Set-Cookie" not in page.headers


def test_nobody_else_learns_of_the_address(client: FlaskClient, path: str) -> None:
    page = client.get(path)

    assert page.headers["Cache-Control"] == "private, no-store"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in page.text


@pytest.mark.parametrize("wrong", ["x", "00", "ä" * 40])
def test_a_wrong_address_says_as_little_as_an_unknown_one(
    client: FlaskClient, path: str, wrong: str
) -> None:
    number = path.split("/")[2]

    pages = [client.get(f"/begruendung/{number}/{wrong}"), client.get(f"/begruendung/9999/{wrong}")]

    assert [page.status_code for page in pages] == [404, 404]
    assert WORDS not in pages[0].text


def test_an_objection_is_confirmed_on_the_page_and_by_mail(client: FlaskClient, path: str) -> None:
    sent = client.post(path, data=said(path), follow_redirects=True)

    assert "Wir prüfen Ihren Einspruch" in sent.text
    assert WHY in sent.text
    assert 'name="text"' not in sent.text
    mail = mails("moderation.einspruch")[-1]
    assert mail.subject == "Ihr Einspruch ist eingegangen"
    assert path in mail.text


def test_an_objection_sent_twice_is_one(client: FlaskClient, path: str) -> None:
    answers = [client.post(path, data=said(path)).status_code for _ in range(2)]

    assert answers == [303, 303]
    assert db.session.scalar(select(func.count()).where(Case.kind == CaseKind.OBJECTION)) == 1


def test_an_empty_objection_is_asked_for_again(client: FlaskClient, path: str) -> None:
    page = client.post(path, data=said(path, "  "))

    assert page.status_code == 422
    assert "warum Sie widersprechen" in page.text


def test_what_was_typed_is_shown_again_as_it_was(client: FlaskClient, path: str) -> None:
    long = "<b>zu lang</b> " * 200

    page = client.post(path, data=said(path, long))

    assert page.status_code == 422
    assert "&lt;b&gt;zu lang&lt;/b&gt;" in page.text


def test_who_answers_before_anybody_could_read_is_asked_to_look_and_loses_nothing(
    client: FlaskClient, path: str
) -> None:
    opened = re.search(r'name="geoeffnet" value="([^"]+)"', client.get(path).text)
    assert opened is not None

    for field in ({"geoeffnet": opened[1]}, {}, read_before("/begruendung/1/fremd")):
        page = client.post(path, data={"text": WHY, **field})
        assert page.status_code == 422
        assert "Das ging sehr schnell." in page.text
        assert WHY in page.text
    assert objections.find(db.session.scalars(select(Statement)).one()) is None


def test_the_hidden_field_stops_a_program_and_shows_itself_to_people(
    client: FlaskClient, path: str
) -> None:
    assert 'class="df-trap"' in client.get(path).text

    page = client.post(path, data={**said(path), "website": "https://spam.example"})

    assert page.status_code == 422
    assert "Hier darf nichts stehen." in page.text
    assert 'class="df-trap"' not in page.text
    assert WHY in page.text


def test_too_many_objections_from_one_network_lose_no_word(
    client: FlaskClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.begruendung.views.OBJECT_AN_HOUR", 0)

    page = client.post(path, data=said(path))

    assert page.status_code == 429
    assert WHY in page.text


def test_after_six_months_the_page_only_explains(
    client: FlaskClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = now() + timedelta(days=190)
    monkeypatch.setattr("portal.begruendung.views.now", lambda: later)

    page = client.get(path)

    assert "Die sechs Monate für einen Einspruch sind vorbei." in page.text
    assert 'name="text"' not in page.text


def test_an_upheld_objection_is_told_on_the_page_and_by_mail(
    client: FlaskClient, path: str
) -> None:
    client.post(path, data=said(path))
    decide(CaseVerdict.UPHELD, "Die Nummer ist öffentlich.")

    page = client.get(path)
    mail = mails("moderation.einspruch_entschieden")[-1]

    assert db.session.scalars(select(Post.status)).one() == Status.PUBLIC
    assert "Sie hatten recht" in page.text
    assert "Die Nummer ist öffentlich." in page.text
    assert mail.subject == "Ihr Einspruch hatte Erfolg"
    assert "Die Nummer ist öffentlich." in mail.text


def test_a_dismissed_objection_says_why_and_where_to_go_on(client: FlaskClient, path: str) -> None:
    client.post(path, data=said(path))
    decide(CaseVerdict.DISMISSED, "Es ist eine private Nummer.")

    page, mail = client.get(path), mails("moderation.einspruch_entschieden")[-1]

    assert "Es bleibt bei der Entscheidung" in page.text
    assert "Es ist eine private Nummer." in page.text
    assert "Der Weg zum Gericht steht Ihnen weiterhin offen." in mail.text


def test_the_mail_carries_the_whole_statement_and_the_private_link(path: str) -> None:
    mail = mails("moderation.begruendung")[-1]

    assert mail.subject == "Ihr Text ist nicht freigegeben"
    for body in (mail.text, mail.html):
        for words in (WORDS, "Unsere Regel 3", "ohne Ende.", "Kein Programm", "ohne Konto", path):
            assert words in body


def test_the_mail_speaks_the_authors_language(post: Post, path: str) -> None:
    db.session.get_one(Party, post.author_id).language = "en"

    mail = mails("moderation.begruendung")[-1]

    assert mail.subject == "Your text has not been released"
    assert not re.search(r"\b(Regel|Entscheidung|widersprechen)\b", mail.text.replace(WORDS, ""))


def test_the_page_leads_its_author_to_the_text(client: FlaskClient, post: Post, path: str) -> None:
    own = re.search(r'href="(/beteiligung/mein-beitrag/[^"]+)"', client.get(path).text)

    assert own is not None
    assert client.get(own[1]).status_code == 200
    assert path in client.get(own[1]).text


def test_own_posts_lead_to_the_reasons(client: FlaskClient, town: Town) -> None:
    author = make_actor(Role.CITIZEN)
    post = make_waiting(author=author)
    decisions.decide(make_actor(Role.MODERATOR), case_of(post).id, rejected(case_of(post)))
    assert author.account_id is not None
    log_in(client, author.account_id)

    page = client.get("/beteiligung/meine-beitraege")

    statement = db.session.scalar(select(Statement))
    assert statement is not None
    assert statements.path_of(statement) in page.text


def test_a_stale_page_loses_nothing_that_was_typed(client: FlaskClient, path: str) -> None:
    log_in(client, make_account().id)

    page = client.post(path, data={"text": WHY, "csrf_token": "alt"})

    assert page.status_code == 422
    assert WHY in page.text
    assert objections.find(db.session.scalars(select(Statement)).one()) is None
