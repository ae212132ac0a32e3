"""The language of conditions and calculations: a subset of LimeSurvey's ExpressionScript. Pure.

Knows nothing of surveys: names stay names until somebody resolves them, values come by a lookup.
"""

from umfragen.expression.evaluate import Lookup, evaluate, outward
from umfragen.expression.functions import COMPARISONS, FUNCTIONS, WORDED, Takes
from umfragen.expression.nodes import (
    Binary,
    Call,
    Many,
    Name,
    Node,
    Num,
    Ref,
    Sequence,
    Str,
    Unary,
    children,
    rebuilt,
    walk,
)
from umfragen.expression.parser import parse
from umfragen.expression.patterns import BadPattern, compile_pattern, search
from umfragen.expression.tokens import Kind, Mistake, Token, tokenize
from umfragen.expression.values import Value, number_of, text_of, truth
from umfragen.expression.wire import ids, wire

__all__ = [
    "COMPARISONS",
    "FUNCTIONS",
    "WORDED",
    "BadPattern",
    "Binary",
    "Call",
    "Kind",
    "Lookup",
    "Many",
    "Mistake",
    "Name",
    "Node",
    "Num",
    "Ref",
    "Sequence",
    "Str",
    "Takes",
    "Token",
    "Unary",
    "Value",
    "children",
    "compile_pattern",
    "evaluate",
    "ids",
    "number_of",
    "outward",
    "parse",
    "rebuilt",
    "search",
    "text_of",
    "tokenize",
    "truth",
    "walk",
    "wire",
]
