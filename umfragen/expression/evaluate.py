"""Works out the tree of an expression. Bounded by its own size: there are no loops to run."""

import math
from collections.abc import Callable

from umfragen.expression.functions import FUNCTIONS
from umfragen.expression.nodes import (
    Binary,
    Call,
    Many,
    Node,
    Num,
    Ref,
    Sequence,
    Str,
    Unary,
)
from umfragen.expression.values import (
    NAN,
    ORDER,
    Value,
    add,
    bounded,
    calculate,
    compare,
    cut,
    equal,
    number_of,
    truth,
)

Lookup = Callable[[Ref], Value]
"""The value of a variable; "" for what is not answered or not shown."""


def evaluate(node: Node, lookup: Lookup) -> Value:  # noqa: PLR0911 - one per kind of node
    """Raises nothing. Names must be resolved; one that is not is nothing answered."""
    match node:
        case Num(value=number):
            return bounded(number)
        case Str(value=text):
            return cut(text)
        case Ref():
            return lookup(node)
        case Unary():
            return _unary(node.sign, evaluate(node.operand, lookup))
        case Binary():
            return _binary(node, lookup)
        case Call():
            return _call(node, lookup)
        case Many(refs=refs):  # outside of a list of arguments only one makes sense
            return evaluate(refs[0], lookup) if refs else ""
        case Sequence(members=members):
            return [evaluate(member, lookup) for member in members][-1]
    return ""


def _unary(sign: str, value: Value) -> Value:
    if sign == "!":
        return not truth(value)
    number = 0.0 if value == "" else number_of(value)
    if number is None:
        return NAN
    return -number if sign == "-" else number


def _binary(node: Binary, lookup: Lookup) -> Value:
    sign = node.sign
    left = evaluate(node.left, lookup)
    if sign == "&&":
        return truth(left) and truth(evaluate(node.right, lookup))
    if sign == "||":
        return truth(left) or truth(evaluate(node.right, lookup))
    right = evaluate(node.right, lookup)
    if sign in {"==", "!="}:
        return equal(left, right) is (sign == "==")
    as_text = _is_written(node.left, left) or _is_written(node.right, right)
    if sign in ORDER:
        return compare(sign, left, right, as_text=as_text)
    if sign == "+":
        return add(left, right, as_text=as_text)
    return calculate(sign, left, right, as_text=as_text)


def _is_written(node: Node, value: Value) -> bool:
    """Text from quotation marks, or put together with `+`: never taken for a number."""
    put_together = isinstance(node, Binary) and node.sign == "+" and isinstance(value, str)
    return isinstance(node, Str) or put_together


def _call(node: Call, lookup: Lookup) -> Value:
    function = FUNCTIONS.get(node.name)
    args: list[Value] = []
    for arg in node.args:
        members = arg.refs if isinstance(arg, Many) else (arg,)
        args += [evaluate(member, lookup) for member in members]
    if function is None or not function.least <= len(args) <= function.most:
        return ""
    return function.run(args)


def outward(value: Value) -> Value:
    """For storing and showing: whole numbers are `int`, an impossible calculation is "" ."""
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return int(value) if value == int(value) else value
    return value
