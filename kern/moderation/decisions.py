"""Decide about cases: one wins, reasons are kept, half a minute later it is final.

Everything goes through the verbs of the thing's ContentType; the case itself settles who was first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, and_, delete, select, update

from kern import audit, outbox
from kern.actor import Actor
from kern.clock import now
from kern.content import ContentType, DeskItem, Verdict, registry
from kern.db import db
from kern.errors import Conflict, DomainError, Invalid, NotAllowed
from kern.moderation import netiquette
from kern.moderation.cases import DESK as REVISION_KEY
from kern.moderation.desk import RESTRICTING, get_case_for
from kern.moderation.models import (
    REASON,
    REPORT,
    Case,
    CaseKind,
    CaseNote,
    CaseState,
    CaseVerdict,
)
from kern.moderation.queue import items_of, ref_of

DECIDE = "moderation.decide"
HIDE = "moderation.hide"
UNDO = timedelta(seconds=30)
LONGEST_REASON = 2_000
ANSWER_MAIL = "moderation.gemeldet"

WAITING_VERDICTS = (
    CaseVerdict.RELEASE,
    CaseVerdict.RELEASE_WITHOUT_PICTURE,
    CaseVerdict.REJECT,
)
PUBLIC_VERDICTS = (CaseVerdict.FINE, CaseVerdict.HIDE)
PUBLIC_KINDS = (CaseKind.REPORT, CaseKind.REVIEW)
ANEW = {
    CaseVerdict.REJECT: (CaseVerdict.RELEASE, CaseVerdict.RELEASE_WITHOUT_PICTURE),
    CaseVerdict.HIDE: (CaseVerdict.RESTORE,),
    CaseVerdict.RELEASE: (CaseVerdict.HIDE,),
    CaseVerdict.RELEASE_WITHOUT_PICTURE: (CaseVerdict.HIDE,),
    CaseVerdict.FINE: (CaseVerdict.HIDE,),
    CaseVerdict.RESTORE: (CaseVerdict.HIDE,),
}

MOVED_ON = "Inzwischen gibt es eine neuere Fassung. Bitte lesen Sie zuerst diese."
NOT_HERE = "Diese Entscheidung passt hier nicht. Bitte laden Sie die Seite neu."
TOO_LATE = (
    "Zurücknehmen geht nur 30 Sekunden lang. Im Protokoll können Sie die Entscheidung "
    "jederzeit ändern; wer den Text geschrieben hat, bekommt dann eine neue Nachricht."
)


class AlreadyDecided(Conflict):
    """Somebody was faster, or the author changed the text; the page says who and what."""

    def __init__(self, case_id: int) -> None:
        super().__init__("Darüber wurde inzwischen schon entschieden.")
        self.case_id = case_id


@dataclass(frozen=True, slots=True)
class Decision:
    """What a moderator wants. `revision` is the wording they read."""

    verdict: CaseVerdict
    revision: int
    rule: int | None = None
    text: str = ""

    @property
    def restricts(self) -> bool:
        return self.verdict in RESTRICTING


def verdicts_for(case: Case) -> tuple[CaseVerdict, ...]:
    """What can be decided about an open case."""
    return PUBLIC_VERDICTS if case.kind in PUBLIC_KINDS else WAITING_VERDICTS


def yes_for(case: Case) -> CaseVerdict:
    return CaseVerdict.FINE if case.kind in PUBLIC_KINDS else CaseVerdict.RELEASE


def no_for(case: Case) -> CaseVerdict:
    return CaseVerdict.HIDE if case.kind in PUBLIC_KINDS else CaseVerdict.REJECT


def decide(actor: Actor, case_id: int, decision: Decision) -> Case:
    """Raises AlreadyDecided for everybody but the first, Conflict when the text moved on."""
    case = get_case_for(actor, case_id)
    checked = _checked(actor, case, decision)
    if checked.verdict not in verdicts_for(case):
        raise Conflict(NOT_HERE)
    at = now()
    _close(actor, case, checked, at)
    _require_unmoved(case, checked)
    _apply(actor, case, checked)
    _keep_reason(actor, case, checked, at)
    _answer_reporters(_together(case), at)
    outbox.bump(REVISION_KEY)
    return case


def _checked(actor: Actor, case: Case, decision: Decision) -> Decision:
    permission = DECIDE if decision.verdict in (*WAITING_VERDICTS, CaseVerdict.FINE) else HIDE
    if not actor.may(permission, case.scope_id):
        raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")
    if not decision.restricts:
        return Decision(decision.verdict, decision.revision)
    text = decision.text.replace("\r\n", "\n").strip()
    numbers = {rule.number for rule in netiquette.rules()}
    if numbers and decision.rule not in numbers:
        raise Invalid("Bitte wählen Sie die Regel, um die es geht.", field="rule")
    if not text:
        raise Invalid("Bitte schreiben Sie einen Satz dazu, warum.", field="text")
    if len(text) > LONGEST_REASON:
        raise Invalid("Bitte höchstens %(limit)s Zeichen.", field="text", limit=LONGEST_REASON)
    return Decision(decision.verdict, decision.revision, decision.rule if numbers else None, text)


def _close(actor: Actor, case: Case, decision: Decision, at: datetime) -> None:
    """Compare and swap: of two at once, one finds no open case any more.

    What is public is decided once for everybody who objected to it.
    """
    if not _set(Case.id == case.id, CaseState.OPEN, _outcome(actor, decision, at)):
        raise AlreadyDecided(case.id)
    if case.kind in PUBLIC_KINDS:
        same = and_(
            Case.content_key == case.content_key,
            Case.content_id == case.content_id,
            Case.kind.in_(PUBLIC_KINDS),
        )
        _set(same, CaseState.OPEN, _outcome(actor, decision, at))
    db.session.refresh(case)


def _outcome(actor: Actor, decision: Decision, at: datetime) -> dict[str, Any]:
    return {
        "state": CaseState.DECIDED,
        "verdict": decision.verdict,
        "rule": decision.rule,
        "decided_by": actor.account_id,
        "decided_at": at,
        "claimed_by": None,
        "claimed_until": None,
    }


def _set(condition: ColumnElement[bool], state: CaseState, values: dict[str, Any]) -> int:
    """How many cases were in that state."""
    statement = update(Case).where(condition, Case.state == state).values(**values)
    done = statement.execution_options(synchronize_session=False)
    return cast("CursorResult[Any]", db.session.execute(done)).rowcount


def _type(case: Case) -> ContentType:
    if case.content_key not in registry():
        raise Conflict(NOT_HERE)
    return registry()[case.content_key]


def _item(case: Case) -> DeskItem:
    found = items_of([case]).get(ref_of(case))
    if found is None:
        raise Conflict("Davon ist nichts mehr da.")
    return found


def _require_unmoved(case: Case, decision: Decision) -> None:
    """Nobody decides about what they have not read."""
    if _item(case).revision != decision.revision:
        raise Conflict(MOVED_ON)


def _apply(actor: Actor, case: Case, decision: Decision) -> None:
    kind, id_ = _type(case), case.content_id
    match decision.verdict:
        case CaseVerdict.FINE:
            audit.record(actor, "case.fine", str(ref_of(case)))
        case CaseVerdict.HIDE:
            _need(kind.hide)(id_, actor, decision.rule)
        case CaseVerdict.RESTORE:
            _need(kind.restore)(id_, actor)
        case _:
            _need(kind.decide)(id_, decision.revision, actor, Verdict(decision.verdict))


def _need(verb: Any) -> Any:
    if verb is None:
        raise Conflict(NOT_HERE)
    return verb


def _keep_reason(actor: Actor, case: Case, decision: Decision, at: datetime) -> None:
    if decision.restricts:
        note = CaseNote(
            case_id=case.id, kind=REASON, text=decision.text, party_id=actor.party_id, noted_at=at
        )
        db.session.add(note)
    db.session.flush()


def _together(case: Case) -> Sequence[Case]:
    """The case, and those about the same thing that were closed with it."""
    query = select(Case).where(
        Case.content_key == case.content_key,
        Case.content_id == case.content_id,
        Case.decided_at == case.decided_at,
        Case.decided_by == case.decided_by,
    )
    return db.session.scalars(query).all()


def _answer_reporters(cases: Iterable[Case], at: datetime) -> None:
    ids = [case.id for case in cases if case.kind == CaseKind.REPORT]
    query = select(CaseNote).where(
        CaseNote.case_id.in_(ids), CaseNote.kind == REPORT, CaseNote.email.is_not(None)
    )
    for note in db.session.scalars(query).all() if ids else ():
        outbox.mail(
            ANSWER_MAIL,
            f"report:{note.id}",
            event=f"case:{note.case_id}",
            not_before=at + UNDO,
            note=note.id,
        )


# Many at once


@dataclass(frozen=True, slots=True)
class Bulk:
    done: tuple[int, ...]
    skipped: int  # somebody was faster, or the text moved on


def decide_many(
    actor: Actor, marked: Sequence[tuple[int, int]], *, accept: bool, rule: int | None, text: str
) -> Bulk:
    """`marked` are pairs of case and the revision that was shown. One that fails stops no other."""
    done: list[int] = []
    for case_id, revision in marked:
        case = get_case_for(actor, case_id)
        verdict = yes_for(case) if accept else no_for(case)
        decision = _checked(actor, case, Decision(verdict, revision, rule, text))
        try:
            with db.session.begin_nested():
                decide(actor, case_id, decision)
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


# Undo


def may_take_back(actor: Actor, case: Case, at: datetime) -> bool:
    return (
        case.state == CaseState.DECIDED
        and case.decided_by is not None
        and case.decided_by == actor.account_id
        and case.decided_at is not None
        and at <= case.decided_at + UNDO
    )


def take_back(actor: Actor, case_id: int) -> Case:
    """Within half a minute, by whoever decided: everything is as before, and nobody was told."""
    case = get_case_for(actor, case_id)
    if not may_take_back(actor, case, now()):
        raise Conflict(TOO_LATE)
    cases = _together(case)
    verdict, rule = case.verdict, case.rule
    _require_nothing_newer(cases)
    anew = case.kind == CaseKind.CHANGE
    state = CaseState.WITHDRAWN if anew else CaseState.OPEN
    _reopen(cases, state)
    if anew:
        _reverse(actor, case, verdict)
    elif verdict == CaseVerdict.HIDE:
        _restore_quietly(actor, case)
    elif verdict in WAITING_VERDICTS:
        _need(_type(case).reopen)(case.content_id, case.revision, actor)
    audit.record(actor, "case.undo", str(ref_of(case)), f"rule {rule}" if rule else None)
    outbox.bump(REVISION_KEY)
    return case


def _require_nothing_newer(cases: Sequence[Case]) -> None:
    first = cases[0]
    query = select(Case.id).where(
        Case.content_key == first.content_key,
        Case.content_id == first.content_id,
        Case.state != CaseState.WITHDRAWN,
        Case.id > max(case.id for case in cases),
    )
    if db.session.scalar(query.limit(1)) is not None:
        raise Conflict(
            "Inzwischen ist etwas Neues dazu eingegangen. Bitte laden Sie die Seite neu."
        )


def _reopen(cases: Sequence[Case], state: CaseState) -> None:
    ids = [case.id for case in cases]
    values: dict[str, Any] = {"state": state, "verdict": None, "rule": None}
    values |= {"decided_by": None, "decided_at": None if state == CaseState.OPEN else now()}
    if _set(Case.id.in_(ids), CaseState.DECIDED, values) != len(ids):
        raise Conflict(TOO_LATE)
    gone = delete(CaseNote).where(CaseNote.case_id.in_(ids), CaseNote.kind == REASON)
    db.session.execute(gone)
    for case in cases:
        db.session.refresh(case)
        outbox.cancel_mails(f"case:{case.id}")


def _restore_quietly(actor: Actor, case: Case) -> None:
    _need(_type(case).restore)(case.content_id, actor)
    outbox.cancel_mails(f"{ref_of(case)}:hide")


def _reverse(actor: Actor, case: Case, verdict: CaseVerdict | None) -> None:
    """A decision made anew is taken back: what was decided before holds again."""
    kind, id_ = _type(case), case.content_id
    if verdict == CaseVerdict.HIDE:
        _restore_quietly(actor, case)
    elif verdict == CaseVerdict.RESTORE:
        _need(kind.hide)(id_, actor, _newest_rule(case))
        outbox.cancel_mails(f"{ref_of(case)}:hide")
    else:
        _need(kind.reopen)(id_, case.revision, actor)
        _need(kind.decide)(id_, case.revision, actor, Verdict.REJECT)
        outbox.cancel_mails(f"{ref_of(case)}:{case.revision}")


def _newest_rule(case: Case) -> int | None:
    query = select(Case.rule).where(
        Case.content_key == case.content_key,
        Case.content_id == case.content_id,
        Case.state == CaseState.DECIDED,
        Case.verdict == CaseVerdict.HIDE,
    )
    return db.session.scalar(query.order_by(Case.decided_at.desc(), Case.id.desc()).limit(1))


# Anew, from the log


def decide_anew(actor: Actor, case_id: int, decision: Decision) -> Case:
    """Change what was decided: a decision of its own in the log, and the author is told again."""
    before = get_case_for(actor, case_id)
    db.session.execute(select(Case.id).where(Case.id == case_id).with_for_update())
    checked = _checked(actor, before, decision)
    if before.state != CaseState.DECIDED or before.verdict is None:
        raise Conflict(NOT_HERE)
    if checked.verdict not in ANEW[before.verdict]:
        raise Conflict(NOT_HERE)
    _require_newest(before)
    _require_unmoved(before, checked)
    at = now()
    case = _case_anew(actor, before, checked, at)
    if before.verdict == CaseVerdict.REJECT:
        _need(_type(case).reopen)(case.content_id, checked.revision, actor)
    _apply(actor, case, checked)
    _keep_reason(actor, case, checked, at)
    outbox.bump(REVISION_KEY)
    return case


def _require_newest(case: Case) -> None:
    query = select(Case.id).where(
        Case.content_key == case.content_key,
        Case.content_id == case.content_id,
        Case.state != CaseState.WITHDRAWN,
        Case.id > case.id,
    )
    newer = db.session.scalar(query.order_by(Case.id.desc()).limit(1))
    if newer is not None:
        raise AlreadyDecided(newer)


def _case_anew(actor: Actor, before: Case, decision: Decision, at: datetime) -> Case:
    case = Case(
        kind=CaseKind.CHANGE,
        content_key=before.content_key,
        content_id=before.content_id,
        revision=decision.revision,
        scope_id=before.scope_id,
        author_id=before.author_id,
        opened_at=at,
        **_outcome(actor, decision, at),
    )
    db.session.add(case)
    db.session.flush()
    return case
