"""Quotas: how many people of a group may answer. Put in, changed, taken out. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from umfragen.definition import Definition, Quota, Text
from umfragen.definition.items import Holds, Item, Part, items_of
from umfragen.definition.model import Member
from umfragen.definition.questions import AnyQuestion, Matrix, Scale
from umfragen.editing.draft import Draft, Missing, Refused, changed
from umfragen.engine.variables import choices_of

COUNTED = frozenset({Holds.CODE, Holds.CODES})


@dataclass(frozen=True, slots=True)
class Countable:
    """Something a quota can ask about: an item that keeps codes, with the words of each."""

    key: int
    question: str
    row: str
    choices: Mapping[int, str]

    @property
    def title(self) -> str:
        return f"{self.question}: {self.row}" if self.row else self.question


def countables(definition: Definition) -> Iterator[Countable]:
    """In the order of the survey; what is retired stays while a quota names it."""
    named = {member.key for quota in definition.quotas for member in quota.members}
    for question in definition.questions():
        for item in items_of(question):
            if item.holds in COUNTED and (item.key in named or not question.retired):
                yield _countable(definition, question, item)


def _countable(definition: Definition, question: AnyQuestion, item: Item) -> Countable:
    def say(text: Text) -> str:
        return text.say(definition.language, definition.language)

    row = ""
    if item.part is Part.ROW and isinstance(question, Matrix):
        row = next((say(row.text) for row in question.rows if row.key == item.key), "")
    if isinstance(question, Scale):
        choices = {step: f"{step}" for step in range(question.low, question.high + 1)}
    else:
        choices = {code: say(choice.text) for code, choice in choices_of(question).items()}
    return Countable(item.key, say(question.text) or question.name, row, choices)


def conditions(definition: Definition, quota: Quota) -> list[tuple[str, list[str]]]:
    """What the quota asks about, with the words of the answers that count."""
    found = []
    for one in countables(definition):
        codes = [member.code for member in quota.members if member.key == one.key]
        if codes:
            found.append((one.title, [one.choices.get(code, f"{code}") for code in codes]))
    return found


def get_quota(draft: Draft, at: int) -> Quota:
    if not 0 <= at < len(draft.definition.quotas):
        raise Missing("Diese Quote gibt es nicht mehr.")
    return draft.definition.quotas[at]


def put_quota(draft: Draft, at: int | None, quota: Quota) -> Draft:
    """In the place of the one at `at`, or behind the others."""
    quotas = list(draft.definition.quotas)
    others = [other.name for place, other in enumerate(quotas) if place != at]
    if not quota.name:
        raise Refused("Bitte geben Sie der Quote einen Namen.", ("quotas", 0, "name"))
    if quota.name in others:
        raise Refused("Eine Quote mit diesem Namen gibt es schon.", ("quotas", 0, "name"))
    if not quota.members:
        raise Refused("Bitte wählen Sie mindestens eine Antwort, die zählt.", ("quotas", 0))
    if at is None:
        quotas.append(quota)
    else:
        get_quota(draft, at)
        quotas[at] = quota
    return changed(draft, replace(draft.definition, quotas=tuple(quotas)))


def remove_quota(draft: Draft, at: int) -> Draft:
    get_quota(draft, at)
    rest = tuple(quota for place, quota in enumerate(draft.definition.quotas) if place != at)
    return changed(draft, replace(draft.definition, quotas=rest))


def members_of(definition: Definition, chosen: Mapping[int, list[str]]) -> tuple[Member, ...]:
    """What was ticked, by key; what there is not is left out."""
    return tuple(
        Member(key=one.key, code=code)
        for one in countables(definition)
        for code in one.choices
        if f"{code}" in chosen.get(one.key, ())
    )
