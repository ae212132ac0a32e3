"""Rows of the table of rights: notices, follows, choices."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from beteiligung.discussion.models import THREAD_KEY
from kern import notify
from kern.content import Ref
from kern.db import db
from kern.mail.signed import Use, path_for
from kern.notify.models import Follow
from tests.builders import make_party, make_thread
from tests.rights_rows import LOGIN, Row, Visit, everybody, logged_in, row

CHOICES = ("fate", "answer", "reply", "case", "followed", "desk")


def _thread(_visit: Visit) -> Mapping[str, Any]:
    return {"key": THREAD_KEY, "content_id": make_thread().id}


def _token(use: Use) -> dict[str, Any]:
    party = make_party()
    return {"token": path_for(use, party.id, party.email or "").rpartition("/")[2]}


def _choose(_visit: Visit) -> Mapping[str, Any]:
    return _token(Use.CHOOSE)


def _end(_visit: Visit) -> Mapping[str, Any]:
    return _token(Use.END)


def _follow_of(party_id: int) -> int:
    notify.follow(party_id, Ref(THREAD_KEY, make_thread().id))
    query = select(Follow.id).where(Follow.party_id == party_id)
    return db.session.scalars(query).one()


def _own_follow(visit: Visit) -> Mapping[str, Any]:
    if visit.account is None:
        return {"follow_id": 1}
    return {"follow_id": _follow_of(visit.account.party_id)}


def _follow_by_link(_visit: Visit) -> Mapping[str, Any]:
    party = make_party()
    token = path_for(Use.CHOOSE, party.id, party.email or "").rpartition("/")[2]
    return {"token": token, "follow_id": _follow_of(party.id)}


def _wishes(_visit: Visit) -> Mapping[str, Any]:
    return dict.fromkeys(CHOICES, "weekly")


def _address(visit: Visit) -> Mapping[str, Any]:
    return {"email": f"neu-{visit.role}@lindenau.example"}


MITTEILUNGEN: dict[tuple[str, str], Row] = {
    ("mitteilungen.list_notices", "GET"): logged_in(200),
    ("mitteilungen.mark_all_seen", "POST"): logged_in(303),
    ("mitteilungen.choices", "GET"): everybody(200),
    ("mitteilungen.choose", "POST"): logged_in(303, data=_wishes),
    ("mitteilungen.end_follow", "POST"): logged_in(303, values=_own_follow),
    ("mitteilungen.send_link", "POST"): everybody(200, data=_address),
    ("mitteilungen.choices_by_link", "GET"): everybody(200, values=_choose),
    ("mitteilungen.choose_by_link", "POST"): everybody(303, values=_choose, data=_wishes),
    ("mitteilungen.end_follow_by_link", "POST"): everybody(303, values=_follow_by_link),
    ("mitteilungen.ask_to_end", "GET"): everybody(200, values=_end),
    ("mitteilungen.end_mails", "POST"): everybody(200, values=_end),
    ("mitteilungen.ask_to_follow", "GET"): everybody(200, values=_thread),
    ("mitteilungen.begin_to_follow", "POST"): row(
        guest=200, citizen=303, values=_thread, data=_address
    ),
    ("mitteilungen.stop_following", "POST"): row(guest=LOGIN, citizen=303, values=_thread),
}
