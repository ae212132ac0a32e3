"""What an objection's end means: the measure is undone, or it stands; the author is told."""

from collections.abc import Mapping

from kern.actor import Actor
from kern.content import Verdict
from kern.moderation import statements
from kern.moderation.decisions import verbs
from kern.moderation.models import Case, CaseVerdict, Ending, Measure, Statement
from kern.moderation.queue import items_of, ref_of

OUTCOME_MAIL = "moderation.einspruch_entschieden"
REDONE: Mapping[Measure, Verdict] = {
    Measure.REJECTED: Verdict.REJECT,
    Measure.WITHOUT_PICTURE: Verdict.RELEASE_WITHOUT_PICTURE,
}
"""Decided once more about the same wording, when an objection is upheld."""


def conclude(actor: Actor, case: Case) -> None:
    statement = statements.get(case.statement_id)
    if case.verdict == CaseVerdict.UPHELD and statement.ended_at is None:
        _lift(actor, statement)
        statements.end(statement, Ending.OBJECTION, case.decided_at)
    statements.tell(statement, OUTCOME_MAIL, case)


def _lift(actor: Actor, statement: Statement) -> None:
    """Warnings, bars and removed passages need nothing more than the end of their statement."""
    origin = statement.case
    if statement.measure == Measure.HIDDEN:
        verbs.restore(actor, origin)
    elif statement.measure in REDONE and _is_newest(origin):
        verbs.redo(actor, origin, Verdict.RELEASE)


def reopen(actor: Actor, case: Case, verdict: CaseVerdict | None) -> None:
    """Within the undo time: the objection waits again, the measure holds as before."""
    statement = statements.get(case.statement_id)
    if verdict != CaseVerdict.UPHELD or statement.ended_by != Ending.OBJECTION:
        return
    origin = statement.case
    if statement.measure == Measure.HIDDEN:
        verbs.hide_again(actor, origin)
    elif statement.measure in REDONE and _is_newest(origin):
        verbs.redo(actor, origin, REDONE[statement.measure])
    statements.resume(statement)


def _is_newest(origin: Case) -> bool:
    """A wording that its author has replaced since is not brought back."""
    item = items_of([origin]).get(ref_of(origin))
    return item is not None and item.revision == origin.revision
