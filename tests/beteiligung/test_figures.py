import csv
import io
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from beteiligung.discussion.models import Outcome, Post, Status
from beteiligung.discussion.service import decisions, votes
from beteiligung.figures import service
from beteiligung.project.models import Project
from beteiligung.project.service import states
from kern.accounts.models import Source
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.calendar import format_day
from kern.clock import now
from kern.db import db
from kern.scope import Act, Scope, Visibility, Window
from kern.town import Town
from tests.beteiligung.projects import PATH, SLUG
from tests.builders import (
    make_actor,
    make_party,
    make_post,
    make_project,
    make_thread,
)
from tests.visitors import Visitor

SECRET = "Das soll niemand lesen."


@pytest.fixture
def running(planner: Actor, project: Project) -> Project:
    """A public project in which people may vote, with one post in every state."""
    states.publish(planner, project)
    opens = now() - timedelta(days=1)
    db.session.add(Window(scope_id=project.scope_id, act=Act.VOTE, opens_at=opens))
    thread = make_thread(project.scope, title="Welcher Weg?")
    first = make_post(thread, text="Am *Wasser*.")
    make_post(thread, text="Ja, dort.", parent=first)
    for status in (Status.PENDING, Status.REJECTED, Status.HIDDEN, Status.WITHDRAWN):
        make_post(thread, text=SECRET, status=status)
    votes.vote(make_actor(Role.CITIZEN), first, 1)
    answerer = make_actor(Role.PLANNER)
    reason, office = "Nur bis zum Kran.", "Tiefbauamt"
    decisions.set_outcome(answerer, first, Outcome.PARTLY, reason=reason, office=office)
    db.session.flush()
    return project


def removed_today() -> str:
    return f"Entfernt: Regel 3, am {format_day(now())}"


def test_only_what_is_public_is_counted(running: Project) -> None:
    totals = service.totals(running.scope)

    assert (totals.threads, totals.posts, totals.votes) == (1, 2, 1)
    assert totals.outcomes == [(Outcome.PARTLY, 1)]
    assert totals.channels == [(Source.WEB, 2)]


def test_days_are_days_in_germany(running: Project) -> None:
    thread = make_thread(running.scope)
    post = make_post(thread)
    post.written_at = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)  # half past midnight of 2 July
    db.session.flush()

    days = {day.day.isoformat(): day.posts for day in service.list_days(running.scope_id)}

    assert days["2026-07-02"] == 1


def test_every_channel_is_counted_for_itself(running: Project) -> None:
    thread = make_thread(running.scope)
    for source in (Source.PAPER, Source.PAPER, Source.PHONE):
        make_post(thread).source = source
    db.session.flush()

    channels = dict(service.totals(running.scope).channels)

    assert channels == {Source.WEB: 2, Source.PAPER: 2, Source.PHONE: 1}


def test_another_projects_posts_are_not_counted(running: Project) -> None:
    make_post(make_thread(make_project().scope), text="Anderswo.")

    assert service.totals(running.scope).posts == 2
    assert all("Anderswo" not in line.text for line in service.iterate(running.scope_id))


def test_the_public_sees_totals_and_staff_sees_days(
    client: FlaskClient, running: Project, office: Visitor
) -> None:
    db.session.commit()

    public, inside = client.get(f"{PATH}/zahlen"), office.get(f"{PATH}/zahlen")

    assert "Zum Teil übernommen" in public.text
    for words in ("Auf welchem Weg kamen die Beiträge?", "Beiträge je Tag"):
        assert words not in public.text
        assert words in inside.text


def scope_of(slug: str) -> Scope:
    return db.session.scalars(select(Scope).where(Scope.slug == slug)).one()


