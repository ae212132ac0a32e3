"""Pages that were released lately, for the pages of other rooms; one query each."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Row, Select, bindparam, func, literal, select, true

from kern.actor import GUEST, Actor
from kern.db import db, rows
from kern.scope import Scope
from kern.scope.rules import readable, reads_what_all_read
from wiki.models import SPACE_KIND, LinkKind, Page, PageLink, PageState

OPENING = 300  # characters of a page


def recent_pages(actor: Actor, limit: int) -> Sequence[Row[str, str, str, object, str]]:
    """path, title, name of the space, changed_at and first words, the latest first."""
    return db.session.execute(_recent(actor, limit)).all()


def pages_about(
    actor: Actor, names: Collection[str], begin: str, limit: int
) -> tuple[str, Sequence[Row[str, str, str, str, object, str]]]:
    """The pages that link to the project of these folded names, and the path of the space `begin`,
    empty when this person does not read it."""
    query = _about_for_all() if reads_what_all_read(actor) else _about(actor)
    found = rows(query, {"names": list(names), "begin": begin, "most": limit}).all()
    return found[0].space_path or "", [row for row in found if row.path is not None]


@cache
def _about_for_all() -> Select[*tuple[Any, ...]]:
    """Putting it together takes longer than answering it."""
    return _about(GUEST)


def _about(actor: Actor) -> Select[*tuple[Any, ...]]:
    named = select(PageLink.id).where(
        PageLink.page_id == Page.id,
        PageLink.kind == LinkKind.REF,
        PageLink.room == "projekt",
        PageLink.target_key.in_(bindparam("names", expanding=True)),
    )
    most: BindParameter[int] = bindparam("most")
    pages = _recent(actor, most).where(named.exists()).subquery()
    space = select(Scope.path).where(
        Scope.kind == SPACE_KIND, Scope.slug == bindparam("begin"), readable(actor)
    )
    one = select(literal(1)).subquery()  # so that the space is told without a page as well
    query = select(space.scalar_subquery().label("space_path"), pages)
    return query.select_from(one.outerjoin(pages, true()))


def _recent(actor: Actor, limit: int | BindParameter[int]) -> Select[str, str, str, object, str]:
    path = (Scope.path + "/" + Page.slug).label("path")
    words = func.substr(Page.plain, 1, OPENING).label("words")
    query = select(path, Page.title, Scope.title.label("space"), Page.changed_at, words)
    query = query.join(Scope, Scope.id == Page.space_id)
    query = query.where(readable(actor), Page.state == PageState.PUBLIC)
    return query.order_by(Page.changed_at.desc(), Page.id).limit(limit)
