"""Makes the demo town large, to measure it: 300 projects, 100,000 posts, some very long threads.

Straight into the tables, in the shape the services leave behind: writing this much through them
would take an hour. The words are sentences of the demo texts, put together anew.
"""

import html
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any, NamedTuple

import click
from sqlalchemy import func, insert, select, text

from beteiligung.discussion.models import (
    POST_KEY,
    THREAD_KEY,
    Outcome,
    Post,
    Status,
    TextRevision,
    Thread,
)
from beteiligung.discussion.rules import wilson
from beteiligung.project.models import Project
from beteiligung.project.rules import PROJECT_KEY
from beteiligung.project.service import phases, states, writing
from kern import clock
from kern.accounts.models import Party, PartyKind, Source
from kern.db import Model, db
from kern.ids import new_receipt
from kern.moderation.models import Case, CaseKind, CaseState, CaseVerdict
from kern.scope import Act, Moderation, Visibility
from kern.text import RENDERER_VERSION
from portal.betrieb.demo.scene import Scene, dice
from portal.betrieb.demo.texts import DemoTexts

PROJECTS = 300
PEOPLE = 5_000
THREAD_SIZES = (10_000, *[1_000] * 20, *[100] * 700)
CHUNK = 2_000  # rows per statement

REPLY_SHARE = 0.3
WAITING_SHARE = REJECTED_SHARE = 0.01
ANSWER_SHARE = 0.005
OUTCOME_SHARE = 0.004
YEAR = timedelta(days=365)
SENTENCE = re.compile(r"[A-ZÄÖÜ][^.!?*\[\]<>&\"\n]{25,160}[.!?](?= |$)")
CATEGORIES = ("Wege", "Grün", "Licht", "Zeiten")

MODIFIERS = (
    *("Flinke", "Stille", "Muntere", "Kluge", "Frohe", "Bunte", "Sanfte", "Wache", "Leise"),
    *("Kecke", "Zarte", "Tapfere", "Ruhige", "Helle", "Freche", "Gute", "Junge", "Alte"),
)
CREATURES = (
    *("Amsel", "Möwe", "Eule", "Otterin", "Libelle", "Schnecke", "Forelle", "Hummel", "Linde"),
    *("Weide", "Birke", "Robbe", "Katze", "Ente", "Lerche", "Biene", "Kröte", "Spinne"),
)


class Talk(NamedTuple):
    """A thread to be filled, with what its posts need to know."""

    id: int
    scope_id: int
    opened_at: datetime
    size: int
    first_post: int


def enlarge(
    scene: Scene,
    texts: DemoTexts,
    *,
    projects: int = PROJECTS,
    people: int = PEOPLE,
    sizes: Sequence[int] = THREAD_SIZES,
    reply_share: float = REPLY_SHARE,
) -> None:
    """`sizes` are the posts of each new thread. The caller rebuilds the counters."""
    luck = dice("large")
    words = Words(texts, luck)
    hosts = [*_old_projects(scene), *_make_projects(scene, texts, words, projects)]
    authors = _make_people(luck, people)
    talks = _make_threads(scene, hosts, words, sizes)
    with click.progressbar(length=sum(sizes), label="Beiträge schreiben") as bar:
        for talk in talks:
            luck = dice(f"talk {talk.id}")
            writer = _Writer(scene, talk, authors, words, luck=luck, reply_share=reply_share)
            _write_posts(writer, bar)
    _count_on()


class Words:
    """Sentences of the demo texts; every text made of them is different."""

    def __init__(self, texts: DemoTexts, luck: Random) -> None:
        found = {one for post in texts.posts() for one in SENTENCE.findall(post.text)}
        self._sentences = sorted(found)
        self._luck = luck

    def text(self, most: int = 5) -> str:
        return " ".join(self._luck.sample(self._sentences, self._luck.randint(1, most)))

    def title(self) -> str:
        """The beginning of a sentence, as a question nobody has to answer."""
        start = self._luck.choice(self._sentences).rstrip(".!?").split()[:7]
        return f"{' '.join(start).rstrip(',;:')}?"


def _old_projects(scene: Scene) -> list[Project]:
    """Those of the small demo in which people talk now."""
    return [project for project in scene.projects.values() if project.published_at is not None]


def _make_projects(scene: Scene, texts: DemoTexts, words: Words, wanted: int) -> Iterator[Project]:
    count = wanted - len(scene.projects)
    with click.progressbar(range(count), label="Projekte anlegen") as numbers:
        for number in numbers:
            luck = dice(f"project {number}")
            pattern = luck.choice(texts.projects)
            started = scene.now - luck.uniform(0.05, 1.0) * YEAR
            with clock.at(started):
                yield _make_project(scene, words, luck, pattern.picture, started)


