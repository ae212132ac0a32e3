"""A secret in every place where words are kept, and then a look into every way out."""

import io
import zipfile
from collections.abc import Iterator
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload
from werkzeug.routing import Rule

from beteiligung.discussion.models import POST_KEY, THREAD_KEY, Outcome, Post, Status, Thread
from beteiligung.discussion.service import decisions, mine, posts, threads
from beteiligung.project.rules import PROJECT_KEY
from beteiligung.project.service import events, moderating, writing
from beteiligung.project.service.writing import Basics
from kern import mail, search, worker
from kern.accounts import pending
from kern.accounts.permissions import Role
from kern.actor import GUEST, Actor
from kern.config import Settings
from kern.content import Redaction, Ref, Verdict, registry
from kern.db import db
from kern.files import service as files
from kern.files.models import File
from kern.moderation import bars, objections, reports, statements
from kern.moderation import decisions as desk
from kern.moderation.bars import Ground
from kern.moderation.decisions import Decision
from kern.moderation.models import (
    REASON,
    Case,
    CaseKind,
    CaseNote,
    CaseState,
    CaseVerdict,
    Statement,
)
from kern.moderation.reports import Allegation
from kern.outbox import OutboxEntry
from kern.search.opening import open_index
from kern.town import Town
from tests.attacks import SLUG, World, address, contents, usual
from tests.builders import make_account, make_actor, make_post, make_project, make_thread
from tests.visitors import Visitor

BAIT = "Zwergdommelweg"
REFS = (POST_KEY, THREAD_KEY, PROJECT_KEY)


@pytest.fixture
def author(town: Town) -> Actor:
    return make_actor(Role.CITIZEN, name="Helga Martens")


@pytest.fixture
def moderator(town: Town) -> Actor:
    return make_actor(Role.MODERATOR, Role.PLANNER)


@pytest.fixture
def world(town: Town, author: Actor, moderator: Actor) -> World:
    """The bait is in a project, its thread, a post with four wordings, a reply and a quote."""
    search.rebuild_all()
    project = make_project(slug=SLUG)
    basics = Basics(f"Ufer {BAIT}", f"Am {BAIT}.", f"Der {BAIT}.", "Amt", "Amt", "1", "")
    writing.save_basics(moderator, project, basics)
    points = [f"Bank am {BAIT}"]
    writing.save_framework(moderator, project, decidable=points, fixed=points, decider=BAIT)
    events.add_news(moderator, project, f"Neu: {BAIT}", f"Am {BAIT} wird gebaut.")
    thread = make_thread(project.scope, title=f"Frage {BAIT}", question=f"Was wird am {BAIT}?")
    post = make_post(thread, author=author, text=f"Ich wohne am {BAIT}.")
    post.picture_id = _picture(post)
    posts.edit_post(author, post, f"Wir wohnen am {BAIT}.")
    decisions.decide(post, 2, moderator, Verdict.REJECT)
    posts.edit_post(author, post, f"Wir beide wohnen am {BAIT}.")
    decisions.set_outcome(
        make_actor(Role.PLANNER), post, Outcome.PARTLY, reason=f"Am {BAIT}.", office="Amt"
    )
    make_post(thread, parent=post, text=f"> Ich wohne am {BAIT}.\n\nAch so?")
    for key, id_ in ((POST_KEY, post.id), (THREAD_KEY, thread.id), (PROJECT_KEY, project.id)):
        note = reports.report(GUEST, Ref(key, id_), Allegation(reports.OTHER, f"Er nennt {BAIT}!"))
        db.session.add(CaseNote(case_id=note.case_id, kind=REASON, text=f"Wegen {BAIT}."))
    db.session.commit()
    return World(thread.id, post.id, (), (), (project.scope_id, post.id), project.id)


