"""Every route x every role, held against the table in tests/rights_table.py."""

from typing import Any

import pytest
from flask import Flask, url_for

from kern.accounts.permissions import Role
from kern.db import db
from kern.town import Town
from tests.builders import make_account
from tests.rights_table import LOGIN, RIGHTS, ROLES, Expected, Visit
from tests.visitors import Visitor
from tests.writings import Writings, watching_town

UNASKED = {"HEAD", "OPTIONS"}


def routes(app: Flask) -> set[tuple[str, str]]:
    return {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - UNASKED
    }


def test_every_route_has_its_row(app: Flask) -> None:
    assert sorted(routes(app) - set(RIGHTS)) == []


def test_no_row_speaks_of_a_route_that_is_gone(app: Flask) -> None:
    assert sorted(set(RIGHTS) - routes(app)) == []


class Asking:
    """One route, asked by one role after the other.

    What the row prepares is made anew where it depends on who comes, and where the answer before
    has written anything: else the next one meets all just as the one before did."""

    def __init__(self, app: Flask, endpoint: str, method: str) -> None:
        self._app, self._endpoint, self._method = app, endpoint, method
        self._row = RIGHTS[endpoint, method]
        self._prepared: tuple[str, dict[str, Any]] | None = None

    def answer(self, role: str, writings: Writings) -> Expected:
        visitor, visit = _visitor_with(self._app, role)
        address, data = self._prepared or self._prepare(visit)
        db.session.commit()
        writings.forget()
        response = visitor.send(self._method, address, data)
        is_as_before = not visit.is_asked and not writings.happened()
        self._prepared = (address, data) if is_as_before else None
        if response.status_code == 303 and response.location.startswith("/konto/anmelden?weiter="):
            return LOGIN
        return response.status_code

    def _prepare(self, visit: Visit) -> tuple[str, dict[str, Any]]:
        values, data = self._row.values(visit), dict(self._row.data(visit))
        db.session.commit()
        with self._app.test_request_context():
            return url_for(self._endpoint, **values), data


def _visitor_with(app: Flask, role: str) -> tuple[Visitor, Visit]:
    if role == "guest":
        return Visitor(app), Visit(role, None)
    grants = [] if role == "citizen" else [(Role(role), None)]
    account = make_account(f"Probe {role}", *grants)
    return Visitor(app, account), Visit(role, account)


@pytest.mark.parametrize(("endpoint", "method"), sorted(RIGHTS))
def test_each_role_gets_what_the_table_says(
    app: Flask, town: Town, endpoint: str, method: str
) -> None:
    row = RIGHTS[endpoint, method]
    login: Expected = LOGIN if method == "GET" else 403
    wanted = {role: login if row.expected[role] == LOGIN else row.expected[role] for role in ROLES}

    asking = Asking(app, endpoint, method)
    with watching_town() as writings:
        assert {role: asking.answer(role, writings) for role in ROLES} == wanted
