"""What the desk asks: the hints of its cases, and what looks like one thing."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from kern.actor import Actor
from kern.content import Card, DeskItem, Ref, cards_of, desk_items_of
from kern.db import db
from kern.moderation.hints import fingerprints
from kern.moderation.hints.kinds import Hint, HintKind
from kern.moderation.hints.models import CaseHint
from kern.moderation.hints.sentences import sentence
from kern.scope import get_scope
from kern.scope.rules import may_read

DESK = "moderation.desk"


def hints_of(case_ids: Collection[int]) -> Mapping[int, Sequence[Hint]]:
    """The hints of these cases, heaviest first; one query. Cases without any are missing."""
    query = select(CaseHint).where(CaseHint.case_id.in_(case_ids))
    found: dict[int, list[Hint]] = {}
    for row in db.session.scalars(query.order_by(CaseHint.weight.desc(), CaseHint.id)):
        found.setdefault(row.case_id, []).append(_hint(row))
    return found


def _hint(row: CaseHint) -> Hint:
    other = None
    if row.other_key is not None and row.other_id is not None:
        other = Ref(row.other_key, row.other_id)
    kind = HintKind(row.kind)
    return Hint(kind, row.weight, sentence(kind, row.facts), other)


def lookalikes(actor: Actor, ref: Ref) -> Sequence[Card | DeskItem]:
    """What looks like this thing, most alike first, to be read side by side: as a card what is
    public, as an item of the desk what waits. Only what this actor may read."""
    sketch = fingerprints.find_sketch(ref)
    if sketch is None:
        return ()
    refs = [match.ref for match in fingerprints.find(sketch, ref)]
    cards, items = cards_of(refs), desk_items_of(refs)
    found: list[Card | DeskItem] = []
    for one in refs:
        card, item = cards.get(one), items.get(one)
        if card is not None and _is_readable(actor, card.scope_id):
            found.append(card)
        elif card is None and item is not None and actor.may(DESK, item.scope_id):
            found.append(item)
    return found


def source_of_quote(actor: Actor, hints: Sequence[Hint]) -> str:
    """The path of what lost the passage that one of the hints speaks of; empty where there is none,
    or nothing this actor may read."""
    others = [hint.other for hint in hints if hint.kind is HintKind.QUOTE and hint.other]
    for card in cards_of(others).values():
        if _is_readable(actor, card.scope_id):
            return card.path
    return ""


def _is_readable(actor: Actor, scope_id: int | None) -> bool:
    return scope_id is None or may_read(actor, get_scope(scope_id))