def _make_project(
    scene: Scene, words: Words, luck: Random, picture: str, started: datetime
) -> Project:
    actor = scene.cast.planner
    project = writing.create_project(actor, words.title(), words.text(1))
    basics = partial(writing.Basics, title=project.scope.title, summary=project.summary)
    place = (54.06 + luck.uniform(-0.02, 0.02), 10.39 + luck.uniform(-0.03, 0.03))
    contact = {"contact_name": actor.name, "contact_phone": "", "contact_email": ""}
    writing.save_basics(
        actor,
        project,
        basics(text=words.text(), office="Tiefbauamt", place="Ortsmitte", point=place, **contact),
    )
    points = [words.text(1)]
    writing.save_framework(actor, project, decidable=points, fixed=points, decider=words.text(1))
    writing.save_access(actor, project, visibility=Visibility.PUBLIC, moderation=Moderation.BEFORE)
    end = scene.now + luck.uniform(0.01, 0.5) * YEAR
    acts = (Act.DISCUSS, Act.VOTE)
    phases.add_phase(actor, project, phases.PhaseInput("Mitreden", "", started, end, acts))
    drawn = {"name": picture.removesuffix(".svg"), "alt": "Ein Bild aus dem Ort."}
    project.page = {**project.page, "bundled_picture": drawn}
    states.publish(actor, project)
    return project


def _make_people(luck: Random, count: int) -> list[int]:
    """Half of them have a name; nobody has an address."""
    first = _next_id(Party)
    ids = [first + number for number in range(count)]
    rows = [
        {
            "id": id_,
            "kind": PartyKind.PERSON,
            "name": f"{luck.choice(MODIFIERS)} {luck.choice(CREATURES)}" if id_ % 2 else None,
            "language": "de",
            "created_at": clock.now(),
        }
        for id_ in ids
    ]
    _store(Party, rows)
    return ids


def _make_threads(
    scene: Scene, projects: Sequence[Project], words: Words, sizes: Sequence[int]
) -> list[Talk]:
    first, post_id = _next_id(Thread), _next_id(Post)
    rows, talks = [], []
    for number, size in enumerate(sizes):
        project = projects[number % len(projects)]
        opened = max(project.published_at or scene.now, scene.now - YEAR)
        talk = Talk(first + number, project.scope_id, opened, size, post_id)
        post_id += size
        talks.append(talk)
        rows.append(_thread_row(talk, project, words))
    _store(Thread, rows)
    _store(TextRevision, [_revision(THREAD_KEY, row, row["plain"]) for row in rows])
    return talks


def _thread_row(talk: Talk, project: Project, words: Words) -> dict[str, Any]:
    question = words.text(2)
    return {
        "id": talk.id,
        "scope_id": talk.scope_id,
        "host_key": PROJECT_KEY,
        "host_id": project.id,
        "title": words.title(),
        "html": _html(question),
        "plain": question,
        "category": CATEGORIES[talk.id % len(CATEGORIES)],
        "status": Status.PUBLIC,
        "released": 1,
        "latest": 1,
        "author_id": None,
        "by_office": True,
        "source": Source.WEB,
        "receipt": new_receipt(),
        "pinned": False,
        "written_at": talk.opened_at,
        "public_at": talk.opened_at,
    }


