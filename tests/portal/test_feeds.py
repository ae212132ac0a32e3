"""Feeds and calendars: discoverable, cached, and never with a word that is not public."""

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar

from beteiligung.discussion.models import Post, Status
from beteiligung.discussion.service import decisions, posts
from beteiligung.project.models import Meeting, Phase, Project
from kern.accounts.permissions import Role
from kern.calendar import end_of_day, to_local
from kern.clock import now
from kern.content import Verdict, registry
from kern.db import db
from kern.scope import Scope, ScopeState, Visibility
from kern.town import Town
from tests.builders import make_actor, make_post, make_project, make_thread
from tests.conftest import CountQueries

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def project(town: Town) -> Project:
    found = make_project()
    found.published_at = now()
    return found


def feeds_of(post: Post) -> list[str]:
    thread = f"/beteiligung/gespraech/{post.thread_id}/atom.xml"
    scope = db.session.get_one(Scope, post.scope_id)
    return ["/atom.xml", f"{scope.path}/atom.xml", thread]


def entries(client: FlaskClient, path: str) -> list[ET.Element]:
    response = client.get(path)
    assert response.status_code == 200, path
    assert response.mimetype == "application/atom+xml"
    return ET.fromstring(response.data).findall(f"{ATOM}entry")  # noqa: S314 - our own feed


def content(entry: ET.Element, name: str = "content") -> str:
    return entry.findtext(f"{ATOM}{name}") or ""


def test_what_is_released_is_in_the_feeds_of_town_project_and_thread(
    client: FlaskClient, project: Project
) -> None:
    post = make_post(make_thread(project.scope), text="Mehr **Schatten** & Bänke.")
    db.session.commit()

    for path in feeds_of(post):
        texts = [content(entry) for entry in entries(client, path)]
        assert any("Mehr <strong>Schatten</strong> &amp; Bänke." in text for text in texts), path


def test_entries_have_what_readers_of_feeds_need(client: FlaskClient, project: Project) -> None:
    make_post(make_thread(project.scope))
    db.session.commit()

    root = ET.fromstring(client.get("/atom.xml").data)  # noqa: S314 - our own feed
    found = root.findall(f"{ATOM}entry")
    ids = [content(one, "id") for one in [root, *found]]
    links = [one.find(f"{ATOM}link") for one in found]

    assert len(set(ids)) == len(ids)
    assert all(id_.startswith("urn:uuid:") for id_ in ids)
    assert all(content(one, "updated") and content(one, "title") for one in [root, *found])
    assert all(link is not None and link.attrib["href"].startswith("http") for link in links)


def test_an_id_stays_when_the_text_changes(client: FlaskClient, project: Project) -> None:
    author = make_actor(Role.CITIZEN)
    number = make_post(make_thread(project.scope), author=author).id
    db.session.commit()
    path = feeds_of(decisions.get_post(number))[2]
    before = [content(entry, "id") for entry in entries(client, path)]

    post = posts.get_post_for(author, number)
    posts.edit_post(author, post, "Anders gesagt.")
    decisions.decide(post, post.latest, make_actor(Role.MODERATOR), Verdict.RELEASE)
    db.session.commit()

    (entry,) = entries(client, path)
    assert [content(entry, "id")] == before
    assert "Anders gesagt" in content(entry)


@pytest.mark.parametrize(
    "status", [Status.PENDING, Status.REJECTED, Status.HIDDEN, Status.WITHDRAWN]
)
def test_what_is_not_public_is_in_no_feed(
    client: FlaskClient, project: Project, status: Status
) -> None:
    post = make_post(make_thread(project.scope), text="Geheimnis", status=status)
    db.session.commit()

    for path in [*feeds_of(post), "/antworten.xml"]:
        assert b"Geheimnis" not in client.get(path).data, path


def test_what_is_hidden_leaves_the_feed_at_once(client: FlaskClient, project: Project) -> None:
    post = make_post(make_thread(project.scope), text="Geheimnis")
    number = post.id
    db.session.commit()
    tags = {path: client.get(path).headers["ETag"] for path in feeds_of(post)}

    decisions.hide(decisions.get_post(number), make_actor(Role.MODERATOR), 3)
    db.session.commit()

    for path, tag in tags.items():
        answer = client.get(path, headers={"If-None-Match": tag})
        assert answer.status_code == 200, path
        assert b"Geheimnis" not in answer.data, path