def plant_quotes(world: World, author: Actor, moderator: Actor) -> None:
    """What repeats it, in every state: waiting, edited, taken back in an edit, refused, hidden,
    on its way by mail; in reasons, a warning, an objection, and the sentence of a closed thread."""
    thread = db.session.get_one(Thread, world.thread, options=[joinedload(Thread.scope)])
    for said in (f"Der {BAIT}?", f"Wo ist der {BAIT}?"):
        waits = make_post(thread, author=make_actor(Role.CITIZEN), text=said, status=Status.PENDING)
    decisions.decide(waits, 1, moderator, Verdict.REJECT)
    quoter = make_actor(Role.CITIZEN)
    mended = make_post(thread, author=quoter, text=f"Am {BAIT} also.")
    posts.edit_post(quoter, mended, "Dort also.")
    decisions.decide(mended, 2, moderator, Verdict.RELEASE)
    edited = make_post(thread, author=quoter, text="Schön.")
    posts.edit_post(quoter, edited, f"Schön, der {BAIT}.")
    hidden = make_post(thread, author=quoter, text=f"Nie gehört: {BAIT}.")
    note = reports.report(GUEST, Ref(POST_KEY, hidden.id), Allegation(reports.OTHER, "Bitte!"))
    wanted = Decision(CaseVerdict.HIDE, 1, 3, f"Niemand soll {BAIT} lesen.")
    case = desk.decide(moderator, note.case_id, wanted)
    objections.submit(statements.get_of(case), f"{BAIT} steht doch überall.")
    assert author.party_id is not None
    bars.warn(moderator, author.party_id, None, Ground(f"Sie nannten {BAIT}.", 3))
    payload = {"thread": thread.id, "parent": world.post, "text": f"{BAIT}!", "picture": None}
    pending.submit("beteiligung.beitrag", "gast@see.example", payload)
    threads.lock(moderator, thread, locked=True, reason=f"Es ging nur noch um {BAIT}.")


def _picture(post: Post) -> int:
    file = File(name="b" * 43, kind="picture", title=f"Haus am {BAIT}", sha256="0" * 64)
    db.session.add(file)
    db.session.flush()
    files.attach(file.id, Ref(POST_KEY, post.id))
    return file.id


def drain(settings: Settings) -> None:
    db.session.commit()
    worker.drain(settings)


def redact(ref: Ref, actor: Actor) -> None:
    item = registry()[ref.key].desk_items([ref.id])[ref.id]
    step = registry()[ref.key].redact
    assert step is not None
    title = None if ref.key == POST_KEY else item.title.replace(BAIT, "")
    step(ref.id, actor, Redaction(item.source.replace(BAIT, ""), title))


def paths(app: Flask, world: World) -> Iterator[str]:
    """Every address that can be read, of each thing, with each case; and the private ones."""
    cases = [str(id_) for id_ in db.session.scalars(select(Case.id))]
    mails = [str(id_) for id_ in db.session.scalars(select(OutboxEntry.id))]
    ids = {POST_KEY: world.post, THREAD_KEY: world.thread, PROJECT_KEY: world.elsewhere}
    private = [mine.link_path(post) for post in db.session.scalars(select(Post))]
    private += [statements.path_of(one) for one in db.session.scalars(_statements())]
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            for key in REFS if "key" in rule.arguments else (POST_KEY,):
                base = {**usual(world), "key": key, "id_": str(ids[key])}
                yield from _filled(rule, base, cases, mails)
    yield from (*private, f"/suche?q={BAIT[:-3]}", f"/suche?q={BAIT}")


def _statements() -> Select[Statement]:
    return select(Statement).options(joinedload(Statement.case))


def _filled(rule: Rule, base: dict[str, str], cases: list[str], mails: list[str]) -> Iterator[str]:
    places = {"case_id": cases, "entry_id": mails}
    asked = [name for name in places if name in rule.arguments]
    for chosen in product(*(places[name] for name in asked)):
        yield address(rule, {**base, **dict(zip(asked, chosen, strict=True))})


def leaks(visitor: Visitor, found: list[str]) -> set[str]:
    """Only what the address itself brought in may be shown again."""
    return {
        path
        for path in found
        if BAIT not in path and BAIT.encode() in _unpacked(visitor.get(path).data)
    }


def _unpacked(data: bytes) -> bytes:
    """A spreadsheet is a ZIP file."""
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b" ".join(archive.read(name) for name in archive.namelist())


