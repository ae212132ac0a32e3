"""Private drafts: what an editor keeps while somebody types, readable by nobody else."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import quote

from sqlalchemy import delete, select

from kern.actor import Actor
from kern.clock import now
from kern.db import db
from kern.errors import Invalid, LoginRequired
from kern.scope import Scope
from kern.scope.rules import readable
from wiki import rules
from wiki.models import Draft, Page, Space

KEPT = timedelta(days=90)
MOST = 30  # of a list


class Begun(NamedTuple):
    """A draft as its author finds it again."""

    title: str
    path: str  # of the editor
    saved_at: datetime


def save_draft(
    actor: Actor,
    space: Space,
    page: Page | None,
    title_key: str,
    *,
    payload: Mapping[str, Any],
    base_id: int | None,
    former_key: str = "",
) -> Draft:
    """In place of the one before. `payload` is what the form holds; `former_key` is the title of a
    new page under which it was kept last."""
    if actor.party_id is None:
        raise LoginRequired("Bitte melden Sie sich an, um am Wiki mitzuschreiben.")
    if sum(len(str(value)) for value in payload.values()) > rules.MAX_TEXT * 2:
        raise Invalid("Bitte höchstens %(limit)s Zeichen.", field="text", limit=rules.MAX_TEXT)
    if page is None and former_key != title_key:
        forget(actor.party_id, space, None, former_key)
    draft = find_draft(actor, space, page, title_key)
    if draft is None:
        draft = Draft(
            author_id=actor.party_id,
            space_id=space.scope_id,
            page_id=page.id if page is not None else None,
            page_key=page.id if page is not None else 0,
            title_key="" if page is not None else title_key,
        )
        db.session.add(draft)
    draft.payload, draft.base_id, draft.saved_at = dict(payload), base_id, now()
    db.session.flush()
    return draft


def find_draft(actor: Actor, space: Space, page: Page | None, title_key: str = "") -> Draft | None:
    if actor.party_id is None:
        return None
    return db.session.scalar(select(Draft).where(*_of(actor.party_id, space, page, title_key)))


def list_drafts(actor: Actor, space: Space | None = None) -> Sequence[Begun]:
    """What this person began and has not sent, the latest first; of `space` only new pages."""
    query = select(Draft.payload, Draft.saved_at, Scope.path, Page.slug, Page.title)
    query = query.join(Scope, Scope.id == Draft.space_id).outerjoin(Page, Page.id == Draft.page_id)
    query = query.where(Draft.author_id == actor.party_id, readable(actor))
    if space is not None:
        query = query.where(Draft.space_id == space.scope_id, Draft.page_id.is_(None))
    rows = db.session.execute(query.order_by(Draft.saved_at.desc()).limit(MOST))
    return [_begun(*row) for row in rows]


def _begun(
    payload: Mapping[str, Any], at: datetime, path: str, slug: str | None, title: str | None
) -> Begun:
    if slug is None:
        title = str(payload.get("title") or "")
        return Begun(title, f"{path}/neu?titel={quote(title)}", at)
    return Begun(title or "", f"{path}/{slug}/bearbeiten{payload.get('mode') or ''}", at)


def discard_draft(actor: Actor, space: Space, page: Page | None, title_key: str = "") -> None:
    forget(actor.party_id, space, page, title_key)


def forget(party_id: int | None, space: Space, page: Page | None, title_key: str) -> None:
    if party_id is not None:
        db.session.execute(delete(Draft).where(*_of(party_id, space, page, title_key)))


def _of(party_id: int, space: Space, page: Page | None, title_key: str) -> tuple[Any, ...]:
    return (
        Draft.author_id == party_id,
        Draft.space_id == space.scope_id,
        Draft.page_key == (page.id if page is not None else 0),
        Draft.title_key == ("" if page is not None else title_key),
    )


def forget_old(_since: datetime, until: datetime) -> bool:
    old = db.session.scalars(select(Draft.id).where(Draft.saved_at < until - KEPT).limit(500)).all()
    db.session.execute(delete(Draft).where(Draft.id.in_(old)))
    return bool(old)
