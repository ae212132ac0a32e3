"""Reports: anybody says that something public breaks a rule; five about one thing are one case."""

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.exc import IntegrityError

from kern.accounts.emails import fold_email
from kern.actor import Actor
from kern.content import Card, DeskItem, Ref, registry
from kern.db import db
from kern.errors import Invalid, NotFound
from kern.ids import new_receipt
from kern.moderation import netiquette
from kern.moderation.cases import DESK, find_open, open_case
from kern.moderation.models import REPORT, Case, CaseKind, CaseNote
from kern.outbox import bump
from kern.scope import get_scope
from kern.scope.rules import may_read
from kern.text import clean_line

LONGEST = 2_000
LONGEST_NAME = 120
OTHER = 0  # none of the town's rules fits
GONE = "Das gibt es hier nicht, oder es ist nicht öffentlich."


@dataclass(frozen=True, slots=True)
class Allegation:
    """What somebody says about a thing. `rule` is a number of the netiquette, or OTHER."""

    rule: int
    text: str = ""
    email: str = ""
    language: str = "de"
    name: str = ""


def get_target(actor: Actor, ref: Ref) -> Card:
    """The gate: only what this actor may read in public, and what the desk could take away; all
    else answers alike."""
    type_ = registry().get(ref.key)
    if type_ is None or type_.hide is None:
        raise NotFound(GONE)
    card = type_.cards([ref.id]).get(ref.id)
    if card is None:
        raise NotFound(GONE)
    if card.scope_id is not None and not may_read(actor, get_scope(card.scope_id)):
        raise NotFound(GONE)
    return card


def report(actor: Actor, ref: Ref, allegation: Allegation) -> CaseNote:
    """Returns the note with its receipt. Who reports the same again changes what they said."""
    get_target(actor, ref)
    checked = _checked(allegation)
    item = registry()[ref.key].desk_items([ref.id]).get(ref.id)
    if item is None:
        raise NotFound(GONE)
    case = _case_for(ref, item)
    note = _own_note(actor, case)
    if note is None:
        note = CaseNote(
            case_id=case.id, kind=REPORT, receipt=new_receipt(), party_id=actor.party_id, text=""
        )
        db.session.add(note)
        _count(case)
    note.rule = checked.rule or None
    note.text, note.language = checked.text, checked.language
    note.email, note.name = checked.email or None, checked.name or None
    db.session.flush()
    bump(DESK)
    return note


def _checked(allegation: Allegation) -> Allegation:
    text = allegation.text.replace("\r\n", "\n").strip()
    numbers = {rule.number for rule in netiquette.rules()}
    if allegation.rule != OTHER and allegation.rule not in numbers:
        raise Invalid("Bitte wählen Sie, worum es geht.", field="rule")
    if allegation.rule == OTHER and not text:
        raise Invalid("Bitte schreiben Sie in einem Satz, was Sie stört.", field="text")
    if len(text) > LONGEST:
        raise Invalid("Bitte höchstens %(limit)s Zeichen.", field="text", limit=LONGEST)
    email = fold_email(allegation.email) if allegation.email.strip() else ""
    name = clean_line(allegation.name, LONGEST_NAME)
    return Allegation(allegation.rule, text, email, allegation.language, name)


def _case_for(ref: Ref, item: DeskItem) -> Case:
    """The open one, or a new one; of two first reports at once the database lets one open it."""
    case = find_open(ref, CaseKind.REPORT)
    if case is not None:
        return case
    try:
        with db.session.begin_nested():
            return open_case(
                CaseKind.REPORT,
                ref,
                item.revision,
                scope_id=item.scope_id,
                author_id=item.author_party,
            )
    except IntegrityError:
        case = find_open(ref, CaseKind.REPORT)
        if case is None:
            raise
        return case


def _own_note(actor: Actor, case: Case) -> CaseNote | None:
    if actor.party_id is None:
        return None
    query = select(CaseNote).where(
        CaseNote.case_id == case.id, CaseNote.kind == REPORT, CaseNote.party_id == actor.party_id
    )
    return db.session.scalar(query)


def _count(case: Case) -> None:
    """In the database, so that two at once are two."""
    statement = update(Case).where(Case.id == case.id).values(reports=Case.reports + 1)
    done = cast("CursorResult[Any]", db.session.execute(statement))
    if done.rowcount != 1:
        raise NotFound(GONE)
