"""Cuts an expression into tokens with their places. The words are those of ExpressionScript."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from umfragen.words import Words

MAX_LENGTH = 2_000  # characters
MAX_TOKENS = 600


class Kind(Enum):
    NUMBER = auto()
    STRING = auto()
    NAME = auto()
    SIGN = auto()
    OPEN = auto()
    CLOSE = auto()
    COMMA = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    text: str
    start: int
    end: int


class Mistake(Words):
    """What is no expression; `span` says where, last position exclusive."""

    def __init__(self, message: str, span: tuple[int, int], **params: object) -> None:
        super().__init__(message, **params)
        self.span = span


SYNONYMS = {
    "and": "&&", "or": "||", "eq": "==", "ne": "!=",
    "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "<>": "!=",
}  # fmt: skip

# Fields of LimeSurvey's own form, 12X3X4SQ1, come before numbers; importers give them names.
_TOKEN = re.compile(
    r"""
    (?P<blank>\s+)
    | (?P<name>(?:INSERTANS:)?[0-9]+X[0-9]+X[0-9]+[A-Za-z0-9_]*(?:\#[01])?(?:\.[A-Za-z]\w*)*
      | (?:TOKEN:)?[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z]\w*)*)
    | (?P<number>[0-9]+\.?[0-9]*|\.[0-9]+)
    | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<sign>&&|\|\||==|!=|<=|>=|<>|[<>+\-*/!])
    | (?P<open>\() | (?P<close>\)) | (?P<comma>,)
    """,
    re.VERBOSE | re.ASCII | re.DOTALL,
)
_ESCAPED = re.compile(r"""\\(["'\\])""")
_KINDS = {
    "name": Kind.NAME, "number": Kind.NUMBER, "string": Kind.STRING, "sign": Kind.SIGN,
    "open": Kind.OPEN, "close": Kind.CLOSE, "comma": Kind.COMMA,
}  # fmt: skip
_TYPOGRAPHIC = "„“”‚‘’«»"


def tokenize(source: str) -> list[Token]:
    """Ends with an END token. Raises Mistake."""
    if len(source) > MAX_LENGTH:
        raise Mistake(
            "Dieser Ausdruck ist zu lang. Möglich sind %(limit)s Zeichen.",
            (MAX_LENGTH, len(source)),
            limit=MAX_LENGTH,
        )
    tokens = list(_tokens(source))
    if len(tokens) > MAX_TOKENS:
        raise Mistake("Dieser Ausdruck ist zu lang.", (tokens[MAX_TOKENS].start, len(source)))
    return [*tokens, Token(Kind.END, "", len(source), len(source))]


def _tokens(source: str) -> Iterator[Token]:
    at = 0
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None:
            raise _unknown(source, at)
        at = match.end()
        group = str(match.lastgroup)
        if group != "blank":
            yield _token(_KINDS[group], match.group(), match.start(), at)


def _token(kind: Kind, text: str, start: int, end: int) -> Token:
    if kind is Kind.STRING:
        text = _ESCAPED.sub(r"\1", text[1:-1])
    elif kind is Kind.SIGN or text.lower() in SYNONYMS:
        return Token(Kind.SIGN, SYNONYMS.get(text.lower(), text), start, end)
    return Token(kind, text, start, end)


def _unknown(source: str, at: int) -> Mistake:
    sign = source[at]
    span = (at, at + 1)
    if sign == "=":
        return Mistake("Ein einzelnes = vergleicht nicht. Schreiben Sie == für „ist gleich“.", span)
    if sign in _TYPOGRAPHIC:
        return Mistake('Text steht in geraden Anführungszeichen: "so".', span)
    if sign in "\"'":
        return Mistake(
            "Hier beginnt ein Text, dem das schließende Zeichen fehlt.", (at, len(source))
        )
    return Mistake("Das Zeichen %(sign)s hat in einem Ausdruck keine Bedeutung.", span, sign=sign)