def rows_of(office: Visitor) -> list[dict[str, str]]:
    text = office.get(f"{PATH}/beitraege.csv").data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_the_export_has_every_post_and_no_text_that_is_not_public(
    running: Project, office: Visitor
) -> None:
    db.session.commit()

    rows = rows_of(office)

    assert len(rows) == 1 + 2 + 4
    posts = [row["Text"] for row in rows if row["Art"] == "Beitrag" and row["Text"]]
    assert posts == ["Am Wasser.", removed_today()]
    assert {row["Stand"] for row in rows} == {
        *("öffentlich", "wartet auf Prüfung", "abgelehnt", "ausgeblendet", "zurückgezogen")
    }
    assert SECRET not in str(rows)


def test_the_export_has_votes_outcome_number_and_channel(running: Project, office: Visitor) -> None:
    db.session.commit()

    (row,) = [row for row in rows_of(office) if row["Text"] == "Am Wasser."]

    assert (row["Dafür"], row["Dagegen"]) == ("1", "0")
    assert (row["Ergebnis"], row["Begründung"]) == ("Zum Teil übernommen", "Nur bis zum Kran.")
    assert row["Dienststelle"] == "Tiefbauamt"
    assert row["Eingang"] == "Online"
    assert len(row["Nummer"]) == 9


def test_no_address_of_anybody_is_handed_out(running: Project, office: Visitor) -> None:
    party = make_party("Ohne Konto", email="geheim@lindenau.example")
    post = make_post(make_thread(scope_of(SLUG)))
    post.author_id = party.id
    db.session.commit()

    files = [office.get(f"{PATH}/beitraege{ending}").data for ending in (".csv", ".xlsx", "")]
    with zipfile.ZipFile(io.BytesIO(files[1])) as book:
        files.append(b"".join(book.read(name) for name in book.namelist()))

    assert all(b"@" not in data.replace(b"mailto:", b"") for data in (files[0], files[3]))
    assert all(b"geheim@" not in data for data in files)


def test_a_file_of_a_spreadsheet_calculates_nothing(running: Project, office: Visitor) -> None:
    make_post(make_thread(scope_of(SLUG)), text="=1+1")
    db.session.commit()

    texts = [row["Text"] for row in rows_of(office)]

    assert "'=1+1" in texts


def test_files_are_for_staff_only(client: FlaskClient, running: Project) -> None:
    db.session.commit()

    for ending in ("xlsx", "csv"):
        page = client.get(f"{PATH}/beitraege.{ending}")
        assert page.status_code == 303
        assert page.location.startswith("/konto/anmelden")


def test_the_page_for_paper_has_what_is_public_and_no_numbers(
    client: FlaskClient, running: Project
) -> None:
    numbers = db.session.scalars(select(Post.receipt)).all()
    db.session.commit()

    page = client.get(f"{PATH}/beitraege")

    assert "<em>Wasser</em>" in page.text
    assert "Ergebnis: Zum Teil übernommen" in page.text
    assert SECRET not in page.text
    assert removed_today() in page.text
    assert all(number not in page.text for number in numbers)
    assert client.get(f"{PATH}/beitraege?seite=2").status_code == 404
    assert client.get(f"{PATH}/beitraege?seite=x").status_code == 200


def test_the_page_for_paper_goes_on(
    client: FlaskClient, running: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PER_PAGE", 1)
    db.session.commit()

    first, second = client.get(f"{PATH}/beitraege"), client.get(f"{PATH}/beitraege?seite=2")

    assert "Wasser" in first.text
    assert "Ja, dort." in second.text
    assert "Seite 2 von 3" in second.text


def test_figures_of_an_invited_project_are_for_its_people(client: FlaskClient, town: Town) -> None:
    project = make_project(visibility=Visibility.INVITED)
    path = project.scope.path
    db.session.commit()

    for page in ("zahlen", "beitraege", "beitraege.csv", "beitraege.xlsx", "kalender.ics"):
        assert client.get(f"{path}/{page}").status_code == 404


def test_an_empty_project_says_so(client: FlaskClient, town: Town) -> None:
    path = make_project().scope.path
    db.session.commit()

    assert "Noch gibt es nichts zu zählen" in client.get(f"{path}/zahlen").text
    assert "Noch keine Beiträge" in client.get(f"{path}/beitraege").text
