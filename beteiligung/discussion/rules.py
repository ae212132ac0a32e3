"""Who may do what in a discussion, and when. Pure: values in, an error out, no database."""

from datetime import datetime
from math import sqrt
from typing import Protocol

from beteiligung.discussion.models import Outcome, Post, Status, Thread
from kern.actor import Actor
from kern.errors import Conflict, Invalid, LoginRequired, NotAllowed
from kern.i18n import _l
from kern.scope import Act, Moderation, ScopeState, Spans, is_open
from kern.scope.rules import Moderated, Readable, may_read

POST = "discussion.post"
VOTE = "discussion.vote"
OPEN_THREAD = "discussion.open_thread"
MANAGE = "discussion.manage"
ANSWER = "discussion.answer"
ENTER = "discussion.enter"
DECIDE = "moderation.decide"
HIDE = "moderation.hide"

HOSTS = frozenset({"beteiligung.project", "wiki.page"})
"""What threads hang on: the panel stands on their pages."""

MAX_TITLE = 120
MAX_QUESTION = 4_000
MAX_POST = 5_000
MAX_REASON = 2_000
MAX_CLOSING = 300

OUTCOME_LABELS = {
    Outcome.UNDER_REVIEW: _l("Wird geprüft"),
    Outcome.ACCEPTED: _l("Wird umgesetzt"),
    Outcome.PARTLY: _l("Zum Teil übernommen"),
    Outcome.DECLINED: _l("Nicht möglich"),
}
NEEDS_REASON = frozenset({Outcome.PARTLY, Outcome.DECLINED})

MOVABLE = frozenset({Status.PENDING, Status.PUBLIC})
LIVING = (ScopeState.PUBLISHED, ScopeState.CLOSED)  # projects that something can be moved to

TRANSITIONS = frozenset(
    {
        (Status.PENDING, Status.PUBLIC),
        (Status.PENDING, Status.REJECTED),
        (Status.PENDING, Status.WITHDRAWN),
        (Status.REJECTED, Status.PENDING),  # rewritten, or the decision taken back
        (Status.REJECTED, Status.WITHDRAWN),
        (Status.PUBLIC, Status.PENDING),  # the release taken back within the undo time
        (Status.PUBLIC, Status.HIDDEN),
        (Status.PUBLIC, Status.WITHDRAWN),
        (Status.HIDDEN, Status.PUBLIC),
        (Status.HIDDEN, Status.WITHDRAWN),
        (Status.PENDING, Status.ERASED),
        (Status.PUBLIC, Status.ERASED),
        (Status.REJECTED, Status.ERASED),
        (Status.HIDDEN, Status.ERASED),
        (Status.WITHDRAWN, Status.ERASED),
    }
)


def require_transition(old: Status, new: Status) -> None:
    if (old, new) not in TRANSITIONS:
        raise Conflict("Inzwischen hat sich etwas geändert. Bitte laden Sie die Seite neu.")


class Closing(Protocol):
    """A thread, or as much of one as was read."""

    @property
    def closed_at(self) -> datetime | None: ...
    @property
    def closes_at(self) -> datetime | None: ...


class Placed(Closing, Protocol):
    """A thread with whether a phase of its project lets people discuss now."""

    @property
    def id(self) -> int: ...
    @property
    def scope_id(self) -> int: ...
    @property
    def status(self) -> Status: ...
    @property
    def allows(self) -> bool: ...


def is_closed(thread: Closing, windows: Spans, at: datetime) -> bool:
    """By hand, by its own date, or because no phase allows discussion now."""
    return _is_shut(thread, at) or not is_open(windows, Act.DISCUSS, at)


def _is_shut(thread: Closing, at: datetime) -> bool:
    by_hand = thread.closed_at is not None and thread.closed_at <= at
    return by_hand or (thread.closes_at is not None and thread.closes_at <= at)


def require_open(place: Placed, at: datetime) -> None:
    if _is_shut(place, at) or not place.allows:
        raise Conflict("Dieses Gespräch ist beendet. Lesen können Sie es weiterhin.")
    if place.status != Status.PUBLIC:
        raise Conflict("Dieses Gespräch ist noch nicht freigegeben.")


