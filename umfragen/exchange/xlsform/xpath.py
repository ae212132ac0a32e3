"""XForms' XPath, as far as surveys use it, as expressions of ours.

Paths into the form or into other files, clocks and chance are told as what there is not.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from umfragen.exchange.report import Loss, echo

MAX_LENGTH = 4_000
MAX_DEPTH = 40

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<ref>\$\{\s*[^{}\s]+\s*\})
    | (?P<string>"[^"]*"|'[^']*')
    | (?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    | (?P<word>[A-Za-z_][\w:.-]*)
    | (?P<sign><=|>=|!=|[=<>+\-*(),])
    | (?P<self>\.)
    )""",
    re.VERBOSE,
)
_POSITION = re.compile(r"position\(\s*\.\.\s*\)")
_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]+)?")
OPERATORS = {"and": "and", "or": "or", "div": "/", "mod": "mod"}
POWERS = {
    "or": 1, "and": 2, "=": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4,
    "+": 5, "-": 5, "*": 6, "/": 6, "mod": 6,
}  # fmt: skip
UNARY, ATOM = 7, 8
OF_ALL_TURNS = frozenset({"sum", "min", "max", "concat", "join"})
"""What takes all times of a question that is asked several times."""


class NotPossible(Loss):
    """What an expression asks for and is not here."""


