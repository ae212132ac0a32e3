"""Rows of the table of rights: statements of reasons, objections, people at the desk."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from kern.accounts.permissions import Role
from kern.actor import AccountId
from kern.clock import now
from kern.db import db
from kern.moderation import bars, decisions, statements
from kern.moderation.bars import Ground
from kern.moderation.decisions import Decision
from kern.moderation.models import CaseVerdict, Statement
from tests.builders import make_actor
from tests.kern.desk_cases import case_of, make_waiting
from tests.reading import read_before
from tests.rights_rows import Row, Visit, everybody, only


def _restricted() -> Statement:
    case = case_of(make_waiting())
    decision = Decision(CaseVerdict.REJECT, 1, 3, "Bitte ohne Nummer.")
    decided = decisions.decide(make_actor(Role.MODERATOR), case.id, decision)
    return statements.get_of(decided)


def _private(_visit: Visit) -> Mapping[str, Any]:
    """Whoever holds the address comes in."""
    statement = _restricted()
    return {"statement_id": statement.id, "signature": statements.path_of(statement).split("/")[3]}


def _objection(_visit: Visit) -> Mapping[str, Any]:
    newest = db.session.scalars(select(Statement).order_by(Statement.id.desc()).limit(1))
    path = statements.path_of(newest.one())
    return {"text": "Das stimmt so nicht.", **read_before(path)}


def _author(_visit: Visit) -> Mapping[str, Any]:
    return {"party_id": make_waiting().author_id}


def _barred(_visit: Visit) -> Mapping[str, Any]:
    party_id = make_waiting().author_id
    assert party_id is not None
    ground = Ground("Werbung.", 5)
    statement = bars.bar(make_actor(Role.MODERATOR), party_id, None, ground, until=None)
    return {"party_id": party_id, "statement_id": statement.id}


def _just_warned(visit: Visit) -> Mapping[str, Any]:
    """By the visitor, where they may: only they can take it back."""
    actor = make_actor(Role.MODERATOR)
    if visit.account is not None and visit.role in {Role.MODERATOR, Role.ADMINISTRATOR}:
        actor = replace(actor, account_id=AccountId(visit.account.id))
    party_id = make_waiting().author_id
    assert party_id is not None
    statement = bars.warn(actor, party_id, None, Ground("Werbung.", 5))
    return {"party_id": party_id, "case_id": statement.case_id}


def _desk(status: int, **more: Any) -> Row:
    return only(Role.MODERATOR, Role.ADMINISTRATOR, status=status, **more)


STATEMENTS: dict[tuple[str, str], Row] = {
    ("begruendung.page", "GET"): everybody(200, values=_private),
    ("begruendung.submit", "POST"): everybody(303, values=_private, data=_objection),
    ("rechenschaft.page", "GET"): everybody(200),
    ("rechenschaft.year_as_csv", "GET"): everybody(200, values=lambda _visit: {"year": now().year}),
    ("rechenschaft.versions", "GET"): everybody(200),
    ("moderation.person", "GET"): _desk(200, values=_author),
    ("moderation.act_on_person", "POST"): _desk(
        303,
        values=_author,
        data=lambda _visit: {"act": "7", "scope": "0", "rule": "5", "text": "Werbung."},
    ),
    ("moderation.lift_bar", "POST"): _desk(303, values=_barred),
    ("moderation.take_back_person", "POST"): _desk(303, values=_just_warned),
}
