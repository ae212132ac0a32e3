"""Templates as Jinja compiles them, but with less work for each of the thousands of values a page
shows: `markupsafe.escape` makes a new Markup of everything, also of what only joins a long text,
every call looks through three kinds of functions that want the context, and every import compares
the names that all templates know.
"""

from collections.abc import Callable, MutableMapping
from pathlib import Path
from types import BuiltinMethodType, FunctionType
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

from kern.web.compiled import Compiled
from kern.web.routes import LazyRule


def shown(value: object) -> str:
    """The HTML of a value: what `escape` says, and the value itself where nothing is to be done."""
    if type(value) is Markup:
        return value
    if type(value) is str:
        has_sign = "&" in value or "<" in value or ">" in value or '"' in value or "'" in value
        return escape(value) if has_sign else value
    return str(value) if type(value) is int else escape(value)


class Lean(CodeGenerator):
    """Writes `shown(x)` for `escape(x)`. Both hooks are those that Jinja's own native types use."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802 - Jinja's name
        self.writeline(f"from {__name__} import {shown.__name__}")
        super().visit_Template(node, frame)

    def _output_child_pre(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write(f"{shown.__name__}(")
        else:
            super()._output_child_pre(node, frame, finalize)


class LeanContext(Context):
    """Calls what templates call most (macros, functions and what is written in C) without asking
    around. Functions that Jinja's decorators mark, and anything else, go its own way."""

    def call(self, called: Any, /, *args: Any, **values: Any) -> Any:
        kind = type(called)
        if kind is Macro:
            args = (self.eval_ctx, *args)
        elif kind is not BuiltinMethodType and (
            kind is not FunctionType or hasattr(called, "jinja_pass_arg")
        ):
            return super().call(called, *args, **values)
        values.pop("_block_vars", None)
        values.pop("_loop_vars", None)
        return called(*args, **values)


class LeanEnvironment(Environment):
    """All templates know the same names: one dict of them, not one over another for each."""

    code_generator_class = Lean
    context_class = LeanContext

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals


class App(Flask):
    """No function of ours is a coroutine, so none is looked at for that with every request."""

    jinja_environment = LeanEnvironment
    jinja_options = {"bytecode_cache": Compiled(Path(__file__))}  # noqa: RUF012 - as Flask has it
    url_rule_class = LazyRule

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func
