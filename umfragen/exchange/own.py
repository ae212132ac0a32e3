"""Answers in our own JSON, as `umfragen.exchange.answers` writes them; whoever wrote them."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from umfragen.definition import DefinitionRefused, load
from umfragen.engine import fill, make_plan, make_row
from umfragen.engine.answers import from_json
from umfragen.exchange.limesurvey.responses import AnswerRow


def own_answers(document: Mapping[str, Any]) -> Iterator[AnswerRow]:
    """None where the document is only a survey, or none at all."""
    rows = document.get("answers")
    if not isinstance(rows, list):
        return
    try:
        plan = make_plan(load(document.get("definition")))
    except DefinitionRefused:
        return
    for row in rows:
        if not isinstance(row, dict):
            continue
        given = from_json(plan.items, row.get("answers"))
        language = str(row.get("language") or plan.definition.language)[:20]
        sheet = fill(plan, given, language=language)
        lost = sum(key not in sheet.answers for key in given)
        yield AnswerRow(make_row(sheet), _day(row.get("day")), language, complete=True, lost=lost)


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None
