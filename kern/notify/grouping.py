"""Notices as people read them: in words, only what they may read now, the newest state, grouped."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from kern.actor import Actor
from kern.content import Ref
from kern.db import db
from kern.notify.kinds import Line, ref_of, types
from kern.notify.models import Notice
from kern.scope import Scope
from kern.scope.rules import may_read


@dataclass(frozen=True, slots=True)
class Group:
    """What is new about one thing."""

    title: str
    path: str
    lines: Sequence[Line]


def lines_of(notices: Sequence[Notice], actor: Actor) -> dict[int, Line]:
    """In words, by id; what this reader may not read (any more) is missing. A few queries."""
    by_type: dict[str, list[Notice]] = {}
    for notice in notices:
        by_type.setdefault(notice.what, []).append(notice)
    found: dict[int, Line] = {}
    for what, some in by_type.items():
        if what in types():
            found.update(types()[what].lines(some))
    open_to = readable({line.scope_id for line in found.values()}, actor)
    return {id_: line for id_, line in found.items() if open_to[line.scope_id]}


def readable(scope_ids: Iterable[int | None], actor: Actor) -> Mapping[int | None, bool]:
    found: dict[int | None, bool] = dict.fromkeys(scope_ids, False)
    query = select(Scope).where(Scope.id.in_([id_ for id_ in found if id_ is not None]))
    for scope in db.session.scalars(query):
        found[scope.id] = may_read(actor, scope)
    return {**found, None: True}


def group(notices: Sequence[Notice], lines: Mapping[int, Line]) -> list[Group]:
    """`notices` are in order of time. Groups with the newest news first, each told in order."""
    newest: dict[Ref | str, Notice] = {}
    for notice in notices:
        if notice.id in lines:
            newest[_subject(notice)] = notice
    gathered: dict[object, list[Line]] = {}
    for notice in sorted(newest.values(), key=lambda one: (one.at, one.id)):
        line = lines[notice.id]
        key = line.group or line.path
        gathered[key] = [*gathered.pop(key, []), line]
    return [
        Group(some[-1].title, some[-1].group_path or some[-1].path, some)
        for some in reversed(gathered.values())
    ]


def _subject(notice: Notice) -> Ref | str:
    """What has one newest state: a post, a thread; of a project each of its events."""
    type_ = types().get(notice.what)
    return ref_of(notice) if type_ is not None and type_.is_state else notice.event
