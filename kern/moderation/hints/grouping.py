"""Floods: open cases that look alike, or come from one person, stand together at the desk.

A group carries the id of its first case and keeps it, whatever becomes of that case. It stays
within one project and one kind of case, so that whoever may decide one may decide all.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, or_, select, tuple_, update

from kern.content import Ref
from kern.db import db
from kern.moderation.hints import fingerprints
from kern.moderation.hints.fingerprints import Match
from kern.moderation.hints.sketch import Sketch, alike
from kern.moderation.models import Case, CaseKind, CaseState

SHARE = 0.7
"""Closer than what makes a hint: of a group one decision is made for all. On the pairs of
`tests/kern/hints/pairs.tsv` nothing reaches it that is not the same text again."""
FLOOD = 10  # texts of one person
WITHIN = timedelta(hours=1)
KINDS = (CaseKind.RELEASE, CaseKind.REVIEW)


Place = tuple[str, str, int | None]
"""What cases of one group have in common: kind of thing, kind of case, project."""


@dataclass(slots=True)
class _Node:
    """An open case that may belong to a group."""

    id: int
    ref: Ref
    place: Place
    group_id: int | None


def regroup(matches: Mapping[int, Sequence[Match]], sketches: Mapping[int, Sketch | None]) -> None:
    """Give these open cases, by id, their groups. In the caller's transaction."""
    own = _nodes(Case.id.in_(matches))
    refs = {one.ref for found in matches.values() for one in found if one.share >= SHARE}
    nodes = {(node.ref, node.place): node for node in (*_nodes_about(refs), *own)}
    leaders = _Leaders(sketches)
    before = {node.id: node.group_id for node in nodes.values()}
    for node in sorted((nodes[one.ref, one.place] for one in own), key=lambda one: one.id):
        near = [
            nodes[match.ref, node.place]
            for match in matches[node.id]
            if match.share >= SHARE and (match.ref, node.place) in nodes
        ]
        _join(node, near, leaders)
    _merge(nodes.values(), leaders)
    changed = [
        {"id": node.id, "group_id": node.group_id}
        for node in nodes.values()
        if node.group_id != before[node.id]
    ]
    if changed:
        db.session.execute(update(Case), changed)
    _gather_by_author(matches)


def _join(node: _Node, near: Iterable[_Node], leaders: "_Leaders") -> None:
    """To the oldest group whose first text is close as well: a chain of small steps is no group."""
    wanted: dict[int, list[_Node]] = {}
    for one in near:
        wanted.setdefault(one.group_id or min(one.id, node.id), []).append(one)
    for group_id in sorted(wanted):
        if group_id == node.id or leaders.is_close(group_id, node, wanted[group_id]):
            node.group_id = group_id
            for one in wanted[group_id]:
                one.group_id = one.group_id or group_id
            return


def _merge(nodes: Collection[_Node], leaders: "_Leaders") -> None:
    """Of a flood the search finds the nearest texts only, which may all be as new: a group that
    began just now is compared with the first texts of all others."""
    heads = [node for node in nodes if node.group_id == node.id]
    if not heads:
        return
    known = _firsts({node.place for node in heads})
    merged: dict[int, int] = {}
    for head in sorted(heads, key=lambda one: one.id):
        older = [one for one in known if one[0] == head.place and one[1] < head.id]
        close = (group for _place, group, first in older if leaders.are_close(first, head.id))
        group_id = next(close, None)
        if group_id is None:
            known.append((head.place, head.id, head.id))
        else:
            merged[head.id] = group_id
    for node in nodes:
        if node.group_id is not None:
            node.group_id = merged.get(node.group_id, node.group_id)


def _firsts(places: Collection[Place]) -> list[tuple[Place, int, int]]:
    """The groups of these places, oldest first, each with its first case that still waits."""
    keys, kinds, scopes = (set(column) for column in zip(*places, strict=True))
    place = (Case.content_key, Case.kind, Case.scope_id)
    scope = Case.scope_id.in_([one for one in scopes if one is not None])
    query = (
        select(*place, Case.group_id, func.min(Case.id))
        .where(Case.state == CaseState.OPEN, Case.group_id.is_not(None))
        .where(Case.content_key.in_(keys), Case.kind.in_(kinds))
        .where(or_(scope, Case.scope_id.is_(None)) if None in scopes else scope)
        .group_by(*place, Case.group_id)
        .order_by(Case.group_id)
    )
    return [
        ((key, kind, scope_id), group_id, first)
        for key, kind, scope_id, group_id, first in db.session.execute(query)
        if group_id is not None
    ]


