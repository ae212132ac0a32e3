"""Regular expressions that cannot hang: a subset of PCRE, matched in linear time.

Patterns come from editors and from imported surveys, texts from anybody. Python's own engine can
take exponential time for both together, so ours follows all ways at once (Thompson 1968). No
look-around, no references back; `source_for_browser` writes a pattern so that JavaScript means
the same by it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from umfragen.words import Words

MAX_PATTERN = 500
MAX_REPEAT = 250
MAX_STATES = 2_000
MAX_TEXT = 1_000  # characters that are looked at
MAX_NESTING = 20

Ranges = tuple[tuple[int, int], ...]

DIGIT: Ranges = ((48, 57),)
WORD: Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))
BLANK: Ranges = ((9, 13), (32, 32))
LAST = 0x10FFFF
CLASSES = {"d": DIGIT, "w": WORD, "s": BLANK}
CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v"}
DELIMITERS = frozenset("/#~@!%")

_COUNTS = re.compile(r"\{([0-9]{1,3})(,([0-9]{1,3})?)?\}")


class BadPattern(Words):
    """A pattern we do not understand, or one that would grow too large."""


@dataclass(frozen=True, slots=True)
class Chars:
    ranges: Ranges
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """The beginning (`^`) or the end (`$`) of the text."""

    sign: str


@dataclass(frozen=True, slots=True)
class Row:
    parts: tuple["Part", ...]


@dataclass(frozen=True, slots=True)
class Either:
    ways: tuple["Part", ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    part: "Part"
    least: int
    most: int | None


Part = Chars | Edge | Row | Either | Repeat


@dataclass(frozen=True, slots=True)
class Pattern:
    part: Part
    any_case: bool
    states: tuple[tuple[object, ...], ...]


@lru_cache(maxsize=512)
def compile_pattern(source: str) -> Pattern:
    """`^[0-9]{5}$` or as PCRE writes it, `/^[a-z]+$/i`. Raises BadPattern."""
    if len(source) > MAX_PATTERN:
        raise BadPattern("Dieses Muster ist zu lang.")
    body, flags = _without_delimiters(source)
    if set(flags) - set("iu"):
        raise BadPattern(
            "Diese Schalter am Ende des Musters kennen wir nicht: %(flags)s", flags=flags
        )
    part = _Parser(body).whole()
    states: list[tuple[object, ...]] = []
    _emit(part, states)
    states.append(("match",))
    return Pattern(part, "i" in flags, tuple(states))


def _without_delimiters(source: str) -> tuple[str, str]:
    if len(source) > 1 and source[0] in DELIMITERS:
        end = source.rfind(source[0])
        if end > 0:
            return source[1:end], source[end + 1 :]
    return source, ""


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.nesting = 0

    def peek(self) -> str:
        return self.source[self.at : self.at + 1]

    def take(self) -> str:
        sign = self.peek()
        self.at += 1
        return sign

    def whole(self) -> Part:
        part = self.either()
        if self.at < len(self.source):
            raise BadPattern("Im Muster steht eine Klammer zu viel.")
        return part

    def either(self) -> Part:
        ways = [self.row()]
        while self.peek() == "|":
            self.take()
            ways.append(self.row())
        return ways[0] if len(ways) == 1 else Either(tuple(ways))

    def row(self) -> Part:
        parts = []
        while self.at < len(self.source) and self.peek() not in "|)":
            parts.append(self.repeated(self.single()))
        return Row(tuple(parts))

    def repeated(self, part: Part) -> Part:
        bounds = self.bounds()
        if bounds is None:
            return part
        if isinstance(part, Edge):
            raise BadPattern("Im Muster steht eine Wiederholung, wo nichts zu wiederholen ist.")
        if self.peek() == "?":  # lazy: the same texts match
            self.take()
        if self.bounds() is not None:
            raise BadPattern("Im Muster stehen zwei Wiederholungen hintereinander.")
        return Repeat(part, *bounds)

    def bounds(self) -> tuple[int, int | None] | None:
        sign = self.peek()
        simple: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        if sign and sign in simple:
            self.take()
            return simple[sign]
        if sign != "{":
            return None
        end = self.source.find("}", self.at)
        words = _COUNTS.fullmatch(self.source[self.at : end + 1])
        if words is None:
            raise BadPattern("Geschweifte Klammern wiederholen: {2} oder {2,5}.")
        self.at = end + 1
        least = int(words[1])
        most = least if words[2] is None else int(words[3]) if words[3] else None
        if max(least, most or 0) > MAX_REPEAT or (most is not None and most < least):
            raise BadPattern("Das Muster wiederholt höchstens %(limit)s-mal.", limit=MAX_REPEAT)
        return least, most

    def single(self) -> Part:
        sign = self.take()
        if sign == "(":
            return self.group()
        if sign == "[":
            return self.set()
        if sign == ".":
            return Chars(((10, 10),), negated=True)
        if sign in "^$":
            return Edge(sign)
        if sign == "\\":
            return self.escaped()
        if sign in "*+?{":
            raise BadPattern("Im Muster steht eine Wiederholung, wo nichts zu wiederholen ist.")
        return _one(sign)

    def group(self) -> Part:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise BadPattern("Dieses Muster ist zu tief verschachtelt.")
        if self.peek() == "?":
            if self.source[self.at : self.at + 2] != "?:":
                raise BadPattern("Vorausschau und Rückschau kennen unsere Muster nicht.")
            self.at += 2
        part = self.either()
        if self.take() != ")":
            raise BadPattern("Im Muster fehlt eine schließende Klammer.")
        self.nesting -= 1
        return part

    def escaped(self) -> Chars:
        sign = self.take()
        if sign.lower() in CLASSES:
            return Chars(CLASSES[sign.lower()], negated=sign.isupper())
        if sign in CONTROLS:
            return _one(CONTROLS[sign])
        if not sign or (sign.isascii() and sign.isalnum()):
            raise BadPattern("Das Zeichen \\%(sign)s kennen unsere Muster nicht.", sign=sign)
        return _one(sign)

    def set(self) -> Chars:
        negated = self.peek() == "^"
        if negated:
            self.take()
        ranges: list[tuple[int, int]] = []
        while self.peek() != "]" or not ranges:
            ranges += self.range()
        self.take()
        return Chars(tuple(sorted(ranges)), negated)

    def range(self) -> Ranges:
        first = self.member()
        if (
            len(first) > 1
            or self.source[self.at : self.at + 2] in {"-]", "-", ""}
            or self.peek() != "-"
        ):
            return first
        self.take()
        last = self.member()
        low, high = first[0][0], last[-1][1]
        if len(last) > 1 or low > high:
            raise BadPattern("Im Muster steht ein Bereich verkehrt herum.")
        return ((low, high),)

    def member(self) -> Ranges:
        sign = self.take()
        if not sign:
            raise BadPattern("Im Muster fehlt eine schließende eckige Klammer.")
        if sign == "[" and self.peek() in {":", ".", "="}:
            raise BadPattern("Namen für Zeichen wie [:alpha:] kennen unsere Muster nicht.")
        if sign != "\\":
            return _one(sign).ranges
        chars = self.escaped()
        return _complement(chars.ranges) if chars.negated else chars.ranges


def _one(sign: str) -> Chars:
    return Chars(((ord(sign), ord(sign)),))


def _complement(ranges: Ranges) -> Ranges:
    found, at = [], 0
    for low, high in sorted(ranges):
        if low > at:
            found.append((at, low - 1))
        at = max(at, high + 1)
    return (*found, (at, LAST))


# Matching


def _emit(part: Part, states: list[tuple[object, ...]]) -> None:
    """Appends instructions: char, edge, jump (go on at), fork (go on at both)."""
    if len(states) > MAX_STATES:
        raise BadPattern("Dieses Muster ist zu groß.")
    match part:
        case Chars():
            states.append(("char", part))
        case Edge():
            states.append(("edge", part.sign))
        case Row(parts=parts):
            for member in parts:
                _emit(member, states)
        case Either(ways=ways):
            _emit_either(ways, states)
        case Repeat():
            _emit_repeat(part, states)


def _emit_either(ways: tuple[Part, ...], states: list[tuple[object, ...]]) -> None:
    ends = []
    for way in ways[:-1]:
        fork = len(states)
        states.append(())
        _emit(way, states)
        ends.append(len(states))
        states.append(())
        states[fork] = ("fork", fork + 1, len(states))
    _emit(ways[-1], states)
    for end in ends:
        states[end] = ("jump", len(states))


def _emit_repeat(repeat: Repeat, states: list[tuple[object, ...]]) -> None:
    for _ in range(repeat.least):
        _emit(repeat.part, states)
    if repeat.most is None:
        fork = len(states)
        states.append(())
        _emit(repeat.part, states)
        states.append(("jump", fork))
        states[fork] = ("fork", fork + 1, len(states))
        return
    forks = []
    for _ in range(repeat.most - repeat.least):
        forks.append(len(states))
        states.append(())
        _emit(repeat.part, states)
    for fork in forks:
        states[fork] = ("fork", fork + 1, len(states))


def search(pattern: Pattern, text: str) -> bool:
    """Whether the pattern occurs in the first thousand characters."""
    text = text[:MAX_TEXT]
    current: set[int] = set()
    for at in range(len(text) + 1):
        current = _reachable(pattern, {0, *current}, at == 0, at == len(text))
        if len(pattern.states) - 1 in current:
            return True
        if at < len(text):
            forms = _forms(text[at], any_case=pattern.any_case)
            current = {
                state + 1
                for state in current
                if pattern.states[state][0] == "char" and _holds(pattern.states[state][1], forms)
            }
    return False


def _reachable(pattern: Pattern, starts: set[int], first: bool, last: bool) -> set[int]:
    """All states that are reached without a further character."""
    seen: set[int] = set()
    waiting = list(starts)
    while waiting:
        state = waiting.pop()
        if state in seen:
            continue
        seen.add(state)
        match pattern.states[state]:
            case ("jump", int(target)):
                waiting.append(target)
            case ("fork", int(one), int(two)):
                waiting += (one, two)
            case ("edge", sign) if first if sign == "^" else last:
                waiting.append(state + 1)
    return seen


def _forms(char: str, *, any_case: bool) -> tuple[int, ...]:
    if not any_case:
        return (ord(char),)
    return tuple({ord(form) for form in (char, char.lower(), char.upper()) if len(form) == 1})


def _holds(chars: object, forms: Iterable[int]) -> bool:
    assert isinstance(chars, Chars)  # noqa: S101 - what "char" carries
    found = any(low <= form <= high for form in forms for low, high in chars.ranges)
    return found is not chars.negated


# For the browser


def source_for_browser(pattern: Pattern) -> tuple[str, str]:
    """Source and flags for JavaScript's RegExp, with every class written out."""
    return "".join(_written(pattern.part)), "iu" if pattern.any_case else "u"


def _written(part: Part) -> Iterator[str]:
    match part:
        case Chars(ranges=ranges, negated=negated):
            inner = "".join(_written_range(low, high) for low, high in ranges)
            yield f"[{'^' if negated else ''}{inner}]"
        case Edge(sign=sign):
            yield sign
        case Row(parts=parts):
            for member in parts:
                yield from _written(member)
        case Either(ways=ways):
            yield "(?:" + "|".join("".join(_written(way)) for way in ways) + ")"
        case Repeat(part=repeated, least=least, most=most):
            yield f"(?:{''.join(_written(repeated))}){{{least},{'' if most is None else most}}}"


def _written_range(low: int, high: int) -> str:
    return _written_char(low) if low == high else f"{_written_char(low)}-{_written_char(high)}"


def _written_char(code: int) -> str:
    char = chr(code)
    return char if char.isascii() and char.isalnum() else f"\\u{{{code:x}}}"
