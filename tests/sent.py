"""The mails of the current town's outbox as they would be sent, without a server.

Not called mailbox: the tests' folder stands before the standard library, which has one.
"""

import re

from sqlalchemy import select

from kern.db import db
from kern.mail import Mail, kinds
from kern.outbox import OutboxEntry


def mails(template: str | None = None) -> list[Mail]:
    """Everything that would be sent now, oldest first; what has become pointless is missing."""
    query = select(OutboxEntry).where(OutboxEntry.kind == "mail").order_by(OutboxEntry.id)
    if template is not None:
        query = query.where(OutboxEntry.name == template)
    written = [kinds()[entry.name].build(entry.payload) for entry in db.session.scalars(query)]
    return [mail for mail in written if mail is not None]


def link_in(mail: Mail) -> str:
    """The path of the one link that does something."""
    found = re.findall(r"https?://[^/\s]+(/konto/\S+)", mail.text)
    assert len(found) == 1, mail.text
    return str(found[0])


def token_in(mail: Mail) -> str:
    return link_in(mail).rpartition("/")[2]
