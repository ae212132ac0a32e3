"""Texts are rendered when written; after a change of the renderer they are rendered again."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, func, select

from beteiligung.discussion.models import POST_KEY, Post, TextRevision, Thread
from kern import text
from kern.db import db

BATCH = 500


def count_stale() -> int:
    query = select(func.count()).select_from(TextRevision).where(_is_stale())
    return db.session.scalar(query) or 0


def render_stale() -> Iterator[int]:
    """Render every wording of an older renderer again, in batches; yields how many were done.

    The caller commits between batches, so that nobody waits long for the writer's place.
    """
    while True:
        query = select(TextRevision).where(_is_stale()).order_by(TextRevision.id).limit(BATCH)
        found = db.session.scalars(query).all()
        if not found:
            return
        for revision in found:
            _render(revision)
        db.session.flush()
        yield len(found)


def _is_stale() -> ColumnElement[bool]:
    return TextRevision.renderer < text.RENDERER_VERSION


def _render(revision: TextRevision) -> None:
    """Addresses that were text, since nobody knew who wrote them, stay text until the release."""
    rendered = text.render(revision.source, links="<a " in revision.html)
    revision.html, revision.plain = rendered.html, rendered.plain
    revision.renderer = rendered.version
    shown: Post | Thread | None
    if revision.content_key == POST_KEY:
        shown = db.session.get(Post, revision.content_id)
    else:
        shown = db.session.get(Thread, revision.content_id)
    if shown is not None and shown.released == revision.number and shown.html:
        shown.html, shown.plain = rendered.html, rendered.plain
