"""The tree as JSON arrays, for the copy of the rules in the browser.

Numbers and texts stand for themselves; everything else is an array that begins with its sign:
`["$", "12"]` a variable, `["==", a, b]`, `["!", a]`, `["-", a]`, `["count", ...]`, `[",", ...]`,
`["rx", source, flags, text]` a regular expression in JavaScript's words.
"""

from typing import Any

from umfragen.expression.evaluate import outward
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
    walk,
)
from umfragen.expression.patterns import BadPattern, compile_pattern, source_for_browser
from umfragen.expression.values import bounded, cut


def wire(node: Node) -> Any:  # noqa: PLR0911 - one per kind of node
    match node:
        case Num(value=number):
            found = outward(bounded(number))
            return ["-", "x"] if found == "" else found  # no number any more
        case Str(value=text):
            return cut(text)
        case Ref():
            return ["$", node.id, node.attribute] if node.attribute else ["$", node.id]
        case Many(refs=refs):
            return wire(refs[0]) if refs else ""
        case Unary():
            return [node.sign, wire(node.operand)]
        case Binary():
            return [node.sign, wire(node.left), wire(node.right)]
        case Sequence(members=members):
            return [",", *map(wire, members)]
        case Call():
            return _call(node)
    return ""


def _call(node: Call) -> Any:
    if node.name == "regexMatch" and len(node.args) == 2:  # noqa: PLR2004 - pattern and text
        return _regex(node)
    args: list[Any] = []
    for arg in node.args:
        members = arg.refs if isinstance(arg, Many) else (arg,)
        args += map(wire, members)
    return [node.name, *args]


def _regex(node: Call) -> Any:
    pattern, text = node.args
    if not isinstance(pattern, Str):
        return [",", False]
    try:
        return ["rx", *source_for_browser(compile_pattern(pattern.value)), wire(text)]
    except BadPattern:
        return [",", False]


def ids(node: Node) -> frozenset[str]:
    """Of all variables an expression looks at."""
    return frozenset(part.id for part in walk(node) if isinstance(part, Ref))
