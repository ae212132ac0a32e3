"""One person's answers put through a plan: what is shown, what counts, what is calculated.

A single pass in the order of the survey. Every expression sees only what stands before it, so it
makes no difference whether the answers came page by page or all at once, and a loop cannot run.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from umfragen.definition.items import Holds, Item, Part
from umfragen.definition.model import Page
from umfragen.definition.parts import OTHER_CODE, Option, Row
from umfragen.definition.questions import AnyQuestion, Computed
from umfragen.engine.answers import Answers, Geometry, Value
from umfragen.engine.plan import Plan, Rule, Spot, parts_of, spot_of
from umfragen.engine.variables import Reads, Variable
from umfragen.expression import Ref, evaluate, outward, truth
from umfragen.expression import Value as Result


@dataclass(frozen=True, slots=True)
class Sheet:
    """`answers` are those that count. `shown`: keys of pages, questions, rows and free lines.
    `options`: codes one can choose, by key of the question, in the order of the definition.
    `failed`: questions whose check does not hold. `seed`: orders what is mixed, for this person;
    nothing that is shown or counts depends on it."""

    plan: Plan
    answers: Answers
    shown: frozenset[int]
    options: Mapping[int, tuple[int, ...]]
    failed: frozenset[int]
    language: str
    seed: str = ""

    def value(self, ref: Ref) -> Result:
        """What an expression or a text sees of a variable."""
        return _look_up(self.plan, self.answers, self.shown, ref, self.language)

    def says(self, rule: Rule) -> Result:
        return evaluate(rule.node, self.value)

    def page_questions(self, page: Page) -> tuple[AnyQuestion, ...]:
        """Those somebody sees on the page now."""
        return tuple(
            question
            for question in page.questions
            if question.key in self.shown and is_seen(question)
        )


def is_seen(question: AnyQuestion) -> bool:
    return not isinstance(question, Computed) or question.shown


def fill(plan: Plan, answers: Answers, *, language: str = "", seed: str = "") -> Sheet:
    """The sheet of these answers. Cost: once through the survey, 0.3 ms of CPU for 50 questions."""
    filling = _Filling(plan, answers, language or plan.definition.language)
    for page in plan.definition.pages:
        filling.page(page)
    return Sheet(
        plan=plan,
        answers=filling.counted,
        shown=frozenset(filling.shown),
        options=filling.options,
        failed=frozenset(filling.failed),
        language=filling.language,
        seed=seed,
    )


class _Filling:
    def __init__(self, plan: Plan, answers: Answers, language: str) -> None:
        self.plan = plan
        self.given = answers
        self.language = language
        self.counted: dict[int, Value] = {}
        self.shown: set[int] = set()
        self.options: dict[int, tuple[int, ...]] = {}
        self.failed: set[int] = set()

    def value(self, ref: Ref) -> Result:
        return _look_up(self.plan, self.counted, self.shown, ref, self.language)

    def holds(self, spot: Spot) -> bool:
        rule = self.plan.show.get(spot)
        return rule is None or truth(evaluate(rule.node, self.value))

    def page(self, page: Page) -> None:
        if not self.holds(page.key):
            return
        self.shown.add(page.key)
        for question in page.questions:
            if not question.retired and self.holds(question.key):
                self.question(question)

    def question(self, question: AnyQuestion) -> None:
        self.shown.add(question.key)
        if isinstance(question, Computed):
            self.compute(question)
            return
        self.parts(question)
        for item in self.plan.items_of[question.key]:
            self.count(item)
        for rule in self.plan.checks.get(question.key, ()):
            if not truth(evaluate(rule.node, self.value)):
                self.failed.add(question.key)

    def compute(self, question: Computed) -> None:
        rule = self.plan.formulas.get(question.key)
        value = outward(evaluate(rule.node, self.value)) if rule else ""
        if value != "" and value is not False:
            self.counted[question.key] = 1 if value is True else value

    def parts(self, question: AnyQuestion) -> None:
        for _, parts in parts_of(question):
            open_parts = [
                part for part in parts if not part.retired and self.holds(spot_of(question, part))
            ]
            self.shown.update(part.key for part in open_parts if isinstance(part, Row))
            codes = tuple(part.code for part in open_parts if isinstance(part, Option))
            if any(isinstance(part, Option) for part in parts):
                self.options[question.key] = codes

    def count(self, item: Item) -> None:
        """Takes over what was answered to something that is shown."""
        if not self.is_open(item):
            return
        self.shown.add(item.key)
        value = self.given.get(item.key)
        if value is not None:
            value = self.offered(item, value)
        if value is not None:
            self.counted[item.key] = value

    def is_open(self, item: Item) -> bool:
        """A row while it is shown, the line of „Andere“ while that is chosen, and so on."""
        if item.part is Part.ROW:
            return item.key in self.shown
        if item.part is Part.OTHER:
            return OTHER_CODE in _chosen(self.counted.get(item.question))
        if item.option is not None:
            return item.option in _chosen(self.counted.get(item.question))
        return True

    def offered(self, item: Item, value: Value) -> Value | None:
        """Without options that are not offered (any more)."""
        if item.question not in self.options:
            return value
        offered = {*self.options[item.question], OTHER_CODE} & item.codes
        match item.holds:
            case Holds.CODE:
                return value if value in offered else None
            case Holds.CODES | Holds.ORDER:
                return tuple(code for code in _chosen(value) if code in offered) or None
            case Holds.NUMBERS | Holds.TEXTS if isinstance(value, Mapping):
                return {code: cell for code, cell in value.items() if code in offered} or None
        return value


def _chosen(value: Value | None) -> tuple[int, ...]:
    """The codes of a choice, whether one or several."""
    if isinstance(value, tuple):
        return tuple(code for code in value if isinstance(code, int))
    return (value,) if isinstance(value, int) else ()


# What expressions see


def _look_up(  # noqa: PLR0911 - one per attribute
    plan: Plan, answers: Answers, shown: Iterable[int], ref: Ref, language: str
) -> Result:
    variable = plan.names.by_id.get(ref.id)
    if variable is None:
        return ""
    if ref.attribute == "question":
        default = plan.definition.language
        return plan.questions[variable.question].text.say(language, default)
    if ref.attribute == "relevanceStatus":
        return 1 if variable.question in shown else 0
    value = answers.get(variable.item)
    if value is None:
        return ""
    if ref.attribute == "shown":
        return _label(plan, variable, value, language)
    if ref.attribute == "value":
        return _score(variable, value)
    return _value(variable, value)


def _code(variable: Variable, value: Value) -> int | None:
    """The code a variable stands for just now."""
    codes = _chosen(value)
    if variable.reads is Reads.CODE:
        return codes[0] if codes else None
    if variable.reads is Reads.TICK:
        return variable.part if variable.part in codes else None
    if variable.reads is Reads.RANK:
        return codes[variable.part - 1] if variable.part <= len(codes) else None
    return None


def _value(variable: Variable, value: Value) -> Result:
    if variable.choices is not None:
        code = _code(variable, value)
        choice = None if code is None else variable.choices.get(code)
        return choice.name if choice else ""
    if variable.reads is Reads.CELL:
        return value.get(variable.part, "") if isinstance(value, Mapping) else ""
    if variable.reads is Reads.SIZE:
        return len(value) if isinstance(value, tuple) else ""
    if isinstance(value, Geometry):
        return " ".join(f"{latitude};{longitude}" for longitude, latitude in value.points)
    return value if isinstance(value, str | int | float) else ""


def _label(plan: Plan, variable: Variable, value: Value, language: str) -> Result:
    code = _code(variable, value)
    if code is None or variable.choices is None or code not in variable.choices:
        return _value(variable, value)
    choice = variable.choices[code]
    return choice.text.say(language, plan.definition.language) or choice.name


def _score(variable: Variable, value: Value) -> Result:
    code = _code(variable, value)
    choice = variable.choices.get(code) if variable.choices and code is not None else None
    if choice is None:
        return _value(variable, value)
    return choice.name if choice.score is None else choice.score