def require_may_post(actor: Actor, place: Placed, at: datetime) -> None:
    """For people with a login. Everybody else confirms by mail, which is checked there."""
    if not actor.may(POST, place.scope_id):
        raise LoginRequired("Bitte melden Sie sich an, um mitzureden.")
    if not actor.may(MANAGE, place.scope_id):
        require_open(place, at)


def require_reply_fits(thread: Thread | Placed, parent: Post | None) -> None:
    """Replies are one level deep, and stay in their thread."""
    if parent is None:
        return
    if parent.thread_id != thread.id or parent.parent_id is not None:
        raise Invalid("Auf diese Antwort können Sie nicht einzeln antworten.")
    if parent.status != Status.PUBLIC:
        raise Conflict("Der Beitrag, auf den Sie antworten, ist nicht mehr öffentlich.")


def first_status(actor: Actor, scope: Moderated, *, trusted: bool) -> Status:
    """Staff who release need no second pair of eyes; else what the scope says."""
    if actor.may(DECIDE, scope.id):
        return Status.PUBLIC
    if scope.moderation == Moderation.AFTER:
        return Status.PUBLIC
    if scope.moderation == Moderation.TRUST and trusted:
        return Status.PUBLIC
    return Status.PENDING


class Written(Protocol):
    """A post or thread, or as much of one as was read."""

    @property
    def status(self) -> Status: ...
    @property
    def author_id(self) -> int | None: ...


def is_own(thing: Written, actor: Actor) -> bool:
    return actor.party_id is not None and thing.author_id == actor.party_id


def is_visible(thing: Written, scope: Readable, actor: Actor) -> bool:
    """The text may be read. Said a second time in SQL by the lists; a test holds them together."""
    if not may_read(actor, scope):
        return False
    if thing.status == Status.PUBLIC:
        return True
    if thing.status == Status.ERASED:
        return False
    return is_own(thing, actor) or actor.may(DECIDE, scope.id)


def require_may_edit(actor: Actor, thing: Post | Thread, *, is_closed: bool) -> None:
    if not is_own(thing, actor):
        raise NotAllowed("Ändern kann nur, wer den Beitrag geschrieben hat.")
    if thing.status not in {Status.PENDING, Status.PUBLIC, Status.REJECTED}:
        raise Conflict("Dieser Beitrag lässt sich nicht mehr ändern.")
    if is_closed:
        raise Conflict("Dieses Gespräch ist beendet, darum lässt sich nichts mehr ändern.")


def require_may_withdraw(actor: Actor, thing: Post | Thread) -> None:
    if not is_own(thing, actor):
        raise NotAllowed("Zurückziehen kann nur, wer den Beitrag geschrieben hat.")
    require_transition(thing.status, Status.WITHDRAWN)


def require_may_move(actor: Actor, thing: Post | Thread, target_scope: int) -> None:
    """Who moves something decides here and there."""
    if not (actor.may(DECIDE, thing.scope_id) and actor.may(DECIDE, target_scope)):
        raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")
    if thing.status not in MOVABLE:
        raise Conflict("Verschieben lässt sich nur, was wartet oder öffentlich ist.")


def require_outcome_fits(outcome: Outcome, reason: str) -> None:
    if outcome in NEEDS_REASON and not reason.strip():
        raise Invalid("Bitte sagen Sie in einem Satz, warum.", field="reason")
    if len(reason) > MAX_REASON:
        raise Invalid("Bitte höchstens %(limit)s Zeichen.", field="reason", limit=MAX_REASON)


Z = 1.959964  # of a 95 % interval


def wilson(agree: int, disagree: int) -> float:
    """Lower bound of the 95 % Wilson score interval for the share that agrees, 0.0 to 1.0.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, 1927.
    """
    total = agree + disagree
    if total == 0:
        return 0.0
    z, share = Z, agree / total
    centre = share + z * z / (2 * total)
    margin = z * sqrt((share * (1 - share) + z * z / (4 * total)) / total)
    return max(0.0, (centre - margin) / (1 + z * z / total)) if agree else 0.0
