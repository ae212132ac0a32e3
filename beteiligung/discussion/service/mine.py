"""What one person wrote and what became of it."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from beteiligung.discussion import rules
from beteiligung.discussion.models import POST_KEY, Post, Status, TextRevision, Thread
from beteiligung.discussion.service import posts
from kern.accounts.models import Account
from kern.accounts.permissions import BY_ROLE, Role
from kern.actor import Actor, PartyId
from kern.clock import now
from kern.content import Ref
from kern.db import db
from kern.errors import NotFound
from kern.moderation import statements
from kern.moderation.desk import Reason, reason_for
from kern.scope import list_windows
from kern.town import current_town

PAGE = 30


@dataclass(frozen=True, slots=True)
class Mine:
    """A page of own posts with their newest wording, newest first; own threads on the first."""

    posts: Sequence[tuple[Post, str]]
    threads: Sequence[Thread]
    next: int | None  # pass as `before`


def list_mine(actor: Actor, before: int | None) -> Mine:
    newest = (
        (TextRevision.content_key == POST_KEY)
        & (TextRevision.content_id == Post.id)
        & (TextRevision.number == Post.latest)
    )
    query = (
        select(Post, TextRevision.plain)
        .outerjoin(TextRevision, newest)
        .where(Post.author_id == actor.party_id, Post.status != Status.ERASED)
        .options(joinedload(Post.thread).joinedload(Thread.scope))
        .order_by(Post.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        query = query.where(Post.id < before)
    rows = [(post, plain or "") for post, plain in db.session.execute(query)]
    more = rows[PAGE - 1][0].id if len(rows) > PAGE else None
    return Mine(rows[:PAGE], _threads(actor) if before is None else (), more)


def _threads(actor: Actor) -> Sequence[Thread]:
    query = select(Thread).where(Thread.author_id == actor.party_id, Thread.status != Status.ERASED)
    query = query.options(joinedload(Thread.scope)).order_by(Thread.id.desc())
    return db.session.scalars(query.limit(100)).all()


def list_outcomes(scope_id: int) -> tuple[Sequence[Thread], Sequence[Post]]:
    """Everything public of a scope that has an outcome, newest outcome first."""
    threads = select(Thread).where(Thread.scope_id == scope_id, Thread.status == Status.PUBLIC)
    threads = threads.where(Thread.outcome.is_not(None)).order_by(Thread.outcome_at.desc())
    found = select(Post).join(Thread, Thread.id == Post.thread_id)
    found = found.where(
        Post.scope_id == scope_id,
        Post.status == Status.PUBLIC,
        Post.outcome.is_not(None),
        Thread.status == Status.PUBLIC,
    )
    found = found.options(joinedload(Post.thread), joinedload(Post.author))
    found = found.order_by(Post.outcome_at.desc()).limit(500)
    return db.session.scalars(threads).all(), db.session.scalars(found).all()


def link_path(post: Post) -> str:
    """The private page of a contribution, for mails to people without a login."""
    return f"/beteiligung/mein-beitrag/{post.id}/{_signature(post)}"


def link_paths(ids: Sequence[int]) -> Mapping[int, str]:
    found = db.session.scalars(select(Post).where(Post.id.in_(ids), Post.status != Status.ERASED))
    return {post.id: link_path(post) for post in found}


def get_post_by_link(post_id: int, signature: str) -> Post:
    """Raises NotFound alike for unknown numbers and wrong signatures."""
    query = select(Post).where(Post.id == post_id)
    query = query.options(joinedload(Post.thread).joinedload(Thread.scope), joinedload(Post.author))
    post = db.session.scalar(query)
    if post is None or post.status == Status.ERASED:
        raise NotFound(posts.GONE)
    if not hmac.compare_digest(signature.encode(), _signature(post).encode()):
        raise NotFound(posts.GONE)
    return post


def _signature(post: Post) -> str:
    """Bound to the author too: the link ends when the person has been erased."""
    message = f"own-post|{post.id}|{post.receipt}|{post.author_id}".encode()
    return hmac.new(current_town().secret, message, hashlib.sha256).hexdigest()[:40]


def author_as_actor(post: Post) -> Actor:
    """The holder of the private link: may do with this post what its author may."""
    party = PartyId(post.author_id) if post.author_id is not None else None
    return Actor(party_id=party, permissions=BY_ROLE[Role.GUEST])


def edit_by_link(post: Post, source: str) -> bool:
    return posts.edit_post(author_as_actor(post), post, source)


def can_edit(post: Post) -> bool:
    closed = rules.is_closed(post.thread, list_windows(post.scope_id), now())
    editable = {Status.PENDING, Status.PUBLIC, Status.REJECTED}
    return not closed and post.status in editable


def reason_of(post: Post) -> Reason | None:
    """Why it was rejected or hidden; None when it was not."""
    if post.status not in {Status.REJECTED, Status.HIDDEN}:
        return None
    return reason_for(Ref(POST_KEY, post.id), post.latest)


def statement_path(post: Post) -> str:
    """The private page that explains why it is not shown; empty when nothing needs explaining."""
    if post.status not in {Status.REJECTED, Status.HIDDEN}:
        return ""
    statement = statements.find_newest(Ref(POST_KEY, post.id))
    return statements.path_of(statement) if statement is not None else ""


def reasons_of(page: Mine) -> dict[int, Reason]:
    found = {post.id: reason_of(post) for post, _plain in page.posts}
    return {id_: reason for id_, reason in found.items() if reason is not None}


def with_login(party_ids: Iterable[int | None]) -> set[int]:
    """Those who can log in to read what only its author sees."""
    ids = {id_ for id_ in party_ids if id_ is not None}
    query = select(Account.party_id).where(Account.party_id.in_(ids), Account.state == "active")
    return set(db.session.scalars(query))


def has_login(party_id: int | None) -> bool:
    query = select(Account.id).where(Account.party_id == party_id, Account.state == "active")
    return db.session.scalar(query) is not None
