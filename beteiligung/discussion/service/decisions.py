"""What happens to a thread or post after it is written: waiting, released, rejected, hidden, gone.

The same verbs for both kinds; `beteiligung.discussion.content` hands them to the desk.
"""

from typing import NamedTuple

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import joinedload

from beteiligung.discussion import rules
from beteiligung.discussion.models import (
    POST_KEY,
    THREAD_KEY,
    Outcome,
    Post,
    Status,
    TextRevision,
    Thread,
)
from beteiligung.discussion.service import counting, telling, texts
from beteiligung.discussion.service.places import Place
from beteiligung.discussion.service.texts import Thing, key_of
from kern import audit, notify, outbox, text
from kern.actor import Actor
from kern.clock import now
from kern.content import Ref, Verdict
from kern.db import Quick, db
from kern.errors import Conflict, NotAllowed, NotFound
from kern.files import service as files
from kern.moderation.cases import open_case, open_first_case, withdraw_cases
from kern.moderation.models import Case, CaseKind, CaseState
from kern.moderation.trust import RELEASED, is_trusted
from kern.outbox import Fact
from kern.scope import Scope

MOVED_ON = "Inzwischen gibt es eine neuere Fassung. Bitte lesen Sie zuerst diese."


def get_post(post_id: int) -> Post:
    query = select(Post).where(Post.id == post_id)
    post = db.session.scalar(query.options(joinedload(Post.thread), joinedload(Post.author)))
    if post is None:
        raise NotFound("Diesen Beitrag gibt es nicht.")
    return post


def get_thread(thread_id: int) -> Thread:
    query = select(Thread).where(Thread.id == thread_id)
    thread = db.session.scalar(query.options(joinedload(Thread.author)))
    if thread is None:
        raise NotFound("Dieses Gespräch gibt es nicht.")
    return thread


def is_known(author_id: int | None) -> bool:
    """Somebody read and released something of theirs before, whatever it was: their links come
    alive."""
    if author_id is None:
        return False
    return _RELEASED.first({"author": author_id}) is not None


_RELEASED = Quick(
    select(Case.id)
    .where(
        Case.author_id == bindparam("author"),
        Case.state == CaseState.DECIDED,
        or_(*(Case.verdict == verdict for verdict in RELEASED)),
    )
    .limit(1)
)


class First(NamedTuple):
    """A post that was made just now, and of what thread it is."""

    id: int
    author_id: int | None
    place: Place


def submit_first(actor: Actor, post: First, *, links: bool) -> bool:
    """`submit` for the first wording of a post, without an object of it where it waits. Says
    whether it is on the page."""
    scope, ref = post.place.scope, Ref(POST_KEY, post.id)
    trusted = is_trusted(post.author_id, scope)
    status = rules.first_status(actor, scope, trusted=trusted)
    if status == Status.PUBLIC:
        release(get_post(post.id), 1, links=links)
    if status == Status.PENDING or not actor.may(rules.DECIDE, scope.id):
        kind = CaseKind.RELEASE if status == Status.PENDING else CaseKind.REVIEW
        open_first_case(kind, ref, scope_id=scope.id, author_id=post.author_id)
    touches = (f"scope:{scope.id}", f"{THREAD_KEY}:{post.place.id}")
    outbox.note(ref.key, ref.id, Fact.SUBMITTED, touches)
    return status == Status.PUBLIC


def submit(actor: Actor, thing: Thing, scope: Scope) -> None:
    """The newest wording goes where the rules send it: on the page, or to the desk."""
    trusted = is_trusted(thing.author_id, scope)
    status = rules.first_status(actor, scope, trusted=trusted)
    ref = Ref(key_of(thing), thing.id)
    if status == Status.PUBLIC:
        links = actor.may(rules.DECIDE, scope.id) or is_known(thing.author_id)
        release(thing, thing.latest, links=links)
    elif thing.status == Status.REJECTED:
        thing.status = Status.PENDING
    if status == Status.PENDING:
        open_desk_case(CaseKind.RELEASE, thing)
    elif not actor.may(rules.DECIDE, scope.id):
        open_desk_case(CaseKind.REVIEW, thing)
    else:
        withdraw_cases(ref, (CaseKind.RELEASE, CaseKind.REVIEW))
    note(thing, Fact.SUBMITTED)


