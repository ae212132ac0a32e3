"""A kept search: told once of what comes new, by the ways of everything that is followed."""

import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from beteiligung.discussion.models import Status, Thread
from beteiligung.discussion.service import decisions
from kern import search, worker
from kern.accounts import keeping
from kern.accounts.keeping import Person
from kern.accounts.models import Account
from kern.accounts.permissions import Role
from kern.accounts.sessions import actor_of_party
from kern.config import Settings
from kern.content import Document, Verdict
from kern.db import db
from kern.notify.grouping import lines_of
from kern.notify.models import Notice
from kern.scope import Visibility
from kern.search.matching import Text
from kern.search.query import parse
from kern.town import Town
from portal.suche import saving
from portal.suche.models import SavedSearch
from tests.builders import make_account, make_actor, make_post, make_project, make_thread
from tests.conftest import CountQueries
from tests.kern.search.building import make_document
from tests.visitors import Visitor

pytestmark = pytest.mark.usefixtures("town")


@pytest.fixture(autouse=True)
def index(town: Town) -> None:
    search.rebuild_all()


@pytest.fixture
def client(app: Flask) -> Visitor:
    return Visitor(app)


@pytest.fixture
def helga(client: Visitor) -> int:
    """Her party; she is logged in."""
    account = make_account("Helga Martens", (Role.CITIZEN, None))
    party = account.party_id
    client.log_in(account)
    return party


def save(client: Visitor, **fields: str) -> None:
    answer = client.post("/suche/speichern", fields)
    assert answer.status_code == 303, answer.get_data(as_text=True)


def thread_of(id_: int) -> Thread:
    """A request ends the session of what was made before it."""
    query = select(Thread).where(Thread.id == id_).options(joinedload(Thread.scope))
    return db.session.scalars(query).one()


def drain(settings: Settings) -> None:
    db.session.commit()
    worker.drain(settings)


def told(party: int) -> list[tuple[str, str]]:
    """Sentence and path of what stands in the app, as its reader sees it."""
    query = select(Notice).where(Notice.party_id == party, Notice.what == saving.HIT)
    notices = db.session.scalars(query).all()
    lines = lines_of(notices, actor_of_party(party))
    found = [(lines[one.id].sentence, lines[one.id].path) for one in notices if one.id in lines]
    db.session.rollback()
    return found


def test_a_kept_search_tells_once_of_what_is_released_later(
    client: Visitor, settings: Settings, helga: int
) -> None:
    thread = make_thread()
    number = thread.id
    make_post(thread, text="Der alte Radweg.")
    drain(settings)
    thread = thread_of(number)
    waiting = make_post(thread, text="Fahrradwege am Ufer!", status=Status.PENDING).id
    db.session.commit()
    save(client, q="Radweg")
    make_post(thread_of(number), text="Die Bänke am Ufer.")
    drain(settings)
    assert told(helga) == []

    decisions.decide(decisions.get_post(waiting), 1, make_actor(Role.MODERATOR), Verdict.RELEASE)
    drain(settings)
    decisions.note(decisions.get_post(waiting))
    drain(settings)

    assert told(helga) == [("Neu zu Ihrer Suche „Radweg“", f"/beteiligung/beitrag/{waiting}")]


def test_filters_and_excluded_words_hold_and_the_own_text_is_no_news(
    client: Visitor, settings: Settings, helga: int
) -> None:
    here, there = make_thread(make_project().scope), make_thread(make_project().scope)
    slug, me, ids = here.scope.slug, actor_of_party(helga), (here.id, there.id)
    db.session.commit()
    save(client, q="Teich -Ente", projekt=slug, art="beitrag")
    here, there = (thread_of(id_) for id_ in ids)

    wanted = make_post(here, text="Am Teich fehlt das Licht.").id
    make_post(here, text="Am Teich fehlt die Ente.")
    make_post(there, text="Am Teich ist es schön.")
    make_post(here, author=me, text="Mein Teich.")
    drain(settings)

    assert [path for _, path in told(helga)] == [f"/beteiligung/beitrag/{wanted}"]


def test_nobody_hears_of_what_they_may_not_read(
    app: Flask, client: Visitor, settings: Settings, helga: int
) -> None:
    project = make_project(visibility=Visibility.INVITED)
    invited = make_account("Cem Yildiz", (Role.CITIZEN, project.scope_id))
    party = invited.party_id
    number = make_thread(project.scope).id
    drain(settings)
    save(client, q="Ratsstube")
    client.log_in(db.session.scalars(select(Account).where(Account.party_id == party)).one())
    save(client, q="Ratsstube")

    thread = thread_of(number)
    hidden = make_post(thread, text="Die Ratsstube bleibt zu.")
    shown = make_post(thread, text="Die Ratsstube wird umgebaut.").id
    decisions.hide(hidden, make_actor(Role.MODERATOR), 3)
    drain(settings)

    assert told(helga) == []
    assert db.session.scalars(select(Notice).where(Notice.party_id == helga)).all() == []
    assert [path for _, path in told(party)] == [f"/beteiligung/beitrag/{shown}"]


