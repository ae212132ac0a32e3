"""Our names as codes of LimeSurvey, and our expressions with these codes.

It takes twenty letters and digits for a question, five for an answer, and no underscores, for they
join a question and its part.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from umfragen.definition.questions import (
    AnyQuestion,
    Cell,
    Matrix,
    Multiple,
    NumberList,
    Ranking,
    Single,
    Slider,
)
from umfragen.engine.plan import Plan
from umfragen.engine.variables import Variable
from umfragen.expression import Binary, Call, Mistake, Name, Node, Str, parse, walk

SLIDER_ROW = "SQ001"

_QUESTION = re.compile(r"[A-Za-z][A-Za-z0-9]{0,19}")
_PART = re.compile(r"[A-Za-z0-9]{1,20}")
_ANSWER = re.compile(r"-?[A-Za-z0-9]{1,5}")


def coded(names: Iterable[str], fits: re.Pattern[str], prefix: str) -> dict[str, str]:
    """Names that fit stay; the others are numbered, around those that stay."""
    names = list(names)
    kept = {name.casefold() for name in names if fits.fullmatch(name)}
    found, count = {}, 0
    for name in names:
        if fits.fullmatch(name):
            found[name] = name
            continue
        count += 1
        while f"{prefix}{count}".casefold() in kept:
            count += 1
        found[name] = f"{prefix}{count}"
    return found


@dataclass(frozen=True, slots=True)
class Codes:
    """Of one question: its own, those of its options or columns, and those of its rows."""

    title: str
    options: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, str] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        return any(name != code for name, code in [*self.options.items(), *self.rows.items()])


class AllCodes:
    """Of a whole survey; `variables`: our name -> LimeSurvey's."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        questions = list(plan.definition.questions())
        titles = coded((question.name for question in questions), _QUESTION, "Q")
        self.by_key = {q.key: _codes(q, titles[q.name]) for q in questions}
        self.variables = {
            variable.name: self._variable(question, variable)
            for question in questions
            for variable in plan.names.by_question[question.key]
        }

    def __getitem__(self, question: AnyQuestion) -> Codes:
        return self.by_key[question.key]

    def _variable(self, question: AnyQuestion, variable: Variable) -> str:
        codes = self.by_key[question.key]
        rest = variable.name[len(question.name) + 1 :]
        if isinstance(question, Slider):
            return f"{codes.title}_{SLIDER_ROW}"
        return f"{codes.title}_{_suffix(question, codes, rest)}" if rest else codes.title

    def expression(self, source: str) -> str:
        """The same expression in LimeSurvey's words; one with a mistake stays as it is."""
        try:
            tree = parse(source)
        except Mistake:
            return source
        found: dict[tuple[int, int], str] = {}
        for node in walk(tree):
            if isinstance(node, Name):
                found[node.span] = self._name(node)
            else:
                found.update(self._literals(node))
        pieces, at = [], 0
        for (start, end), text in sorted(found.items()):
            pieces += [source[at:start], text]
            at = end
        return "".join([*pieces, source[at:]])

    def _name(self, node: Name) -> str:
        first, *rest = node.words
        if first == "that" and rest:
            return ".".join([first, self._title(rest[0]), *rest[1:]])
        if first in {"self", "this"}:
            return node.text
        return ".".join([self.variables.get(first) or self._title(first), *rest])

    def _title(self, name: str) -> str:
        question = self.plan.names.questions.get(name)
        return self.by_key[question.key].title if question else name

    def _literals(self, node: Node) -> Mapping[tuple[int, int], str]:
        """Written values that are compared with a choice and have another code there."""
        match node:
            case Binary(sign="==" | "!=", left=Name() as name, right=Str() as text):
                return self._literal(name, text)
            case Binary(sign="==" | "!=", left=Str() as text, right=Name() as name):
                return self._literal(name, text)
            case Call(name="countif", args=(Str() as text, Name() as name, *_)):
                return self._literal(name, text)
        return {}

    def _literal(self, name: Name, text: Str) -> Mapping[tuple[int, int], str]:
        variable = self.plan.names.by_name.get(name.words[0])
        question = self.plan.names.questions.get(name.words[0])
        key = variable.question if variable else question.key if question else None
        if key is None or isinstance(self.plan.questions[key], Multiple):
            return {}
        code = self.by_key[key].options.get(text.value, text.value)
        return {text.span: f'"{code}"'} if code != text.value else {}


def _codes(question: AnyQuestion, title: str) -> Codes:
    match question:
        case Single() | Ranking():
            return Codes(title, coded((o.name for o in question.options), _ANSWER, "A"))
        case Multiple():
            return Codes(title, coded((o.name for o in question.options), _PART, "SQ"))
        case Matrix():
            is_single = question.cell is Cell.SINGLE
            fits, prefix = (_ANSWER, "A") if is_single else (_PART, "C")
            columns = coded((column.name for column in question.columns), fits, prefix)
            return Codes(title, columns, coded((row.name for row in question.rows), _PART, "SQ"))
        case NumberList():
            return Codes(title, rows=coded((row.name for row in question.rows), _PART, "SQ"))
    return Codes(title)


def _suffix(question: AnyQuestion, codes: Codes, rest: str) -> str:
    """Of a variable: a row, a row and a column, an option, its comment, or a fixed word."""
    if isinstance(question, Matrix):
        for row, code in codes.rows.items():
            column = rest.removeprefix(f"{row}_")
            if rest == row:
                return code
            if column != rest and column in codes.options:
                return f"{code}_{codes.options[column]}"
    if isinstance(question, Multiple) and rest not in codes.options:
        name = rest.removesuffix("comment")
        return f"{codes.options[name]}comment" if name in codes.options else rest
    return {**codes.options, **codes.rows}.get(rest, rest)
