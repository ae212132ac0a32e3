"""A kind of content that nobody has written yet comes into the search by its ContentType alone."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Boolean, Column, Integer, MetaData, String, Table, insert, select, update

from beteiligung.project.rules import PROJECT_KEY
from kern import content, outbox, search, worker
from kern.accounts.permissions import Role
from kern.calendar import to_local
from kern.clock import now
from kern.config import Settings
from kern.content import Card, ContentType, Document, FoundAs, Ref
from kern.db import Utc, db
from kern.notify.models import Notice
from kern.outbox import Fact
from kern.search.opening import open_index
from kern.town import Town
from tests.builders import make_account, make_project
from tests.visitors import Visitor

KEY = "auslegung.stellungnahme"


TABLE = Table(
    "test_stellungnahme",
    MetaData(),  # of its own: no migration makes it
    Column("id", Integer, primary_key=True),
    Column("title", String(80)),
    Column("tag", String(80)),
    Column("scope_id", Integer),
    Column("at", Utc),
    Column("is_released", Boolean),
)
TEXT = "Der Schattenwurf der Windräder reicht bis zur Schule."


def _released(ids: Sequence[int]) -> Sequence[Any]:
    query = select(TABLE).where(TABLE.c.id.in_(ids), TABLE.c.is_released)
    return db.session.execute(query).all()


def _documents(ids: Sequence[int]) -> Sequence[Document]:
    return [
        Document(
            key=KEY,
            id=one.id,
            title=one.title,
            body=f"{TEXT}\n{one.tag}",
            kind="stellungnahme",
            scope=one.scope_id,
            audience="public",
            path=f"/auslegung/{one.id}",
            at=one.at,
            is_answered=True,
            tags=(one.tag,) if one.tag else (),
        )
        for one in _released(ids)
    ]


def _cards(ids: Sequence[int]) -> Mapping[int, Card]:
    return {
        one.id: Card(
            Ref(KEY, one.id), "Stellungnahme", one.title, TEXT, f"/auslegung/{one.id}", one.at
        )
        for one in _released(ids)
    }


def _public_ids() -> Iterator[int]:
    yield from db.session.scalars(select(TABLE.c.id).where(TABLE.c.is_released))


STELLUNGNAHMEN = ContentType(
    key=KEY,
    label="Stellungnahme",
    plural="Stellungnahmen",
    cards=_cards,
    documents=_documents,
    public_ids=_public_ids,
    found_as=(FoundAs("stellungnahme", "Stellungnahme", "Stellungnahmen"),),
    desk_items=lambda _ids: {},
)


@pytest.fixture(autouse=True)
def kind(town: Town) -> Iterator[None]:
    before = list(content.registry().values())
    TABLE.create(db.session.connection())
    db.session.commit()
    content.fill([*before, STELLUNGNAHMEN])
    search.rebuild_all()
    yield
    content.fill(before)
    db.session.remove()
    TABLE.drop(db.session.connection())
    db.session.commit()


@pytest.fixture
def guest(app: Flask) -> Visitor:
    return Visitor(app)


def submit(title: str, *, is_released: bool, **more: Any) -> int:
    values = {"title": title, "tag": "", "at": now(), "is_released": is_released, **more}
    id_ = db.session.scalars(insert(TABLE).values(values).returning(TABLE.c.id)).one()
    outbox.note(KEY, id_)
    return int(id_)


def release(settings: Settings, title: str = "Abstand der Windräder", **more: Any) -> int:
    id_ = submit(title, is_released=True, **more)
    db.session.commit()
    worker.drain(settings)
    return id_


def test_it_is_found_with_facets_filters_and_marks(guest: Visitor, settings: Settings) -> None:
    project = make_project(title="Windpark")
    outbox.note(PROJECT_KEY, project.id)
    slug, scope_id = project.scope.slug, project.scope_id
    id_ = release(settings, scope_id=scope_id)

    html = guest.get("/suche?q=Schattenwurf").text

    assert f'<a href="/auslegung/{id_}">Abstand der Windräder</a>' in html
    assert "<mark>Schattenwurf</mark>" in html
    assert 'Stellungnahmen <span class="df-num">1</span>' in html
    year = f"jahr={to_local(now()).year}"
    for narrowed in (f"projekt={slug}", "art=stellungnahme", year, "stand=beantwortet"):
        assert "1 Treffer für" in guest.get(f"/suche?q=Schattenwurf&{narrowed}").text, narrowed
    assert "Keine Treffer" in guest.get("/suche?q=Schattenwurf&art=beitrag").text
    assert not search.compare()


def test_it_is_in_the_feed_and_in_the_data(guest: Visitor, settings: Settings) -> None:
    id_ = release(settings)

    feed = guest.get("/suche.xml?q=Schattenwurf&art=stellungnahme").text
    data = guest.get("/suche.json?q=Schattenwurf").get_json()

    assert f"/auslegung/{id_}" in feed
    assert [(one["art"], one["bezeichnung"]) for one in data["treffer"]] == [
        ("stellungnahme", "Stellungnahme")
    ]
    assert data["zaehlung"]["art"] == {"stellungnahme": 1}


def test_its_titles_and_tags_are_offered(guest: Visitor, settings: Settings) -> None:
    release(settings, tag="Windkraft")

    assert guest.get("/suche/vorschlaege?q=abst").get_json()["titles"] == ["Abstand der Windräder"]
    assert guest.get("/suche/vorschlaege?q=windk").get_json()["titles"] == ["Windkraft"]


def test_who_keeps_a_search_hears_of_it(app: Flask, settings: Settings) -> None:
    account = make_account("Helga Martens", (Role.CITIZEN, None))
    helga, party = Visitor(app, account), account.party_id
    saved = helga.post("/suche/speichern", {"q": "Schattenwurf", "art": "stellungnahme"})
    assert saved.status_code == 303

    id_ = release(settings)

    query = select(Notice.content_key, Notice.content_id).where(Notice.party_id == party)
    assert [tuple(row) for row in db.session.execute(query)] == [(KEY, id_)]


def test_what_waits_is_nowhere_and_what_is_hidden_goes_at_once(
    guest: Visitor, settings: Settings
) -> None:
    submit("Der Schattenwurf wartet", is_released=False)
    id_ = release(settings)
    assert search.find("Schattenwurf").total == 1

    db.session.execute(update(TABLE).values(is_released=False))
    outbox.note(KEY, id_, Fact.HIDDEN)
    db.session.commit()

    assert search.find("Schattenwurf").total == 0
    assert guest.get("/suche/vorschlaege?q=schatt").get_json()["titles"] == []
    worker.drain(settings)
    assert not search.compare()


def test_it_is_found_without_an_index_too(guest: Visitor, settings: Settings) -> None:
    id_ = release(settings)
    open_index().erase()

    html = guest.get("/suche?q=Schattenwurf").text

    assert "Die Suche ist gerade eingeschränkt" in html
    assert f"/auslegung/{id_}" in html
