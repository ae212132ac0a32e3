"""What every app of a test process makes anew though it is always the same, made once; and garbage
looked for seldom. Both together were more than half of the suite's time."""

import gc
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

from flask import Flask
from flask.sansio.app import App
from flask.sansio.blueprints import Blueprint
from hypothesis.internal import charmap
from hypothesis.internal.intervalsets import IntervalSet
from jinja2.bccache import Bucket
from werkzeug.routing import Map, Rule, RuleFactory
from whitenoise import WhiteNoise

from kern.db.statements import SHARED
from kern.web import templates
from kern.web.compiled import Compiled

GARBAGE = (100_000, 50, 100)  # objects of the youngest; rounds of the next two generations
STATEMENTS = 10_000  # of all engines, of both kinds of database


class Remembered(Compiled):
    """Code of templates, read from its files once and not by each app."""

    def __init__(self, compiler: Path) -> None:
        super().__init__(compiler)
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))
        if bucket.code is None:
            super().load_bytecode(bucket)
            self._remember(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        super().dump_bytecode(bucket)
        self._remember(bucket)

    def _remember(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code


class SharedMap(Map):
    """Werkzeug parses each rule, writes two functions for it and sorts them all; they know no app.
    Here all apps with the same rules share what came of it."""

    _known: dict[tuple[object, ...], Map] = {}  # noqa: RUF012 - of all maps

    def __init__(self, *, host_matching: bool = False) -> None:
        super().__init__(host_matching=host_matching)
        self._added: list[Rule] = []
        self._is_current = True

    def add(self, rulefactory: RuleFactory) -> None:
        if isinstance(rulefactory, Rule):
            self._added.append(rulefactory)
        else:
            self._added.extend(rulefactory.get_rules(self))
        self._is_current = False

    def count(self) -> int:
        return len(self._added)

    def since(self, count: int) -> Sequence[Rule]:
        return self._added[count:]

    def update(self) -> None:
        if self._is_current:
            return
        kinds = frozenset(self.converters.items())
        key = (self.host_matching, kinds, *map(_told, self._added))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = Map(host_matching=self.host_matching)
            known.converters = self.converters
            for rule in self._added:
                known.add(copy(rule))  # each knows the one map that it is in
            known.update()
        self._matcher = known._matcher
        self._rules_by_endpoint = known._rules_by_endpoint
        self._is_current = True


def _told(rule: Rule) -> tuple[object, ...]:
    """All that our rules are made of."""
    known: tuple[object, ...] | None = getattr(rule, "told", None)
    if known is None:
        known = rule.rule, rule.endpoint, frozenset(rule.methods or ()), repr(rule.defaults)
        setattr(rule, "told", known)  # noqa: B010 - a type checker would mind
    return known


FLASKS_OWN = Blueprint.register


class Registered(NamedTuple):
    """What came of a blueprint in the first app that got it; it knows no app."""

    said: int  # routes that the blueprint had; it may get more
    rules: Sequence[Rule]
    views: Mapping[str, Callable[..., Any]]


def share_blueprints() -> None:
    """Flask makes the same hundreds of rules of them for each app."""
    known: dict[Blueprint, Registered] = {}

    def shared(blueprint: Blueprint, app: App, options: dict[str, Any]) -> None:
        found = known.get(blueprint)
        if found is not None and not options and found.said == len(blueprint.deferred_functions):
            _register_again(blueprint, app, found)
            return
        routes = app.url_map
        rules, views = routes.count() if isinstance(routes, SharedMap) else 0, {*app.view_functions}
        FLASKS_OWN(blueprint, app, options)
        if isinstance(routes, SharedMap) and not options and _has_routes_only(blueprint):
            new = {
                name: app.view_functions[name] for name in app.view_functions if name not in views
            }
            said = len(blueprint.deferred_functions)
            known[blueprint] = Registered(said, routes.since(rules), new)

    setattr(Blueprint, "register", shared)  # noqa: B010 - a type checker would mind


def _has_routes_only(blueprint: Blueprint) -> bool:
    more = blueprint._blueprints or blueprint.has_static_folder or blueprint.cli.commands
    route = f"{Blueprint.add_url_rule.__qualname__}."
    return not more and all(
        said.__qualname__.startswith(route) for said in blueprint.deferred_functions
    )


def _register_again(blueprint: Blueprint, app: App, found: Registered) -> None:
    if blueprint.name in app.blueprints:
        raise ValueError(f"{blueprint.name} is registered twice")
    app.blueprints[blueprint.name] = blueprint
    blueprint._merge_blueprint_funcs(app, blueprint.name)
    for rule in found.rules:
        app.url_map.add(rule)
    app.view_functions.update(found.views)


def share_all() -> None:
    templates.App.jinja_options = {"bytecode_cache": Remembered(Path(templates.__file__))}
    Flask.url_map_class = SharedMap  # type: ignore[assignment]  # takes the one word Flask says
    share_blueprints()
    share_static_files()
    know_utf8()
    SHARED.capacity = STATEMENTS


def share_static_files() -> None:
    """Which files there are, and the headers of each; none comes while tests run."""
    found: dict[tuple[str, str], dict[str, object]] = {}
    look: Callable[[WhiteNoise, str, str], None] = WhiteNoise.update_files_dictionary

    def shared(server: WhiteNoise, root: str, prefix: str) -> None:
        if (root, prefix) not in found:
            look(server, root, prefix)
            found[root, prefix] = dict(server.files)
        server.files.update(found[root, prefix])

    WhiteNoise.update_files_dictionary = shared


def know_utf8() -> None:
    """Hypothesis tries out for three seconds which of a million characters UTF-8 can write, in a
    new folder for each process that comes to it: all but surrogates, and all come back."""
    find: Callable[[str], tuple[IntervalSet, IntervalSet]] = charmap.intervals_from_codec
    known = IntervalSet([(0, 0xD7FF), (0xE000, 0x10FFFF)]), IntervalSet([])

    def found(codec: str) -> tuple[IntervalSet, IntervalSet]:
        return known if codec == "utf-8" else find(codec)

    setattr(charmap, "intervals_from_codec", found)  # noqa: B010 - a type checker would mind


def collect_seldom() -> None:
    """Modules and collected tests are no garbage: without this they are looked through each time
    that the thousands of objects of another app have come. Called when all tests are known."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)
