"""The answer to a report: what became of it, never whose text it was, nor what it said."""

from collections.abc import Mapping
from typing import Any

from kern.content import cards_of
from kern.i18n import _l
from kern.mail import Mail, MailKind
from kern.mail.compose import Recipient, write
from kern.moderation import reports
from kern.moderation.decisions import ANSWER_MAIL
from kern.moderation.models import CaseState, CaseVerdict
from kern.moderation.netiquette import rule_text
from kern.moderation.queue import ref_of
from kern.town import current_town


def _answer(payload: Mapping[str, Any]) -> Mail | None:
    found = reports.find_note(int(payload["note"]))
    if found is None:
        return None
    note, case = found
    if note.email is None or case.state != CaseState.DECIDED:
        return None
    card = cards_of([ref_of(case)]).get(ref_of(case))
    address = current_town().address
    return write(
        "moderation/gemeldet",
        Recipient(note.email, note.language),
        receipt=note.receipt,
        hidden=case.verdict == CaseVerdict.HIDE,
        rule=rule_text(case.rule),
        link=f"{address}{card.path}" if card is not None else "",
        status=f"{address}/melden/nummer/{note.receipt}",
    )


KINDS = (MailKind(ANSWER_MAIL, _l("Antwort auf eine Meldung"), _answer),)
