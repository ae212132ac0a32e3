"""Contributions that staff writes down for somebody else."""

from beteiligung.discussion.service.threads import Written
from kern import text
from kern.accounts.emails import fold_email
from kern.accounts.models import Party, Source
from kern.accounts.parties import find_account, find_guest
from kern.actor import Actor
from kern.db import db

MAX_NAME = 60


def written_for(actor: Actor, *, source: Source, name: str, email: str) -> Written:
    """The person behind a sheet of paper or a call. A known address is the person already known;
    its account's name is not changed by what somebody else types."""
    party = _known(fold_email(email)) if email.strip() else None
    if party is None:
        party = Party(
            name=text.clean_line(name, MAX_NAME) or None,
            email=fold_email(email) if email.strip() else None,
        )
        db.session.add(party)
        db.session.flush()
    return Written(party.id, source, actor.account_id)


def _known(email: str) -> Party | None:
    account = find_account(email)
    return db.session.get(Party, account.party_id) if account else find_guest(email)
