"""What every app of a test process makes anew though it is always the same, made once: half of the
suite's time went into translating the same templates and routes to Python code again and again."""

from collections.abc import Callable
from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class Compiled(BytecodeCache):
    """Code of templates, by name and source."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code


def share_templates() -> None:
    Flask.jinja_options = {"bytecode_cache": Compiled()}


def share_routes() -> None:
    """Werkzeug writes two functions for each rule; they know nothing but its parts."""
    compiled: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}
    compile_builder = Rule._compile_builder

    def shared(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        defaults: Any = sorted((rule.defaults or {}).items())
        kinds = sorted((name, type(one)) for name, one in rule._converters.items() if defaults)
        key = (rule.rule, rule.subdomain, repr(defaults), repr(kinds), append_unknown)
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    Rule._compile_builder = shared  # type: ignore[method-assign, assignment]  # nothing public
