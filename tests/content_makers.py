"""One maker per kind of content, for the tests that hold them all to the same promises.

A new kind adds a function and a line to MAKERS; without it the contract test fails.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select

from beteiligung.discussion.models import POST_KEY, THREAD_KEY, Post, Status, Thread
from beteiligung.discussion.service import decisions, threads
from beteiligung.discussion.service.texts import key_of
from beteiligung.project.models import Project
from beteiligung.project.rules import PROJECT_KEY
from beteiligung.project.service import erasure, moderating, phases, writing
from beteiligung.project.service.phases import PhaseInput
from beteiligung.project.service.writing import Basics
from kern import outbox
from kern.accounts.permissions import BY_ROLE, Role
from kern.actor import Actor
from kern.clock import now
from kern.content import Ref, Verdict, registry
from kern.db import db
from kern.moderation.cases import withdraw_cases
from kern.scope import Act, Scope
from portal.seiten import content as portal_pages
from tests.builders import make_actor, make_post, make_project, make_thread
from tests.content_states import State
from tests.umfragen.content_makers import (
    make_free_text_in,
    make_survey_in,
    survey_page,
    texts_page,
)
from tests.wiki.content_makers import SPACE, make_wiki_in, page_of
from umfragen.models import FREE_TEXT_KEY, SURVEY_KEY
from wiki.models import PAGE_KEY, PROPOSAL_KEY


@dataclass(frozen=True, slots=True)
class Maker:
    """`make` writes `words` into a new thing's text and brings it to that state."""

    make: Callable[[State, str, Actor], Ref]
    shown_in: Callable[[Ref], str] = lambda _ref: ""
    """A public page that would show the thing, if its own address does not say enough."""
    stays: bool = False
    """It belongs to the town: when its author goes, only the name goes."""
    has_author: bool = True
    """Somebody is told what becomes of it, and finds it among their own data."""
    appears_as: str = ""
    """It waits as one kind of thing and appears as another: the key of that one."""
    appears: Callable[[Ref], Ref | None] = lambda ref: ref
    """What the public reads of the thing, once there is something to read."""


DISCUSSION_STATUS = {
    State.PUBLIC: Status.PUBLIC,
    State.WAITING: Status.PENDING,
    State.REJECTED: Status.REJECTED,
    State.HIDDEN: Status.HIDDEN,
    State.WITHDRAWN: Status.WITHDRAWN,
}


def make_project_in(state: State, words: str, author: Actor) -> Ref:
    """`author` prepares it and may not publish."""
    editor = replace(author, permissions=author.permissions | BY_ROLE[Role.EDITOR])
    project = writing.create_project(editor, f"Vorhaben {author.party_id}")
    basics = Basics("Neues Ufer", "Ein Weg.", words, "Tiefbauamt", "Jana Petersen", "", "")
    writing.save_basics(editor, project, basics)
    writing.save_framework(
        editor, project, decidable=["Bänke"], fixed=["Breite"], decider="Der Rat im Mai"
    )
    today = now()
    given = PhaseInput("Mitreden", "", today - timedelta(1), today + timedelta(9), [Act.DISCUSS])
    phases.add_phase(editor, project, given)
    moderating.submit(editor, project)
    _bring_project(project, state, editor)
    db.session.flush()
    return Ref(PROJECT_KEY, project.id)


def _bring_project(project: Project, state: State, editor: Actor) -> None:
    moderator = make_actor(Role.MODERATOR)
    withdraw = withdraw_cases if state is not State.WAITING else lambda *_: None
    withdraw(Ref(PROJECT_KEY, project.id))  # decided below, past the desk
    if state in {State.PUBLIC, State.HIDDEN, State.ERASED}:
        moderating.decide(project, project.revision, moderator, Verdict.RELEASE)
    if state is State.REJECTED:
        moderating.decide(project, project.revision, moderator, Verdict.REJECT)
    if state is State.HIDDEN:
        moderating.hide(project, moderator, 3)
    if state is State.WITHDRAWN:
        moderating.take_back(editor, project)
    if state is State.ERASED:
        erasure.erase_author(editor.party_id or 0, False)  # noqa: FBT003 - the registry's own order


def make_thread_in(state: State, words: str, author: Actor) -> Ref:
    project = _noted_project()
    thread = threads.open_thread(
        author, project.scope, Ref(PROJECT_KEY, project.id), title="Eine Frage", question=words
    )
    _bring(thread, state, author)
    return Ref(THREAD_KEY, thread.id)


def make_post_in(state: State, words: str, author: Actor) -> Ref:
    """With a released post of somebody else beside it, so that nothing is found by being alone."""
    thread = make_thread(_noted_project().scope)
    make_post(thread, text="Ein Beitrag nebenan.")
    post = make_post(thread, author=author, text=words, status=Status.PENDING)
    _bring(post, state, author)
    return Ref(POST_KEY, post.id)


def _noted_project() -> Project:
    """The builder's shortcut tells nobody; whoever follows the outbox should hear of it."""
    project = make_project()
    outbox.note(PROJECT_KEY, project.id)
    return project


def _bring(thing: Post | Thread, state: State, author: Actor) -> None:
    moderator = make_actor(Role.MODERATOR)
    if state in {State.PUBLIC, State.HIDDEN, State.WITHDRAWN, State.ERASED}:
        decisions.decide(thing, thing.latest, moderator, Verdict.RELEASE)
    if state is State.REJECTED:
        decisions.decide(thing, thing.latest, moderator, Verdict.REJECT)
    if state is State.HIDDEN:
        decisions.hide(thing, moderator, 3)
    if state is State.WITHDRAWN:
        decisions.withdraw(author, thing)
    if state is State.ERASED:
        erase = registry()[key_of(thing)].erase_author
        assert erase is not None
        assert author.party_id is not None
        erase(author.party_id, False)  # noqa: FBT003 - the registry's own order
    db.session.flush()


def _project_page(ref: Ref) -> str:
    query = select(Scope.path).join(Project, Project.scope_id == Scope.id)
    return db.session.scalars(query.where(Project.id == ref.id)).one()


def _project_of_thread(ref: Ref) -> str:
    query = select(Scope.path).join(Thread, Thread.scope_id == Scope.id)
    return db.session.scalars(query.where(Thread.id == ref.id)).one()


def _thread_of_post(ref: Ref) -> str:
    query = select(Post.thread_id).where(Post.id == ref.id)
    return f"/beteiligung/gespraech/{db.session.scalars(query).one()}"


OWN_PAGES = portal_pages.PAGE_KEY
"""What nobody submits, decides about or hides: tests/portal/test_seiten.py holds it to its word."""

MAKERS: Mapping[str, Maker] = {
    PROJECT_KEY: Maker(make_project_in, shown_in=_project_page, stays=True),
    THREAD_KEY: Maker(make_thread_in, shown_in=_project_of_thread),
    POST_KEY: Maker(make_post_in, shown_in=_thread_of_post),
    SURVEY_KEY: Maker(make_survey_in, shown_in=survey_page, stays=True),
    FREE_TEXT_KEY: Maker(make_free_text_in, shown_in=texts_page, stays=True, has_author=False),
    PROPOSAL_KEY: Maker(
        make_wiki_in, shown_in=lambda _ref: SPACE, stays=True, appears_as=PAGE_KEY, appears=page_of
    ),
}
