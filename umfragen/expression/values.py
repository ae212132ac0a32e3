"""How values of different kind meet: the type juggling of ExpressionScript, on PHP 8.

A value is text, a number or a truth value; nothing answered is "". `static/js/survey-rules.js`
says the same in the browser, and a test holds the two together. Where LimeSurvey's own PHP and
JavaScript disagree, docs/entscheidungen/0011 says what we took.
"""

import math
import operator
import re
from decimal import ROUND_HALF_UP, Context, Decimal

Value = str | float | bool

NAN = math.nan
LARGEST = 1e15
SMALLEST = 1e-6
MAX_TEXT = 2_000  # characters of a result
ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}

_NUMERIC = re.compile(
    r"[ \t\n\r\v\f]*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?[ \t\n\r\v\f]*", re.IGNORECASE
)
_FOURTEEN = Context(prec=14, rounding=ROUND_HALF_UP)


def bounded(number: float) -> float:
    """Beyond a million milliards nothing in a survey is a number any more."""
    return number if abs(number) <= LARGEST else NAN


def number_of(value: Value) -> float | None:
    """The number a value is or is written as; None for other text."""
    if isinstance(value, str):
        if not value or not _NUMERIC.fullmatch(value):
            return None
        number = float(value)
        return number if abs(number) <= LARGEST else None
    return bounded(float(value))


def text_of(value: Value) -> str:
    """Fourteen digits, never an exponent; an impossible calculation is no text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else ""
    if math.isnan(value) or abs(value) > LARGEST:
        return ""
    if abs(value) < SMALLEST:
        return "0"
    number = float(_FOURTEEN.plus(Decimal(value)))
    return str(int(number)) if number == int(number) else format(Decimal(repr(number)), "f")


def truth(value: Value) -> bool:
    if isinstance(value, str):
        return value not in {"", "0"}
    return bool(value) and not math.isnan(value)


def is_empty(value: Value) -> bool:
    """Nothing answered; zero is an answer."""
    if isinstance(value, str):
        return not value
    return value is False or math.isnan(value)


def equal(left: Value, right: Value) -> bool:
    """`==`: by truth beside a truth value, as numbers where both are, else letter by letter."""
    if isinstance(left, bool) or isinstance(right, bool):
        return truth(left) == truth(right)
    one, two = number_of(left), number_of(right)
    if one is not None and two is not None:
        return one == two
    return text_of(left) == text_of(right)


def compare(sign: str, left: Value, right: Value, *, as_text: bool = False) -> bool:
    """`<` and its kin. A number beside text that is none is never true.

    `as_text`: one side was written in quotation marks, which compares letters even of numbers.
    """
    one, two = number_of(left), number_of(right)
    numbers = (one, two) if one is not None and two is not None else None
    as_text = as_text and numbers is not None
    if not as_text and numbers is None and not (_like_text(left, one) and _like_text(right, two)):
        return False
    if sign in {"<=", ">"} and ((one == 0 and right == "") or (left == "" and two == 0)):
        return sign == "<="
    if numbers and not as_text:
        return bool(ORDER[sign](*numbers))
    # Like JavaScript: by UTF-16 unit, so that both sides of the wire agree on emoji too.
    return bool(ORDER[sign](_units(left), _units(right)))


def _like_text(value: Value, number: float | None) -> bool:
    return number is None or not truth(value)


def _units(value: Value) -> bytes:
    return text_of(value).encode("utf-16-be", "surrogatepass")


def add(left: Value, right: Value, *, as_text: bool = False) -> Value:
    """Numbers are added, everything else is put together."""
    one, two = number_of(left), number_of(right)
    if one is not None and two is not None and not as_text:
        return bounded(one + two)
    return cut(text_of(left) + text_of(right))


def calculate(sign: str, left: Value, right: Value, *, as_text: bool = False) -> float:
    """`-`, `*` and `/`; not a number where one side is none, or by zero."""
    one, two = number_of(left), number_of(right)
    if one is None or two is None or as_text:
        return NAN
    if sign == "-":
        return bounded(one - two)
    if sign == "*":
        return bounded(one * two)
    return bounded(one / two) if two else NAN


def cut(text: str) -> str:
    return text[:MAX_TEXT]
