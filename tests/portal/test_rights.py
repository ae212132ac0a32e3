"""Every route x every role, held against the table in tests/rights_table.py."""

import pytest
from flask import Flask, url_for

from kern.accounts.permissions import Role
from kern.db import db
from kern.town import Town
from tests.builders import make_account
from tests.rights_table import LOGIN, RIGHTS, ROLES, Expected, Row, Visit
from tests.visitors import Visitor

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


def visitor_with(app: Flask, role: str) -> tuple[Visitor, Visit]:
    if role == "guest":
        return Visitor(app), Visit(role, None)
    grants = [] if role == "citizen" else [(Role(role), None)]
    account = make_account(f"Probe {role}", *grants)
    return Visitor(app, account), Visit(role, account)


def answer(app: Flask, endpoint: str, method: str, row: Row, role: str) -> Expected:
    visitor, visit = visitor_with(app, role)
    values, data = row.values(visit), dict(row.data(visit))
    db.session.commit()
    with app.test_request_context():
        address = url_for(endpoint, **values)
    response = visitor.send(method, address, data)
    if response.status_code == 303 and response.location.startswith("/konto/anmelden?weiter="):
        return LOGIN
    return response.status_code


@pytest.mark.parametrize(("endpoint", "method"), sorted(RIGHTS))
def test_each_role_gets_what_the_table_says(
    app: Flask, town: Town, endpoint: str, method: str
) -> None:
    row = RIGHTS[endpoint, method]
    login: Expected = LOGIN if method == "GET" else 403
    wanted = {role: login if row.expected[role] == LOGIN else row.expected[role] for role in ROLES}

    assert {role: answer(app, endpoint, method, row, role) for role in ROLES} == wanted
