"""The desk's page of one person."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.calendar import to_local
from kern.clock import now
from kern.db import db
from kern.moderation import bars, decisions
from kern.moderation.models import Statement
from kern.town import Town
from tests.builders import log_in, make_actor, make_scope, make_thread
from tests.conftest import CountQueries
from tests.kern.desk_cases import case_of, make_waiting, rejected

WHY = {"rule": "3", "text": "Zum fünften Mal Namen anderer.", "scope": "0"}


@pytest.fixture
def author(town: Town) -> Actor:
    return make_actor(Role.CITIZEN, name="Bente Harms")


@pytest.fixture
def desk(client: FlaskClient, author: Actor) -> FlaskClient:
    moderator = make_actor(Role.MODERATOR)
    for text in ("Erster Text.", "Zweiter Text."):
        post = make_waiting(author=author, text=text)
    decisions.decide(moderator, case_of(post).id, rejected(case_of(post)))
    assert moderator.account_id is not None
    log_in(client, moderator.account_id)
    return client


def send(desk: FlaskClient, path: str, **data: str) -> str:
    token = desk.get(path).text.split('name="csrf_token" value="')[1].split('"')[0]
    return desk.post(path, data={**WHY, **data, "csrf_token": token}, follow_redirects=True).text


def test_it_shows_what_somebody_wrote_and_what_was_decided(
    desk: FlaskClient, author: Actor
) -> None:
    page = desk.get(f"/moderation/person/{author.party_id}").text

    assert "Bente Harms" in page
    assert "Erster Text." in page
    assert "Zweiter Text." in page
    assert "abgelehnt" in page
    assert "Bisher keine." in page


def test_a_moderator_bars_for_days_and_lifts_again(desk: FlaskClient, author: Actor) -> None:
    path = f"/moderation/person/{author.party_id}"

    page = send(desk, path, act="7")

    statement = db.session.scalars(select(Statement).order_by(Statement.id.desc())).first()
    assert statement is not None
    assert statement.until is not None
    assert (to_local(statement.until).date() - to_local(now()).date()).days == 8  # the whole 7th
    assert "Gesperrt. Die Begründung geht gleich an die Person." in page
    assert "Sperre aufheben" in page

    page = send(desk, f"{path}/aufheben/{statement.id}")
    assert "Sperre beendet" in page


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"act": "datum"}, "Bitte wählen Sie den letzten Tag."),
        ({"act": "datum", "until": "2020-01-01"}, "Bitte wählen Sie einen Tag, der noch kommt."),
        ({"act": "verwarnen", "text": ""}, "Bitte schreiben Sie einen Satz dazu, warum."),
        ({"act": "dauerhaft", "rule": ""}, "Bitte wählen Sie die Regel, um die es geht."),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    desk: FlaskClient, author: Actor, data: dict[str, str], sentence: str
) -> None:
    page = send(desk, f"/moderation/person/{author.party_id}", **data)

    assert sentence in page
    assert data.get("text", WHY["text"]) in page
    assert bars.find_bar(author.party_id, None) is None


def test_a_barred_author_reads_why_instead_of_the_writing_box(
    desk: FlaskClient, author: Actor, town: Town
) -> None:
    thread = make_thread()
    path = f"/beteiligung/gespraech/{thread.id}"
    db.session.commit()
    send(desk, f"/moderation/person/{author.party_id}", act="dauerhaft")
    assert author.account_id is not None
    log_in(desk, author.account_id)

    page = desk.get(path).text

    assert "vom Mitschreiben ausgeschlossen" in page
    assert 'name="text"' not in page


def test_a_moderator_of_one_project_sees_and_bars_only_there(
    client: FlaskClient, author: Actor
) -> None:
    here, there = make_scope(), make_scope()
    make_waiting(author=author, text="Von hier.", thread=make_thread(here))
    make_waiting(author=author, text="Von dort.", thread=make_thread(there))
    helper, stranger = make_actor(Role.MODERATOR, scope_id=here.id), make_actor(Role.CITIZEN)
    make_waiting(author=stranger, thread=make_thread(there))
    assert helper.account_id is not None
    log_in(client, helper.account_id)

    page = client.get(f"/moderation/person/{author.party_id}").text

    assert "Von hier." in page
    assert "Von dort." not in page
    assert "Im ganzen Ort" not in page
    assert client.get(f"/moderation/person/{stranger.party_id}").status_code == 404


def test_a_long_record_costs_as_many_queries_as_a_short_one(
    desk: FlaskClient, author: Actor, count_queries: CountQueries
) -> None:
    def cost() -> int:
        desk.get(f"/moderation/person/{author.party_id}")
        with count_queries() as found:
            assert desk.get(f"/moderation/person/{author.party_id}").status_code == 200
        return len(found)

    before = cost()
    thread = make_thread()
    for n in range(20):
        make_waiting(author=author, text=f"Nummer {n}", thread=thread)
    db.session.commit()

    assert cost() == before
