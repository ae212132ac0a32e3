"""What nobody can ever see: conditions that hold for no answers, pages with nothing on them.

The answers a condition depends on are tried out, each choice and, of numbers and texts, the
values around those that are written down. Where that would be too many, or where an expression
calculates with free answers, nothing is claimed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice, product

from umfragen.definition.findings import Finding, Severity
from umfragen.definition.items import Holds, Item
from umfragen.definition.questions import (
    MAX_FILES,
    AnyQuestion,
    Matrix,
    Number,
    NumberList,
    Shape,
    Slider,
)
from umfragen.engine.answers import Geometry, Value
from umfragen.engine.plan import Plan, Rule, Spot, make_plan, parts_of, spot_of
from umfragen.engine.sheet import Sheet, fill
from umfragen.expression import (
    Binary,
    Call,
    Node,
    Num,
    Ref,
    Str,
    Unary,
    number_of,
    text_of,
    truth,
    walk,
)

MAX_TRIES = 1_000  # for one condition
MAX_TOTAL = 20_000  # for one survey
PLAIN = frozenset({"is_empty", "count", "countif", "if"})
CALCULATES = frozenset("+-*/")
FINITE = frozenset({Holds.CODE, Holds.CODES})


def check_reach(plan: Plan) -> Iterator[Finding]:
    tries = MAX_TOTAL
    never: set[Spot] = set()
    for spot, rule in plan.show.items():
        if not any(isinstance(node, Ref) for node in walk(rule.node)):
            yield _constant(plan, rule)
            if not truth(fill(plan, {}).says(rule)):
                never.add(spot)
            continue
        trial = _Trial(plan, spot)
        if not trial.is_sure or trial.size > min(MAX_TRIES, tries):
            continue
        tries -= trial.size
        if not trial.succeeds():
            never.add(spot)
            yield _never(rule)
    yield from _pages(plan, never)


def _constant(plan: Plan, rule: Rule) -> Finding:
    if not truth(fill(plan, {}).says(rule)):
        return _never(rule)
    return Finding(
        "Diese Bedingung ist immer erfüllt.",
        rule.path,
        span=(0, len(rule.source)),
        severity=Severity.WARNING,
    )


def _never(rule: Rule) -> Finding:
    return Finding(
        "Diese Bedingung ist nie erfüllt. Niemand wird das sehen.",
        rule.path,
        span=(0, len(rule.source)),
        severity=Severity.WARNING,
    )


def _pages(plan: Plan, never: set[Spot]) -> Iterator[Finding]:
    for at, page in enumerate(plan.definition.pages):
        open_ones = [
            question
            for question in page.questions
            if not question.retired and question.key not in never
        ]
        if not open_ones and not page.text:
            yield Finding(
                "Auf dieser Seite steht nichts, was jemand sehen kann.",
                ("pages", at),
                severity=Severity.WARNING,
            )


def _is_shown(sheet: Sheet, spot: Spot) -> bool:
    if isinstance(spot, int):
        return spot in sheet.shown
    return spot[1] in sheet.options.get(spot[0], ())


class _Trial:
    """All answers that matter for one condition, put through a survey of just those questions."""

    def __init__(self, plan: Plan, spot: Spot) -> None:
        self.plan = plan
        self.spot = spot
        key = spot if isinstance(spot, int) else spot[0]
        self.keys: set[int] = set()
        self.rules: list[Rule] = []
        if key in plan.pages:
            self._follow([plan.show[spot]])
        else:
            self._add(plan.question_of(key))
        self.small = self._reduced(key)
        literals = {
            node.value
            for rule in self.rules
            for node in walk(rule.node)
            if isinstance(node, Num | Str)
        }
        used = {
            self.plan.names.by_id[node.id].item
            for rule in self.rules
            for node in walk(rule.node)
            if isinstance(node, Ref)
        }
        # The line of „Andere“ counts only while that is chosen.
        used |= {item.question for item in plan.items.values() if item.key in used}
        self.items = [item for item in self.small.items.values() if item.key in used]
        self.choices = [_candidates(self.small, item, literals) for item in self.items]
        self.size = 1
        for found in self.choices:
            self.size *= len(found)

    def _add(self, question: AnyQuestion) -> None:
        if question.key in self.keys:
            return
        self.keys.add(question.key)
        page = self.plan.page_of[question.key]
        spots: list[Spot] = [page.key, question.key]
        for _, parts in parts_of(question):
            spots += [spot_of(question, part) for part in parts]
        rules = [self.plan.show[spot] for spot in spots if spot in self.plan.show]
        formula = self.plan.formulas.get(question.key)
        self._follow([*rules, formula] if formula else rules)

    def _follow(self, rules: Sequence[Rule]) -> None:
        self.rules += rules
        for rule in rules:
            for node in walk(rule.node):
                if isinstance(node, Ref):
                    self._add(self.plan.questions[self.plan.names.by_id[node.id].question])

    def _reduced(self, key: int) -> Plan:
        pages = tuple(
            replace(page, questions=tuple(q for q in page.questions if q.key in self.keys))
            for page in self.plan.definition.pages
        )
        kept = tuple(page for page in pages if page.questions or page.key == key)
        return make_plan(replace(self.plan.definition, pages=kept, quotas=()))

    @property
    def is_sure(self) -> bool:
        """Whether the values tried stand for all there are."""
        free = {item.key for item in self.items if item.holds not in FINITE}
        return not any(self._calculates(rule.node, free) for rule in self.rules)

    def _calculates(self, node: Node, free: set[int]) -> bool:
        if isinstance(node, Binary) and node.sign in CALCULATES:
            return self._touches(node, free)
        if isinstance(node, Unary) and node.sign != "!":
            return self._touches(node, free)
        if isinstance(node, Call) and node.name not in PLAIN and self._touches(node, free):
            return True
        if isinstance(node, Binary) and all(
            self._touches(side, free) for side in (node.left, node.right)
        ):
            return node.sign not in {"&&", "||"} or any(
                self._calculates(side, free) for side in (node.left, node.right)
            )
        return any(self._calculates(child, free) for child in _children(node))

    def _touches(self, node: Node, free: set[int]) -> bool:
        return any(
            isinstance(part, Ref) and self.plan.names.by_id[part.id].item in free
            for part in walk(node)
        )

    def succeeds(self) -> bool:
        for values in product(*self.choices):
            answers = {
                item.key: value
                for item, value in zip(self.items, values, strict=True)
                if value is not None
            }
            if _is_shown(fill(self.small, answers), self.spot):
                return True
        return False


def _children(node: Node) -> Iterator[Node]:
    inside = walk(node)
    next(inside)
    return inside


def _candidates(  # noqa: PLR0911 - one per form of answer
    plan: Plan, item: Item, literals: set[str | float]
) -> list[Value | None]:
    codes = sorted(item.codes)
    match item.holds:
        case Holds.CODE:
            return [None, *codes]
        case Holds.CODES:
            picks = islice(product((False, True), repeat=len(codes)), 1, MAX_TRIES + 1)
            sets = [tuple(c for c, on in zip(codes, pick, strict=True) if on) for pick in picks]
            return [None, *sets]
        case Holds.ORDER:
            return [None, *(tuple(codes[at:] + codes[:at]) for at in range(len(codes)))]
        case Holds.NUMBER:
            return [None, *_numbers(plan.questions[item.question], literals)]
        case Holds.NUMBERS:
            numbers = _numbers(plan.questions[item.question], literals)
            return [None, *(dict.fromkeys(codes, number) for number in numbers)]
        case Holds.TEXTS:
            return [None, *(dict.fromkeys(codes, text) for text in _texts(literals))]
        case Holds.TOKENS:
            tokens = [f"trial-token-{at}" for at in range(MAX_FILES)]
            return [None, *(tuple(tokens[:most]) for most in range(1, MAX_FILES + 1))]
        case Holds.GEOMETRY:
            return [None, Geometry(Shape.POINT, ((7, 50),))]
        case Holds.RESULT:
            return [None]
    return [None, *_texts(literals)]


def _numbers(question: AnyQuestion, literals: set[str | float]) -> list[float]:
    """Around what is written down, as far as the question allows it."""
    written = [number_of(literal) for literal in literals]
    around = chain.from_iterable(
        (number - 1, number, number + 1) for number in written if number is not None
    )
    low = high = None
    if isinstance(question, Number | NumberList | Slider | Matrix):
        low, high = question.low, question.high
    found = {0.0, 1.0, 1e6, -1e6, *around}
    found |= {float(bound) for bound in (low, high) if bound is not None}
    return sorted(
        number
        for number in found
        if (low is None or number >= low) and (high is None or number <= high)
    )


def _texts(literals: set[str | float]) -> list[str]:
    """What is written down, and texts that stand a little before and behind it."""
    found = {"x", "~"}
    for literal in literals:
        text = text_of(literal)
        found |= {text, text[:-1], f"{text}~"}
        number = number_of(literal)
        if number is not None:
            found |= {text_of(number - 1), text_of(number), text_of(number + 1)}
    return sorted(found - {""})
