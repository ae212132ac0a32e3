"""Whom a thread or post makes news for: its author, whoever it replies to, followers.

Everything waits for the undo time: of what is taken back, nobody hears.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from beteiligung.discussion.models import THREAD_KEY, Post, Thread
from beteiligung.discussion.service.texts import Thing, key_of
from kern import notify
from kern.clock import now
from kern.content import Ref
from kern.db import db
from kern.notify import NoticeKind
from kern.notify.telling import UNDO

DECIDED = "beteiligung.entschieden"
SPLIT = "beteiligung.geteilt"
MOVED = "beteiligung.verschoben"
OUTCOME = "beteiligung.ergebnis"
ANSWERED = "beteiligung.antwort"
REPLIED = "beteiligung.erwiderung"
NEW_THREAD = "beteiligung.neues_gespraech"
NEW_POST = "beteiligung.neuer_beitrag"
NEW_ANSWER = "beteiligung.neue_antwort"
NEW_OUTCOME = "beteiligung.neues_ergebnis"


def ref_of(thing: Thing) -> Ref:
    return Ref(key_of(thing), thing.id)


def tell_author(thing: Thing, what: str, event: str, **payload: Any) -> None:
    """What became of it. `event` is what `notify.take_back` is asked for, behind the thing's own
    ref. What restricts somebody has a statement of reasons, which tells by itself."""
    if thing.author_id is None:
        return
    ref, stamp = ref_of(thing), now().strftime("%Y%m%d%H%M%S%f")
    notify.tell(
        thing.author_id,
        NoticeKind.FATE,
        ref,
        f"{ref}:{event}:{stamp}",
        what=what,
        not_before=_final(),
        **payload,
    )


def tell_came(thing: Thing, number: int) -> None:
    """It became public, for the first time with this wording."""
    event = f"{ref_of(thing)}:{number}:new"
    if isinstance(thing, Thread):
        notify.announce(
            ref_of(thing), NEW_THREAD, within=[host_of(thing)], by=thing.author_id, event=event
        )
        return
    asked = _asked(thing)
    if asked is not None and asked != thing.author_id:
        kind = NoticeKind.ANSWER if thing.is_answer else NoticeKind.REPLY
        what = ANSWERED if thing.is_answer else REPLIED
        notify.tell(asked, kind, ref_of(thing), event, what=what, not_before=_final())
    what = NEW_ANSWER if thing.is_answer else NEW_POST
    notify.announce(ref_of(thing), what, within=_around(thing), by=thing.author_id, event=event)


def tell_outcome(thing: Thing) -> None:
    tell_author(thing, OUTCOME, f"outcome:{thing.outcome}")
    event = f"{ref_of(thing)}:outcome:{now():%Y%m%d%H%M%S}:new"
    around = _around(thing) if isinstance(thing, Post) else [host_of(thing)]
    notify.announce(ref_of(thing), NEW_OUTCOME, within=around, by=thing.author_id, event=event)


def host_of(thread: Thread) -> Ref:
    return Ref(thread.host_key, thread.host_id)


def _around(post: Post) -> list[Ref]:
    return [Ref(THREAD_KEY, post.thread_id), host_of(post.thread)]


def _asked(post: Post) -> int | None:
    """Who wrote what this replies to; to a thread itself only the office answers somebody."""
    if post.parent_id is not None:
        return db.session.scalar(select(Post.author_id).where(Post.id == post.parent_id))
    return post.thread.author_id if post.is_answer else None


def _final() -> datetime:
    return now() + UNDO
