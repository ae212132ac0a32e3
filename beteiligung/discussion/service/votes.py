"""Votes: one voice per person, changed and withdrawn at will while the phase allows it."""

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from beteiligung.discussion import rules
from beteiligung.discussion.models import POST_KEY, Post, Status, Vote
from beteiligung.discussion.service import counting
from kern import outbox
from kern.actor import Actor
from kern.clock import now
from kern.db import db
from kern.errors import Conflict, Invalid, LoginRequired
from kern.moderation import bars
from kern.scope import Act, require_open

VALUES = frozenset({-1, 0, 1})


def require_may_vote(post: Post) -> None:
    require_open(post.scope_id, Act.VOTE, now())
    if post.status != Status.PUBLIC:
        raise Conflict("Dieser Beitrag ist nicht mehr öffentlich.")
    if post.is_answer:
        raise Conflict("Über Antworten der Verwaltung wird nicht abgestimmt.")


def vote(actor: Actor, post: Post, value: int) -> None:
    """1 agrees, -1 disagrees, 0 takes the voice back."""
    if actor.party_id is None or not actor.may(rules.VOTE, post.scope_id):
        raise LoginRequired("Bitte melden Sie sich an, um abzustimmen.")
    cast_vote(actor.party_id, post, value)


def cast_vote(party_id: int, post: Post, value: int) -> None:
    """The voice of somebody known by login or by confirmed address. Repeats count once: the
    unique pair of post and person settles races, the tally is read again from the rows."""
    if value not in VALUES:
        raise Invalid("Bitte wählen Sie Dafür oder Dagegen.")
    bars.require_may_write(party_id, post.scope_id)
    require_may_vote(post)
    if post.author_id == party_id:
        raise Conflict("Über den eigenen Beitrag stimmt man nicht ab.")
    if value == 0:
        mine = (Vote.post_id == post.id, Vote.party_id == party_id)
        db.session.execute(delete(Vote).where(*mine))
    else:
        _put(party_id, post.id, value)
    db.session.flush()
    counting.recount_votes(post.id)
    outbox.bump(
        f"beteiligung.thread:{post.thread_id}", f"{POST_KEY}:{post.id}", f"scope:{post.scope_id}"
    )


def _put(party_id: int, post_id: int, value: int) -> None:
    is_postgres = db.session.get_bind().dialect.name == "postgresql"
    insert = postgres_insert if is_postgres else sqlite_insert
    values = {"post_id": post_id, "party_id": party_id, "value": value, "voted_at": now()}
    statement = insert(Vote).values(**values)
    changed = {"value": value, "voted_at": values["voted_at"]}
    keys = [Vote.post_id, Vote.party_id]
    db.session.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))
