"""The row that is stored: codes only, no label, nothing that was hidden."""

from collections.abc import Iterator
from typing import Any

from umfragen.definition.items import Holds
from umfragen.definition.model import Quota
from umfragen.engine.answers import value_to_json
from umfragen.engine.sheet import Sheet


def make_row(sheet: Sheet) -> dict[str, Any]:
    """By item key as text. `null`: shown and not answered; not there: not shown.

    So the base of every share, who saw a question, can be told from the row alone. The same
    answers give the same row, in order of the keys.
    """
    items = sheet.plan.items
    found = {}
    for key in sorted(items):
        value = sheet.answers.get(key)
        if value is not None:
            found[str(key)] = value_to_json(value)
        elif key in sheet.shown and items[key].holds is not Holds.RESULT:
            found[str(key)] = None
    return found


def quotas_met(sheet: Sheet) -> Iterator[Quota]:
    """Active quotas these answers belong to: of every item named, one of its codes named."""
    for quota in sheet.plan.definition.quotas:
        wanted: dict[int, set[int]] = {}
        for member in quota.members:
            wanted.setdefault(member.key, set()).add(member.code)
        if quota.active and all(codes & _codes(sheet, key) for key, codes in wanted.items()):
            yield quota


def _codes(sheet: Sheet, key: int) -> set[int]:
    value = sheet.answers.get(key)
    if isinstance(value, tuple):
        return {code for code in value if isinstance(code, int)}
    return {value} if isinstance(value, int) else set()
