"""The functions of the language: names and arguments as in ExpressionScript."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from umfragen.expression.patterns import BadPattern, compile_pattern, search
from umfragen.expression.values import (
    LARGEST,
    NAN,
    Value,
    bounded,
    compare,
    cut,
    equal,
    is_empty,
    number_of,
    text_of,
    truth,
)

MAX_ARGS = 300
COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
WORDED = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
BLANKS = " \t\n\r\0\x0b"

_WHOLE = re.compile(r"-?[0-9]+")
_LEADING = re.compile(r"[ \t\n\r\v\f]*([+-]?[0-9]{1,15})")


class Takes(Enum):
    """What arguments have to be, as far as it can be told while writing."""

    ANY = auto()
    NUMBERS = auto()
    TEXTS = auto()


@dataclass(frozen=True, slots=True)
class Function:
    run: Callable[[Sequence[Value]], Value]
    least: int
    most: int
    takes: Takes = Takes.ANY


def _if(args: Sequence[Value]) -> Value:
    if truth(args[0]):
        return args[1]
    return args[2] if len(args) > 2 else ""  # noqa: PLR2004 - no third


def _regex_match(args: Sequence[Value]) -> bool:
    try:
        return search(compile_pattern(text_of(args[0])), text_of(args[1]))
    except BadPattern:
        return False


def _number(value: Value) -> float:
    number = number_of(value)
    return NAN if number is None else number


def _numbers(args: Sequence[Value]) -> list[float]:
    """Those of the arguments that are numbers."""
    found = [number_of(value) for value in args]
    return [number for number in found if number is not None and not math.isnan(number)]


def _sum(args: Sequence[Value]) -> float:
    total = 0.0
    for number in _numbers(args):  # in order, as the browser adds
        total += number
    return bounded(total)


def _whole(value: float, how: Callable[[float], int]) -> float:
    return NAN if math.isnan(value) else float(how(value))


def _round(args: Sequence[Value]) -> float:
    """Half away from zero, of the digits that are seen: round(1.005, 2) is 1.01."""
    number = _number(args[0])
    places = _number(args[1]) if len(args) > 1 else 0
    if math.isnan(number) or math.isnan(places):
        return NAN
    exponent = max(-9, min(9, int(places)))
    shifted = float(f"{text_of(abs(number))}e{exponent}")
    if shifted >= LARGEST:  # finer than a number can be
        return number
    whole = math.floor(shifted)
    whole += shifted - whole >= 0.5  # noqa: PLR2004 - half
    return bounded(math.copysign(float(f"{whole}e{-exponent}"), number))


def _sqrt(args: Sequence[Value]) -> float:
    number = _number(args[0])
    return math.sqrt(number) if number >= 0 else NAN


def _intval(args: Sequence[Value]) -> float:
    number = number_of(args[0])
    if number is None:
        found = _LEADING.match(text_of(args[0]))
        number = float(found[1]) if found else 0.0
    return 0.0 if math.isnan(number) else float(math.trunc(number))


def _is_int(args: Sequence[Value]) -> bool:
    value = args[0]
    if isinstance(value, str):
        return _WHOLE.fullmatch(value) is not None
    return not isinstance(value, bool) and value == math.floor(_or_half(value))


def _or_half(value: float) -> float:
    """floor() takes no NaN; one half is never whole."""
    return 0.5 if math.isnan(value) else value


def _is_numeric(args: Sequence[Value]) -> bool:
    number = None if isinstance(args[0], bool) else number_of(args[0])
    return number is not None and not math.isnan(number)


def _count(args: Sequence[Value]) -> float:
    return float(sum(not is_empty(value) for value in args))


def _countif(args: Sequence[Value]) -> float:
    return float(sum(equal(value, args[0]) for value in args[1:]))


def _matching(args: Sequence[Value]) -> list[Value]:
    """Of `(sign, value, ...)` those that compare so; nothing answered never does."""
    sign = text_of(args[0])
    sign = WORDED.get(sign, sign)
    return [value for value in args[2:] if not is_empty(value) and _holds(sign, value, args[1])]


def _holds(sign: str, left: Value, right: Value) -> bool:
    if sign in {"==", "!="}:
        return equal(left, right) is (sign == "==")
    return sign in COMPARISONS and compare(sign, left, right)


def _list(args: Sequence[Value]) -> str:
    return cut(", ".join(text_of(value) for value in args if not is_empty(value)))


def _implode(args: Sequence[Value]) -> str:
    return cut(text_of(args[0]).join(map(text_of, args[1:])))


def _join(args: Sequence[Value]) -> str:
    return cut("".join(map(text_of, args)))


def _position(value: Value) -> int:
    number = _number(value)
    return 0 if math.isnan(number) else max(-10_000, min(10_000, math.trunc(number)))


def _substr(args: Sequence[Value]) -> str:
    """Characters from a start, counted from 0, from the end if negative."""
    text = text_of(args[0])
    start = _position(args[1])
    start = max(0, len(text) + start) if start < 0 else start
    if len(args) < 3:  # noqa: PLR2004 - no length
        return text[start:]
    length = _position(args[2])
    end = len(text) + length if length < 0 else start + length
    return text[start : max(start, end)]


def _strpos(args: Sequence[Value]) -> Value:
    """Position of the first occurrence, from 0; false where there is none."""
    found = text_of(args[0]).find(text_of(args[1]))
    return False if found < 0 else float(found)


def _unique(args: Sequence[Value]) -> bool:
    given = [text_of(value) for value in args if not is_empty(value)]
    return len(given) == len(set(given))


FUNCTIONS: dict[str, Function] = {
    "if": Function(_if, 2, 3),
    "is_empty": Function(lambda args: is_empty(args[0]), 1, 1),
    "is_numeric": Function(_is_numeric, 1, 1),
    "is_int": Function(_is_int, 1, 1),
    "intval": Function(_intval, 1, 1),
    "count": Function(_count, 1, MAX_ARGS),
    "countif": Function(_countif, 2, MAX_ARGS),
    "countifop": Function(lambda args: float(len(_matching(args))), 3, MAX_ARGS),
    "sum": Function(_sum, 1, MAX_ARGS, Takes.NUMBERS),
    "sumifop": Function(lambda args: _sum(_matching(args)), 3, MAX_ARGS),
    "min": Function(lambda args: min(_numbers(args), default=""), 1, MAX_ARGS, Takes.NUMBERS),
    "max": Function(lambda args: max(_numbers(args), default=""), 1, MAX_ARGS, Takes.NUMBERS),
    "abs": Function(lambda args: abs(_number(args[0])), 1, 1, Takes.NUMBERS),
    "floor": Function(lambda args: _whole(_number(args[0]), math.floor), 1, 1, Takes.NUMBERS),
    "ceil": Function(lambda args: _whole(_number(args[0]), math.ceil), 1, 1, Takes.NUMBERS),
    "round": Function(_round, 1, 2, Takes.NUMBERS),
    "sqrt": Function(_sqrt, 1, 1, Takes.NUMBERS),
    "list": Function(_list, 1, MAX_ARGS),
    "implode": Function(_implode, 1, MAX_ARGS),
    "join": Function(_join, 1, MAX_ARGS),
    "strlen": Function(lambda args: float(len(text_of(args[0]))), 1, 1),
    "substr": Function(_substr, 2, 3),
    "strpos": Function(_strpos, 2, 2),
    "strtolower": Function(lambda args: cut(text_of(args[0]).lower()), 1, 1),
    "strtoupper": Function(lambda args: cut(text_of(args[0]).upper()), 1, 1),
    "trim": Function(lambda args: text_of(args[0]).strip(BLANKS), 1, 1),
    "unique": Function(_unique, 1, MAX_ARGS),
    "regexMatch": Function(_regex_match, 2, 2),
}