def open_desk_case(kind: CaseKind, thing: Thing) -> None:
    ref, who = Ref(key_of(thing), thing.id), thing.author_id
    if thing.latest == 1 and thing.status in {Status.PENDING, Status.PUBLIC}:
        open_first_case(kind, ref, scope_id=thing.scope_id, author_id=who)
    else:
        open_case(kind, ref, thing.latest, scope_id=thing.scope_id, author_id=who)


def release_at_once(thing: Thing) -> None:
    """What needs no second pair of eyes, because the office itself speaks."""
    release(thing, thing.latest)
    note(thing, Fact.SUBMITTED)


def decide(thing: Thing, revision: int, actor: Actor, verdict: Verdict) -> None:
    """Decide about the wording the moderator read. Raises Conflict when there is a newer one."""
    require_decider(actor, thing)
    if revision != thing.latest:
        raise Conflict(MOVED_ON)
    if verdict is Verdict.REJECT:
        _reject(thing, revision)
    else:
        _require_shown(thing)
        if verdict is Verdict.RELEASE_WITHOUT_PICTURE and isinstance(thing, Post):
            _refuse_picture(thing, revision)
        release(thing, revision)
    audit.record(actor, f"text.{verdict}", f"{key_of(thing)}:{thing.id}")
    note(thing)
    if verdict is Verdict.RELEASE:  # what restricts has its statement of reasons
        telling.tell_author(thing, telling.DECIDED, str(revision), revision=revision)


def _require_shown(thing: Thing) -> None:
    """What was hidden comes back by a decision about that, never with an edit that waited."""
    if thing.status == Status.HIDDEN:
        raise Conflict(
            "Dieser Text ist ausgeblendet. Bitte entscheiden Sie zuerst, ob er wieder erscheint."
        )


def release(thing: Thing, number: int, *, links: bool = True) -> None:
    revision = texts.get_revision(thing, number)
    was_public = thing.status == Status.PUBLIC
    if not was_public:
        rules.require_transition(thing.status, Status.PUBLIC)
        note_posts(thing, Fact.CHANGED)
    texts.show(thing, revision, links=links)
    thing.status = Status.PUBLIC
    thing.public_at = thing.public_at or now()
    db.session.flush()
    if was_public:
        return
    if isinstance(thing, Post):
        files.publish([thing.picture_id])
        counting.post_came(thing)
    else:
        counting.recount_scope(thing.scope_id)
    db.session.flush()
    telling.tell_came(thing, number)


def _refuse_picture(post: Post, number: int) -> None:
    texts.get_revision(post, number).refused_picture_id = post.picture_id
    files.unpublish([post.picture_id])
    post.picture_id = None


def _return_picture(thing: Thing, wording: TextRevision) -> None:
    if isinstance(thing, Post) and wording.refused_picture_id is not None:
        thing.picture_id, wording.refused_picture_id = wording.refused_picture_id, None
        if thing.status == Status.PUBLIC:
            files.publish([thing.picture_id])


def _reject(thing: Thing, number: int) -> None:
    """An edit that is rejected leaves the released wording public."""
    revision = texts.get_revision(thing, number)
    if revision.state != Status.PENDING:
        raise Conflict(MOVED_ON)
    revision.state = Status.REJECTED
    if thing.released is None:
        rules.require_transition(thing.status, Status.REJECTED)
        thing.status = Status.REJECTED


def reopen(thing: Thing, revision: int, actor: Actor) -> None:
    """Take the decision about this revision back: it waits again."""
    require_decider(actor, thing)
    if revision != thing.latest:
        raise Conflict(MOVED_ON)
    wording = texts.get_revision(thing, revision)
    if wording.state == Status.PUBLIC:
        _take_back_release(thing, revision)
    elif thing.status == Status.REJECTED:
        thing.status = Status.PENDING
    wording.state = Status.PENDING
    _return_picture(thing, wording)
    notify.take_back(f"{key_of(thing)}:{thing.id}:{revision}")
    audit.record(actor, "text.reopen", f"{key_of(thing)}:{thing.id}")
    note(thing, Fact.HIDDEN)


