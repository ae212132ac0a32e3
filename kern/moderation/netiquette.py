"""The town's own rules, read from the text it keeps them in."""

import re
from dataclasses import dataclass

from kern.settings import town_settings

_NUMBERED = re.compile(r"^\s*(\d{1,3})[.)]\s+(\S.*)$")


@dataclass(frozen=True, slots=True)
class Rule:
    number: int
    text: str


def parse(text: str) -> tuple[Rule, ...]:
    """Lines that begin with a number; a line without one goes on with the rule above it."""
    found: list[Rule] = []
    for line in text.splitlines():
        match = _NUMBERED.match(line)
        if match:
            found.append(Rule(int(match[1]), match[2].strip()))
        elif found and line.strip():
            last = found.pop()
            found.append(Rule(last.number, f"{last.text} {line.strip()}"))
    return tuple(found)


def rules() -> tuple[Rule, ...]:
    return parse(town_settings().netiquette)


def reasons() -> tuple[Rule, ...]:
    """The town's ready sentences for rejecting something, each with the rule it belongs to."""
    return parse(town_settings().reasons)


def rule_text(number: int | None) -> str:
    """Empty for a number that is no longer in the rules."""
    return next((rule.text for rule in rules() if rule.number == number), "")