def rendered_mails(*, but: Actor | None = None) -> str:
    entries = db.session.scalars(select(OutboxEntry).where(OutboxEntry.kind == "mail"))
    built = [
        mail.kinds()[entry.name].build(entry.payload)
        for entry in entries
        if but is None or entry.payload["recipient"] != f"party:{but.party_id}"
    ]
    return " ".join(f"{one.subject} {one.text} {one.html}" for one in built if one is not None)


def test_redaction_reaches_everything(
    app: Flask, world: World, author: Actor, moderator: Actor, settings: Settings
) -> None:
    plant_quotes(world, author, moderator)
    drain(settings)
    account = make_account("Frauke Admin", (Role.ADMINISTRATOR, None))
    visitors = [Visitor(app), Visitor(app, account)]
    found = [leaks(visitor, list(paths(app, world))) for visitor in visitors]
    exports = {f"/beteiligung/{SLUG}/beitraege{end}" for end in ("", ".xlsx", ".csv")}
    assert found[0]
    assert exports <= found[1]  # it can be found
    assert BAIT in rendered_mails()
    assert search.find(BAIT).total > 0

    for ref in (
        Ref(POST_KEY, world.post),
        Ref(THREAD_KEY, world.thread),
        Ref(PROJECT_KEY, world.elsewhere),
    ):
        redact(ref, moderator)
    for quote in sorted(_at_the_desk()):  # who quotes it came there
        if BAIT in registry()[quote.key].desk_items([quote.id])[quote.id].source:
            redact(quote, moderator)
    assert search.find(BAIT).total == 0
    drain(settings)

    rows = {name: [row for row in found if BAIT in str(row)] for name, found in contents().items()}
    assert {name: found for name, found in rows.items() if found} == {}
    assert search.find(BAIT).total == 0
    assert all(BAIT not in str(document) for document in _documents())
    assert BAIT not in rendered_mails()
    for visitor in visitors:
        assert leaks(visitor, list(paths(app, world))) == set()


def _at_the_desk() -> set[Ref]:
    query = select(Case.content_key, Case.content_id).where(
        Case.kind.in_([CaseKind.REVIEW, CaseKind.RELEASE]), Case.state == CaseState.OPEN
    )
    return {Ref(key, id_) for key, id_ in db.session.execute(query)}


def _documents() -> Iterator[object]:
    for ref in open_index().digests():
        yield from registry()[ref.key].documents([ref.id])


def test_what_is_hidden_is_in_no_way_out_for_others(
    app: Flask, world: World, author: Actor, moderator: Actor, settings: Settings
) -> None:
    redact_copy = Ref(PROJECT_KEY, world.elsewhere)
    redact(redact_copy, moderator)  # the project stays public: of it nothing but the thread is told
    for post in db.session.scalars(select(Post).where(Post.parent_id == world.post)).all():
        decisions.hide(decisions.get_post(post.id), moderator, 3)
    decisions.hide(decisions.get_post(world.post), moderator, 3)
    decisions.hide(decisions.get_thread(world.thread), moderator, 3)
    assert search.find(BAIT).total == 0
    drain(settings)

    assert search.find(BAIT).total == 0
    assert BAIT not in rendered_mails(but=author)
    planner = Visitor(app, make_account("Petra Plan", (Role.PLANNER, None)))
    public = [path for path in paths(app, world) if "/mein-beitrag/" not in path]
    for visitor in (Visitor(app), Visitor(app, make_account("Uwe Neu")), planner):
        assert leaks(visitor, public) == set()


def test_a_hidden_project_takes_everything_along(
    app: Flask, world: World, author: Actor, moderator: Actor, settings: Settings
) -> None:
    moderating.hide(moderating.get_project(world.elsewhere), moderator, 3)
    drain(settings)

    assert search.find(BAIT).total == 0
    public = [path for path in paths(app, world) if "/mein-beitrag/" not in path]
    for visitor in (Visitor(app), Visitor(app, make_account("Uwe Neu"))):
        assert leaks(visitor, public) == set()
