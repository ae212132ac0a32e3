"""Our expressions as XForms' XPath, for the questions that `writing` makes of ours."""

from collections.abc import Callable, Mapping, Sequence

from umfragen.definition import Option
from umfragen.definition.questions import Matrix, Multiple
from umfragen.engine.plan import Plan
from umfragen.engine.resolving import Resolver
from umfragen.engine.variables import OTHER_NAME, Reads, Variable
from umfragen.exchange.xlsform.xpath import ATOM, POWERS, UNARY, NotPossible
from umfragen.expression import (
    Binary,
    Call,
    Many,
    Mistake,
    Node,
    Num,
    Ref,
    Str,
    Unary,
    parse,
    text_of,
)

SIGNS = {"&&": "and", "||": "or", "==": "=", "/": "div"}
TICKED = "Y"
AGREED = "OK"  # what a consent holds there

Written = tuple[str, int]
"""Source and how tightly it holds together."""


class Paths:
    """Writes the expressions of one survey."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def write(self, source: str) -> str:
        """Raises `NotPossible`, also for an expression with a mistake."""
        try:
            tree = parse(source)
        except Mistake as mistake:
            raise NotPossible(mistake.message, **mistake.params) from mistake
        resolver = Resolver(self.plan.names)
        node = resolver.resolve(tree)
        if resolver.mistakes:
            first = resolver.mistakes[0]
            raise NotPossible(first.message, **first.params)
        return self.node(node)[0]

    def node(self, node: Node) -> Written:  # noqa: PLR0911 - one per kind of node
        match node:
            case Num(value=number):
                return text_of(number), ATOM
            case Str(value=text):
                return quoted(text), ATOM
            case Ref():
                return self.ref(node)
            case Unary(sign="!", operand=operand):
                return f"not({self.node(operand)[0]})", ATOM
            case Unary(operand=operand):
                return f"-{self.wrapped(operand, UNARY)}", UNARY
            case Binary():
                return self.binary(node)
            case Call():
                return self.call(node)
        raise NotPossible("Dieser Ausdruck ist dort nicht möglich.")

    def wrapped(self, node: Node, power: int) -> str:
        source, own = self.node(node)
        return source if own >= power else f"({source})"

    def variable(self, ref: Ref) -> Variable:
        return self.plan.names.by_id[ref.id]

    def part(self, variable: Variable) -> str:
        """Of a tick or a rank: how the variable's name ends."""
        if variable.reads is not Reads.TICK:
            return str(variable.part)
        question = self.plan.questions[variable.question]
        options: tuple[Option, ...] = ()
        if isinstance(question, Matrix):
            options = question.columns
        elif isinstance(question, Multiple):
            options = question.options
        return next(option.name for option in options if option.code == variable.part)

    def path(self, variable: Variable) -> str:
        """The question of the form that holds the value."""
        name = variable.name
        if variable.reads in {Reads.TICK, Reads.RANK}:
            name = name.removesuffix(f"_{self.part(variable)}")
        return f"${{{name}}}"

    def ref(self, ref: Ref) -> Written:
        variable = self.variable(ref)
        if ref.attribute == "shown" and variable.reads is Reads.CODE:
            name = self.path(variable)
            return f"jr:choice-name({name}, '{name}')", ATOM
        if ref.attribute:
            raise NotPossible("Den Zusatz „.%(word)s“ kennen wir nicht.", word=ref.attribute)
        if variable.reads is Reads.TICK:
            return self.picked(variable), ATOM
        if variable.reads is Reads.RANK:
            return f"selected-at({self.path(variable)}, {variable.part - 1})", ATOM
        if variable.reads in {Reads.SIZE, Reads.PLACE}:
            raise NotPossible("Dieser Ausdruck ist dort nicht möglich.")
        return self.path(variable), ATOM

    def picked(self, variable: Variable) -> str:
        return f"selected({self.path(variable)}, {quoted(self.part(variable))})"

    def binary(self, node: Binary) -> Written:
        if node.sign in {"==", "!="}:
            for one, other in ((node.left, node.right), (node.right, node.left)):
                if isinstance(one, Ref) and isinstance(other, Str) and not one.attribute:
                    return self.compared(node.sign, self.variable(one), other.value)
        sign = SIGNS.get(node.sign, node.sign)
        power = POWERS["/" if sign == "div" else sign]
        left, right = self.wrapped(node.left, power), self.wrapped(node.right, power + 1)
        return f"{left} {sign} {right}", power

    def compared(self, sign: str, variable: Variable, value: str) -> Written:
        """A variable beside a written value: ticks and consents are told apart differently."""
        if variable.reads is Reads.TICK:
            same = (value == TICKED) == (sign == "==")
            return (self.picked(variable) if same else f"not({self.picked(variable)})"), ATOM
        if self.plan.questions[variable.question].KIND == "consent" and value == TICKED:
            value = AGREED
        if value == OTHER_NAME:
            value = "other"
        left, _ = self.ref(Ref(0, 0, variable.id))
        return f"{left} {SIGNS.get(sign, sign)} {quoted(value)}", POWERS["="]

    def call(self, node: Call) -> Written:
        special = _SPECIAL.get(node.name)
        if special:
            return special(self, node.args)
        name = _PLAIN.get(node.name)
        if name is None:
            raise NotPossible("Die Funktion %(name)s gibt es dort nicht.", name=node.name)
        return f"{name}({', '.join(self.node(arg)[0] for arg in self.flat(node.args))})", ATOM

    def flat(self, args: Sequence[Node]) -> list[Node]:
        return [one for arg in args for one in (arg.refs if isinstance(arg, Many) else (arg,))]

    def is_empty(self, node: Node) -> Written:
        if isinstance(node, Ref) and self.variable(node).reads is Reads.TICK:
            return f"not({self.picked(self.variable(node))})", ATOM
        return f"{self.wrapped(node, POWERS['='] + 1)} = ''", POWERS["="]


