"""The one mail of projects: an invitation to one that is not public."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from beteiligung.project.models import Project
from beteiligung.project.rules import DRAFTED
from beteiligung.project.service.invitations import INVITATION_MAIL
from kern.db import db
from kern.i18n import _l
from kern.mail import Mail, MailKind
from kern.mail.compose import link_of, recipient_of, write
from kern.town import current_town


def _invitation(payload: Mapping[str, Any]) -> Mail | None:
    """With a link to the project, or to the page that opens the account first."""
    query = select(Project).where(Project.id == payload["project"])
    project = db.session.scalar(query.options(joinedload(Project.scope)))
    recipient = recipient_of(payload["recipient"])
    if recipient is None or project is None:
        return None
    link = f"{current_town().address}{project.scope.path}"
    is_new = payload.get("token") is not None
    if is_new:
        accept = link_of(payload, "/konto/einladung")
        if accept is None:
            return None
        link = accept
    return write(
        "beteiligung/einladung",
        recipient,
        link=link,
        project=project,
        title=project.scope.title,
        is_new=is_new,
        is_draft=project.scope.state in DRAFTED,
    )


KINDS = (MailKind(INVITATION_MAIL, _l("Einladung zu einem Projekt"), _invitation),)
