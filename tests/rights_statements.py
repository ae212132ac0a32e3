"""Rows of the table of rights: statements of reasons, objections, people at the desk."""

from collections.abc import Mapping
from typing import Any

from kern.accounts.permissions import Role
from kern.moderation import decisions, statements
from kern.moderation.decisions import Decision
from kern.moderation.models import CaseVerdict, Statement
from tests.builders import make_actor
from tests.kern.desk_cases import case_of, make_waiting
from tests.rights_rows import Row, Visit, everybody


def _restricted() -> Statement:
    case = case_of(make_waiting())
    decision = Decision(CaseVerdict.REJECT, 1, 3, "Bitte ohne Nummer.")
    decided = decisions.decide(make_actor(Role.MODERATOR), case.id, decision)
    return statements.get_of(decided)


def _private(_visit: Visit) -> Mapping[str, Any]:
    """Whoever holds the address comes in."""
    statement = _restricted()
    return {"statement_id": statement.id, "signature": statements.path_of(statement).split("/")[3]}


STATEMENTS: dict[tuple[str, str], Row] = {
    ("begruendung.page", "GET"): everybody(200, values=_private),
    ("begruendung.submit", "POST"): everybody(
        303, values=_private, data=lambda _visit: {"text": "Das stimmt so nicht."}
    ),
}