def quoted(text: str) -> str:
    """XPath knows no escapes: a text with both kinds of marks cannot be written."""
    if "'" not in text:
        return f"'{text}'"
    if '"' not in text:
        return f'"{text}"'
    raise NotPossible("Ein Text mit beiden Arten von Anführungszeichen ist dort nicht möglich.")


Special = Callable[[Paths, Sequence[Node]], Written]


def _count(paths: Paths, args: Sequence[Node]) -> Written:
    """Of a whole choice, or of single answers."""
    refs = paths.flat(args)
    variables = [paths.variable(ref) for ref in refs if isinstance(ref, Ref)]
    names = {paths.path(v) for v in variables if v.reads in {Reads.TICK, Reads.RANK}}
    if len(names) == 1 and len(variables) == len(refs) and len(args) == 1:
        return f"count-selected({names.pop()})", ATOM
    parts = [f"if({paths.is_empty(ref)[0]}, 0, 1)" for ref in refs]
    return " + ".join(parts), POWERS["+"]


def _is_empty(paths: Paths, args: Sequence[Node]) -> Written:
    return paths.is_empty(args[0])


def _if(paths: Paths, args: Sequence[Node]) -> Written:
    sources = [paths.node(arg)[0] for arg in args]
    return f"if({', '.join([*sources, quoted('')][:3])})", ATOM


def _regex(paths: Paths, args: Sequence[Node]) -> Written:
    pattern, text = args
    if not isinstance(pattern, Str) or pattern.value[:1] != "/" or not pattern.value.endswith("/"):
        raise NotPossible("Die Funktion %(name)s gibt es dort nicht.", name="regexMatch")
    inner = pattern.value[1:-1].replace("\\/", "/")
    start = "" if inner.startswith("^") else ".*"
    end = "" if inner.endswith("$") else ".*"
    return f"regex({paths.node(text)[0]}, {quoted(start + inner + end)})", ATOM


def _sum(paths: Paths, args: Sequence[Node]) -> Written:
    parts = [f"coalesce({paths.node(arg)[0]}, 0)" for arg in paths.flat(args)]
    return " + ".join(parts), POWERS["+"]


_SPECIAL: Mapping[str, Special] = {
    "count": _count, "is_empty": _is_empty, "if": _if, "regexMatch": _regex, "sum": _sum,
}  # fmt: skip
_PLAIN = {
    "intval": "int", "round": "round", "floor": "floor", "ceil": "ceiling", "abs": "abs",
    "sqrt": "sqrt", "min": "min", "max": "max", "strlen": "string-length", "join": "concat",
    "implode": "join", "strtolower": "lower-case", "trim": "normalize-space",
}  # fmt: skip
