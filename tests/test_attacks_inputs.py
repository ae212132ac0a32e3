"""Whatever is sent to whatever address: no page falls over, and none comes without its headers."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from kern.accounts.permissions import Role
from kern.db import db
from kern.town import Town
from kern.web.headers import ALWAYS
from tests.attacks import World, address, make_administrator, make_world, parameter_names, usual
from tests.builders import make_account
from tests.visitors import Visitor

ODD_NUMBERS = ("2147483648", "9" * 5000, "%C2%B2")
ODD_WORDS = ("%00", "%ff%fe", "..%2f..%2fetc%2fpasswd%0d%0aSet-Cookie:%20x=1", "x" * 3000)
ODD_VALUES = {
    "too long for a number": ("9" * 5000, "nach:1e-:3"),
    "a sign that is called a digit": ("²", "nach-00010101000000000000-99999999999"),
    "half a character": ("\ud800", "vor:999999999999999999999:1"),
    "code": ("' OR 1=1 -- %(name)s {0} {{7*7}} <script>alert(1)</script>", "ab::0"),
}  # for every parameter, and for `seite`, which has a form of its own
LATER = ("konto.logout", "konto.end_sessions", "konto.delete_now")  # they end the own session


@pytest.fixture
def world(town: Town) -> World:
    return make_world()


@pytest.fixture
def administrator(app: Flask, world: World) -> Visitor:
    """Gets past every gate, so that the input reaches what is behind."""
    return Visitor(app, make_administrator())


def fault(response: TestResponse) -> str:
    """What is wrong with an answer, whatever was asked; empty when nothing is."""
    if response.status_code >= 500:
        return str(response.status_code)
    missing = [name for name in ALWAYS if name not in response.headers]
    return f"{response.status_code} without {', '.join(missing)}" if missing else ""


def methods_of(rule: Rule) -> list[str]:
    return sorted({"GET", "POST"} & (rule.methods or set()))


def odd_addresses(rule: Rule, values: Mapping[str, str]) -> Iterator[str]:
    yield address(rule, values)
    for place in rule.arguments:
        is_number = f"int:{place}" in rule.rule
        for odd in ODD_NUMBERS if is_number else ODD_WORDS:
            yield address(rule, {**values, place: odd})


def test_no_address_makes_a_page_fall_over(
    app: Flask, world: World, administrator: Visitor
) -> None:
    found = {}
    for rule in app.url_map.iter_rules():
        method = methods_of(rule)[0]
        for path in odd_addresses(rule, usual(world)):
            wrong = fault(administrator.send(method, path, {}))
            if wrong and rule.endpoint not in LATER:
                found[method, path[:200]] = wrong

    assert found == {}


@pytest.mark.parametrize("value", ODD_VALUES.values(), ids=ODD_VALUES)
def test_no_parameter_makes_a_page_fall_over(
    app: Flask, world: World, administrator: Visitor, value: tuple[str, str]
) -> None:
    assert faults_of_all_pages(app, world, administrator, *value) == {}


def test_a_number_beyond_every_table_is_no_number(
    app: Flask, world: World, administrator: Visitor
) -> None:
    assert faults_of_all_pages(app, world, administrator, "99999999999") == {}


def faults_of_all_pages(
    app: Flask, world: World, visitor: Visitor, value: str, cursor: str = "nach:1:99999999999"
) -> dict[tuple[str, str], str]:
    """`value` in every parameter there is, in the address and in the form."""
    sent = {name: value.encode(errors="surrogatepass") for name in parameter_names()}
    sent["seite"] = cursor.encode()
    query = urlencode({name: value[:50] for name, value in sent.items()})
    found = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint in LATER:
            continue
        path = f"{address(rule, usual(world))}?{query}"
        for method in methods_of(rule):
            wrong = fault(visitor.send(method, path, sent))
            if wrong:
                found[method, rule.rule] = wrong
    return found


@pytest.mark.parametrize("path", ["/beteiligung/a%00b", "/suche?q=a%00b", "/suche?a%00b=1"])
def test_an_address_with_nul_is_refused(town: Town, app: Flask, path: str) -> None:
    assert Visitor(app).get(path).status_code == 400


def test_a_form_with_nul_is_refused(world: World, app: Flask) -> None:
    form = {"text": "Mehr\0Schatten", "email": "uwe@lindenau.example"}
    path = f"/beteiligung/gespraech/{world.thread}/beitraege"
    assert Visitor(app).post(path, form).status_code == 400


@pytest.mark.parametrize("origin", ["http://[", "null", "http://localhost:@boese.example", ""])
def test_what_is_no_address_of_this_site_is_a_foreign_origin(
    app: Flask, town: Town, origin: str
) -> None:
    response = app.test_client().post("/darstellung", headers={"Origin": origin})
    assert response.status_code == 400


def test_a_right_for_a_place_that_does_not_exist_is_not_found(
    administrator: Visitor, app: Flask
) -> None:
    other = make_account("Kathrin Brandt", (Role.MODERATOR, None)).id
    db.session.commit()
    page = administrator.post(f"/verwaltung/menschen/{other}/geben/moderator/99999")

    assert page.status_code == 404
