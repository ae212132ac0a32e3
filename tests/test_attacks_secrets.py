"""What is not public stands on no page of anybody who may not read it, however they ask."""

from collections.abc import Iterator
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy import text as sql
from werkzeug.routing import Rule

from beteiligung.discussion.models import POST_KEY, Post
from beteiligung.discussion.service import counting, decisions, erasure, mine, threads
from kern.accounts import pending, tokens
from kern.accounts.models import Token
from kern.accounts.permissions import BY_ROLE, Role
from kern.actor import SYSTEM, Actor, PartyId
from kern.clock import now
from kern.db import db
from kern.files import service as files
from kern.files.models import File
from kern.outbox import OutboxEntry, State
from kern.scope import Scope
from kern.town import Town
from tests.attacks import DRAFT, INVITED, SECRET, SLUG, World, address, contents, make_world, usual
from tests.builders import actor_of, make_account, make_actor, make_party, make_post
from tests.reading import read_before
from tests.visitors import Visitor

THREADS = ("thread_id", "gespraech")
POSTS = ("post_id", "id_", "auf", "antwort", "zitat", "parent")


@pytest.fixture
def world(town: Town) -> World:
    return make_world()


@pytest.fixture(params=["guest", "invited elsewhere", "works elsewhere"])
def stranger(request: pytest.FixtureRequest, app: Flask, world: World) -> Visitor:
    """Nobody who wrote, decides or was invited here."""
    if request.param == "guest":
        return Visitor(app)
    elsewhere = world.elsewhere
    grants = {
        "invited elsewhere": [(Role.CITIZEN, elsewhere)],
        "works elsewhere": [(Role.MODERATOR, elsewhere), (Role.PLANNER, elsewhere)],
    }
    return Visitor(app, make_account("Fremde Person", *grants[request.param]))


def addresses(rule: Rule, world: World) -> Iterator[str]:
    """With everything secret in each place it fits into."""
    threads = [str(one) for one in (world.thread, *world.secret_threads)]
    posts = [str(one) for one in (world.post, *world.secret_posts)]
    values = {
        "slug": [SLUG, INVITED, DRAFT],
        "thread_id": threads,
        "post_id": posts,
        "id_": posts,
        "key": ["beteiligung.post", "beteiligung.thread", "beteiligung.project"],
    }
    places = [place for place in rule.arguments if place in values]
    for chosen in product(*(values[place] for place in places)):
        filled = {**usual(world), **dict(zip(places, chosen, strict=True))}
        yield address(rule, filled)


def test_whoever_may_read_it_finds_it(app: Flask, world: World) -> None:
    """Else the tests below would look for something that is nowhere."""
    visitor = Visitor(app, make_account("Frauke Admin", (Role.ADMINISTRATOR, None)))
    for path in (f"/beteiligung/{DRAFT}", f"/beteiligung/{INVITED}", "/moderation/"):
        assert SECRET in visitor.get(path).text


def test_no_page_shows_a_stranger_what_is_not_public_or_that_it_is_there(
    app: Flask, world: World, stranger: Visitor
) -> None:
    asked = "&".join(f"{name}={id_}" for name, id_ in zip(POSTS, world.secret_posts, strict=False))
    leaks, told = set(), set()
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        statuses = set()
        for path in addresses(rule, world):
            for query in ("", f"?{asked}"):
                page = stranger.get(path + query)
                statuses.add(page.status_code)
                if SECRET.encode() in page.data or SECRET in str(page.headers):
                    leaks.add(path + query)
        places = rule.arguments & {"post_id", "thread_id", "slug"}
        if 404 in statuses and len(places) == 1:
            unknown = address(rule, {**usual(world), next(iter(places)): "999999"})
            if stranger.get(unknown).status_code != 404:
                told.add(unknown)

    assert leaks == set()
    assert told == set()


def test_no_act_of_a_stranger_changes_what_they_may_not_read(
    app: Flask, world: World, stranger: Visitor
) -> None:
    before = {id_: revision_of(id_) for id_ in world.secret_posts}
    form = {"text": "Übernommen!", "stimme": "1", "tat": "anheften", "email": "x@boese.example"}
    done = set()
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or not rule.arguments & {"post_id", "thread_id"}:
            continue
        for path in addresses(rule, world):
            page = stranger.post(path, form)
            if SECRET.encode() in page.data:
                done.add(path)

    assert done == set()
    assert {id_: revision_of(id_) for id_ in world.secret_posts} == before


def revision_of(post_id: int) -> tuple[object, ...]:
    query = "SELECT status, latest, released, pinned, agree FROM beteiligung_post WHERE id = :id"
    return tuple(db.session.execute(sql(query), {"id": post_id}).one())


def test_reading_changes_nothing(app: Flask, world: World) -> None:
    """No GET writes a row, whoever asks: nothing is approved, spent or sent by opening a link."""
    visitor = Visitor(app, make_account("Frauke Admin", (Role.ADMINISTRATOR, None)))
    before = contents()
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            for path in addresses(rule, world):
                visitor.get(path)

    assert contents() == before


