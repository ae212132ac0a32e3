"""Take passages out of a thread or post, wherever a copy of its words is kept."""

from collections.abc import Callable, Sequence

from sqlalchemy import select

from beteiligung.discussion import rules
from beteiligung.discussion.models import THREAD_KEY, Status, TextRevision, Thread
from beteiligung.discussion.service import decisions, texts
from beteiligung.discussion.service.texts import Thing, key_of
from kern import audit
from kern.actor import Actor
from kern.content import Mention, Redaction, Ref
from kern.db import db
from kern.errors import Conflict, Invalid, NotAllowed
from kern.files import service as files
from kern.moderation import quotes, traces
from kern.moderation.redaction import Cut, cut, without
from kern.outbox import Fact

POSSIBLE = frozenset({Status.PENDING, Status.PUBLIC, Status.REJECTED, Status.HIDDEN})
MAX_TITLE = 200  # of the column: each mark makes a title longer
MAX_CLOSING = 300


def redact(thing: Thing, actor: Actor, left: Redaction) -> None:
    """Passages go from every wording and copy, for good. What waits is released so."""
    if not actor.may(rules.HIDE, thing.scope_id):
        raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")
    _hold(thing)
    if thing.status not in POSSIBLE:
        raise Conflict("Davon ist nichts mehr da.")
    wordings = texts.list_revisions(thing)
    shown = shown_wording(thing, wordings)
    taken = _rewrite(shown, wordings, left)
    _rewrite_copies(thing, taken)
    _show(thing, actor, shown)
    audit.record(actor, "text.redact", f"{key_of(thing)}:{thing.id}")
    decisions.note_posts(thing, Fact.HIDDEN)
    decisions.note(thing, Fact.HIDDEN)
    thread_id = thing.id if isinstance(thing, Thread) else thing.thread_id
    ref, host = Ref(key_of(thing), thing.id), Ref(THREAD_KEY, thread_id)
    quotes.pursue(ref, host, taken.passages)


def _hold(thing: Thing) -> None:
    """An edit that comes at this moment waits, and then is a wording of its own."""
    kind = type(thing)
    db.session.execute(select(kind.id).where(kind.id == thing.id).with_for_update())
    db.session.refresh(thing, ["latest", "released", "status"])


def shown_wording(thing: Thing, wordings: Sequence[TextRevision]) -> TextRevision:
    """What passages are taken out of: the wording that waits, else the one that is or was public,
    else the newest."""
    newest = wordings[-1]
    if newest.state == Status.PENDING or thing.released is None:
        return newest
    return next(one for one in wordings if one.number == thing.released)


def _rewrite(shown: TextRevision, wordings: Sequence[TextRevision], left: Redaction) -> Cut:
    """Returns what went. Raises Invalid when that is nothing or everything, or a word is new."""
    if not left.text.strip():
        raise Invalid(
            "Dann bliebe nichts übrig. Lehnen Sie den Text ab, oder blenden Sie ihn aus.",
            field="text",
        )
    source = cut(shown.source, left.text)
    title = cut(shown.title, shown.title if left.title is None else left.title, "title")
    taken = source + title
    if not taken.passages:
        raise Invalid("Bitte löschen Sie die Stellen, die wegmüssen.", field="text")
    if len(title.text) > MAX_TITLE:
        raise Invalid("Bitte löschen Sie in der Überschrift weniger Stellen.", field="title")
    for one in wordings:
        if one is shown:
            texts.rewrite(one, source.text, title.text)
        else:
            texts.rewrite(one, without(one.source, taken), without(one.title, taken)[:MAX_TITLE])
    return taken


def _rewrite_copies(thing: Thing, taken: Cut) -> None:
    ref = Ref(key_of(thing), thing.id)
    thing.outcome_reason = without(thing.outcome_reason, taken)
    thread = thing if isinstance(thing, Thread) else db.session.get_one(Thread, thing.thread_id)
    thread.closed_reason = without(thread.closed_reason, taken)[:MAX_CLOSING]
    for file in files.list_files(ref, "picture"):
        file.title = without(file.title, taken)[: files.MAX_ALT]
    traces.take_out(ref, taken)


def _show(thing: Thing, actor: Actor, shown: TextRevision) -> None:
    if shown.state == Status.PENDING:
        decisions.require_decider(actor, thing)
        decisions.release(thing, shown.number)
    elif thing.status == Status.PUBLIC:
        texts.show(thing, shown)
    elif isinstance(thing, Thread):
        thing.title = shown.title
    db.session.flush()


def strike(thing: Thing, mention: Mention, take_out: Callable[[str], str]) -> None:
    """Of a wording that nobody decides about, or of what the office said to it (wording 0)."""
    if mention.wording:
        one = texts.get_revision(thing, mention.wording)
        texts.rewrite(one, take_out(one.source), take_out(one.title)[:MAX_TITLE])
    else:
        thing.outcome_reason = take_out(thing.outcome_reason)
    if isinstance(thing, Thread):
        thing.closed_reason = take_out(thing.closed_reason)[:MAX_CLOSING]
        thing.title = take_out(thing.title)[:MAX_TITLE] if thing.html == "" else thing.title
    decisions.note(thing, Fact.CHANGED)
