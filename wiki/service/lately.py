"""Pages that were released lately, for the pages of other rooms; one query each."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Row,
    Select,
    bindparam,
    func,
    literal,
    select,
    true,
)

from kern.actor import GUEST, Actor
from kern.db import Quick, db, rows
from kern.scope import Scope
from kern.scope.rules import readable, reads_what_all_read
from wiki.models import SPACE_KIND, LinkKind, Page, PageLink, PageState, Space

OPENING = 300  # characters of a page


def recent_pages(actor: Actor, limit: int) -> Sequence[Row[str, str, str, object, str]]:
    """path, title, name of the space, changed_at and first words, the latest first."""
    return db.session.execute(_recent(actor, limit)).all()


def pages_about(
    actor: Actor, names: Collection[str], begin: str, limit: int
) -> tuple[str, Sequence["About"]]:
    """The pages that link to the project of these folded names, and the path of the space `begin`,
    empty when this person does not read it."""
    values = {"names": list(names), "begin": begin, "most": limit}
    is_usual = reads_what_all_read(actor)
    found: Sequence[Sequence[Any]] = (
        _about_for_all().all(values) if is_usual else rows(_about(actor), values).all()
    )
    return found[0][0] or "", [About._make(row[1:]) for row in found if row[1] is not None]


class About(NamedTuple):
    """A page with the name of its space and its first words."""

    path: str
    title: str
    space: str
    changed_at: datetime
    words: str


@cache
def _about_for_all() -> Quick:
    """Putting it together takes longer than answering it."""
    return Quick(_about(GUEST))


def _about(actor: Actor) -> Select[*tuple[Any, ...]]:
    most: BindParameter[int] = bindparam("most")
    pages = _listed(actor, most).where(Page.id.in_(_naming()), _is_public()).subquery()
    space = select(Scope.path).where(
        Scope.kind == SPACE_KIND, Scope.slug == bindparam("begin"), readable(actor)
    )
    one = select(literal(1)).subquery()  # so that the space is told without a page as well
    query = select(space.scalar_subquery().label("space_path"), pages)
    return query.select_from(one.outerjoin(pages, true()))


def _is_public() -> ColumnElement[bool]:
    """Said so that no index of states fits: the few links to a project are the way in, not all the
    public pages."""
    return func.coalesce(Page.state, "") == PageState.PUBLIC


def _naming() -> Select[int]:
    """Pages that link to these names. By space, as the index of the links goes: asking each public
    page for its links took half of a project's page where the wiki has thousands."""
    spaces = select(Space.scope_id)
    return select(PageLink.page_id).where(
        PageLink.space_id.in_(spaces),
        PageLink.kind == LinkKind.REF,
        PageLink.target_key.in_(bindparam("names", expanding=True)),
        PageLink.room == "projekt",
    )


def _recent(actor: Actor, limit: int) -> Select[str, str, str, object, str]:
    return _listed(actor, limit).where(Page.state == PageState.PUBLIC)


def _listed(actor: Actor, limit: int | BindParameter[int]) -> Select[str, str, str, object, str]:
    path = (Scope.path + "/" + Page.slug).label("path")
    words = func.substr(Page.plain, 1, OPENING).label("words")
    query = select(path, Page.title, Scope.title.label("space"), Page.changed_at, words)
    query = query.join(Scope, Scope.id == Page.space_id)
    return query.where(readable(actor)).order_by(Page.changed_at.desc(), Page.id).limit(limit)
