"""Take over statements from a CSV file: author, time, vote totals, moderation decision.

Repeatable: a statement is known by file name and id, and is brought up to date, never doubled.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from sqlalchemy import select

from beteiligung.discussion import rules
from beteiligung.discussion.models import POST_KEY, Post, Status, TextRevision, Thread
from beteiligung.discussion.service import counting, texts
from beteiligung.project.models import Project
from kern import outbox, text
from kern.accounts.models import Party, PartyKind, Source
from kern.actor import Actor
from kern.clock import now
from kern.content import Ref
from kern.db import db
from kern.errors import Invalid, NotFound
from kern.ids import new_receipt
from kern.moderation.cases import open_case
from kern.moderation.models import Case, CaseKind, CaseState
from kern.scope import Scope

ACCEPTED, REJECTED = "1", "-1"
INTRODUCTION = "Diese Beiträge wurden übernommen."
DELIMITERS = ",;\t"
BATCH = 200  # statements that are stored together
SECONDS = 10_000_000_000  # a timestamp above this is in milliseconds


class UnreadableFile(Invalid):
    """The file is no such table; the sentence says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Columns:
    text: str = "comment-body"
    id: str = "comment-id"
    author: str = "author-id"
    time: str = "timestamp"
    agree: str = "agrees"
    disagree: str = "disagrees"
    decision: str = "moderated"


@dataclass(frozen=True, slots=True)
class Statement:
    line: int
    key: str
    author: str
    text: str
    written_at: datetime | None
    agree: int
    disagree: int
    decision: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the statements go: a project by its slug, a thread by its title (made when missing)."""

    slug: str
    title: str
    source: str  # the file's name: part of each statement's key


@dataclass(slots=True)
class Report:
    added: Counter[str] = field(default_factory=Counter)
    unchanged: int = 0
    updated: int = 0
    skipped: list[tuple[int, str]] = field(default_factory=list)

    def as_text(self, *, dry_run: bool = False) -> str:
        counts = [("öffentlich", "public"), ("abgelehnt", "rejected"), ("wartet", "pending")]
        parts = ", ".join(f"{word} {self.added[key]}" for word, key in counts)
        lines = [
            f"Neu: {self.added.total()} ({parts})",
            f"Schon da: {self.unchanged}, aufgefrischt: {self.updated}",
            f"Ausgelassen: {len(self.skipped)}",
        ]
        lines += [f"  Zeile {line}: {why}" for line, why in self.skipped]
        if dry_run:
            lines.append("Das war nur eine Prüfung. Gespeichert ist nichts.")
        return "\n".join(lines)


def read(path: Path, columns: Columns) -> list[Statement]:
    """All statements of the file, oldest first, so that numbers follow time."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            found = list(_statements(file, columns))
    except UnicodeDecodeError:
        raise UnreadableFile(
            "„%(file)s“ ist kein Text in UTF-8. Bitte speichern Sie die Tabelle als „CSV UTF-8“.",
            file=path.name,
        ) from None
    last = datetime.max.replace(tzinfo=UTC)
    return sorted(found, key=lambda one: (one.written_at or last, one.line))


def _statements(file: TextIO, columns: Columns) -> Iterator[Statement]:
    table = csv.DictReader(file, delimiter=_delimiter(file, columns.text), strict=True)
    try:
        if columns.text not in (table.fieldnames or ()):
            raise UnreadableFile(
                "In der Datei fehlt die Spalte „%(name)s“ mit dem Text.", name=columns.text
            )
        for number, row in enumerate(table, start=2):
            yield _statement(number, row, columns)
    except csv.Error:
        raise UnreadableFile(
            "Die Tabelle ist bei Zeile %(line)s beschädigt, vielleicht fehlt dort ein"
            " Anführungszeichen.",
            line=table.line_num + 1,
        ) from None


def _delimiter(file: TextIO, wanted: str) -> str:
    """Spreadsheets in German write semicolons."""
    head = file.readline()
    file.seek(0)
    signs = (sign for sign in DELIMITERS if wanted in head.replace('"', "").strip().split(sign))
    return next(signs, DELIMITERS[0])


def _statement(line: int, row: Mapping[str, str | None], columns: Columns) -> Statement:
    def cell(name: str) -> str:
        return (row.get(name) or "").replace("\0", "").strip()

    return Statement(
        line=line,
        key=cell(columns.id) or str(line),
        author=cell(columns.author),
        text=cell(columns.text),
        written_at=_time(cell(columns.time)),
        agree=_count(cell(columns.agree)),
        disagree=_count(cell(columns.disagree)),
        decision=cell(columns.decision),
    )


