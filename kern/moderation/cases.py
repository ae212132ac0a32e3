"""Open and close cases, in the same transaction as the act that causes them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from kern.calendar import Land, release_target
from kern.clock import now
from kern.content import Ref
from kern.db import db, inserting
from kern.moderation.models import Case, CaseKind, CaseState, CaseVerdict
from kern.outbox import bump
from kern.settings import town_settings

OVERTAKEN = (CaseKind.RELEASE, CaseKind.REVIEW)  # by a newer wording
UNDONE = (CaseState.OPEN, CaseState.SETTLED)  # nothing has come of them so far
BATCH = 500  # ids of one statement
DESK = "desk"  # the revision key of everything that shows the queue


def due(at: datetime) -> datetime:
    """Until when the town means to have looked: its target in working hours of its Land."""
    settings = town_settings()
    land = Land(settings.land)
    return release_target(at, settings.target_hours, land, settings.day_opens, settings.day_closes)


def open_case(
    kind: CaseKind, ref: Ref, revision: int, *, scope_id: int | None, author_id: int | None
) -> Case:
    """A new open case; older open ones about earlier revisions of the same thing are overtaken."""
    if kind in OVERTAKEN:
        withdraw_cases(ref, OVERTAKEN)
    case = Case(**_values(kind, ref, revision, scope_id, author_id))
    db.session.add(case)
    db.session.flush()
    bump(DESK)
    return case


def open_first_case(
    kind: CaseKind, ref: Ref, *, scope_id: int | None, author_id: int | None
) -> None:
    """About a thing made in this very transaction: there are no older ones."""
    _OPENING.send(_values(kind, ref, 1, scope_id, author_id))
    bump(DESK)


_OPENING = inserting(
    Case,
    *("kind", "content_key", "content_id", "revision", "scope_id", "author_id"),
    *("opened_at", "due_at"),
)


def _values(
    kind: CaseKind, ref: Ref, revision: int, scope_id: int | None, author_id: int | None
) -> dict[str, Any]:
    at = now()
    return {
        "kind": kind,
        "content_key": ref.key,
        "content_id": ref.id,
        "revision": revision,
        "scope_id": scope_id,
        "author_id": author_id,
        "opened_at": at,
        "due_at": due(at),
    }


def find_open(ref: Ref, kind: CaseKind) -> Case | None:
    query = select(Case).where(
        Case.content_key == ref.key,
        Case.content_id == ref.id,
        Case.kind == kind,
        Case.state == CaseState.OPEN,
    )
    return db.session.scalar(query)


def withdraw_cases(ref: Ref, kinds: Iterable[CaseKind] = tuple(CaseKind)) -> None:
    """The author took it back, or wrote it anew: nobody needs to decide any more."""
    query = update(Case).where(
        Case.content_key == ref.key,
        Case.content_id == ref.id,
        Case.kind.in_(list(kinds)),
        Case.state.in_(UNDONE),
    )
    db.session.execute(query.values(state=CaseState.WITHDRAWN, decided_at=now()))
    bump(DESK)


def move_cases(key: str, ids: Sequence[int], scope_id: int) -> None:
    """Things were moved to another scope: whoever decides there finds their cases, open or not."""
    for start in range(0, len(ids), BATCH):
        about = Case.content_id.in_(ids[start : start + BATCH])
        query = update(Case).where(Case.content_key == key, about)
        db.session.execute(query.values(scope_id=scope_id))
    bump(DESK)


def record_decision(
    ref: Ref,
    revision: int,
    verdict: CaseVerdict,
    *,
    scope_id: int | None,
    author_id: int | None,
    decided_at: datetime,
    rule: int | None = None,
) -> Case:
    """A decision made elsewhere, such as one that came with an import: in the log, no mail."""
    case = Case(
        kind=CaseKind.RELEASE,
        content_key=ref.key,
        content_id=ref.id,
        revision=revision,
        scope_id=scope_id,
        author_id=author_id,
        state=CaseState.DECIDED,
        opened_at=decided_at,
        verdict=verdict,
        rule=rule,
        decided_at=decided_at,
    )
    db.session.add(case)
    return case
