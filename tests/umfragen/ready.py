"""Plans and sheets in a line each: answers by name."""

from typing import Any

from kern.i18n import say
from tests.umfragen.surveys import Doc, make_survey
from umfragen.engine import Plan, Sheet, fill, find_faults, make_plan

YES, NO = 1, 2


def ready(*pages: list[Doc] | Doc, **more: Any) -> Plan:
    plan = make_plan(make_survey(*pages, **more))
    assert plan.mistakes == ()
    return plan


def key(plan: Plan, name: str) -> int:
    """Of the item a variable of this name looks at."""
    return plan.names.by_name[name].item if name in plan.names.by_name else questions(plan)[name]


def questions(plan: Plan) -> dict[str, int]:
    return {question.name: found for found, question in plan.questions.items()}


def sheet_of(plan: Plan, **answers: Any) -> Sheet:
    """Answers by name of a variable or question."""
    named = {key(plan, name): value for name, value in answers.items()}
    return fill(plan, named)


def shown(sheet: Sheet) -> set[str]:
    return {name for name, found in questions(sheet.plan).items() if found in sheet.shown}


def sentences(sheet: Sheet) -> list[str]:
    return [say(fault) for fault in find_faults(sheet)]


def pages(plan: Plan) -> list[int]:
    return [page.key for page in plan.definition.pages]
