"""The town's own rules, read from the text it keeps them in, and every version they had."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from kern import audit, settings
from kern.actor import Actor
from kern.db import db
from kern.errors import Invalid
from kern.moderation.models import NetiquetteVersion
from kern.settings import town_settings

CHANGE_FIELD = "netiquette_change"
LONGEST_CHANGE = 300
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


# Versions


def current_version() -> int:
    """The number of the rules as they read now; makes one when they were changed past the page."""
    newest = _newest()
    text = town_settings().netiquette
    if newest is not None and newest.text == text:
        return newest.number
    return _add(text, "", None).number


def change(actor: Actor, text: str, sentence: str) -> NetiquetteVersion:
    """A new version, valid at once. Raises Invalid when nobody says what is new."""
    said = " ".join(sentence.split())
    if not said:
        raise Invalid("Bitte sagen Sie in einem Satz, was neu ist.", field=CHANGE_FIELD)
    if len(said) > LONGEST_CHANGE:
        raise Invalid(
            "Bitte höchstens %(limit)s Zeichen.", field=CHANGE_FIELD, limit=LONGEST_CHANGE
        )
    current_version()  # what was valid until now is kept, also before the first change
    settings.change({"netiquette": text})
    audit.record(actor, "netiquette.change", "settings:regeln")
    return _add(town_settings().netiquette, said, actor.account_id)


def list_versions() -> Sequence[NetiquetteVersion]:
    """Newest first; empty as long as nobody has changed or used the rules."""
    return db.session.scalars(
        select(NetiquetteVersion).order_by(NetiquetteVersion.number.desc())
    ).all()


def _newest() -> NetiquetteVersion | None:
    query = select(NetiquetteVersion).order_by(NetiquetteVersion.number.desc()).limit(1)
    return db.session.scalar(query)


def _add(text: str, sentence: str, account_id: int | None) -> NetiquetteVersion:
    newest = _newest()
    number = newest.number + 1 if newest is not None else 1
    version = NetiquetteVersion(number=number, text=text, change=sentence, changed_by=account_id)
    db.session.add(version)
    db.session.flush()
    return version
