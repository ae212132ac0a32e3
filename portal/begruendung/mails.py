"""Mails to whoever was restricted: the statement of reasons, and what became of an objection.

Written when sent, from what is true then: a statement that was taken back says nothing any more.
"""

from collections.abc import Callable, Mapping
from typing import Any

from kern.clock import now
from kern.errors import NotFound
from kern.i18n import _l, speaking
from kern.mail import Mail, MailKind
from kern.mail.compose import Recipient, recipient_of, write
from kern.moderation import objections, statements
from kern.moderation.decisions.hearing import OUTCOME_MAIL
from kern.moderation.explaining import explain, heard_how
from kern.moderation.models import Case, Statement
from kern.moderation.objections import RECEIPT_MAIL
from kern.town import current_town

Payload = Mapping[str, Any]
Build = Callable[[Payload], Mail | None]


def _written(template: str, values: Callable[[Statement], Mapping[str, Any] | None]) -> Build:
    """`values` are what the template needs beyond the statement; None: there is nothing to say."""

    def build(payload: Payload) -> Mail | None:
        found = _open(payload)
        if found is None:
            return None
        recipient, statement = found
        with speaking(recipient.language):
            explained, more = explain(statement), values(statement)
        if more is None:
            return None
        link = current_town().address + statements.path_of(statement)
        return write(template, recipient, explained=explained, link=link, **more)

    return build


def _open(payload: Payload) -> tuple[Recipient, Statement] | None:
    recipient = recipient_of(payload["recipient"])
    try:
        statement = statements.get(int(payload["statement"]))
    except NotFound:
        return None
    return None if recipient is None or statement.party_id is None else (recipient, statement)


def _in_force(statement: Statement) -> Mapping[str, Any] | None:
    """Of what was decided together the person gets one mail, with the way to each."""
    if statement.ended_at is not None:
        return None
    found = statements.list_together(statement)
    base = current_town().address
    others = [base + statements.path_of(one) for one in found.some]
    return {"others": others, "count": found.count, "left": found.count - len(others)}


def _received(statement: Statement) -> Mapping[str, Any] | None:
    return None if objections.find(statement) is None else {"heard": heard_how(statement)}


def _concluded(statement: Statement) -> Mapping[str, Any] | None:
    objection: Case | None = objections.find(statement)
    outcome = objections.outcome_of(objection, now()) if objection is not None else None
    return None if outcome is None else {"outcome": outcome, "measure": statement.measure}


def _ended(statement: Statement) -> Mapping[str, Any] | None:
    return None if statement.ended_at is None else {}


KINDS = (
    MailKind(
        statements.MAIL,
        _l("Begründung einer Entscheidung"),
        _written("moderation/begruendung", _in_force),
    ),
    MailKind(
        statements.ENDED_MAIL,
        _l("Entscheidung aufgehoben"),
        _written("moderation/aufgehoben", _ended),
    ),
    MailKind(
        RECEIPT_MAIL, _l("Einspruch eingegangen"), _written("moderation/einspruch", _received)
    ),
    MailKind(
        OUTCOME_MAIL,
        _l("Über einen Einspruch entschieden"),
        _written("moderation/einspruch_entschieden", _concluded),
    ),
)
