"""What the copy of the rules in the browser needs for one page, as small as it can be.

    {"hidden": ["15"],
     "fixed": {"12": "rad"},
     "vars": {"14": ["c", "f14", ["14"], {"1": ["bus", "Bus", 2]}]},
     "steps": [["show", "15", [...]], ["result", "16", [...]]],
     "comma": true}

Conditions go as arrays (`umfragen.expression.wire`). What stands on other pages goes as fixed
values, for it cannot change here; what stands on this page goes with the way to read its fields.
`static/js/survey-rules.js` hides and shows by it; the server decides again.
"""

from collections.abc import Iterator
from typing import Any

from umfragen.definition.items import Holds, Item, Part
from umfragen.definition.model import Page
from umfragen.definition.parts import OTHER_CODE
from umfragen.definition.questions import (
    AnyQuestion,
    Computed,
    LongText,
    Matrix,
    Number,
    NumberList,
)
from umfragen.definition.translation import texts
from umfragen.engine.piping import COMMA_LANGUAGES, Place, node_at, pieces_of
from umfragen.engine.plan import Plan, Rule, Spot, parts_of, spot_of
from umfragen.engine.reading import field_name
from umfragen.engine.sheet import Sheet
from umfragen.engine.variables import Choice, Reads, Type, Variable
from umfragen.expression import (
    Node,
    Num,
    Ref,
    Sequence,
    Str,
    children,
    evaluate,
    ids,
    rebuilt,
    truth,
    wire,
)

Spec = list[Any]
"""Kind, field, gates, and what the kind needs. Gates must all be open: `12` is shown, `f12=251`
is chosen. The first one is the question."""


def spot_id(spot: Spot) -> str:
    """Value of `data-item` of what is hidden and shown: `12`, or `12.3` for an option."""
    return str(spot) if isinstance(spot, int) else f"{spot[0]}.{spot[1]}"


def spots_of(question: AnyQuestion) -> Iterator[tuple[Spot, bool]]:
    """The question and its parts, each with whether it is retired."""
    yield question.key, question.retired
    for _, parts in parts_of(question):
        for part in parts:
            yield spot_of(question, part), part.retired


def live_variables(plan: Plan, page: Page) -> frozenset[str]:
    """Ids of variables that can change while the page is filled in."""
    return frozenset(
        variable.id
        for question in page.questions
        for variable in plan.names.by_question[question.key]
    )


def live_spots(plan: Plan, page: Page) -> frozenset[Spot]:
    """What may appear or go while the page is filled in. It has to be on the page, hidden or not;
    everything else that is hidden stays so."""
    live = live_variables(plan, page)
    rules = (
        (spot, plan.show.get(spot))
        for question in page.questions
        for spot, retired in spots_of(question)
        if not retired
    )
    return frozenset(spot for spot, rule in rules if rule and live & ids(rule.node))


def rules_for_browser(sheet: Sheet, page_key: int) -> dict[str, Any]:
    """JSON for the page. Without `steps` nothing on it depends on anything else on it."""
    page = sheet.plan.pages[page_key]
    export = _Export(sheet, page)
    for question in page.questions:
        export.add(question)
    return {
        "hidden": export.hidden,
        "fixed": export.fixed,
        "vars": export.variables,
        "steps": export.steps,
        "comma": sheet.language.partition("-")[0] in COMMA_LANGUAGES,
    }


