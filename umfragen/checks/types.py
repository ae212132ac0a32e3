"""Whether what is compared, calculated and called can be meant so."""

from collections.abc import Iterator
from difflib import get_close_matches

from umfragen.definition.findings import Finding, Path, Severity
from umfragen.definition.questions import Contact, Format
from umfragen.engine.piping import Place, node_at, pieces_of
from umfragen.engine.plan import Plan
from umfragen.engine.variables import Type, Variable
from umfragen.expression import (
    COMPARISONS,
    FUNCTIONS,
    WORDED,
    BadPattern,
    Binary,
    Call,
    Many,
    Node,
    Num,
    Ref,
    Str,
    Takes,
    children,
    compile_pattern,
    number_of,
)
from umfragen.expression.functions import Function
from umfragen.expression.values import equal

ORDERING = frozenset({"<", "<=", ">", ">="})
CALCULATING = frozenset({"-", "*", "/"})


def check_types(plan: Plan) -> Iterator[Finding]:
    for rule in plan.rules():
        yield from _Checker(plan, rule.path).node(rule.node)
    for at, page in enumerate(plan.definition.pages):
        for place, question in enumerate(page.questions):
            path: Path = ("pages", at, "questions", place)
            if isinstance(question, Contact) and question.format is Format.PATTERN:
                yield from _pattern(question.pattern, (*path, "pattern"), None)
            for _, words in question.text:
                yield from _pipes(plan, words, (*path, "text"))


def _pipes(plan: Plan, words: str, path: Path) -> Iterator[Finding]:
    for piece in pieces_of(words):
        if not isinstance(piece, Place):
            continue
        node, _ = node_at(plan.names, piece)
        if node is None:
            continue
        checker = _Checker(plan, path, piece.start)
        yield from checker.node(node)
        if isinstance(node, Ref) and not node.attribute:
            variable = plan.names.by_id[node.id]
            if variable.type is Type.NAME:
                yield checker.warn(
                    Finding(
                        "Hier steht das Kürzel der Antwort. Meinten Sie {%(name)s.shown}?",
                        name=variable.name,
                    ),
                    node,
                )


def _pattern(source: str, path: Path, span: tuple[int, int] | None) -> Iterator[Finding]:
    try:
        compile_pattern(source)
    except BadPattern as bad:
        yield Finding.of(bad, path, span)