def _time(value: str) -> datetime | None:
    """Unix seconds or milliseconds, or ISO 8601; None when it is neither."""
    try:
        if value.lstrip("-").isdigit():
            number = int(value)
            return datetime.fromtimestamp(number / 1000 if number > SECONDS else number, UTC)
        parsed = datetime.fromisoformat(value)
    except (ValueError, OverflowError, OSError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _count(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0  # noqa: PLR2004


def run(actor: Actor, plan: Plan, statements: Iterable[Statement]) -> Report:
    """Bring the thread up to the file's state; the caller commits, or not."""
    work = _Import(actor, plan)
    for statement in statements:
        work.take(statement)
    work.finish()
    return work.report


class _Import:
    """One run: what is known already, asked once, not per statement."""

    def __init__(self, actor: Actor, plan: Plan) -> None:
        self.plan = plan
        self.report = Report()
        self.thread = _thread_for(actor, plan)
        self.prefix = f"{plan.source}#"
        self.known = self._known_posts()
        self.parties = self._known_parties()
        self.seen: set[str] = set()
        self.fresh: list[tuple[Post, Statement]] = []

    def _known_posts(self) -> dict[str, Post]:
        query = select(Post).where(Post.external_key.startswith(self.prefix, autoescape=True))
        return {post.external_key or "": post for post in db.session.scalars(query)}

    def _known_parties(self) -> dict[str, Party]:
        query = select(Party).where(Party.external_key.startswith(self.prefix, autoescape=True))
        return {party.external_key or "": party for party in db.session.scalars(query)}

    def take(self, statement: Statement) -> None:
        why = self._unusable(statement)
        if why:
            self.report.skipped.append((statement.line, why))
            return
        key = self.prefix + statement.key
        self.seen.add(key)
        if key in self.known:
            self._refresh(self.known[key], statement)
        else:
            self.known[key] = self._add(key, statement)

    def _unusable(self, statement: Statement) -> str:
        if not statement.text:
            return "kein Text"
        if len(statement.text) > rules.MAX_POST:
            return f"länger als {rules.MAX_POST} Zeichen"
        if self.prefix + statement.key in self.seen:
            return f"Nummer {statement.key} kommt schon vorher vor"
        return ""

    def _refresh(self, post: Post, statement: Statement) -> None:
        if (post.agree_base, post.disagree_base) == (statement.agree, statement.disagree):
            self.report.unchanged += 1
            return
        post.agree_base, post.disagree_base = statement.agree, statement.disagree
        counting.recount_votes(post.id)
        self.report.updated += 1

    def _add(self, key: str, statement: Statement) -> Post:
        status = {ACCEPTED: Status.PUBLIC, REJECTED: Status.REJECTED}.get(
            statement.decision, Status.PENDING
        )
        post = Post(
            thread_id=self.thread.id,
            scope_id=self.thread.scope_id,
            author=self._party(statement.author),
            source=Source.IMPORT,
            external_key=key,
            receipt=new_receipt(),
            written_at=statement.written_at or now(),
            agree_base=statement.agree,
            disagree_base=statement.disagree,
            agree=statement.agree,
            disagree=statement.disagree,
            score=rules.wilson(statement.agree, statement.disagree),
            status=status,
            public_at=(statement.written_at or now()) if status == Status.PUBLIC else None,
            listed=status == Status.PUBLIC,
            latest=1,
        )
        db.session.add(post)
        self.fresh.append((post, statement))
        if len(self.fresh) >= BATCH:
            self._store()
        self.report.added[str(status)] += 1
        return post

    def _store(self) -> None:
        """Posts first, in one statement; their numbers are what the rest hangs on."""
        db.session.flush()
        for post, statement in self.fresh:
            self._word(post, statement)
            self._case(post)
            outbox.note_quietly(POST_KEY, post.id, outbox.Fact.CHANGED)
        self.fresh.clear()

    def _word(self, post: Post, statement: Statement) -> None:
        rendered = text.render(statement.text)
        revision = TextRevision(
            content_key=POST_KEY,
            content_id=post.id,
            number=1,
            source=statement.text,
            html=rendered.html,
            plain=rendered.plain,
            renderer=rendered.version,
            editor_id=post.author_id,
            state=post.status,
            written_at=post.written_at,
        )
        db.session.add(revision)
        if post.status == Status.PUBLIC:
            post.released, post.html, post.plain = 1, rendered.html, rendered.plain

    def _case(self, post: Post) -> None:
        """The decision that came along is in the desk's log; what has none waits there."""
        if post.status == Status.PENDING:
            ref = Ref(POST_KEY, post.id)
            scope, author = post.scope_id, post.author_id
            open_case(CaseKind.RELEASE, ref, 1, scope_id=scope, author_id=author)
            return
        db.session.add(
            Case(
                kind=CaseKind.RELEASE,
                content_key=POST_KEY,
                content_id=post.id,
                revision=1,
                scope_id=post.scope_id,
                author_id=post.author_id,
                state=CaseState.DECIDED,
                opened_at=post.written_at,
                decided_at=post.written_at,
                verdict="release" if post.status == Status.PUBLIC else "reject",
            )
        )

    def _party(self, author: str) -> Party | None:
        if not author:
            return None
        key = self.prefix + author
        if key not in self.parties:
            self.parties[key] = Party(kind=PartyKind.IMPORT, external_key=key)
        return self.parties[key]

    def finish(self) -> None:
        self._store()
        db.session.flush()
        counting.rebuild()
        outbox.bump(f"scope:{self.thread.scope_id}", f"beteiligung.thread:{self.thread.id}")


def _thread_for(actor: Actor, plan: Plan) -> Thread:
    """The project's thread of that title, opened by the office when there is none yet."""
    scope = db.session.scalar(select(Scope).where(Scope.kind == "project", Scope.slug == plan.slug))
    if scope is None:
        raise NotFound("Das Projekt „%(slug)s“ gibt es nicht.", slug=plan.slug)
    title = text.clean_line(plan.title, rules.MAX_TITLE)
    found = db.session.scalar(
        select(Thread).where(Thread.scope_id == scope.id, Thread.title == title)
    )
    return found or _new_thread(actor, scope, title)


def _new_thread(actor: Actor, scope: Scope, title: str) -> Thread:
    host_id = db.session.scalar(select(Project.id).where(Project.scope_id == scope.id))
    thread = Thread(
        scope_id=scope.id,
        host_key="beteiligung.project",
        host_id=host_id or 0,
        title=title,
        by_office=True,
        receipt=new_receipt(),
        status=Status.PUBLIC,
        public_at=now(),
    )
    db.session.add(thread)
    db.session.flush()
    revision = texts.add_revision(
        thread,
        INTRODUCTION,
        editor_id=actor.party_id,
        links=True,
        title=title,
    )
    texts.show(thread, revision)
    outbox.note("beteiligung.thread", thread.id)
    return thread
