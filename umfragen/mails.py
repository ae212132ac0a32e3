"""The one mail of somebody who answers: the way in, for surveys that count addresses once."""

from collections.abc import Mapping
from typing import Any

from kern.accounts.pending import find_subject
from kern.i18n import _l
from kern.mail import Mail, MailKind
from kern.mail.compose import recipient_of, write
from kern.town import current_town
from umfragen import service
from umfragen.service import AlreadyAnswered

Payload = Mapping[str, Any]

NAME = "umfragen.zutritt"


def _access(payload: Payload) -> Mail | None:
    """The mark of the address is made only here, not in the row that knows the address."""
    recipient = recipient_of(payload["recipient"])
    waiting = find_subject(payload["recipient"])
    if recipient is None or waiting is None:
        return None
    survey = service.get_survey_by_id(int(waiting.payload["survey"]))
    page = f"{current_town().address}/umfragen/{survey.slug}"
    try:
        admission = service.admission_for_address(survey, recipient.address)
    except AlreadyAnswered:
        return write("umfragen/schon", recipient, title=survey.title, link=page)
    return write(
        "umfragen/zutritt", recipient, title=survey.title, link=f"{page}/zutritt/{admission}"
    )


KINDS = (MailKind(NAME, _l("Zutritt zu einer Umfrage"), _access, asked=True),)
