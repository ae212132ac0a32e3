"""Addresses of pages are what werkzeug makes of them, only later."""

from typing import Any

import pytest
from flask import Blueprint, Flask
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, Rule
from werkzeug.routing.exceptions import BuildError

from kern.config import Settings
from kern.ids import LARGEST_ID
from kern.web.routes import LazyRule
from portal.app import create_app
from tests import quick

RULES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/", {}),
    ("/p/<int:number>/<path:rest>", {}),
    ("/liste/", {"defaults": {"seite": 1}}),
    ("/liste/<int:seite>", {}),
)
ASKED: tuple[dict[str, object], ...] = (
    {},
    {"number": 7, "rest": "a/b ü"},
    {"number": 7, "rest": "a", "q": "x y", "self": "ich", "rule": "r"},
    {"seite": 1},
    {"seite": 2, "name": ["a", "b"]},
)


@pytest.mark.parametrize("asked", ASKED)
def test_an_address_is_the_same_the_first_and_every_later_time(asked: dict[str, object]) -> None:
    found = []
    for kind in (Rule, LazyRule):
        rules = [kind(path, endpoint="seite", **more) for path, more in RULES]
        adapter = Map(rules).bind("ort.example")
        found.append([adapter.build("seite", asked) for _ in range(3)])

    assert found[0] == found[1]


def test_an_address_without_its_values_is_refused_each_time() -> None:
    adapter = Map([LazyRule("/p/<int:number>", endpoint="p")]).bind("ort.example")
    for _ in range(2):
        with pytest.raises(BuildError):
            adapter.build("p", {})
    assert adapter.build("p", {"number": 1}) == "/p/1"


class Counted(Rule):
    compiled = 0

    def _compile_builder(self, append_unknown: bool = True) -> Any:
        self.compiled += 1
        return super()._compile_builder(append_unknown)


class Watched(LazyRule, Counted):
    """Counts what `LazyRule` has compiled."""


def test_nothing_is_compiled_for_an_address_that_nobody_asks_for() -> None:
    asked, other = (Watched(f"/{name}/<int:number>", endpoint=name) for name in "pq")
    adapter = Map([asked, other]).bind("ort.example")
    assert (asked.compiled, other.compiled) == (0, 0)

    for number in range(3):
        adapter.build("p", {"number": number})

    assert (asked.compiled, other.compiled) == (1, 0)


def test_no_address_takes_an_id_that_no_database_has(app: Flask) -> None:
    """Numbers of addresses are ids, also where tests share what came of all routes."""
    routes = app.url_map.bind("localhost")
    assert routes.match(f"/beteiligung/gespraech/{LARGEST_ID}")[1] == {"thread_id": LARGEST_ID}
    with pytest.raises(NotFound):
        routes.match(f"/beteiligung/gespraech/{LARGEST_ID + 1}")


def test_an_app_of_shared_blueprints_is_as_flask_makes_it(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests ask apps whose routes were made once (`tests.quick`)."""
    shared = create_app(settings)
    monkeypatch.setattr(Blueprint, "register", quick.FLASKS_OWN)
    own = create_app(settings)

    assert parts(shared) == parts(own) == parts(app)


def parts(app: Flask) -> list[object]:
    hooks = (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs)
    routes = [(rule.rule, rule.endpoint, rule.methods) for rule in app.url_map.iter_rules()]
    return [
        sorted(routes, key=str),
        {name: view.__qualname__ for name, view in app.view_functions.items()},
        [{name: len(found) for name, found in hook.items()} for hook in hooks],
        {name: set(codes) for name, codes in app.error_handler_spec.items()},
        list(app.blueprints),
    ]