def test_the_name_of_whoever_goes_leaves_the_feed(client: FlaskClient, project: Project) -> None:
    author = make_actor(Role.CITIZEN, name="Eisvogel")
    post = make_post(make_thread(project.scope), author=author)
    db.session.commit()
    paths = feeds_of(post)
    assert b"Eisvogel" in client.get("/atom.xml").data

    erase = registry()["beteiligung.post"].erase_author
    assert erase is not None
    assert author.party_id is not None
    erase(author.party_id, False)  # noqa: FBT003 - the registry's own order
    db.session.commit()

    for path in paths:
        assert b"Eisvogel" not in client.get(path).data, path


def test_projects_for_invited_people_and_drafts_have_no_feed(
    client: FlaskClient, town: Town
) -> None:
    private = make_project(visibility=Visibility.INVITED)
    title = private.scope.title.encode()
    post = make_post(make_thread(private.scope), text="Unter uns")
    draft = make_project(state=ScopeState.DRAFT).scope.path
    db.session.commit()
    of_town, *own = feeds_of(post)

    assert b"Unter uns" not in client.get(of_town).data
    assert [client.get(path).status_code for path in own] == [404, 404]
    assert client.get(f"{draft}/atom.xml").status_code == 404
    assert b"Unter uns" not in client.get("/antworten.xml").data
    assert title not in client.get("/kalender.ics").data


def test_answers_of_the_office_have_a_feed_of_their_own(
    client: FlaskClient, project: Project
) -> None:
    thread = make_thread(project.scope)
    make_post(thread, text="Eine Frage.")
    posts.answer(make_actor(Role.PLANNER), thread, "Ja, im Mai.", office="Tiefbauamt")
    db.session.commit()

    (entry,) = entries(client, "/antworten.xml")

    assert "Ja, im Mai." in content(entry)
    assert "Tiefbauamt" in content(entry, "title")


def test_a_reader_that_comes_again_costs_next_to_nothing(
    client: FlaskClient, project: Project, count_queries: CountQueries
) -> None:
    for _number in range(5):
        make_post(make_thread(project.scope))
    db.session.commit()
    tag = client.get("/atom.xml").headers["ETag"]

    with count_queries() as found:
        again = client.get("/atom.xml", headers={"If-None-Match": tag})

    assert again.status_code == 304
    assert len(found) <= 3, found


def test_a_full_feed_takes_a_handful_of_queries(
    client: FlaskClient, project: Project, count_queries: CountQueries
) -> None:
    thread = make_thread(project.scope)
    for _number in range(12):
        make_post(thread)
    db.session.commit()

    with count_queries() as found:
        assert len(entries(client, "/atom.xml")) > 10

    assert len(found) <= 12, found  # one for each kind, and what its entries need


def test_pages_name_their_feeds(client: FlaskClient, project: Project) -> None:
    post, about = make_post(make_thread(project.scope)), project.scope.path
    db.session.commit()
    town, of_project, of_thread = feeds_of(post)

    def names(page: str, feed: str) -> bool:
        return 'type="application/atom+xml" title="' in page and f'href="{feed}"' in page

    assert names(client.get("/").text, town)
    assert names(client.get(about).text, of_project)
    assert names(client.get(of_thread.removesuffix("/atom.xml")).text, of_thread)
    keeping_up = client.get("/auf-dem-laufenden").text
    assert all(path in keeping_up for path in (town, "/antworten.xml", "/kalender.ics"))


def test_the_town_has_one_calendar_of_phases_dates_and_deadlines(
    client: FlaskClient, project: Project
) -> None:
    today = to_local(now()).date()
    opens, closes = end_of_day(today), end_of_day(today + timedelta(days=7))
    db.session.add(
        Phase(project_id=project.id, position=1, title="Ideen", opens_at=opens, closes_at=closes)
    )
    db.session.add(
        Meeting(
            project_id=project.id,
            uid="gang@lindenau.example",
            title="Rundgang",
            starts_at=now(),
            ends_at=now() + timedelta(hours=2),
            changed_at=now(),
        )
    )
    make_thread(project.scope, title="Wie breit?", closes_at=closes)
    make_thread(project.scope, title="Heimlich", closes_at=closes, status=Status.PENDING)
    db.session.commit()

    found = Calendar.from_ical(client.get("/kalender.ics").data).walk("VEVENT")
    dates: dict[str, Any] = {str(event["SUMMARY"]): event for event in found}

    assert any("Rundgang" in title for title in dates)
    phase = next(event for title, event in dates.items() if "Ideen" in title)
    assert phase["DTSTART"].dt == today + timedelta(days=1)
    assert phase["DTEND"].dt == today + timedelta(days=8)
    deadline = next(event for title, event in dates.items() if "Wie breit?" in title)
    assert deadline["DTSTART"].dt == today + timedelta(days=7)
    assert not any("Heimlich" in title for title in dates)
    assert len({str(event["UID"]) for event in dates.values()}) == len(dates)
