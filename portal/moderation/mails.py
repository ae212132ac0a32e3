"""The answer to a report: what became of it, never whose text it was, nor what it said."""

from collections.abc import Mapping
from typing import Any

from kern.i18n import _l
from kern.mail import Mail, MailKind
from kern.mail.compose import Recipient, write
from kern.moderation import answers
from kern.moderation.answers import Answer
from kern.moderation.decisions import AGAIN_MAIL, ANSWER_MAIL
from kern.moderation.models import CaseKind, CaseState, CaseVerdict
from kern.moderation.netiquette import rule_text
from kern.moderation.queue import ref_of
from kern.town import current_town


def _answer(payload: Mapping[str, Any]) -> Mail | None:
    found = _open(payload)
    if found is None:
        return None
    case = found.case
    return _written("moderation/gemeldet", found, hidden=case.verdict == CaseVerdict.HIDE)


def _again(payload: Mapping[str, Any]) -> Mail | None:
    """None when something newer was decided since, which has a mail of its own."""
    found = _open(payload)
    if found is None or found.later is None or found.later.id != int(payload["case"]):
        return None
    later = found.later
    return _written(
        "moderation/gemeldet_neu",
        found,
        hidden=later.verdict == CaseVerdict.HIDE,
        objected=later.kind == CaseKind.OBJECTION,
    )


def _open(payload: Mapping[str, Any]) -> Answer | None:
    found = answers.find_answer(int(payload["note"]))
    if found is None or found.note.email is None or found.case.state != CaseState.DECIDED:
        return None
    return found


def _written(template: str, found: Answer, *, hidden: bool, **values: Any) -> Mail:
    note, ref, address = found.note, ref_of(found.case), current_town().address
    return write(
        template,
        Recipient(note.email or "", note.language),
        receipt=note.receipt,
        hidden=hidden,
        redacted=found.case.verdict == CaseVerdict.REDACT,
        rule=rule_text((found.later or found.case).rule),
        link=f"{address}{found.card.path}" if found.card is not None else "",
        report=f"{address}/melden/{ref.key}/{ref.id}",
        status=f"{address}/melden/nummer/{note.receipt}",
        **values,
    )


KINDS = (
    MailKind(ANSWER_MAIL, _l("Antwort auf eine Meldung"), _answer),
    MailKind(AGAIN_MAIL, _l("Neue Entscheidung zu einer Meldung"), _again),
)