class _Checker:
    def __init__(self, plan: Plan, path: Path, start: int = 0) -> None:
        self.plan = plan
        self.path = path
        self.start = start

    def note(self, finding: Finding, node: Node) -> Finding:
        span = node.start + self.start, node.end + self.start
        found = Finding.of(finding, self.path, span)
        found.severity = finding.severity
        return found

    def warn(self, finding: Finding, node: Node) -> Finding:
        finding.severity = Severity.WARNING
        return self.note(finding, node)

    def node(self, node: Node, *, in_call: bool = False) -> Iterator[Finding]:
        if isinstance(node, Many) and not in_call:
            yield self.note(
                Finding("Das steht für mehrere Antworten. Bitte nehmen Sie zum Beispiel count()."),
                node,
            )
            return
        if isinstance(node, Binary):
            yield from self.binary(node)
        elif isinstance(node, Call):
            yield from self.call(node)
        for child in children(node):
            yield from self.node(child, in_call=isinstance(node, Call | Many))

    def variable(self, node: Node) -> Variable | None:
        """What a node looks at, as long as it is the value itself."""
        if isinstance(node, Ref) and not node.attribute:
            return self.plan.names.by_id.get(node.id)
        return None

    def binary(self, node: Binary) -> Iterator[Finding]:
        for one, other in ((node.left, node.right), (node.right, node.left)):
            variable = self.variable(one)
            if variable is None:
                continue
            if node.sign in {"==", "!="}:
                yield from self.named(variable, other)
            elif node.sign in CALCULATING or node.sign in ORDERING:
                yield from self.number(variable, one, other, node.sign)

    def named(self, variable: Variable, literal: Node) -> Iterator[Finding]:
        """`==` with a name no option has."""
        if variable.choices is None or not isinstance(literal, Str | Num):
            return
        names = [choice.name for choice in variable.choices.values()]
        if literal.value == "" or any(equal(name, literal.value) for name in names):
            return
        value = literal.value if isinstance(literal, Str) else f"{literal.value:g}"
        yield self.note(
            Finding(
                "„%(name)s“ kann nie „%(value)s“ sein. Möglich ist: %(names)s.",
                name=variable.name,
                value=value,
                names=", ".join(names[:10]),
            ),
            literal,
        )

    def number(self, variable: Variable, node: Node, other: Node, sign: str) -> Iterator[Finding]:
        """Calculating with words, and sizes of what has none."""
        if variable.type is Type.NAME and not _has_numbers(variable):
            yield self.warn(
                Finding(
                    "Die Antworten von „%(name)s“ sind keine Zahlen. Mit „.value“ rechnen Sie mit"
                    " ihren Punkten.",
                    name=variable.name,
                ),
                node,
            )
        elif variable.type is Type.TEXT and (sign in CALCULATING or isinstance(other, Num)):
            yield self.warn(
                Finding("„%(name)s“ ist ein Text und keine Zahl.", name=variable.name), node
            )
        elif (
            variable.type is Type.NUMBER
            and isinstance(other, Str)
            and number_of(other.value) is not None
        ):
            yield self.warn(
                Finding("In Anführungszeichen werden Buchstaben verglichen, nicht Zahlen."), other
            )

    def call(self, node: Call) -> Iterator[Finding]:
        function = FUNCTIONS.get(node.name)
        if function is None:
            yield self.note(_unknown(node.name), node)
            return
        wrong = _wrong_count(node, function)
        if wrong is not None:
            yield self.note(wrong, node)
        elif node.name == "regexMatch":
            yield from self.regex(node)
        elif node.name in {"countifop", "sumifop"}:
            yield from self.sign(node.args[0])
        for variable, arg in ((self.variable(arg), arg) for arg in node.args):
            if variable is not None and node.name == "countif" and arg is not node.args[0]:
                yield from self.named(variable, node.args[0])
            if variable is not None and function.takes is Takes.NUMBERS:
                yield from self.number(variable, arg, arg, "*")

    def regex(self, node: Call) -> Iterator[Finding]:
        pattern = node.args[0]
        if isinstance(pattern, Str):
            span = pattern.start + self.start, pattern.end + self.start
            yield from _pattern(pattern.value, self.path, span)
        else:
            yield self.note(Finding("Das Muster muss ein fester Text sein."), pattern)

    def sign(self, node: Node) -> Iterator[Finding]:
        if not isinstance(node, Str) or WORDED.get(node.value, node.value) not in COMPARISONS:
            yield self.note(
                Finding('Zuerst kommt ein Vergleich in Anführungszeichen, zum Beispiel ">=".'), node
            )


def _has_numbers(variable: Variable) -> bool:
    return all(number_of(choice.name) is not None for choice in (variable.choices or {}).values())


def _wrong_count(node: Call, function: Function) -> Finding | None:
    count = sum(len(arg.refs) if isinstance(arg, Many) else 1 for arg in node.args)
    if count < function.least:
        return Finding(
            "In %(name)s() fehlt etwas. Nötige Angaben: %(least)s.",
            name=node.name,
            least=function.least,
        )
    if count > function.most:
        return Finding(
            "In %(name)s() steht zu viel. Mögliche Angaben: %(most)s.",
            name=node.name,
            most=function.most,
        )
    return None


def _unknown(name: str) -> Finding:
    near = get_close_matches(name, FUNCTIONS, n=1)
    if near:
        return Finding(
            "Die Funktion „%(name)s“ gibt es nicht. Meinten Sie „%(near)s“?",
            name=name,
            near=near[0],
        )
    return Finding("Die Funktion „%(name)s“ gibt es nicht.", name=name)