class _Leaders:
    """The first texts of groups, read once."""

    def __init__(self, known: Mapping[int, Sketch | None]) -> None:
        self._found = dict(known)

    def is_close(self, group_id: int, node: _Node, near: Iterable[_Node]) -> bool:
        if any(one.id == group_id for one in near):
            return True
        if self._sketch_of(group_id) is None:
            return True  # the first text is gone: its look-alikes stay together
        return self.are_close(group_id, node.id)

    def are_close(self, one: int, other: int) -> bool:
        """Two cases."""
        a, b = self._sketch_of(one), self._sketch_of(other)
        if a is None or b is None:
            return False
        return a.digest == b.digest or alike(a.bins, b.bins) >= SHARE

    def _sketch_of(self, case_id: int) -> Sketch | None:
        if case_id not in self._found:
            query = select(Case.content_key, Case.content_id).where(Case.id == case_id)
            row = db.session.execute(query).first()
            self._found[case_id] = fingerprints.find_sketch(Ref(*row)) if row else None
        return self._found[case_id]


def _nodes(*conditions: object) -> list[_Node]:
    columns = (Case.id, Case.content_key, Case.content_id, Case.kind, Case.scope_id, Case.group_id)
    query = select(*columns).where(Case.state == CaseState.OPEN, Case.kind.in_(KINDS))
    return [
        _Node(id_, Ref(key, number), (key, kind, scope_id), group_id)
        for id_, key, number, kind, scope_id, group_id in db.session.execute(
            query.where(*conditions)  # type: ignore[arg-type]  # conditions of this module
        )
    ]


def _nodes_about(refs: Collection[Ref]) -> list[_Node]:
    if not refs:
        return []
    return _nodes(tuple_(Case.content_key, Case.content_id).in_([tuple(ref) for ref in refs]))


def _gather_by_author(case_ids: Collection[int]) -> None:
    """Many texts of one person within an hour stand together too, though they differ."""
    for author_id, kind, key, scope_id in _lively(case_ids):
        same = (
            Case.state == CaseState.OPEN,
            Case.hinted_at.is_not(None),  # of the others nobody knows yet what they look like
            Case.author_id == author_id,
            Case.kind == kind,
            Case.content_key == key,
            Case.scope_id.is_(None) if scope_id is None else Case.scope_id == scope_id,
        )
        newest = select(func.max(Case.opened_at)).where(*same)
        since = db.session.scalar(newest)
        if since is None:
            continue
        recent = select(Case.id, Case.group_id).where(*same, Case.opened_at > since - WITHIN)
        rows = db.session.execute(recent.order_by(Case.id)).all()
        loose = [id_ for id_, group_id in rows if group_id is None]
        if len(rows) < FLOOD or not loose:
            continue
        group_id = _own_group(author_id, {group for _id, group in rows if group}) or loose[0]
        db.session.execute(update(Case).where(Case.id.in_(loose)).values(group_id=group_id))


def _lively(case_ids: Collection[int]) -> list[tuple[int, str, str, int | None]]:
    """Authors of these cases with enough open ones, and where."""
    authors = select(Case.author_id).where(Case.id.in_(case_ids), Case.author_id.is_not(None))
    place = (Case.author_id, Case.kind, Case.content_key, Case.scope_id)
    query = select(*place).where(
        Case.state == CaseState.OPEN, Case.kind.in_(KINDS), Case.author_id.in_(authors)
    )
    found = db.session.execute(query.group_by(*place).having(func.count() >= FLOOD))
    return [(author or 0, kind, key, scope_id) for author, kind, key, scope_id in found]


def _own_group(author_id: int, groups: Collection[int]) -> int | None:
    """A group in which nobody else has a text."""
    if not groups:
        return None
    query = select(Case.group_id).where(Case.group_id.in_(groups), Case.state == CaseState.OPEN)
    query = query.group_by(Case.group_id).having(
        func.count() == func.count().filter(Case.author_id == author_id)
    )
    return db.session.scalar(query.order_by(Case.group_id).limit(1))


def by_one_person(group_ids: Collection[int]) -> set[int]:
    """Of these groups those whose open cases are all of one person: the desk words them so."""
    query = select(Case.group_id).where(Case.group_id.in_(group_ids), Case.state == CaseState.OPEN)
    query = query.group_by(Case.group_id).having(
        func.count(func.distinct(Case.author_id)) == 1, func.count() == func.count(Case.author_id)
    )
    return {group for group in db.session.scalars(query) if group is not None}
