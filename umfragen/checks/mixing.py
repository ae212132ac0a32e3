"""What is mixed must not depend on each other: the answer might come only later."""

from collections.abc import Iterator, Mapping

from umfragen.checks.references import Placed, placed_rules, refs_in, text_places
from umfragen.definition.findings import Finding, Path, Severity
from umfragen.definition.model import Definition, Page
from umfragen.engine.piping import node_at
from umfragen.engine.plan import Plan
from umfragen.engine.shuffling import keeps_place

LATER = "„%(name)s“ steht durch das Mischen vielleicht erst weiter hinten."
Places = Mapping[int, tuple[int, int]]
"""Page -> the first and the last place it can have."""


def check_mixing(plan: Plan) -> Iterator[Finding]:
    places = _places(plan.definition)
    yield from _lonely(plan.definition, places)
    for placed in placed_rules(plan):
        page = plan.definition.pages[_page_number(placed.rule.path)]
        for ref in refs_in(placed.rule.node):
            owner = plan.names.by_id[ref.id].question
            if ref.attribute == "question" or plan.order[owner] >= placed.before:
                continue
            if _may_come_later(plan, places, page, owner) or _is_mixed(plan, placed, page, owner):
                name = plan.names.by_id[ref.id].name
                yield Finding(LATER, placed.rule.path, span=ref.span, name=name)
    yield from _texts(plan, places)


def _places(definition: Definition) -> Places:
    found: dict[int, tuple[int, int]] = {}
    blocks: dict[str, list[int]] = {}
    for at, page in enumerate(definition.pages):
        blocks.setdefault(page.block or f"{at}", []).append(at)
    for at, page in enumerate(definition.pages):
        block = blocks[page.block or f"{at}"]
        found[page.key] = block[0], block[-1]
    return found


def _lonely(definition: Definition, places: Places) -> Iterator[Finding]:
    for at, page in enumerate(definition.pages):
        first, last = places[page.key]
        if page.block and first == last:
            yield Finding(
                "Im Block „%(block)s“ ist nur diese eine Seite. Es gibt nichts zu mischen.",
                ("pages", at, "block"),
                severity=Severity.WARNING,
                block=page.block,
            )


def _page_number(path: Path) -> int:
    return int(path[1])


def _may_come_later(plan: Plan, places: Places, page: Page, owner: int) -> bool:
    source = plan.page_of[owner]
    return source.key != page.key and places[source.key][1] > places[page.key][0]


def _is_mixed(plan: Plan, placed: Placed, page: Page, owner: int) -> bool:
    """Both on one page whose questions are mixed. A check may look at all of its page."""
    if not page.shuffle or plan.page_of[owner].key != page.key or placed.rule.path[-1] == "check":
        return False
    own = plan.questions.get(placed.owner)
    pair = (own, plan.questions[owner])
    return placed.owner != owner and not any(asked is None or keeps_place(asked) for asked in pair)


def _texts(plan: Plan, places: Places) -> Iterator[Finding]:
    for path, before, place in text_places(plan):
        node, _ = node_at(plan.names, place)
        if path[0] != "pages" or node is None:
            continue
        page = plan.definition.pages[_page_number(path)]
        for ref in refs_in(node):
            owner = plan.names.by_id[ref.id].question
            if plan.order[owner] < before and _may_come_later(plan, places, page, owner):
                span = place.start, place.start + len(place.source)
                name = plan.names.by_id[ref.id].name
                yield Finding(LATER, path, span=span, severity=Severity.WARNING, name=name)
