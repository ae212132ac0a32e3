"""Many cases at once. One that fails stops no other."""

from collections.abc import Sequence
from dataclasses import dataclass

from kern.actor import Actor
from kern.clock import now
from kern.db import db
from kern.errors import Conflict, DomainError
from kern.moderation.decisions.choices import Decision, checked, no_for, yes_for
from kern.moderation.decisions.deciding import decide
from kern.moderation.decisions.undo import take_back
from kern.moderation.desk import get_case_for
from kern.moderation.models import CaseKind


@dataclass(frozen=True, slots=True)
class Bulk:
    done: tuple[int, ...]
    skipped: int  # somebody was faster, or the text moved on


def decide_many(
    actor: Actor,
    marked: Sequence[tuple[int, int]],
    *,
    accept: bool,
    rule: int | None = None,
    text: str = "",
    law: str = "",
) -> Bulk:
    """`marked` are pairs of case and the revision that was shown."""
    done: list[int] = []
    at = now()
    for case_id, revision in marked:
        case = get_case_for(actor, case_id)
        if case.kind == CaseKind.OBJECTION:
            continue  # each is heard by itself
        verdict = yes_for(case) if accept else no_for(case)
        decision = checked(actor, case, Decision(verdict, revision, rule, text, law))
        try:
            with db.session.begin_nested():
                decide(actor, case_id, decision, at)
        except Conflict:
            continue
        done.append(case_id)
    return Bulk(tuple(done), len(marked) - len(done))


def take_back_many(actor: Actor, case_ids: Sequence[int]) -> Bulk:
    done: list[int] = []
    for case_id in case_ids:
        try:
            with db.session.begin_nested():
                take_back(actor, case_id)
        except DomainError:
            continue
        done.append(case_id)
    return Bulk(tuple(done), len(case_ids) - len(done))
