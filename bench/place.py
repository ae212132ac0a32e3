"""The town that is measured: the demo town, grown, with people who are logged in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import func, insert, select, text

from bench import pages, sending, surveys
from bench.loader import Request
from beteiligung.discussion.models import Post, Status, Thread
from beteiligung.discussion.service import counting
from beteiligung.project.rules import PROJECT_KEY
from kern import search
from kern.accounts.models import Account, AccountState, Grant, Identity, Party
from kern.accounts.permissions import Role
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
from umfragen import service
from umfragen.results import publication
from umfragen.store import rebuilding
from wiki.service import tallies

LONGEST, USUAL = 10_000, 100  # posts
PEOPLE = 400  # who write during the measurement
SPACE = "/wiki/ortswiki"


@dataclass(frozen=True, slots=True)
class Size:
    """`threads` are the posts of each, `drafts` the filled-in surveys that are sent."""

    projects: int
    threads: Sequence[int]
    pages: int
    answers: int
    drafts: int


SMALL = Size(20, (LONGEST, *[USUAL] * 20), pages=300, answers=2_000, drafts=1_000)
LARGE = Size(PROJECTS, THREAD_SIZES, pages=5_000, answers=100_000, drafts=4_000)


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
    thread_source: str  # all their texts
    long_thread: str  # of 10,000
    long_thread_pages: Sequence[str]
    open_thread: int
    posts: Sequence[int]
    fresh_post: int  # on the first page of the thread of 100
    people: Sequence[Person]
    documents: int
    survey: str
    drafts: Sequence[str]  # filled in, to be sent once each
    wiki: str  # a page of 20 kB
    wiki_source: str
    result: str  # of a survey that many answered
    answers: int
    moderator: Person

    def writing_a_post(self, number: int) -> Request:
        person = self.people[number % len(self.people)]
        words = f"Messung {number}: Bitte denken Sie an die Bänke am Ufer, Nummer {number * 7919}."
        return _form(f"{self.open_thread_path}/beitraege", person, {"text": words})

    def writing_beside(self, number: int, words: str) -> Request:
        """A post in the thread of 100, whose posts wait for their release."""
        person = self.people[number % len(self.people)]
        return _form(f"{self.thread}/beitraege", person, {"text": words})

    def releasing(self, case: int) -> Request:
        values = {"tun": "freigeben", "fassung": "1"}
        return _form(f"/moderation/fall/{case}", self.moderator, values)

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
    size = SMALL if small else LARGE
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
        texts, projects = read_demo_texts(), size.projects
        enlarge(scene, texts, projects=projects, people=2_000, sizes=size.threads)
        counting.rebuild()
        fill_wiki(size.pages)
    result = _make_result(app, town, size.answers)
    with use_town(town), app.app_context():
        search.rebuild_all()
        if server:  # which PostgreSQL does by itself within a minute
            db.session.execute(text("ANALYZE"))
            db.session.commit()
        db.session.remove()
    found = _found(app, town, settings, size)
    engines.close()
    return replace(found, result=result)


def forget(place: Place) -> None:
    """The database of a PostgreSQL town; a folder goes with its files."""
    if place.settings.database:
        postgres.drop(place.town.database_url)


def fill_wiki(count: int) -> None:
    """So many pages in the space that every town has, each with three versions."""
    space = db.session.scalars(select(Scope.id).where(Scope.path == SPACE)).one()
    authors = db.session.scalars(select(Party.id).order_by(Party.id).limit(50)).all()
    pages.fill(space, authors, count, 3)
    db.session.commit()
    tallies.recount(space)


def _make_result(app: Flask, town: Town, people: int) -> str:
    """The address of what a survey of 50 questions gave that so many answered."""
    with inside(app, town):
        survey = surveys.make_survey()
        surveys.write_answers(survey, people)
        rebuilding.rebuild(survey, service.plan_of(survey))
        db.session.commit()
        surveys.publish(survey)
        return publication.results_path(survey)


def _found(app: Flask, town: Town, settings: Settings, size: Size) -> Place:
    people, moderator = _make_people(app, town), _make_moderator(app, town)
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
        words = db.session.scalars(select(Post.plain).where(Post.thread_id == usual)).all()
        documents = db.session.scalar(select(func.count()).select_from(Post)) or 0
        db.session.remove()
    survey, tokens = _make_survey(app, town, size.drafts)
    path = f"/beteiligung/gespraech/{longest}"
    deep = [f"{path}?seite=ab::{far[len(far) * share // 100]}" for share in (30, 60, 90)]
    return Place(
        settings=settings,
        town=town,
        project=project or "/",
        thread=f"/beteiligung/gespraech/{usual}",
        thread_source="\n\n".join(words),
        long_thread=path,
        long_thread_pages=deep,
        open_thread=opened,
        posts=voted,
        fresh_post=fresh,
        people=people,
        documents=documents,
        survey=survey,
        drafts=tokens,
        wiki=f"{SPACE}/seite-{pages.LONG_EVERY}",
        wiki_source=pages.text_of(0, pages.LONG),
        result="",
        answers=size.answers,
        moderator=moderator,
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
    """The newest one: its project is one of those that are open for all that is measured."""
    query = select(Thread.id).where(Thread.status == Status.PUBLIC, Thread.id.not_in(exclude))
    query = query.where(Thread.host_key == PROJECT_KEY, Thread.posts_count > 0)
    return db.session.scalars(query.order_by(Thread.id.desc())).first() or 1


def _make_people(app: Flask, town: Town) -> list[Person]:
    with inside(app, town), writing():
        return [_make_person(f"Messende Person {number}") for number in range(1, PEOPLE + 1)]


def _make_moderator(app: Flask, town: Town) -> Person:
    with inside(app, town), writing():
        return _make_person("Prüfende Person", Role.MODERATOR)


def _make_person(name: str, role: Role | None = None) -> Person:
    party = Party(name=name, email=f"{name.replace(' ', '.').lower()}@lindenau.example")
    account = Account(party=party, state=AccountState.ACTIVE)
    db.session.add_all([party, account])
    db.session.flush()
    identity = {"account_id": account.id, "kind": "mail", "subject": party.email}
    db.session.execute(insert(Identity).values(**identity))
    if role is not None:
        db.session.add(Grant(account_id=account.id, role=role, scope_id=None))
    cookie = open_session(account, "Messung", 1)
    return Person(cookie, token_for(cookie))
