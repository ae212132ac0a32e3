"""A definition made ready to ask: expressions parsed, names looked up, items listed.

Made once per version and kept; everything else in the engine is a function of a plan and answers.
An expression with a mistake does no harm: the question is shown, the check holds, the formula has
no result. `mistakes` lists them, and `umfragen.checks` keeps such a version from being published.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from umfragen.definition.findings import Path
from umfragen.definition.items import Item, items_of
from umfragen.definition.model import Definition, Page
from umfragen.definition.parts import Option, Row
from umfragen.definition.questions import (
    AnyQuestion,
    Computed,
    Matrix,
    Multiple,
    NumberList,
    Ranking,
    Single,
)
from umfragen.engine.resolving import Resolver
from umfragen.engine.variables import Choice, Names, choices_of, collect_names
from umfragen.expression import Mistake, Name, Node, parse, walk

ALWAYS = frozenset({"", "1"})

Spot = int | tuple[int, int]
"""What can be hidden: a page, question or row by its key, an option by question and code."""


@dataclass(frozen=True, slots=True)
class Rule:
    """An expression in its place. `source` is what `path` holds; spans count in it."""

    path: Path
    source: str
    node: Node


@dataclass(frozen=True, slots=True)
class Plan:
    definition: Definition
    names: Names
    items: Mapping[int, Item]
    items_of: Mapping[int, tuple[Item, ...]]
    questions: Mapping[int, AnyQuestion]
    pages: Mapping[int, Page]
    page_of: Mapping[int, Page]
    order: Mapping[int, int]
    choices: Mapping[int, Mapping[int, Choice]]
    show: Mapping[Spot, Rule]
    checks: Mapping[int, tuple[Rule, ...]]
    formulas: Mapping[int, Rule]
    mistakes: tuple[tuple[Path, Mistake], ...]

    def rules(self) -> Iterator[Rule]:
        yield from self.show.values()
        yield from chain.from_iterable(self.checks.values())
        yield from self.formulas.values()

    def question_of(self, item: int) -> AnyQuestion:
        """The question an item belongs to: itself, or that of its row or free line."""
        return self.questions[self.items[item].question if item in self.items else item]


def make_plan(definition: Definition) -> Plan:
    """Raises nothing, however broken the expressions are."""
    questions = {question.key: question for question in definition.questions()}
    items = {key: tuple(items_of(question)) for key, question in questions.items()}
    builder = _Builder(collect_names(definition))
    for at, page in enumerate(definition.pages):
        builder.add_page(page, ("pages", at))
    return Plan(
        definition=definition,
        names=builder.names,
        items={item.key: item for found in items.values() for item in found},
        items_of=items,
        questions=questions,
        pages={page.key: page for page in definition.pages},
        order={key: at for at, key in enumerate(questions)},
        page_of={found.key: page for page in definition.pages for found in page.questions},
        choices={key: choices_of(question) for key, question in questions.items()},
        show=builder.show,
        checks=builder.checks,
        formulas=builder.formulas,
        mistakes=tuple(builder.mistakes),
    )


class _Builder:
    def __init__(self, names: Names) -> None:
        self.names = names
        self.show: dict[Spot, Rule] = {}
        self.checks: dict[int, tuple[Rule, ...]] = {}
        self.formulas: dict[int, Rule] = {}
        self.mistakes: list[tuple[Path, Mistake]] = []

    def add_page(self, page: Page, path: Path) -> None:
        self.add_condition(page.key, page.show_if, (*path, "show_if"), None)
        for at, question in enumerate(page.questions):
            self.add_question(question, (*path, "questions", at))

    def add_question(self, question: AnyQuestion, path: Path) -> None:
        self.add_condition(question.key, question.show_if, (*path, "show_if"), question)
        if isinstance(question, Computed):
            rule = self.rule(question.formula, (*path, "formula"), Resolver(self.names, question))
            if rule:
                self.formulas[question.key] = rule
        elif question.check:
            self.add_check(question, (*path, "check"))
        for name, parts in parts_of(question):
            for at, part in enumerate(parts):
                spot = spot_of(question, part)
                self.add_condition(spot, part.show_if, (*path, name, at, "show_if"), question)

    def add_condition(self, spot: Spot, source: str, path: Path, owner: AnyQuestion | None) -> None:
        if source.strip() in ALWAYS:
            return
        rule = self.rule(source, path, Resolver(self.names, owner))
        if rule:
            self.show[spot] = rule

    def add_check(self, question: AnyQuestion, path: Path) -> None:
        """With `this` the check is made for each part of the question, else once."""
        variables = self.names.by_question[question.key]
        each = variables if names_this(question.check) else variables[:1]
        rules = [
            self.rule(question.check, path, Resolver(self.names, question, variable))
            for variable in each
        ]
        found = tuple(rule for rule in rules if rule)
        if found:
            self.checks[question.key] = found

    def rule(self, source: str, path: Path, resolver: Resolver) -> Rule | None:
        try:
            tree = parse(source)
        except Mistake as mistake:
            self.note(path, mistake)
            return None
        node = resolver.resolve(tree)
        for found in resolver.mistakes:
            self.note(path, found)
        return None if resolver.mistakes else Rule(path, source, node)

    def note(self, path: Path, mistake: Mistake) -> None:
        if (path, mistake) not in self.mistakes:
            self.mistakes.append((path, mistake))


def spot_of(question: AnyQuestion, part: Option | Row) -> Spot:
    return part.key if isinstance(part, Row) else (question.key, part.code)


def names_this(source: str) -> bool:
    try:
        tree = parse(source)
    except Mistake:
        return False
    return any(isinstance(node, Name) and node.words[0] == "this" for node in walk(tree))


def parts_of(question: AnyQuestion) -> Iterator[tuple[str, Sequence[Option | Row]]]:
    """Options, columns and rows of a question, with the name of the field they stand in."""
    if isinstance(question, Single | Multiple | Ranking):
        yield "options", question.options
    if isinstance(question, Matrix):
        yield "columns", question.columns
    if isinstance(question, Matrix | NumberList):
        yield "rows", question.rows
