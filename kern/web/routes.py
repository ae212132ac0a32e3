"""Addresses of pages are made by functions that werkzeug compiles: two for each of hundreds of
rules, at every start, and most are never asked.
"""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule


class LazyRule(Rule):
    """Compiles each when it is called for the first time, and then is as any other rule."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = super()._compile_builder
        name = "_build_unknown" if append_unknown else "_build"

        def build(rule: "LazyRule", /, **values: Any) -> tuple[str, str]:
            made = compiled(append_unknown).__get__(rule, None)
            setattr(rule, name, made)
            found: tuple[str, str] = made(**values)
            return found

        return build
