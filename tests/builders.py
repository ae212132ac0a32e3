"""Things for tests, with defaults: say only what the test is about."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select

from beteiligung.discussion.models import POST_KEY, Post, Status, Thread
from beteiligung.discussion.service import decisions, posts, threads
from beteiligung.project.models import Project
from beteiligung.project.service.changes import PROJECTS
from kern import outbox
from kern.accounts.models import Account, AccountState, Grant, Identity, Party
from kern.accounts.permissions import Role
from kern.accounts.sessions import open_session, permissions_of
from kern.actor import AccountId, Actor, PartyId
from kern.clock import now
from kern.content import Ref, Verdict
from kern.db import db, inserting
from kern.moderation.cases import withdraw_cases
from kern.scope import Act, Moderation, Scope, ScopeState, Visibility, Window

_numbers = count(1)

# What nobody reads as an object is written without the ORM: accounts are what most tests begin with
_KNOWN = inserting(Identity, "account_id", "subject", kind="mail")
_GRANTED = inserting(Grant, "account_id", "role", "scope_id", "given_at")


def make_party(name: str | None = None, **values: Any) -> Party:
    party = _party(name, **values)
    db.session.add(party)
    db.session.flush()
    return party


def _party(name: str | None, **values: Any) -> Party:
    number = next(_numbers)
    values.setdefault("email", f"person{number}@lindenau.example")
    return Party(name=name or f"Person {number}", **values)


def make_account(
    name: str | None = None, *roles: tuple[Role, int | None], **values: Any
) -> Account:
    """An account that can log in, with grants `(role, scope id or None)`."""
    party = _party(name)
    account = Account(party=party, state=AccountState.ACTIVE, **values)
    db.session.add(account)
    db.session.flush()
    _KNOWN.send({"account_id": account.id, "subject": party.email or ""})
    for role, scope_id in roles:
        grant = {"role": str(role), "scope_id": scope_id, "given_at": now()}
        _GRANTED.send({"account_id": account.id, **grant})
    return account


def make_actor(*roles: Role, scope_id: int | None = None, name: str | None = None) -> Actor:
    """A logged-in person holding these roles (town-wide, or in one scope)."""
    grants = [(role, scope_id) for role in roles if role is not Role.CITIZEN]
    return actor_of(make_account(name, *grants), grants)


def actor_of(account: Account, grants: Sequence[tuple[Role, int | None]] = ()) -> Actor:
    held, scoped = permissions_of([(str(role), scope_id) for role, scope_id in grants])
    name = account.party.name or ""
    return Actor(AccountId(account.id), PartyId(account.party_id), name, held, scoped)


def log_in(client: Any, account_id: int) -> str:
    """Give the test client a session of this account; returns the cookie's token."""
    token = open_session(db.session.get_one(Account, account_id), "Test", 30)
    db.session.commit()
    client.set_cookie("sitzung", token)
    return token


def make_scope(
    *,
    title: str = "Radweg an der Kaimauer",
    slug: str | None = None,
    state: ScopeState = ScopeState.PUBLISHED,
    visibility: Visibility = Visibility.PUBLIC,
    moderation: Moderation = Moderation.BEFORE,
    acts: tuple[Act, ...] = (Act.DISCUSS, Act.VOTE, Act.OPEN_THREAD),
    closes_at: datetime | None = None,
) -> Scope:
    slug = slug or f"projekt-{next(_numbers)}"
    scope = Scope(
        kind="project",
        slug=slug,
        title=title,
        path=f"/beteiligung/{slug}",
        state=state,
        visibility=visibility,
        moderation=moderation,
    )
    db.session.add(scope)
    db.session.flush()
    for act in acts:
        opens = now() - timedelta(days=1)
        db.session.add(Window(scope_id=scope.id, act=act, opens_at=opens, closes_at=closes_at))
    db.session.flush()
    return scope


def make_project(**values: Any) -> Project:
    scope = make_scope(**values)
    project = Project(scope_id=scope.id, summary="Ein Weg für alle.", office="Tiefbauamt")
    project.scope = scope
    db.session.add(project)
    db.session.flush()
    outbox.bump(PROJECTS)  # as every change of a project does
    return project


def make_thread(
    scope: Scope | None = None,
    *,
    title: str = "Am Wasser oder hinter den Schuppen?",
    question: str = "Was spricht dafür, was dagegen?",
    **values: Any,
) -> Thread:
    """A public thread of the office."""
    if scope is None:
        scope = make_project().scope
    project = db.session.scalar(select(Project).where(Project.scope_id == scope.id))
    host = Ref("beteiligung.project", project.id if project else 0)
    moderator = make_actor(Role.MODERATOR, Role.PLANNER)
    thread = threads.open_thread(
        moderator, scope, host, title=title, question=question, by_office=True
    )
    thread.scope = scope
    for key, value in values.items():
        setattr(thread, key, value)
    db.session.flush()
    return thread


def make_post(
    thread: Thread | None = None,
    *,
    author: Actor | None = None,
    text: str = "Bitte mehr Schatten.",
    parent: Post | None = None,
    status: Status = Status.PUBLIC,
) -> Post:
    """A citizen's post, by default released."""
    thread = thread or make_thread()
    author = author or make_actor(Role.CITIZEN)
    post = posts.submit_post(author, thread, text, parent=parent)
    if status is not Status.PENDING:
        withdraw_cases(Ref(POST_KEY, post.id))  # decided below, past the desk
    _bring_to(post, status, author)
    db.session.flush()
    return post


def _bring_to(post: Post, status: Status, author: Actor) -> None:
    if status is Status.PENDING:
        return
    moderator = make_actor(Role.MODERATOR)
    if status in {Status.PUBLIC, Status.HIDDEN}:
        decisions.decide(post, post.latest, moderator, Verdict.RELEASE)
    if status is Status.REJECTED:
        decisions.decide(post, post.latest, moderator, Verdict.REJECT)
    if status is Status.HIDDEN:
        decisions.hide(post, moderator, 3)
    if status is Status.WITHDRAWN:
        decisions.withdraw(author, post)
