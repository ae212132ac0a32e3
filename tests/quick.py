"""What every app of a test process makes anew though it is always the same, made once; and garbage
looked for seldom. Both together were more than half of the suite's time."""

import gc
from collections.abc import Callable
from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule
from whitenoise import WhiteNoise

from kern.db.statements import SHARED

GARBAGE = (100_000, 50, 100)  # objects of the youngest; rounds of the next two generations
STATEMENTS = 10_000  # of all engines, of both kinds of database


class Compiled(BytecodeCache):
    """Code of templates, by name and source."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code


def share_all() -> None:
    Flask.jinja_options = {"bytecode_cache": Compiled()}
    share_routes()
    share_static_files()
    SHARED.capacity = STATEMENTS


def share_routes() -> None:
    """Werkzeug parses each rule and writes two functions for it; they know nothing but the rule."""
    compiled: dict[tuple[object, ...], dict[str, Any]] = {}
    compile_rule = Rule.compile

    def shared(rule: Rule) -> None:
        defaults: Any = sorted((rule.defaults or {}).items())
        key = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes, repr(defaults))
        if key not in compiled:
            compile_rule(rule)
            compiled[key] = {
                "_parts": rule._parts,
                "_trace": rule._trace,
                "_converters": rule._converters,
                "arguments": rule.arguments,
                "_build": getattr(rule._build, "__func__"),  # noqa: B009 - bound by hand there
                "_build_unknown": getattr(rule._build_unknown, "__func__"),  # noqa: B009 - as above
            }
        kept = dict(compiled[key])
        for name in ("_build", "_build_unknown"):
            kept[name] = kept[name].__get__(rule, None)
        rule.__dict__.update(kept, arguments=set(kept["arguments"]))

    Rule.compile = shared  # type: ignore[method-assign, assignment]  # nothing public


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


def collect_seldom() -> None:
    """Modules and collected tests are no garbage: without this they are looked through each time
    that the thousands of objects of another app have come. Called when all tests are known."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)
