"""From a verdict to the verb of the thing's ContentType, and back."""

from typing import Any

from sqlalchemy import select

from kern import audit, notify
from kern.actor import Actor
from kern.content import ContentType, Verdict, registry
from kern.db import db
from kern.errors import Conflict
from kern.moderation.decisions.choices import NOT_HERE, WAITING_VERDICTS, Decision
from kern.moderation.models import Case, CaseState, CaseVerdict
from kern.moderation.queue import ref_of

NO_WAY_BACK = (
    "Entfernte Stellen sind überall gelöscht und lassen sich nicht zurückholen. "
    "Wer den Text geschrieben hat, kann ihn ändern."
)


def type_of(case: Case) -> ContentType:
    if case.content_key not in registry():
        raise Conflict(NOT_HERE)
    return registry()[case.content_key]


def need(verb: Any) -> Any:
    if verb is None:
        raise Conflict(NOT_HERE)
    return verb


def apply(actor: Actor, case: Case, decision: Decision) -> None:
    """Verdicts about objections do nothing here: `objections.conclude` knows what they mean."""
    match decision.verdict:
        case CaseVerdict.UPHELD | CaseVerdict.DISMISSED:
            audit.record(actor, f"objection.{decision.verdict}", str(ref_of(case)))
        case CaseVerdict.FINE:
            audit.record(actor, "case.fine", str(ref_of(case)))
        case CaseVerdict.HIDE:
            need(type_of(case).hide)(case.content_id, actor, decision.rule)
        case CaseVerdict.RESTORE:
            need(type_of(case).restore)(case.content_id, actor)
        case CaseVerdict.REDACT:
            need(type_of(case).redact)(case.content_id, actor, decision.wording)
        case _:
            decide = need(type_of(case).decide)
            decide(case.content_id, decision.revision, actor, Verdict(decision.verdict))


def undo(actor: Actor, case: Case, verdict: CaseVerdict | None) -> None:
    """Within the undo time: everything is as before, and nobody is told."""
    if verdict == CaseVerdict.REDACT:
        raise Conflict(NO_WAY_BACK)
    if verdict == CaseVerdict.HIDE:
        restore(actor, case)
    elif verdict in WAITING_VERDICTS:
        need(type_of(case).reopen)(case.content_id, case.revision, actor)


def reverse(actor: Actor, case: Case, verdict: CaseVerdict | None) -> None:
    """A decision made anew is taken back: what was decided before holds again."""
    if verdict == CaseVerdict.HIDE:
        restore(actor, case)
    elif verdict == CaseVerdict.RESTORE:
        hide_again(actor, case)
    else:
        redo(actor, case, Verdict.REJECT)


def restore(actor: Actor, case: Case) -> None:
    need(type_of(case).restore)(case.content_id, actor)


def hide_again(actor: Actor, case: Case) -> None:
    need(type_of(case).hide)(case.content_id, actor, _newest_rule(case))


def redo(actor: Actor, case: Case, verdict: Verdict) -> None:
    """Decide the same wording another way. Its author hears of it in other words."""
    type_ = type_of(case)
    need(type_.reopen)(case.content_id, case.revision, actor)
    need(type_.decide)(case.content_id, case.revision, actor, verdict)
    if case.author_id is not None:
        notify.spare(case.author_id, f"{ref_of(case)}:{case.revision}")


def _newest_rule(case: Case) -> int | None:
    query = select(Case.rule).where(
        Case.content_key == case.content_key,
        Case.content_id == case.content_id,
        Case.state == CaseState.DECIDED,
        Case.verdict == CaseVerdict.HIDE,
    )
    return db.session.scalar(query.order_by(Case.decided_at.desc(), Case.id.desc()).limit(1))