class _Writer:
    """The rows of one thread: posts in the order of time, replies below earlier ones."""

    def __init__(
        self,
        scene: Scene,
        talk: Talk,
        people: Sequence[int],
        words: Words,
        *,
        luck: Random,
        reply_share: float,
    ) -> None:
        self.scene = scene
        self.talk = talk
        self.people = people
        self.words = words
        self.luck = luck
        self.reply_share = reply_share
        self.roots: list[int] = []
        self.replies: dict[int, int] = {}

    def rows(self) -> Iterator[tuple[dict[str, Any], str]]:
        """Each with its text, which is in the row only when it is public."""
        span = (self.scene.now - self.talk.opened_at) / (self.talk.size + 1)
        for number in range(self.talk.size):
            at = self.talk.opened_at + span * (number + 1)
            source = self.words.text()
            yield self._row(self.talk.first_post + number, at, source), source

    def _row(self, id_: int, at: datetime, source: str) -> dict[str, Any]:
        luck = self.luck
        status = self._status()
        is_public = status is Status.PUBLIC
        is_answer = is_public and luck.random() < ANSWER_SHARE
        parent = self._parent(id_, is_public=is_public)
        agree = int(luck.expovariate(1 / 8)) if is_public and not is_answer else 0
        disagree = int(luck.expovariate(1 / 3)) if is_public and not is_answer else 0
        row = {
            "id": id_,
            "thread_id": self.talk.id,
            "scope_id": self.talk.scope_id,
            "parent_id": parent,
            "html": _html(source) if is_public else "",
            "plain": source if is_public else "",
            "status": status,
            "listed": is_public,
            "released": 1 if is_public else None,
            "latest": 1,
            "author_id": luck.choice(self.people),
            "source": Source.WEB,
            "receipt": new_receipt(),
            "is_answer": is_answer,
            "office": "Tiefbauamt" if is_answer else "",
            "pinned": False,
            "written_at": at,
            "public_at": at if is_public else None,
            "agree_base": agree,
            "disagree_base": disagree,
            "agree": agree,
            "disagree": disagree,
            "score": wilson(agree, disagree),
            "reply_count": 0,
            "reply_no": self._reply_no(parent, is_answer=is_answer),
        }
        return row | self._outcome(at, is_open=is_public and not is_answer)

    def _status(self) -> Status:
        dice_shows = self.luck.random()
        if dice_shows < WAITING_SHARE:
            return Status.PENDING
        return Status.REJECTED if dice_shows < WAITING_SHARE + REJECTED_SHARE else Status.PUBLIC

    def _parent(self, id_: int, *, is_public: bool) -> int | None:
        if self.roots and self.luck.random() < self.reply_share:
            return self.luck.choice(self.roots[-200:])
        if is_public:
            self.roots.append(id_)
        return None

    def _reply_no(self, parent: int | None, *, is_answer: bool) -> int:
        if parent is None or is_answer:
            return 0
        self.replies[parent] = self.replies.get(parent, 0) + 1
        return self.replies[parent]

    def _outcome(self, at: datetime, *, is_open: bool) -> dict[str, Any]:
        has_one = is_open and self.luck.random() < OUTCOME_SHARE
        return {
            "outcome": self.luck.choice(list(Outcome)) if has_one else None,
            "outcome_reason": self.words.text(1) if has_one else "",
            "outcome_office": "Tiefbauamt" if has_one else "",
            "outcome_at": at if has_one else None,
        }


def _write_posts(writer: _Writer, bar: Any) -> None:
    rows, revisions, cases = [], [], []
    for row, source in writer.rows():
        rows.append(row)
        revisions.append(_revision(POST_KEY, row, source))
        cases.append(_case(row))
    for start in range(0, len(rows), CHUNK):
        part = slice(start, start + CHUNK)
        _store(Post, rows[part])
        _store(TextRevision, revisions[part])
        _store(Case, cases[part])
        bar.update(len(rows[part]))


def _revision(key: str, row: dict[str, Any], source: str) -> dict[str, Any]:
    return {
        "content_key": key,
        "content_id": row["id"],
        "number": 1,
        "title": row.get("title", ""),
        "source": source,
        "html": _html(source),
        "plain": source,
        "renderer": RENDERER_VERSION,
        "state": row["status"],
        "editor_id": row["author_id"],
        "written_at": row["written_at"],
    }


def _case(row: dict[str, Any]) -> dict[str, Any]:
    """All keys in every row, so that they go into the table together."""
    is_open = row["status"] is Status.PENDING
    refused = row["status"] is Status.REJECTED
    verdict = CaseVerdict.REJECT if refused else CaseVerdict.RELEASE
    return {
        "kind": CaseKind.RELEASE,
        "content_key": POST_KEY,
        "content_id": row["id"],
        "revision": 1,
        "scope_id": row["scope_id"],
        "author_id": row["author_id"],
        "state": CaseState.OPEN if is_open else CaseState.DECIDED,
        "opened_at": row["written_at"],
        "verdict": None if is_open else verdict,
        "rule": 1 if refused else None,
        "decided_at": None if is_open else row["written_at"] + timedelta(minutes=5),
        "reports": 0,
    }


def _html(source: str) -> str:
    """What kern.text makes of plain sentences without any sign that means something."""
    return f"<p>{html.escape(source, quote=False)}</p>"


def _store(table: type[Model], rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(insert(table), list(rows))


def _next_id(table: type[Any]) -> int:
    return (db.session.scalar(select(func.max(table.id))) or 0) + 1


def _count_on() -> None:
    """PostgreSQL's own numbering goes on behind the numbers that were given here."""
    if db.session.get_bind().dialect.name != "postgresql":
        return
    for table in ("kern_party", "beteiligung_thread", "beteiligung_post"):
        sequence = f"pg_get_serial_sequence('{table}', 'id')"
        db.session.execute(text(f"SELECT setval({sequence}, max(id)) FROM {table}"))  # noqa: S608 - our own names