def _take_back_release(thing: Thing, number: int) -> None:
    before = _last_released_before(thing, number)
    if before is not None:
        texts.show(thing, before)
        return
    thing.status = Status.PENDING
    thing.released = thing.public_at = None
    note_posts(thing, Fact.HIDDEN)
    texts.unshow(thing)
    note_posts(thing, Fact.HIDDEN)
    db.session.flush()
    if isinstance(thing, Post):
        files.unpublish([thing.picture_id])
        counting.post_went(thing)
        counting.leave_place(thing)
    else:
        counting.recount_scope(thing.scope_id)


def _last_released_before(thing: Thing, number: int) -> TextRevision | None:
    earlier = [one for one in texts.list_revisions(thing) if one.number < number]
    released = [one for one in earlier if one.state == Status.PUBLIC]
    return released[-1] if released else None


def hide(thing: Thing, actor: Actor, rule: int | None = None) -> None:
    """Take something public away; a tombstone stays, and the wording stays for the record."""
    if not actor.may(rules.HIDE, thing.scope_id):
        raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")
    rules.require_transition(thing.status, Status.HIDDEN)
    thing.status = Status.HIDDEN
    thing.hidden_rule, thing.hidden_at = rule, now()
    left(thing)
    audit.record(
        actor, "text.hide", f"{key_of(thing)}:{thing.id}", detail=f"rule {rule}" if rule else None
    )
    note(thing, Fact.HIDDEN)


def restore(thing: Thing, actor: Actor) -> None:
    if not actor.may(rules.HIDE, thing.scope_id):
        raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")
    if thing.status != Status.HIDDEN or thing.released is None:
        raise Conflict("Das ist nicht ausgeblendet.")
    texts.show(thing, texts.get_revision(thing, thing.released))
    thing.status = Status.PUBLIC
    thing.hidden_rule = thing.hidden_at = None
    note_posts(thing, Fact.CHANGED)
    if isinstance(thing, Post):
        files.publish([thing.picture_id])
        db.session.flush()
        counting.post_came(thing)
    else:
        db.session.flush()
        counting.recount_scope(thing.scope_id)
    audit.record(actor, "text.restore", f"{key_of(thing)}:{thing.id}")
    note(thing)


def withdraw(actor: Actor, thing: Thing) -> None:
    """Its author takes it back. What was public leaves a tombstone, so that replies keep sense."""
    rules.require_may_withdraw(actor, thing)
    was_public = thing.status == Status.PUBLIC
    thing.status = Status.WITHDRAWN
    if was_public:
        left(thing)
    withdraw_cases(Ref(key_of(thing), thing.id))
    note(thing, Fact.HIDDEN)


def set_outcome(
    actor: Actor, thing: Thing, outcome: Outcome | None, *, reason: str, office: str
) -> None:
    """Say in public what became of it; the author is told."""
    if not actor.may(rules.ANSWER, thing.scope_id):
        raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")
    if thing.status != Status.PUBLIC:
        raise Conflict("Ein Ergebnis bekommt nur, was öffentlich ist.")
    if outcome is not None:
        rules.require_outcome_fits(outcome, reason)
    thing.outcome = outcome
    thing.outcome_reason = reason.strip() if outcome else ""
    thing.outcome_office = text.clean_line(office, 120) if outcome else ""
    thing.outcome_at = now() if outcome else None
    audit.record(actor, "outcome.set", f"{key_of(thing)}:{thing.id}", detail=outcome)
    note(thing)
    if outcome is not None:
        telling.tell_outcome(thing)


def left(thing: Thing) -> None:
    texts.unshow(thing)
    note_posts(thing, Fact.HIDDEN)
    db.session.flush()
    if isinstance(thing, Post):
        files.unpublish([thing.picture_id])
        counting.post_went(thing)
    else:
        counting.recount_scope(thing.scope_id)


def note(thing: Thing, fact: Fact = Fact.CHANGED) -> None:
    touches = [f"scope:{thing.scope_id}"]
    if isinstance(thing, Post):
        touches.append(f"{THREAD_KEY}:{thing.thread_id}")
    outbox.note(key_of(thing), thing.id, fact, touches)


def note_posts(thread: Thing, fact: Fact) -> None:
    """A thread takes its posts along: out of the search, and back into it."""
    if isinstance(thread, Post):
        return
    for post_id in db.session.scalars(select(Post.id).where(Post.thread_id == thread.id)):
        outbox.note_quietly(POST_KEY, post_id, fact)


def require_decider(actor: Actor, thing: Thing) -> None:
    if not actor.may(rules.DECIDE, thing.scope_id):
        raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")
