"""Votes: one voice per person, changed and withdrawn at will while the phase allows it."""

from functools import cache
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, bindparam, delete, select

from beteiligung.discussion import rules
from beteiligung.discussion.models import POST_KEY, Post, Status, Thread, Vote
from beteiligung.discussion.service import counting
from kern import outbox
from kern.actor import Actor
from kern.clock import now
from kern.db import Quick, db, inserts
from kern.errors import Conflict, Invalid, LoginRequired, NotFound
from kern.moderation import bars
from kern.scope import Act, Scope, ScopeState, Visibility, require_open

VALUES = frozenset({-1, 0, 1})
GONE = "Diesen Beitrag gibt es nicht."
HIDDEN = "Dieser Beitrag ist nicht mehr öffentlich."
CHANGED = "Dieser Beitrag ist nicht mehr öffentlich, oder er steht jetzt woanders."


class Votable(NamedTuple):
    """What voting has to know of a post: a tenth of its columns, and nothing of its text."""

    id: int
    thread_id: int
    scope_id: int
    parent_id: int | None
    author_id: int | None
    status: Status
    is_answer: bool


class _Around(NamedTuple):
    status: Status
    author_id: int | None


class _Scope(NamedTuple):
    id: int
    state: ScopeState
    visibility: Visibility


_VOTABLE = Quick(
    select(
        *(Post.id, Post.thread_id, Post.scope_id, Post.parent_id),
        *(Post.author_id, Post.status, Post.is_answer),
        *(Thread.status, Thread.author_id),
        *(Scope.id, Scope.state, Scope.visibility),
    )
    .join(Thread, Thread.id == Post.thread_id)
    .join(Scope, Scope.id == Thread.scope_id)
    .where(Post.id == bindparam("post"))
)


def get_votable_for(actor: Actor, post_id: int) -> Votable:
    """The gate: a post this actor may read, else NotFound."""
    read = _VOTABLE.first({"post": post_id})
    if read is None:
        raise NotFound(GONE)
    votable, thread, scope = Votable(*read[:7]), _Around(*read[7:9]), _Scope(*read[9:])
    if not (rules.is_visible(thread, scope, actor) and rules.is_visible(votable, scope, actor)):
        raise NotFound(GONE)
    return votable


def require_may_vote(post: Post | Votable) -> None:
    require_open(post.scope_id, Act.VOTE, now())
    if post.status != Status.PUBLIC:
        raise Conflict(HIDDEN)
    if post.is_answer:
        raise Conflict("Über Antworten der Verwaltung wird nicht abgestimmt.")


def vote(actor: Actor, post: Post | Votable, value: int) -> None:
    """1 agrees, -1 disagrees, 0 takes the voice back."""
    if actor.party_id is None or not actor.may(rules.VOTE, post.scope_id):
        raise LoginRequired("Bitte melden Sie sich an, um abzustimmen.")
    cast_vote(actor.party_id, post, value)


def cast_vote(party_id: int, post: Post | Votable, value: int) -> None:
    """The voice of somebody known by login or by confirmed address. Repeats count once: the
    unique pair of post and person settles races, the tally is read again from the rows."""
    if value not in VALUES:
        raise Invalid("Bitte wählen Sie Dafür oder Dagegen.")
    bars.require_may_write(party_id, post.scope_id)
    require_may_vote(post)
    if post.author_id == party_id:
        raise Conflict("Über den eigenen Beitrag stimmt man nicht ab.")
    known = {"post": post.id, "party": party_id}
    if value == 0:
        _TAKING.send(known)
    else:
        dialect = db.session.get_bind().dialect.name
        _putting(dialect).send({**known, "value": value, "at": now()})
    seen = counting.Seen(post.thread_id, post.scope_id, Conflict(CHANGED))
    counting.recount_votes(post.id, seen)
    outbox.bump(
        f"beteiligung.thread:{post.thread_id}", f"{POST_KEY}:{post.id}", f"scope:{post.scope_id}"
    )


_VOTES = cast("Table", Vote.__table__)
_MINE = (_VOTES.c.post_id == bindparam("post"), _VOTES.c.party_id == bindparam("party"))
_TAKING = Quick(delete(_VOTES).where(*_MINE))


@cache
def _putting(dialect: str) -> Quick:
    given: dict[str, Any] = {"value": bindparam("value"), "voted_at": bindparam("at")}
    statement = inserts.meeting(_VOTES, dialect).values(
        post_id=bindparam("post"), party_id=bindparam("party"), **given
    )
    return Quick(
        statement.on_conflict_do_update(
            index_elements=[_VOTES.c.post_id, _VOTES.c.party_id],
            set_={name: statement.excluded[name] for name in given},
        )
    )