def test_what_is_public_is_told_to_many_with_as_few_queries_as_to_some(
    client: Visitor, settings: Settings, count_queries: CountQueries
) -> None:
    def queries(people: int, word: str) -> int:
        parties = [make_account(f"{word} {number}").party_id for number in range(people)]
        thread = make_thread()
        number, address = thread.id, f"q={word}&projekt={thread.scope.slug}"
        db.session.add_all(SavedSearch(party_id=one, address=address) for one in parties)
        drain(settings)
        id_ = make_post(thread_of(number), text=f"Ein {word}.").id
        db.session.commit()
        with count_queries() as found:
            saving.follow([("beteiligung.post", id_, "published")])
        assert [len(told(one)) for one in parties] == [1] * people
        return len(found)

    queries(1, "Bach")  # the first one learns what there is to choose from
    assert queries(25, "Teich") <= queries(2, "Weiher")


def test_what_is_hidden_after_it_was_told_is_gone_from_the_notices(
    client: Visitor, settings: Settings, helga: int
) -> None:
    save(client, q="Teich")
    id_ = make_post(text="Am Teich.").id
    drain(settings)
    assert len(told(helga)) == 1

    decisions.hide(decisions.get_post(id_), make_actor(Role.MODERATOR), 3)
    db.session.commit()

    assert told(helga) == []


def test_kept_searches_are_listed_in_words_and_go_by_a_button_with_their_notices(
    client: Visitor, settings: Settings, helga: int
) -> None:
    save(client, q="Teich", art="beitrag", stand="beantwortet", von="1.5.2026", nahe="53.8,10.6")
    save(client, q="Teich", art="beitrag", stand="beantwortet", von="2026-05-01", nahe="53.8,10.6")
    save(client, q="Teich")
    make_post(text="Am Teich.")
    drain(settings)
    assert len(told(helga)) == 1

    html = client.get("/suche/gespeichert").get_data(as_text=True)
    buttons = re.findall(r'action="(/suche/gespeichert/\d+/loeschen)"', html)
    words = "Beiträge, Mit Antwort oder Ergebnis, ab 1.5.2026, 1 Kilometer um dem gewählten Punkt"
    assert words in html
    assert len(buttons) == 2
    assert "Gespeichert: meine Suchen" in client.get("/suche?q=Teich").get_data(as_text=True)
    assert client.post(buttons[0]).status_code == 303  # the newest

    assert told(helga) == []
    assert client.post(buttons[0]).status_code == 404
    assert "Suche speichern" in client.get("/suche?q=Teich").get_data(as_text=True)
    assert "/suche/gespeichert" in client.get("/mitteilungen/einstellungen").get_data(as_text=True)


def test_nobody_removes_the_search_of_somebody_else(
    app: Flask, client: Visitor, helga: int
) -> None:
    save(client, q="Teich")
    saved_id = db.session.scalars(select(SavedSearch.id)).one()
    db.session.rollback()
    client.log_in(make_account("Cem Yildiz"))

    assert client.post(f"/suche/gespeichert/{saved_id}/loeschen").status_code == 404
    assert "Noch keine." in client.get("/suche/gespeichert").get_data(as_text=True)


@pytest.mark.parametrize("fields", [{"q": ""}, {"q": "und"}, {"q": "Teich", "von": "31.2.2026"}])
def test_what_is_no_search_is_not_kept(client: Visitor, helga: int, fields: dict[str, str]) -> None:
    assert client.post("/suche/speichern", fields).status_code == 422
    assert db.session.scalars(select(SavedSearch)).all() == []


def test_fifty_searches_are_enough(client: Visitor, helga: int) -> None:
    rows = [{"party_id": helga, "address": f"q=Wort{n}"} for n in range(saving.MOST)]
    db.session.add_all(SavedSearch(**row) for row in rows)
    db.session.commit()

    answer = client.post("/suche/speichern", {"q": "Teich"})

    assert answer.status_code == 409
    assert "Bitte löschen Sie zuerst eine." in answer.get_data(as_text=True)


def test_who_is_not_logged_in_comes_back_to_the_search(client: Visitor) -> None:
    html = client.get("/suche?q=Teich&art=beitrag").get_data(as_text=True)
    assert 'href="/suche/speichern?q=Teich&amp;art=beitrag"' in html

    answer = client.get("/suche/speichern?q=Teich&art=beitrag")
    assert answer.status_code == 303
    assert "anmelden" in answer.headers["Location"]

    client.log_in(make_account("Helga Martens"))
    answer = client.get("/suche/speichern?q=Teich&art=beitrag")
    assert answer.headers["Location"] == "/suche?q=Teich&art=beitrag"


def test_kept_searches_are_in_the_own_data_and_go_with_the_person(
    client: Visitor, helga: int
) -> None:
    save(client, q="Teich")
    person = Person(0, [helga], "")

    assert [one["suche"] for one in keeping.export(person)["gespeicherte_suchen"]] == [
        "/suche?q=Teich"
    ]
    keeping.forget(person)
    assert keeping.export(person)["gespeicherte_suchen"] == []


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        ("Radweg", True),  # the last part of a compound
        ("ufer", True),
        ("Radw*", False),
        ("Fahrr*", True),
        ('"am Ufer"', True),
        ('"Ufer fehlt"', False),
        ("Radweg -Ufer", False),
        ('Radweg -"Ufer fehlt"', True),
        ("Radweg Teich", False),
        ("", False),
        ("-Teich", False),
    ],
)
def test_one_text_is_compared_as_an_index_would(words: str, fits: bool) -> None:
    document: Document = make_document(1, "Fahrradwege", "Am Ufer, da fehlt Licht.")

    assert Text(document).fits(parse(words, complete_last=False)) is fits
