"""What will be decided together, as it is shown before: what was marked, or a group of look-alikes
page by page, with what was taken out of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from kern.actor import Actor
from kern.content import DeskItem
from kern.ids import parse_id
from kern.moderation import decisions, desk, queue
from kern.moderation.decisions import Claimed, JointVerdict
from kern.moderation.filters import Filters
from kern.moderation.models import Case, CaseState
from portal.moderation import words

MOST = 200  # marked ones; each with its text in sight
PAGE = 25  # of a group
MOST_OUT = 1_000  # taken out of a group
TURN = "blatt-"  # begins the act of a button that leads to another page

Marked = Sequence[tuple[int, int]]
Fields = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    case: Case
    item: DeskItem
    value: str
    chosen: bool = True


@dataclass(frozen=True, slots=True)
class Selection:
    lines: Sequence[Line]
    total: int  # that will be decided
    more: int = 0  # that match as well, and wait for the next step
    page: int = 1
    pages: int = 1
    fields: Sequence[tuple[str, str]] = ()  # what the form has to remember
    out: int = 0  # taken out

    @property
    def is_group(self) -> bool:
        return bool(self.fields)


@dataclass(frozen=True, slots=True)
class Group:
    """What a form says about a group: how far it was shown, and what was taken out."""

    until: int | None
    out: frozenset[int]
    page: int


def _pair(value: str) -> tuple[int, int] | None:
    """`12:3` is case 12 as it was shown, in wording 3."""
    number, _colon, revision = value.partition(":")
    case_id, wording = parse_id(number), parse_id(revision)
    return None if case_id is None or wording is None else (case_id, wording)


def marked_in(values: Sequence[str]) -> Marked:
    pairs = (_pair(value) for value in values[:MOST])
    return [pair for pair in pairs if pair is not None]


def group_in(fields: Fields) -> Group:
    """`da` are the cases of the page that was shown, `fall` those that stayed marked on it."""
    marked = {case_id for case_id, _revision in marked_in(fields.getlist("fall"))}
    shown = _ids(fields.getlist("da"))
    out = (_ids(fields.getlist("ohne")) - shown) | (shown - marked)
    turned = fields.get("tun", "")
    wanted = turned.removeprefix(TURN) if turned.startswith(TURN) else fields.get("blatt")
    return Group(parse_id(fields.get("bis")), frozenset(out), parse_id(wanted) or 1)


def _ids(values: Sequence[str]) -> set[int]:
    found = (parse_id(value) for value in values[:MOST_OUT])
    return {id_ for id_ in found if id_ is not None}


def of_marked(actor: Actor, marked: Marked) -> Selection:
    wordings = dict(marked)
    cases = [
        case
        for case in desk.get_cases_for(actor, list(wordings))
        if case.state == CaseState.OPEN and words.can_be_marked(case)
    ]
    items = queue.items_of(cases)
    shown = [case for case in cases if queue.ref_of(case) in items]
    lines = [
        Line(case, items[queue.ref_of(case)], f"{case.id}:{wordings[case.id]}") for case in shown
    ]
    return Selection(lines, len(lines))


def of_filters(actor: Actor, filters: Filters) -> Selection:
    found = queue.list_all(actor, filters, MOST)
    lines = [Line(case, item, f"{case.id}:{item.revision}") for case, item in found.lines]
    return Selection(lines, len(lines), more=found.total - len(lines))


def of_group(actor: Actor, filters: Filters, group: Group) -> Selection:
    """One page of it. A page behind the last one is the last one."""
    skip = (group.page - 1) * PAGE
    found = queue.list_all(actor, filters, PAGE, skip=skip, until=group.until)
    if not found.lines and found.total:
        last = Group(group.until, group.out, _pages(found.total))
        return of_group(actor, filters, last) if last.page < group.page else Selection((), 0)
    lines = [
        Line(case, item, f"{case.id}:{item.revision}", chosen=case.id not in group.out)
        for case, item in found.lines
    ]
    return Selection(
        lines,
        total=max(0, found.total - len(group.out)),
        page=group.page,
        pages=_pages(found.total),
        fields=_remembered(group, found.until, lines),
        out=len(group.out),
    )


def _pages(total: int) -> int:
    return max(1, -(-total // PAGE))


def _remembered(group: Group, until: int, lines: Sequence[Line]) -> Sequence[tuple[str, str]]:
    here = {line.case.id for line in lines}
    return [
        ("bis", str(until)),
        ("blatt", str(group.page)),
        *(("ohne", str(id_)) for id_ in sorted(group.out - here)),
        *(("da", str(id_)) for id_ in sorted(here)),
    ]


def decide(actor: Actor, filters: Filters, fields: Fields, verdict: JointVerdict) -> Claimed:
    if "bis" in fields:
        group = group_in(fields)
        return decisions.decide_group(actor, filters, verdict, until=group.until, but=group.out)
    return decisions.decide_marked(actor, marked_in(fields.getlist("fall")), verdict)


def shown_in(actor: Actor, filters: Filters, fields: Fields) -> Selection:
    """The same once more, as it was sent."""
    if "bis" in fields:
        return of_group(actor, filters, group_in(fields))
    return of_marked(actor, marked_in(fields.getlist("fall")))


def args_of(marked: Marked) -> Mapping[str, Any]:
    return {"fall": [f"{number}:{revision}" for number, revision in marked]}
