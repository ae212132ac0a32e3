"""Forget old notices, and everything of people who have gone. Run by the tick."""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select

from kern.accounts.models import Party
from kern.db import db
from kern.notify.models import Digest, Follow, Notice, Preference

KEEP = timedelta(days=90)


def forget(_since: datetime, until: datetime) -> bool:
    gone = select(Party.id).where(Party.erased_at.is_not(None))
    queries = [
        delete(Notice).where(Notice.at < until - KEEP),
        *(delete(table).where(table.party_id.in_(gone)) for table in (Notice, Follow, Preference)),
        delete(Digest).where(Digest.made_at < until - KEEP),
    ]
    found = [cast("CursorResult[Any]", db.session.execute(query)).rowcount for query in queries]
    return sum(found) > 0