def picture_of(post_id: int) -> str:
    """A released picture of this post; its address."""
    file = File(name="x" * 43, kind="picture", sha256="a" * 64, state="public")
    file.content_key, file.content_id = POST_KEY, post_id
    db.session.add(file)
    db.session.flush()
    path = files.path_of(file, "small")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"bild")
    db.session.commit()
    return f"/dateien/{file.name}/small"


def test_a_picture_in_a_project_for_invited_people_is_for_them(
    app: Flask, world: World, stranger: Visitor
) -> None:
    scope, post = world.invited
    path = picture_of(post)

    assert stranger.get(path).status_code == 404
    page = Visitor(app, make_account("Ida Gast", (Role.CITIZEN, scope))).get(path)
    assert page.data == b"bild"
    assert page.headers["Cache-Control"] == "private, no-store"


def test_a_picture_goes_with_its_thread(app: Flask, world: World) -> None:
    path = picture_of(world.post)
    assert Visitor(app).get(path).headers["Cache-Control"].startswith("public")
    thread = decisions.get_thread(world.thread)
    decisions.hide(thread, make_actor(Role.MODERATOR), 1)
    db.session.commit()

    assert Visitor(app).get(path).status_code == 404


@pytest.mark.parametrize("page", ["beteiligung.beitrag", "beteiligung.stimme"])
def test_what_became_private_takes_nothing_that_waited_for_its_mail(
    app: Flask, world: World, page: str
) -> None:
    said = {"thread": world.thread, "parent": None, "text": "Noch etwas.", "picture": None}
    payload = said if page == "beteiligung.beitrag" else {"post": world.post, "stimme": 1}
    pending.submit(page, "gast@lindenau.example", payload)
    path = f"/konto/bestaetigen/{tokens.text_of(db.session.scalars(select(Token)).one())}"
    db.session.execute(update(Scope).where(Scope.slug == SLUG).values(visibility="invited"))
    db.session.commit()
    before = contents()["beteiligung_post"], contents()["beteiligung_vote"]

    opened = read_before(path.rpartition("/")[2])
    assert Visitor(app).get(path).status_code == 404
    assert Visitor(app).post(path, opened).status_code == 404
    assert (contents()["beteiligung_post"], contents()["beteiligung_vote"]) == before


def test_a_sent_mail_shows_the_administration_no_link_that_acts_for_its_reader(
    app: Flask, world: World
) -> None:
    thread = threads.get_thread_for(SYSTEM, world.thread)
    post = make_post(thread, author=guest_author())
    signature = mine.link_path(post).rpartition("/")[2]
    db.session.commit()
    written = select(OutboxEntry.id).where(OutboxEntry.name.startswith("beteiligung"))
    ids = db.session.scalars(written).all()
    db.session.execute(update(OutboxEntry).values(state=State.DONE))
    db.session.commit()
    visitor = Visitor(app, make_account("Frauke Admin", (Role.ADMINISTRATOR, None)))
    pages = [visitor.get(f"/verwaltung/mails/{id_}").text for id_ in ids]

    assert any("/mein-beitrag/" in page for page in pages)
    assert not any(signature in page for page in pages)


def guest_author() -> Actor:
    """Somebody who wrote without a login."""
    party = make_party(None, confirmed_at=now())
    return Actor(party_id=PartyId(party.id), permissions=BY_ROLE[Role.CITIZEN])


def test_what_is_in_a_hidden_thread_is_counted_by_nobody(app: Flask, world: World) -> None:
    thread = threads.get_thread_for(SYSTEM, world.thread)
    scope, moderator = thread.scope, make_actor(Role.MODERATOR)
    before = counts(scope)
    decisions.hide(thread, moderator, 1)
    assert counts(scope) == (0, 0, 0)
    counting.rebuild()
    assert counts(scope) == (0, 0, 0)
    decisions.restore(thread, moderator)
    assert counts(scope) == before
    assert before[0] > 0


def counts(scope: Scope) -> tuple[int, int, int]:
    db.session.flush()
    db.session.refresh(scope)
    return scope.posts_count, scope.people_count, scope.answers_count


def test_a_picture_goes_for_good_with_a_person_who_wants_everything_gone(
    app: Flask, world: World
) -> None:
    author = make_account("Ute Bild")
    party = author.party_id
    thread = threads.get_thread_for(SYSTEM, world.thread)
    post = make_post(thread, author=actor_of(author))
    path = picture_of(post.id)
    erasure.erase_author(Post, party, keep=False)
    db.session.commit()

    assert Visitor(app).get(path).status_code == 404
    file = db.session.scalars(select(File)).one()
    assert (file.state, file.title) == ("gone", "")
    assert not files.path_of(file, "small").exists()
