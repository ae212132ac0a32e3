"""What the desk does with a thing besides deciding about it: split it, move it, close it.

Like verdicts, all of it goes through the verbs of the thing's ContentType, which know the rules.
"""

from collections.abc import Sequence
from enum import StrEnum

from kern.actor import Actor
from kern.content import Card, ContentType, DeskItem, Ref, registry
from kern.errors import Conflict, Invalid
from kern.moderation.cases import DESK as REVISION_KEY
from kern.moderation.decisions import DECIDE, NOT_HERE
from kern.moderation.desk import get_case_for
from kern.moderation.models import Case, CaseKind, CaseState
from kern.outbox import bump


class Handle(StrEnum):
    """The values stand in addresses, so they are German."""

    SPLIT = "teilen"
    MOVE = "verschieben"
    LOCK = "schliessen"
    UNLOCK = "oeffnen"


def handles_for(actor: Actor, case: Case, item: DeskItem) -> Sequence[Handle]:
    type_ = registry().get(case.content_key)
    if type_ is None or case.state != CaseState.OPEN or not actor.may(DECIDE, case.scope_id):
        return ()
    found = []
    if type_.split is not None and case.kind == CaseKind.RELEASE:
        found.append(Handle.SPLIT)
    if type_.move is not None and case.kind != CaseKind.OBJECTION:
        found.append(Handle.MOVE)
    if type_.lock is not None:
        found.append(Handle.UNLOCK if item.is_locked else Handle.LOCK)
    return found


def split(actor: Actor, case_id: int, revision: int, first: str, second: str) -> Ref:
    """Returns the second part, which waits as a case of its own. Raises Invalid at "first" or
    "second", Conflict when there is a newer wording."""
    case = get_case_for(actor, case_id)
    verb = _type(case).split
    if verb is None or case.state != CaseState.OPEN:
        raise Conflict(NOT_HERE)
    other = verb(case.content_id, revision, actor, first, second)
    bump(REVISION_KEY)
    return other


def list_targets(actor: Actor, case: Case, words: str) -> Sequence[Card]:
    """Where it could go, best first; without words the nearest places."""
    verb = _type(case).move_targets
    return verb(case.content_id, actor, words) if verb is not None else ()


def move(actor: Actor, case_id: int, target: str) -> None:
    """`target` is a ref as text. Raises Invalid at "target"."""
    case = get_case_for(actor, case_id)
    verb = _type(case).move
    if verb is None:
        raise Conflict(NOT_HERE)
    try:
        ref = Ref.parse(target)
    except ValueError:
        raise Invalid("Bitte wählen Sie, wohin.", field="target") from None
    verb(case.content_id, actor, ref)
    bump(REVISION_KEY)


def lock(actor: Actor, case_id: int, *, locked: bool, reason: str) -> None:
    """Raises Invalid at "reason"."""
    case = get_case_for(actor, case_id)
    verb = _type(case).lock
    if verb is None:
        raise Conflict(NOT_HERE)
    verb(case.content_id, actor, locked, reason)
    bump(REVISION_KEY)


def _type(case: Case) -> ContentType:
    if case.content_key not in registry():
        raise Conflict(NOT_HERE)
    return registry()[case.content_key]
