"""Where expressions look: only at names that exist and stand before them, never in a circle."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from umfragen.definition.findings import Finding, Path, Severity
from umfragen.definition.questions import AnyQuestion
from umfragen.definition.translation import texts
from umfragen.engine.piping import Place, node_at, pieces_of
from umfragen.engine.plan import Plan, Rule
from umfragen.expression import Node, Ref, walk

END = 1_000_000
"""Order of what stands behind all questions."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A rule, the question it decides about (0: a page) and how far it may look: at questions
    with a smaller order."""

    rule: Rule
    owner: int
    before: int


def check_names(plan: Plan) -> Iterator[Finding]:
    """Mistakes of syntax and unknown names, in expressions and in texts."""
    for path, mistake in plan.mistakes:
        yield Finding.of(mistake, path, mistake.span)
    for path, _, place in text_places(plan):
        _, mistakes = node_at(plan.names, place)
        for mistake in mistakes:
            start, end = mistake.span
            span = start + place.start, end + place.start
            yield Finding.of(mistake, path, span)


def check_collisions(plan: Plan) -> Iterator[Finding]:
    """Names made of two parts that are the name of something else: `Q_1` and rank 1 of `Q`."""
    owner: dict[str, str] = {}
    for at, page in enumerate(plan.definition.pages):
        for place, question in enumerate(page.questions):
            path = ("pages", at, "questions", place, "name")
            for variable in plan.names.by_question[question.key]:
                if owner.setdefault(variable.name, variable.id) != variable.id:
                    yield Finding("„%(name)s“ heißt schon etwas anderes.", path, name=variable.name)


def check_references(plan: Plan) -> Iterator[Finding]:
    loops = _loops(plan)
    for placed in placed_rules(plan):
        for ref in refs_in(placed.rule.node):
            owner = plan.names.by_id[ref.id].question
            if plan.order[owner] >= placed.before and ref.attribute != "question":
                yield _ahead(plan, placed, ref, owner, loops)
    for path, before, place in text_places(plan):
        node, _ = node_at(plan.names, place)
        for ref in refs_in(node) if node else ():
            owner = plan.names.by_id[ref.id].question
            if plan.order[owner] >= before and ref.attribute != "question":
                yield Finding(
                    "„%(name)s“ wird erst weiter hinten gefragt. Hier steht dann nichts.",
                    path,
                    span=(place.start, place.start + len(place.source)),
                    severity=Severity.WARNING,
                    name=plan.names.by_id[ref.id].name,
                )


def _ahead(
    plan: Plan, placed: Placed, ref: Ref, owner: int, loops: Mapping[int, tuple[int, ...]]
) -> Finding:
    path, span = placed.rule.path, ref.span
    name = plan.names.by_id[ref.id].name
    if owner == placed.owner:
        return Finding("Die Bedingung fragt nach ihrer eigenen Antwort.", path, span=span)
    loop = loops.get(placed.owner, ())
    if owner in loop:
        names = [plan.questions[key].name for key in (*loop, loop[0])]
        return Finding(
            "Diese Fragen hängen im Kreis voneinander ab: %(loop)s.",
            path,
            span=span,
            loop=" → ".join(names),
        )
    return Finding("„%(name)s“ wird erst später gefragt.", path, span=span, name=name)


def placed_rules(plan: Plan) -> Iterator[Placed]:
    first = {
        page.key: plan.order[page.questions[0].key]
        for page in plan.definition.pages
        if page.questions
    }
    for spot, rule in plan.show.items():
        key = spot if isinstance(spot, int) else spot[0]
        if key in plan.pages:
            yield Placed(rule, 0, first.get(key, END))
        else:
            owner = plan.question_of(key).key
            yield Placed(rule, owner, plan.order[owner])
    for key, rules in plan.checks.items():
        yield from (Placed(rule, key, plan.order[key] + 1) for rule in rules)
    for key, rule in plan.formulas.items():
        yield Placed(rule, key, plan.order[key])


def refs_in(node: Node) -> Iterator[Ref]:
    """Each variable once in its place; a list of several stands in one place."""
    seen = set()
    for part in walk(node):
        if isinstance(part, Ref) and part.span not in seen:
            seen.add(part.span)
            yield part


def _loops(plan: Plan) -> dict[int, tuple[int, ...]]:
    """Question -> the circle it is part of, if any."""
    edges: dict[int, set[int]] = {}
    for placed in placed_rules(plan):
        if placed.owner:
            found = {plan.names.by_id[ref.id].question for ref in refs_in(placed.rule.node)}
            edges.setdefault(placed.owner, set()).update(found - {placed.owner})
    loops: dict[int, tuple[int, ...]] = {}
    for start in edges:
        if start not in loops:
            loop = _circle(edges, start)
            loops.update(dict.fromkeys(loop, loop))
    return loops


def _circle(edges: Mapping[int, set[int]], start: int) -> tuple[int, ...]:
    """A shortest way from a question back to it; empty if there is none."""
    ways: list[tuple[int, ...]] = [(start,)]
    seen = {start}
    for way in ways:
        for following in sorted(edges.get(way[-1], ())):
            if following == start:
                return way
            if following not in seen:
                seen.add(following)
                ways.append((*way, following))
    return ()


def text_places(plan: Plan) -> Iterator[tuple[Path, int, Place]]:
    """Places of texts with their path and how far they may look."""
    for path, text in texts(plan.definition):
        for language, words in text:
            for piece in pieces_of(words):
                if isinstance(piece, Place):
                    yield (*path, language) if language else path, _reach(plan, path), piece


def _reach(plan: Plan, path: Path) -> int:
    """A text sees what stands before its question, and what stands on its own page."""
    if path[0] in {"thanks", "quotas"}:
        return END
    if path[0] != "pages":
        return 0
    page = plan.definition.pages[int(path[1])]
    following = chain.from_iterable(
        other.questions for other in plan.definition.pages[int(path[1]) + 1 :]
    )
    after: AnyQuestion | None = next(following, None)
    if len(path) > 3 and path[2] == "questions":  # noqa: PLR2004 - pages, n, questions, m
        return plan.order[after.key] if after else END
    return plan.order[page.questions[0].key] if page.questions else END