@dataclass(frozen=True, slots=True)
class Target:
    """A question as expressions see it. `options`: name there -> name here. `other`: name of the
    line of „Andere“, if it has one. `kind`: that of our question, or `repeated` for all times
    together of a question that comes `many` times."""

    name: str
    kind: str
    options: Mapping[str, str]
    other: str = ""
    many: tuple["Target", ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the result; `target` where it is nothing but a question, `text` if a literal."""

    source: str
    power: int = ATOM
    target: Target | None = None
    literal: str | None = None


Find = Callable[[str], Target | None]


def translate(
    source: str, find: Find, own: Target | None = None, words: Mapping[str, str] | None = None
) -> str:
    """In our words. `own` is what `.` means; `words` are columns of a list of choices, whose
    names stand alone. Raises `NotPossible`."""
    if len(source) > MAX_LENGTH:
        raise NotPossible("Der Ausdruck %(source)s ist zu lang.", source=echo(source))
    return _Translator(_tokens(source), find, own, words).whole()


def positioned(source: str, turn: int) -> str:
    """`position(..)` is which time this is, in what repeats."""
    return _POSITION.sub(str(turn), source) if turn else source


def _tokens(source: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while source[at:].strip():
        match = _TOKEN.match(source, at)
        if match is None:
            raise NotPossible(
                "Das Zeichen %(sign)s verstehen wir nicht.", sign=echo(source[at:].strip()[:1])
            )
        at = match.end()
        found.append((str(match.lastgroup), match[str(match.lastgroup)]))
    return [*found, ("end", "")]


class _Translator:
    def __init__(
        self,
        tokens: list[tuple[str, str]],
        find: Find,
        own: Target | None,
        words: Mapping[str, str] | None,
    ) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.find = find
        self.own = own
        self.words = words

    @property
    def token(self) -> tuple[str, str]:
        return self.tokens[self.at]

    def take(self) -> tuple[str, str]:
        self.at += 1
        return self.tokens[self.at - 1]

    def whole(self) -> str:
        part = self.expression(0)
        if self.token[0] != "end":
            raise NotPossible("„%(word)s“ steht an der falschen Stelle.", word=echo(self.token[1]))
        return self.value(part).source

    def expression(self, power: int) -> Part:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise NotPossible("Dieser Ausdruck ist zu tief verschachtelt.")
        left = self.operand()
        while True:
            kind, text = self.token
            sign = OPERATORS.get(text, "") if kind == "word" else text if kind == "sign" else ""
            if POWERS.get(sign, 0) <= power:
                break
            self.take()
            left = self.binary(sign, left, self.expression(POWERS[sign]))
        self.depth -= 1
        return left

    def operand(self) -> Part:  # noqa: PLR0911 - one per kind of token
        kind, text = self.take()
        match kind:
            case "ref":
                return self.reference(text[2:-1].strip())
            case "self" if self.own:
                return Part(self.own.name, target=self.own)
            case "string":
                return _literal(text[1:-1])
            case "number":
                return Part(text.rstrip(".") or "0", literal=text)
            case "word" if self.token == ("sign", "("):
                return self.call(text)
            case "word" if self.words is not None:
                return _literal(self.words.get(text, text))
        if (kind, text) == ("sign", "("):
            inner = self.expression(0)
            self.expect(")")
            return Part(f"({self.value(inner).source})")
        if (kind, text) == ("sign", "-"):
            return Part(f"-{self.wrapped(self.expression(UNARY), UNARY)}", UNARY)
        raise NotPossible("„%(word)s“ verstehen wir nicht.", word=echo(text))

    def expect(self, sign: str) -> None:
        if self.take() != ("sign", sign):
            raise NotPossible("Zu dieser Klammer fehlt die schließende.")

    def reference(self, name: str) -> Part:
        target = self.find(name)
        if target is None:
            raise NotPossible("„%(name)s“ gibt es in dieser Umfrage nicht.", name=echo(name))
        return Part(target.name, target=target)

    # Values

    def value(self, part: Part) -> Part:
        """A question that has several values has none by itself."""
        if part.target and part.target.many:
            raise NotPossible("„%(name)s“ wird mehrmals gefragt.", name=part.target.name)
        if part.target and part.target.kind in {"multiple", "ranking"}:
            raise NotPossible(
                "Die Auswahl „%(name)s“ hat mehrere Antworten zugleich.", name=part.target.name
            )
        return part

    def wrapped(self, part: Part, power: int) -> str:
        part = self.value(part)
        return part.source if part.power >= power else f"({part.source})"

    def binary(self, sign: str, left: Part, right: Part) -> Part:
        if sign in {"=", "!="}:
            return self.equality(sign, left, right)
        power = POWERS[sign]
        if sign == "mod":
            one, two = self.wrapped(left, ATOM), self.wrapped(right, ATOM)
            return Part(f"{one} - {two} * floor({one} / {two})", POWERS["-"])
        return Part(f"{self.wrapped(left, power)} {sign} {self.wrapped(right, power + 1)}", power)

    def equality(self, sign: str, left: Part, right: Part) -> Part:
        if left.literal is not None and right.target:
            left, right = right, left
        target, literal = left.target, right.literal
        if target and literal is not None and not target.many:
            return self.compared(sign, target, literal)
        ours, power = "==" if sign == "=" else "!=", POWERS["="]
        return Part(f"{self.wrapped(left, power)} {ours} {self.wrapped(right, power + 1)}", power)

    def compared(self, sign: str, target: Target, literal: str) -> Part:
        """A question beside a written value, which may be an option with another name here."""
        negated = "!" if sign == "!=" else ""
        if target.kind in {"multiple", "ranking"}:
            if literal == "":
                return Part(f"count({target.name}) {'>' if negated else '=='} 0", POWERS["="])
            if target.kind == "multiple":
                only = f"{self.picked(target, literal)} and count({target.name}) == 1"
                return Part(f"{negated}({only})", UNARY if negated else ATOM)
        if literal == "":
            return Part(f"{negated}is_empty({target.name})", UNARY if negated else ATOM)
        ours = "==" if sign == "=" else "!="
        is_figure = target.kind != "single" and _NUMBER.fullmatch(literal)
        value = literal if is_figure else quoted(_option(target, literal))
        return Part(f"{target.name} {ours} {value}", POWERS["="])

    def picked(self, target: Target, option: str) -> str:
        if target.kind == "multiple":
            if option == "other" and target.other and option not in target.options:
                return f"!is_empty({target.other})"
            if option not in target.options:
                raise NotPossible("Die Antwort „%(name)s“ gibt es nicht.", name=echo(option))
            return f'{target.name}_{target.options[option]} == "Y"'
        name = quoted(_option(target, option))
        if target.kind == "ranking":
            return f"countif({name}, {target.name}) > 0"
        return f"{target.name} == {name}"

    # Functions

    def call(self, name: str) -> Part:
        self.take()
        args: list[Part] = []
        while self.token != ("sign", ")"):
            args.append(self.expression(0))
            if self.token != ("sign", ","):
                break
            self.take()
        self.expect(")")
        special = _SPECIAL.get((name, len(args)))
        if name in OF_ALL_TURNS:
            args = [one for arg in args for one in _each(arg)]
        elif any(arg.target and arg.target.many for arg in args):
            self.value(next(arg for arg in args if arg.target and arg.target.many))
        if special:
            return special(self, args)
        plain = _PLAIN.get(name)
        if plain is None:
            raise NotPossible("Die Funktion %(name)s gibt es hier nicht.", name=echo(name))
        return Part(f"{plain}({', '.join(self.value(arg).source for arg in args)})")


def _each(part: Part) -> list[Part]:
    """Of a question that is asked several times: each time."""
    target = part.target
    return [Part(one.name, target=one) for one in target.many] if target and target.many else [part]


def _literal(text: str) -> Part:
    return Part(quoted(text), literal=text)


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _option(target: Target, name: str) -> str:
    if name == "other" and target.other and name not in target.options:
        return "-oth-"
    return target.options.get(name, name)


Special = Callable[[_Translator, Sequence[Part]], Part]


def _selected(translator: _Translator, args: Sequence[Part]) -> Part:
    target, option = args[0].target, args[1].literal
    if target is None or option is None:
        raise NotPossible("Die Funktion %(name)s gibt es hier nicht.", name="selected")
    return Part(translator.picked(target, option), POWERS["="])


def _count_selected(_: _Translator, args: Sequence[Part]) -> Part:
    if args[0].target is None:
        raise NotPossible("Die Funktion %(name)s gibt es hier nicht.", name="count-selected")
    return Part(f"count({args[0].target.name})")


def _count(_: _Translator, args: Sequence[Part]) -> Part:
    """How often something repeats."""
    if args[0].target is None or args[0].target.kind != "repeat":
        raise NotPossible("Die Funktion %(name)s gibt es hier nicht.", name="count")
    return Part(args[0].target.name)


def _choice_name(_: _Translator, args: Sequence[Part]) -> Part:
    target = args[0].target
    if target is None or target.kind == "multiple":
        raise NotPossible("Die Funktion %(name)s gibt es hier nicht.", name="jr:choice-name")
    return Part(f"{target.name}.shown")


def _coalesce(translator: _Translator, args: Sequence[Part]) -> Part:
    one, two = (translator.value(arg).source for arg in args)
    return Part(f"if(is_empty({one}), {two}, {one})")


def _regex(translator: _Translator, args: Sequence[Part]) -> Part:
    """The whole text has to match, as in Java."""
    if args[1].literal is None:
        raise NotPossible("Die Funktion %(name)s gibt es hier nicht.", name="regex")
    pattern = args[1].literal.removeprefix("^")
    if pattern.endswith("$") and not pattern.endswith("\\$"):
        pattern = pattern[:-1]
    escaped = re.sub(r"(?<!\\)/", r"\\/", pattern)
    whole = f"(?:{escaped})" if "|" in escaped else escaped
    return Part(f"regexMatch({quoted(f'/^{whole}$/')}, {translator.value(args[0]).source})")


def _form(template: str, power: int = ATOM) -> Special:
    """A template with {0}, {1}, {2} for arguments in brackets where they need some."""

    def build(translator: _Translator, args: Sequence[Part]) -> Part:
        return Part(template.format(*(translator.wrapped(arg, ATOM) for arg in args)), power)

    return build


_SPECIAL: Mapping[tuple[str, int], Special] = {
    ("selected", 2): _selected,
    ("count-selected", 1): _count_selected,
    ("count", 1): _count,
    ("jr:choice-name", 2): _choice_name,
    ("coalesce", 2): _coalesce,
    ("regex", 2): _regex,
    ("not", 1): _form("!{0}", UNARY),
    ("true", 0): _form("1"),
    ("false", 0): _form("0"),
    ("number", 1): _form("{0}"),
    ("string", 1): _form("{0}"),
    ("boolean", 1): _form("!!{0}", UNARY),
    ("contains", 2): _form("strlen(strpos({0}, {1})) > 0", POWERS["="]),
    ("starts-with", 2): _form("substr({0}, 0, strlen({1})) == {1}", POWERS["="]),
    ("substr", 3): _form("substr({0}, {1}, {2} - {1})"),
    ("substr", 2): _form("substr({0}, {1})"),
}

_PLAIN = {
    "if": "if", "int": "intval", "round": "round", "floor": "floor", "ceiling": "ceil",
    "abs": "abs", "sqrt": "sqrt", "min": "min", "max": "max", "sum": "sum",
    "string-length": "strlen", "concat": "join", "join": "implode",
    "lower-case": "strtolower", "normalize-space": "trim",
}  # fmt: skip
