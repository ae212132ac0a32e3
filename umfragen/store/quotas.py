"""Which quotas an answer belongs to."""

from collections.abc import Mapping
from typing import Any

from umfragen.definition import Quota
from umfragen.engine import Plan


def quotas_of(plan: Plan, answers: Mapping[str, Any]) -> list[Quota]:
    """As `engine.quotas_met`, from a stored row."""
    found = []
    for quota in plan.definition.quotas:
        wanted: dict[int, set[int]] = {}
        for member in quota.members:
            wanted.setdefault(member.key, set()).add(member.code)
        if quota.active and all(codes & _held(answers, key) for key, codes in wanted.items()):
            found.append(quota)
    return found


def _held(answers: Mapping[str, Any], key: int) -> set[int]:
    value = answers.get(str(key))
    return set(value) if isinstance(value, list) else {value} if isinstance(value, int) else set()
