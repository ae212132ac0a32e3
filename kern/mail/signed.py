"""Links in mails that open one's own choice of notices without a login, and nothing else.

Signed with the town's secret and bound to the address: whoever gets a new one ends the old links.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from kern.accounts.models import Party
from kern.accounts.parties import address_of
from kern.clock import now
from kern.db import db
from kern.errors import NotFound
from kern.ids import parse_id
from kern.town import current_town

SPENT = "Dieser Link gilt nicht mehr. Bitte lassen Sie sich unten einen neuen schicken."
DIGEST = "tagespost"  # about whatever comes in the digest
DAY = timedelta(days=1)


class Use(StrEnum):
    """The values stand in addresses, so they are German."""

    CHOOSE = "einstellungen"  # see and change how often mails come, end what one follows
    END = "abmelden"  # end one kind of mail, with one click


DAYS = {Use.CHOOSE: 60, Use.END: 400}  # a mail of last year can still end what it began


@dataclass(frozen=True, slots=True)
class Signed:
    party: Party
    about: str  # a NoticeKind, or DIGEST


def path_for(use: Use, party_id: int, address: str, about: str = DIGEST) -> str:
    until = int(now().timestamp() // DAY.total_seconds()) + DAYS[use]
    signature = _signature(use, party_id, about, until, address)
    return f"/mitteilungen/{use}/{party_id}.{about}.{until}.{signature}"


def read(use: Use, text: str) -> Signed:
    """Raises NotFound with one sentence for everything that opens nothing (any more)."""
    number, about, day, signature = (*text.split("."), "", "", "", "")[:4]
    party_id, until = parse_id(number), parse_id(day)
    party = db.session.get(Party, party_id) if party_id is not None else None
    address = address_of(party) if party is not None else None
    if party is None or address is None or until is None:
        raise NotFound(SPENT)
    expected = _signature(use, party.id, about, until, address)
    if not hmac.compare_digest(signature.encode(), expected.encode()):
        raise NotFound(SPENT)
    if now().timestamp() > until * DAY.total_seconds():
        raise NotFound(SPENT)
    return Signed(party, about)


def _signature(use: Use, party_id: int, about: str, until: int, address: str) -> str:
    message = f"notices|{use}|{party_id}|{about}|{until}|{address}".encode()
    return hmac.new(current_town().secret, message, hashlib.sha256).hexdigest()[:40]
