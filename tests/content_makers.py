"""One maker per kind of content, for the tests that hold them all to the same promises.

A new kind adds a function and a line to MAKERS; without it the contract test fails.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import select

from beteiligung.discussion.models import POST_KEY, THREAD_KEY, Post, Status, Thread
from beteiligung.discussion.service import decisions, threads
from beteiligung.discussion.service.texts import key_of
from beteiligung.project.models import Project
from beteiligung.project.rules import PROJECT_KEY
from beteiligung.project.service import phases, states, writing
from beteiligung.project.service.phases import PhaseInput
from beteiligung.project.service.writing import Basics
from kern import outbox
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.clock import now
from kern.content import Ref, Verdict, registry
from kern.db import db
from kern.scope import Act, Scope
from tests.builders import make_actor, make_post, make_project, make_thread


class State(StrEnum):
    """How a thing stands in public. Only the first one is on any page."""

    PUBLIC = "public"
    WAITING = "waiting"
    REJECTED = "rejected"
    HIDDEN = "hidden"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Maker:
    """`make` writes `words` into a new thing's text and brings it to that state."""

    make: Callable[[State, str, Actor], Ref]
    states: frozenset[State] = frozenset(State)
    shown_in: Callable[[Ref], str] = lambda _ref: ""
    """A public page that would show the thing, if its own address does not say enough."""


DISCUSSION_STATUS = {
    State.PUBLIC: Status.PUBLIC,
    State.WAITING: Status.PENDING,
    State.REJECTED: Status.REJECTED,
    State.HIDDEN: Status.HIDDEN,
    State.WITHDRAWN: Status.WITHDRAWN,
}


def make_project_in(state: State, words: str, author: Actor) -> Ref:
    """A draft is all that a project can be before it is public: `author` only stands by."""
    planner = make_actor(Role.PLANNER)
    project = writing.create_project(planner, f"Vorhaben {author.party_id}")
    basics = Basics("Neues Ufer", "Ein Weg.", words, "Tiefbauamt", "Jana Petersen", "", "")
    writing.save_basics(planner, project, basics)
    writing.save_framework(
        planner, project, decidable=["Bänke"], fixed=["Breite"], decider="Der Rat im Mai"
    )
    today = now()
    given = PhaseInput("Mitreden", "", today - timedelta(1), today + timedelta(9), [Act.DISCUSS])
    phases.add_phase(planner, project, given)
    if state is State.PUBLIC:
        states.publish(planner, project)
    db.session.flush()
    return Ref(PROJECT_KEY, project.id)


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


MAKERS: Mapping[str, Maker] = {
    PROJECT_KEY: Maker(
        make_project_in, frozenset({State.PUBLIC, State.WAITING}), shown_in=_project_page
    ),
    THREAD_KEY: Maker(make_thread_in, shown_in=_project_of_thread),
    POST_KEY: Maker(make_post_in, shown_in=_thread_of_post),
}