class _Export:
    def __init__(self, sheet: Sheet, page: Page) -> None:
        self.sheet = sheet
        self.plan = sheet.plan
        self.live = live_variables(sheet.plan, page)
        self.spots = live_spots(sheet.plan, page)
        self.hidden: list[str] = []
        self.fixed: dict[str, Any] = {}
        self.variables: dict[str, Spec] = {}
        self.steps: list[list[Any]] = []

    def holds(self, rule: Rule, spot: Spot) -> bool:
        return truth(evaluate(self.looking_back(rule.node, spot), self.sheet.value))

    def add(self, question: AnyQuestion) -> None:
        for spot, retired in spots_of(question):
            rule = self.plan.show.get(spot)
            if retired or (rule and spot not in self.spots and not self.holds(rule, spot)):
                self.hidden.append(spot_id(spot))
            elif rule and spot in self.spots:
                self.step("show", spot, rule)
        formula = self.plan.formulas.get(question.key)
        if formula is not None:
            self.step("result", question.key, formula)
            if isinstance(question, Computed) and question.shown:
                for variable in self.plan.names.by_question[question.key]:
                    self.variables[variable.id] = self.spec(variable)
        for _, text in texts(question):
            self.pipes(text.say(self.sheet.language, self.plan.definition.language))

    def step(self, name: str, spot: Spot, rule: Rule) -> None:
        node = self.looking_back(rule.node, spot)
        self.steps.append([name, spot_id(spot), wire(node)])
        self.note(node)

    def looking_back(self, node: Node, spot: Spot) -> Node:
        """Without what stands further down: on the server a condition looks back only."""
        if not isinstance(node, Ref):
            parts = tuple(self.looking_back(child, spot) for child in children(node))
            return rebuilt(node, parts)
        asking = spot if isinstance(spot, int) else spot[0]
        order, owner = self.plan.order, self.plan.names.by_id[node.id].question
        asking = asking if asking in order else self.plan.items[asking].question
        if order[owner] < order[asking] or node.attribute == "question":
            return node
        if node.attribute == "relevanceStatus":
            # A question stands on the page already when its own parts are looked at.
            return Num(*node.span, float(owner == asking and spot not in order))
        return Sequence(*node.span, (Str(*node.span, ""),))

    def pipes(self, said: str) -> None:
        for piece in pieces_of(said):
            if isinstance(piece, Place):
                node, _ = node_at(self.plan.names, piece)
                if node is not None and self.live & ids(node):
                    self.note(node)

    def note(self, node: Node) -> None:
        """Provides for every variable of the expression."""
        if isinstance(node, Ref):
            if node.id in self.live and node.attribute != "question":
                self.variables[node.id] = self.spec(self.plan.names.by_id[node.id])
            else:
                name = f"{node.id}.{node.attribute}" if node.attribute else node.id
                self.fixed[name] = self.sheet.value(node)
        for child in children(node):
            self.note(child)

    def spec(self, variable: Variable) -> Spec:
        question = self.plan.questions[variable.question]
        item = self.plan.items[variable.item]
        gates = [str(question.key), *_gates(item)]
        field = field_name(item.key)
        if variable.reads is Reads.CELL:
            gates.append(f"{question.key}.{variable.part}")
            field = field_name(item.key, variable.part)
        return [_kind(question, variable), field, gates, *self.details(question, variable, item)]

    def details(self, question: AnyQuestion, variable: Variable, item: Item) -> Iterator[Any]:
        if variable.reads in {Reads.TICK, Reads.RANK}:
            yield variable.part
        if variable.choices is not None:
            yield {str(code): self.words(choice) for code, choice in variable.choices.items()}
        elif _kind(question, variable) == "n" and item.holds is not Holds.CODE:
            yield question.decimals if isinstance(question, Number | NumberList | Matrix) else 6
        elif isinstance(question, LongText):
            yield 1

    def words(self, choice: Choice) -> list[Any]:
        label = choice.text.say(self.sheet.language, self.plan.definition.language)
        found: list[Any] = [choice.name, label or choice.name]
        return found if choice.score is None else [*found, choice.score]


def _gates(item: Item) -> Iterator[str]:
    if item.part is Part.ROW:
        yield str(item.key)
    if item.part is Part.OTHER or item.option is not None:
        code = OTHER_CODE if item.option is None else item.option
        yield f"{field_name(item.question)}={code}"


def _kind(question: AnyQuestion, variable: Variable) -> str:
    if isinstance(question, Computed):
        return "v"
    kinds = {Reads.CODE: "c", Reads.TICK: "t", Reads.RANK: "r", Reads.SIZE: "z", Reads.PLACE: "p"}
    return kinds.get(variable.reads) or ("n" if variable.type is Type.NUMBER else "s")
