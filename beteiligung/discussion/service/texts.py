"""Revisions of threads and posts: every wording is kept, one of them is public."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from beteiligung.discussion.models import POST_KEY, THREAD_KEY, Post, Status, TextRevision, Thread
from kern import text
from kern.clock import now
from kern.content import Ref
from kern.db import db, inserting
from kern.errors import Invalid, NotFound

Thing = Post | Thread


def key_of(thing: Thing) -> str:
    return POST_KEY if isinstance(thing, Post) else THREAD_KEY


def checked(source: str, limit: int, field: str = "text") -> str:
    """The text as it will be kept. Raises Invalid at the field when empty or too long."""
    cleaned = source.replace("\r\n", "\n").strip()
    if not cleaned:
        raise Invalid("Bitte schreiben Sie etwas.", field=field)
    if len(cleaned) > limit:
        raise Invalid(
            "Bitte kürzen Sie auf %(limit)s Zeichen. Jetzt sind es %(count)s.",
            field=field,
            limit=limit,
            count=len(cleaned),
        )
    return cleaned


class Ready:
    """A text as it will be kept, in HTML with links and without where that makes a difference:
    made before anybody waits for the writer's place. Raises Invalid like `checked`."""

    def __init__(self, source: str, limit: int) -> None:
        self.source = checked(source, limit)
        self._bare = text.render(self.source, links=False)
        has_links = text.may_link(self.source)
        self._linked = text.render(self.source, links=True) if has_links else self._bare

    def rendered(self, *, links: bool) -> text.Rendered:
        return self._linked if links else self._bare


def add_first(post_id: int, ready: Ready, *, editor_id: int | None, links: bool) -> None:
    """The wording of a post that was just made with `latest=1`, pending."""
    ref, rendered = Ref(POST_KEY, post_id), ready.rendered(links=links)
    values = _values(ref, 1, ready.source, rendered, editor_id)
    _ADDING.send(values)


def add_revision(
    thing: Thing, source: str, *, editor_id: int | None, links: bool, title: str = ""
) -> TextRevision:
    """The next wording, pending. `links` is False for people nobody has released anything of."""
    rendered = text.render(source, links=links)
    ref = Ref(key_of(thing), thing.id)
    values = _values(ref, thing.latest + 1, source, rendered, editor_id)
    revision = TextRevision(**values, title=title)
    thing.latest = revision.number
    db.session.add(revision)
    db.session.flush()
    return revision


_ADDING = inserting(
    TextRevision,
    *("content_key", "content_id", "number", "source", "html", "plain", "renderer"),
    *("editor_id", "written_at"),
)


def _values(
    ref: Ref, number: int, source: str, rendered: text.Rendered, editor_id: int | None
) -> dict[str, Any]:
    return {
        "content_key": ref.key,
        "content_id": ref.id,
        "number": number,
        "source": source,
        "html": rendered.html,
        "plain": rendered.plain,
        "renderer": rendered.version,
        "editor_id": editor_id,
        "written_at": now(),
    }


def get_revision(thing: Thing, number: int) -> TextRevision:
    query = select(TextRevision).where(
        TextRevision.content_key == key_of(thing),
        TextRevision.content_id == thing.id,
        TextRevision.number == number,
    )
    revision = db.session.scalar(query)
    if revision is None:
        raise NotFound("Diese Fassung gibt es nicht.")
    return revision


def list_revisions(thing: Thing) -> Sequence[TextRevision]:
    query = select(TextRevision).where(
        TextRevision.content_key == key_of(thing), TextRevision.content_id == thing.id
    )
    return db.session.scalars(query.order_by(TextRevision.number)).all()


def show(thing: Thing, revision: TextRevision, *, links: bool = True) -> None:
    """Make this wording the public one. Links come alive with the release by a person: what
    appears unread, of somebody nobody knows, shows addresses as text."""
    is_fresh = revision.renderer == text.RENDERER_VERSION and not text.may_link(revision.source)
    if not is_fresh:
        rendered = text.render(revision.source, links=links)
        revision.html, revision.renderer = rendered.html, rendered.version
        revision.plain = rendered.plain
    revision.state = Status.PUBLIC
    thing.released = revision.number
    thing.html, thing.plain = revision.html, revision.plain
    if isinstance(thing, Thread):
        thing.title = revision.title
    elif revision.number > 1:
        thing.edited_at = revision.written_at


def unshow(thing: Thing) -> None:
    """The wording is no longer on any page, but stays in its revision."""
    thing.html = thing.plain = ""


def rewrite(revision: TextRevision, source: str, title: str) -> None:
    """Other words in the same wording, without a trace of the old ones."""
    rendered = text.render(source, links=revision.state == Status.PUBLIC)
    revision.source, revision.title = source, title
    revision.html, revision.plain = rendered.html, rendered.plain
    revision.renderer = rendered.version
