"""The town that is measured: the demo town, grown, with people who are logged in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import func, insert, select

from bench import sending
from bench.loader import Request
from beteiligung.discussion.models import Post, Status, Thread
from beteiligung.discussion.service import counting
from kern import search
from kern.accounts.models import Account, AccountState, Identity, Party
from kern.accounts.sessions import open_session
from kern.actor import SYSTEM
from kern.clock import now
from kern.config import Settings
from kern.db import db, engines, migrate, writing
from kern.scope import Scope
from kern.town import LOOPBACK, Town, Towns, use_town
from kern.web.guard import FIELD, token_for
from kern.web.identity import COOKIE
from portal.app import create_app
from portal.betrieb import postgres
from portal.betrieb.demo import fill
from portal.betrieb.demo.large import PROJECTS, THREAD_SIZES, enlarge
from portal.betrieb.demo.people import Cast
from portal.betrieb.demo.scene import Scene
from portal.betrieb.demo.texts import read_demo_texts
from portal.betrieb.orte import inside

LONGEST, USUAL = 10_000, 100  # posts
PEOPLE = 400  # who write during the measurement
DRAFTS = 4_000  # of a survey, as many as are sent
SMALL_PROJECTS, SMALL_SIZES = 20, (LONGEST, *[USUAL] * 20)


@dataclass(frozen=True, slots=True)
class Person:
    cookie: str
    token: str

    @property
    def as_cookie(self) -> str:
        return f"{COOKIE}={self.cookie}"


@dataclass(frozen=True, slots=True)
class Place:
    """Addresses of pages, and what people need to write."""

    settings: Settings
    town: Town
    project: str
    thread: str  # of 100 posts
    long_thread: str  # of 10,000
    long_thread_pages: Sequence[str]
    open_thread: int
    posts: Sequence[int]
    fresh_post: int  # on the first page of the thread of 100
    people: Sequence[Person]
    documents: int
    survey: str
    drafts: Sequence[str]  # filled in, to be sent once each

    def writing_a_post(self, number: int) -> Request:
        person = self.people[number % len(self.people)]
        words = f"Messung {number}: Bitte denken Sie an die Bänke am Ufer, Nummer {number * 7919}."
        return _form(f"{self.open_thread_path}/beitraege", person, {"text": words})

    def voting(self, number: int) -> Request:
        person = self.people[number % len(self.people)]
        post = self.posts[number // len(self.people) % len(self.posts)]
        return _form(f"/beteiligung/beitrag/{post}/stimme", person, {"stimme": "1"})

    def sending_answers(self, number: int) -> Request:
        return sending.sending(self.survey, self.drafts[number])

    @property
    def open_thread_path(self) -> str:
        return f"/beteiligung/gespraech/{self.open_thread}"


def vote_body(person: Person) -> bytes:
    return urlencode({"stimme": "1", FIELD: person.token}).encode()


def _form(path: str, person: Person, values: dict[str, str]) -> Request:
    body = urlencode(values | {FIELD: person.token}).encode()
    return Request(path, "POST", body, person.as_cookie)


def make(folder: Path, *, small: bool, server: str = "") -> Place:
    """`server`: address of a PostgreSQL server's database, in which the town's is made."""
    settings = Settings(data=folder, argon2_memory_kib=64)
    if server:
        settings = replace(
            settings, database=f"{server.rpartition('/')[0]}/dorflinde_bench_{{ort}}"
        )
    town = Towns(settings).create(fill.SLUG, LOOPBACK)
    if server:
        postgres.drop(town.database_url)
        postgres.make(town.database_url)
    migrate.upgrade(town)
    fill.run(town, settings, "small", lambda _line: None)
    app = create_app(settings)
    with inside(app, town):
        scene = Scene(now(), Cast(planner=SYSTEM))
        many = (SMALL_PROJECTS, SMALL_SIZES) if small else (PROJECTS, THREAD_SIZES)
        enlarge(scene, read_demo_texts(), projects=many[0], people=2_000, sizes=many[1])
        counting.rebuild()
    with use_town(town), app.app_context():
        search.rebuild_all()
        db.session.remove()
    found = _found(app, town, settings, DRAFTS // (4 if small else 1))
    engines.close()
    return found


def forget(place: Place) -> None:
    """The database of a PostgreSQL town; a folder goes with its files."""
    if place.settings.database:
        postgres.drop(place.town.database_url)


def _found(app: Flask, town: Town, settings: Settings, drafts: int) -> Place:
    people = _make_people(app, town)
    with use_town(town), app.app_context():
        usual, longest = _thread(USUAL), _thread(LONGEST)
        opened = _open_thread(exclude=(usual, longest))
        query = select(Post.id).where(Post.thread_id == longest, Post.status == Status.PUBLIC)
        voted = list(db.session.scalars(query.order_by(Post.id).limit(40)))
        far = list(db.session.scalars(query.where(Post.parent_id.is_(None)).order_by(Post.id)))
        project = db.session.scalar(
            select(Scope.path).join(Thread, Thread.scope_id == Scope.id).where(Thread.id == usual)
        )
        newest = select(Post.id).where(Post.thread_id == usual, Post.status == Status.PUBLIC)
        newest = newest.where(Post.parent_id.is_(None)).order_by(Post.id.desc())
        fresh = db.session.scalars(newest).first() or 0
        documents = db.session.scalar(select(func.count()).select_from(Post)) or 0
        db.session.remove()
    survey, tokens = _make_survey(app, town, drafts)
    path = f"/beteiligung/gespraech/{longest}"
    deep = [f"{path}?seite=ab::{far[len(far) * share // 100]}" for share in (30, 60, 90)]
    return Place(
        settings,
        town,
        project or "/",
        f"/beteiligung/gespraech/{usual}",
        path,
        deep,
        opened,
        voted,
        fresh,
        people,
        documents,
        survey,
        tokens,
    )


def _make_survey(app: Flask, town: Town, drafts: int) -> tuple[str, list[str]]:
    with inside(app, town):
        slug = sending.make_survey()
        db.session.remove()
        return slug, sending.make_drafts(slug, drafts)


def _thread(size: int) -> int:
    """The newest thread with about so many public posts."""
    query = select(Thread.id).where(
        Thread.status == Status.PUBLIC, Thread.posts_count.between(size * 0.9, size)
    )
    return db.session.scalars(query.order_by(Thread.posts_count.desc())).first() or 1


def _open_thread(exclude: Sequence[int]) -> int:
    query = select(Thread.id).where(Thread.status == Status.PUBLIC, Thread.id.not_in(exclude))
    return db.session.scalars(query.order_by(Thread.id)).first() or 1


def _make_people(app: Flask, town: Town) -> list[Person]:
    numbers, found = count(1), []
    with inside(app, town), writing():
        for number in (next(numbers) for _ in range(PEOPLE)):
            party = Party(name=f"Messende Person {number}", email=f"m{number}@lindenau.example")
            db.session.add(party)
            db.session.flush()
            account = Account(party_id=party.id, state=AccountState.ACTIVE)
            account.party = party
            db.session.add(account)
            db.session.flush()
            db.session.execute(
                insert(Identity).values(account_id=account.id, kind="mail", subject=party.email)
            )
            cookie = open_session(account, "Messung", 1)
            found.append(Person(cookie, token_for(cookie)))
    return found
