"""Posts: written, edited, withdrawn; official answers."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from beteiligung.discussion import rules
from beteiligung.discussion.models import POST_KEY, Post, Status, Thread
from beteiligung.discussion.service import decisions, texts
from beteiligung.discussion.service.places import Place, place_of
from beteiligung.discussion.service.texts import Ready
from beteiligung.discussion.service.threads import Written, by
from kern import audit, text
from kern.actor import Actor
from kern.clock import now
from kern.content import Ref
from kern.db import db, inserting
from kern.errors import Conflict, NotAllowed, NotFound
from kern.files import service as files
from kern.ids import new_receipt
from kern.moderation import bars
from kern.moderation.cases import withdraw_cases
from kern.scope import list_windows

GONE = "Diesen Beitrag gibt es nicht."


def get_post_for(actor: Actor, post_id: int) -> Post:
    """The gate: a post this actor may read, with thread, scope, author; else NotFound."""
    query = (
        select(Post)
        .where(Post.id == post_id)
        .options(
            joinedload(Post.thread).joinedload(Thread.scope),
            joinedload(Post.author),
            joinedload(Post.picture),
        )
    )
    post = db.session.scalar(query)
    if post is None or not rules.is_visible(post.thread, post.thread.scope, actor):
        raise NotFound(GONE)
    if not rules.is_visible(post, post.thread.scope, actor):
        raise NotFound(GONE)
    return post


def may_read_files(actor: Actor, post_id: int) -> bool:
    """Pictures go with their post, its thread and its project."""
    try:
        get_post_for(actor, post_id)
    except NotFound:
        return False
    return True


def find_listed(actor: Actor, post_id: int) -> Post | None:
    """A post with a place in its thread, tombstones included: for permalinks."""
    query = (
        select(Post)
        .where(Post.id == post_id)
        .options(joinedload(Post.thread).joinedload(Thread.scope), joinedload(Post.author))
    )
    post = db.session.scalar(query)
    if post is None or not rules.is_visible(post.thread, post.thread.scope, actor):
        return None
    return post if post.listed or rules.is_own(post, actor) else None


def thread_of(post_id: int) -> int:
    """Of a post with a place, whether anybody may read it or not; else NotFound."""
    thread_id = db.session.scalar(select(Post.thread_id).where(Post.id == post_id, Post.listed))
    if thread_id is None:
        raise NotFound(GONE)
    return thread_id


def submit_post(
    actor: Actor,
    thread: Thread,
    source: str | Ready,
    *,
    parent: Post | None = None,
    picture_id: int | None = None,
    written: Written | None = None,
) -> Post:
    """Write into a thread. `actor` acts; `written` says who wrote, when it is somebody else."""
    db.session.flush()
    kept = write(
        *(actor, place_of(thread), _ready(source)),
        parent=parent,
        picture_id=picture_id,
        written=written,
    )
    return _made(kept, thread)


class Kept(NamedTuple):
    """`is_shown`: it needs nobody to read it first."""

    id: int
    is_shown: bool


def write(
    actor: Actor,
    place: Place,
    ready: Ready,
    *,
    parent: Post | None = None,
    picture_id: int | None = None,
    written: Written | None = None,
) -> Kept:
    """The same as `submit_post`, without an object for what is only passed on."""
    rules.require_may_post(actor, place, now())
    bars.require_may_write(actor.party_id, place.scope_id)
    return _add(actor, place, ready, parent=parent, picture_id=picture_id, written=written)


def submit_confirmed(
    thread: Thread,
    source: str,
    *,
    author_id: int,
    parent: Post | None = None,
    picture_id: int | None = None,
) -> Post:
    """From somebody without a login who confirmed by mail: never released unread by itself."""
    db.session.flush()
    place, written, ready = place_of(thread), Written(author_id), _ready(source)
    rules.require_open(place, now())
    bars.require_may_write(author_id, place.scope_id)
    kept = _add(Actor(), place, ready, parent=parent, picture_id=picture_id, written=written)
    return _made(kept, thread)


def _ready(source: str | Ready) -> Ready:
    return source if isinstance(source, Ready) else Ready(source, rules.MAX_POST)


def _made(kept: Kept, thread: Thread) -> Post:
    post = db.session.get_one(Post, kept.id)
    set_committed_value(post, "thread", thread)
    return post


def _add(
    actor: Actor,
    place: Place,
    ready: Ready,
    *,
    parent: Post | None,
    picture_id: int | None,
    written: Written | None,
) -> Kept:
    rules.require_reply_fits(place, parent)
    written = written or by(actor)
    row = {
        "thread_id": place.id,
        "scope_id": place.scope_id,
        "parent_id": parent.id if parent else None,
        "author_id": written.author_id,
        "source": written.source,
        "entered_by": written.entered_by,
        "picture_id": picture_id,
        "receipt": new_receipt(),
        "written_at": now(),
    }
    ((post_id,),) = _ADDING.all(row)
    if picture_id is not None:
        files.attach(picture_id, Ref(POST_KEY, post_id))
    links = actor.may(rules.DECIDE, place.scope_id) or decisions.is_known(written.author_id)
    texts.add_first(post_id, ready, editor_id=written.author_id, links=links)
    first = decisions.First(post_id, written.author_id, place)
    return Kept(post_id, decisions.submit_first(actor, first, links=links))


_ADDING = inserting(
    Post,
    *("thread_id", "scope_id", "parent_id", "author_id", "source", "entered_by"),
    *("picture_id", "receipt", "written_at"),
    latest=1,
)


def edit_post(actor: Actor, post: Post, source: str) -> bool:
    """A new wording; the released one stays public while this one waits. False: nothing changed."""
    windows = list_windows(post.scope_id)
    closed = rules.is_closed(post.thread, windows, now())
    rules.require_may_edit(actor, post, is_closed=closed)
    bars.require_may_write(actor.party_id, post.scope_id)
    checked = texts.checked(source, rules.MAX_POST)
    if texts.get_revision(post, post.latest).source == checked:
        return False
    links = decisions.is_known(post.author_id)
    texts.add_revision(post, checked, editor_id=actor.party_id, links=links)
    decisions.submit(actor, post, post.thread.scope)
    return True


def answer(
    actor: Actor,
    thread: Thread,
    source: str,
    *,
    office: str,
    parent: Post | None = None,
    pinned: bool = False,
) -> Post:
    """An official answer: public at once, under the office's name; who asked is told."""
    if not actor.may(rules.ANSWER, thread.scope_id):
        raise NotAllowed("Im Namen der Verwaltung antwortet nur, wer dazu gehört.")
    rules.require_reply_fits(thread, parent)
    checked = texts.checked(source, rules.MAX_POST)
    post = Post(
        thread_id=thread.id,
        scope_id=thread.scope_id,
        parent_id=parent.id if parent else None,
        author_id=actor.party_id,
        receipt=new_receipt(),
        is_answer=True,
        office=text.clean_line(office, 120),
        pinned=pinned and parent is None,
    )
    post.thread = thread
    db.session.add(post)
    db.session.flush()
    texts.add_revision(post, checked, editor_id=actor.party_id, links=True)
    decisions.release_at_once(post)
    audit.record(actor, "answer.publish", f"{POST_KEY}:{post.id}")
    return post


def edit_answer(actor: Actor, post: Post, source: str) -> None:
    if not post.is_answer or not actor.may(rules.ANSWER, post.scope_id):
        raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")
    texts.add_revision(
        post, texts.checked(source, rules.MAX_POST), editor_id=actor.party_id, links=True
    )
    decisions.release_at_once(post)
    audit.record(actor, "answer.edit", f"{POST_KEY}:{post.id}")


def set_pinned(actor: Actor, post: Post, *, pinned: bool) -> None:
    """Only official answers that are no replies can be pinned."""
    if not actor.may(rules.ANSWER, post.scope_id):
        raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")
    if not post.is_answer or post.parent_id is not None or post.status != Status.PUBLIC:
        raise Conflict("Anheften lassen sich nur Antworten der Verwaltung.")
    post.pinned = pinned
    audit.record(actor, "answer.pin" if pinned else "answer.unpin", f"{POST_KEY}:{post.id}")
    decisions.note(post)


def withdraw(actor: Actor, post: Post) -> None:
    decisions.withdraw(actor, post)
    withdraw_cases(Ref(POST_KEY, post.id))
