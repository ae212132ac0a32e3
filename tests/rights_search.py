"""Rows of the table of rights: the search, and the searches somebody keeps."""

from collections.abc import Mapping
from typing import Any

from kern.db import db
from portal.suche.models import SavedSearch
from tests.rights_rows import Row, Visit, everybody, logged_in

_WORDS = {"q": "Teich"}


def _own(visit: Visit) -> Mapping[str, Any]:
    if visit.account is None:
        return {"saved_id": 1}
    saved = SavedSearch(party_id=visit.account.party_id, address="q=Teich")
    db.session.add(saved)
    db.session.flush()
    return {"saved_id": saved.id}


SEARCH: dict[tuple[str, str], Row] = {
    ("suche.find", "GET"): everybody(200),
    ("suche.feed", "GET"): everybody(200),
    ("suche.data", "GET"): everybody(200),
    ("suche.suggest", "GET"): everybody(200),
    ("suche.saved", "GET"): logged_in(200),
    ("suche.ask_to_save", "GET"): logged_in(303),
    ("suche.save", "POST"): logged_in(303, data=lambda _visit: _WORDS),
    ("suche.remove", "POST"): logged_in(303, values=_own),
}
