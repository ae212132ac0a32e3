"""What the desk keeps about a person: what was decided about them, what they said against it, and
what they reported. Who decided and who reported them are other people, and not in it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import joinedload

from kern.accounts.keeping import Keeper, Person
from kern.clock import now
from kern.db import db
from kern.moderation import bars, objections, statements
from kern.moderation.cases import DESK
from kern.moderation.forgetting import forget_notes
from kern.moderation.models import REPORT, Case, CaseKind, CaseNote, CaseState, Measure, Statement
from kern.moderation.queue import ref_of
from kern.notify.keeping import paths_of
from kern.outbox import bump


def _statements(person: Person) -> list[Mapping[str, Any]]:
    query = select(Statement).where(Statement.party_id.in_(person.parties)).order_by(Statement.id)
    found = db.session.scalars(query.options(joinedload(Statement.case)))
    return [_statement(one) for one in found]


def _statement(one: Statement) -> Mapping[str, Any]:
    return {
        "massnahme": str(one.measure),
        "seit": statements.taken_at(one).isoformat(),
        "bis": one.until.isoformat() if one.until else None,
        "beendet": one.ended_at.isoformat() if one.ended_at else None,
        "warum": statements.facts_of(one),
        "regel": one.case.rule,
        "regel_im_wortlaut": one.rule_text,
        "gesetz": one.law,
        "aufgefallen_durch": str(one.found),
        "adresse": statements.path_of(one),
        "widerspruch": _objection(one),
    }


def _objection(statement: Statement) -> Mapping[str, Any] | None:
    case = objections.find(statement)
    if case is None:
        return None
    outcome = objections.outcome_of(case, now())
    return {
        "am": case.opened_at.isoformat(),
        "text": objections.words_of(case),
        "entschieden": outcome.decided_at.isoformat() if outcome else None,
        "stattgegeben": outcome.is_upheld if outcome else None,
        "begruendung": outcome.reason if outcome else None,
    }


def _bars(person: Person) -> list[Mapping[str, Any]]:
    """Those in force: each is one of the statements as well."""
    query = select(Statement).where(
        Statement.party_id.in_(person.parties), Statement.measure == Measure.BARRED
    )
    found = db.session.scalars(query.options(joinedload(Statement.case)).order_by(Statement.id))
    return [
        {
            "ueberall": one.case.scope_id is None,
            "seit": statements.taken_at(one).isoformat(),
            "bis": one.until.isoformat() if one.until else None,
        }
        for one in found
        if bars.holds(one, now())
    ]


def _reports(person: Person) -> list[Mapping[str, Any]]:
    """Also those made without a login from this address."""
    by_them = or_(CaseNote.party_id.in_(person.parties), CaseNote.email == person.address)
    query = select(CaseNote, Case).join(Case, Case.id == CaseNote.case_id)
    query = query.where(CaseNote.kind == REPORT, by_them).order_by(CaseNote.id)
    rows: Sequence[tuple[CaseNote, Case]] = [(row[0], row[1]) for row in db.session.execute(query)]
    paths = paths_of({ref_of(case) for _note, case in rows}, person)
    return [
        {
            "nummer": note.receipt,
            "was": paths.get(ref_of(case)),
            "am": note.noted_at.isoformat(),
            "regel": note.rule,
            "text": note.text,
            "name": note.name,
            "e_mail": note.email,
            "entschieden": _told_at(case),
        }
        for note, case in rows
    ]


def _told_at(case: Case) -> str | None:
    """Nobody hears of a decision that can still be taken back."""
    if case.state != CaseState.DECIDED or statements.after_undo(case) > now():
        return None
    return (case.decided_at or case.opened_at).isoformat()


def _forget(person: Person) -> None:
    """Their words go at once; that somebody decided, and why, stays without them."""
    forget_notes(CaseNote.party_id.in_(person.parties))
    forget_notes(CaseNote.email == person.address)
    theirs = Case.author_id.in_(person.parties) & (Case.kind == CaseKind.OBJECTION)
    waiting = update(Case).where(theirs, Case.state == CaseState.OPEN)
    db.session.execute(waiting.values(state=CaseState.WITHDRAWN, decided_at=now()))
    bump(DESK)


KEEPERS = (
    Keeper("begruendungen", _statements, _forget),
    Keeper("sperren", _bars),
    Keeper("meldungen", _reports),
)
