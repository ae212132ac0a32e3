"""Pages as everybody reads them, and every version they ever had.

Where two tables point at each other, one of the two is a plain number: a circle of keys could be
neither made nor dropped in order.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    String,
    Text,
    TextClause,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kern.accounts.models import NEVER_AGAIN, Party
from kern.clock import now
from kern.db import Json, Model, Utc
from wiki.models.space import Protection, Space

PAGE_KEY = "wiki.page"
PUBLIC = text("state = 'public'")
STALE = text("depends = ''")
PLACED = text("place IS NOT NULL")


def only(rows: TextClause) -> dict[str, Any]:
    """Of an index that has only these rows, on both databases."""
    return {"sqlite_where": rows, "postgresql_where": rows}


class PageState(StrEnum):
    PUBLIC = "public"
    DELETED = "deleted"  # by a proposal: it can be brought back by another one
    HIDDEN = "hidden"  # taken away by moderation: a tombstone stays


class LinkKind(StrEnum):
    PAGE = "page"
    INCLUDE = "include"
    REF = "ref"  # [[Projekt:...]], [[Umfrage:...]]
    FILE = "file"
    TAG = "tag"  # {{Karte: Bäume}}: shows the pages of a tag


class StoredText(Model):
    """A text, once: versions and snapshots point to it, so renames and tags copy nothing."""

    __tablename__ = "wiki_text"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of `source` in UTF-8
    source: Mapped[str] = mapped_column(Text)


class Page(Model):
    """Exists from its first approval on. Everything here is released."""

    __tablename__ = "wiki_page"
    __table_args__ = (
        Index(
            "ix_wiki_page_title",
            "space_id",
            "title_key",
            unique=True,
            **only(PUBLIC),
        ),
        Index("ix_wiki_page_stale", "id", **only(STALE)),
        Index("ix_wiki_page_placed", "space_id", "state", "title_key", **only(PLACED)),
        Index(None, "space_id", "state", "changed_at", "checked_at"),
        Index(None, "space_id", "state", "title_key", "id"),
        Index(None, "space_id", "parent_id", "position", "title_key"),
        Index(None, "parent_id"),
        Index(None, "twin_id"),
        Index(None, "state", "changed_at"),
        NEVER_AGAIN,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    space_id: Mapped[int] = mapped_column(ForeignKey(Space.scope_id))
    slug: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    title_key: Mapped[str] = mapped_column(String(200))  # as `wiki.linking.fold_title` has it
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("wiki_page.id", ondelete="SET NULL"))
    position: Mapped[int] = mapped_column(default=0)
    state: Mapped[PageState] = mapped_column(String(8), default=PageState.PUBLIC)
    published_id: Mapped[int | None]  # the Revision everybody reads
    lock_version: Mapped[int] = mapped_column(default=0)  # counts publications
    protection: Mapped[Protection | None] = mapped_column(String(8))  # None: as the space
    protected_until: Mapped[datetime | None] = mapped_column(Utc)  # exclusive; None: for good
    language: Mapped[str] = mapped_column(String(20), default="de")  # or "de-x-leicht"
    twin_id: Mapped[int | None] = mapped_column(ForeignKey("wiki_page.id", ondelete="SET NULL"))
    """The same in Leichte Sprache, or the other way round."""
    html: Mapped[str] = mapped_column(Text, default="")
    plain: Mapped[str] = mapped_column(Text, default="")
    sections: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    wanted: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """What the rendering asked for, to find out whether it would answer the same today."""
    depends: Mapped[str] = mapped_column(String(64), default="")  # what `html` was made from
    rendered_at: Mapped[datetime | None] = mapped_column(Utc)
    place: Mapped[dict[str, Any] | None] = mapped_column(Json(none_as_null=True))
    """Of the released version."""
    created_at: Mapped[datetime] = mapped_column(Utc, default=now)
    changed_at: Mapped[datetime] = mapped_column(Utc, default=now)  # minor edits count
    checked_at: Mapped[datetime | None] = mapped_column(Utc)  # somebody said that it still holds
    checked_by: Mapped[int | None] = mapped_column(ForeignKey(Party.id, ondelete="SET NULL"))
    hidden_at: Mapped[datetime | None] = mapped_column(Utc)
    hidden_rule: Mapped[int | None]  # number of the rule, shown on the tombstone
    external_key: Mapped[str | None] = mapped_column(String(120), unique=True)  # of imports
    redirect_to: Mapped[int | None] = mapped_column(ForeignKey("wiki_page.id", ondelete="SET NULL"))
    """The page that a proposal said stands for this one, once it is deleted."""

    space: Mapped[Space] = relationship(lazy="raise_on_sql")


class Address(Model):
    """Where a page stands, and where it ever stood: former addresses lead to today's."""

    __tablename__ = "wiki_address"
    __table_args__ = (PrimaryKeyConstraint("space_id", "slug"), Index(None, "page_id"))

    space_id: Mapped[int] = mapped_column(ForeignKey(Space.scope_id))
    slug: Mapped[str] = mapped_column(String(80))
    page_id: Mapped[int] = mapped_column(ForeignKey(Page.id, ondelete="CASCADE"))


class Revision(Model):
    """A version: the whole state of a page after one approval. Never changed, only hidden."""

    __tablename__ = "wiki_revision"
    __table_args__ = (
        UniqueConstraint("page_id", "number"),
        Index(None, "page_id", "author_id", "hide_author"),
        Index(None, "space_id", "id"),
        Index(None, "author_id", "id"),
        Index(None, "text_id"),
        Index(None, "proposal_id"),
        NEVER_AGAIN,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey(Page.id, ondelete="CASCADE"))
    space_id: Mapped[int] = mapped_column(ForeignKey(Space.scope_id))
    number: Mapped[int]
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("wiki_revision.id", ondelete="SET NULL")
    )
    kind: Mapped[str] = mapped_column(String(8))  # a `Kind`
    text_id: Mapped[int | None] = mapped_column(ForeignKey(StoredText.id))  # None: erased for good
    title: Mapped[str] = mapped_column(String(200))
    slug: Mapped[str] = mapped_column(String(80))
    page_parent_id: Mapped[int | None]  # the page it stood under
    tags: Mapped[list[str]] = mapped_column(Json, default=list)
    place: Mapped[dict[str, Any] | None] = mapped_column(Json)
    files: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """Each `{"name", "file_id", "alt", "caption", "author", "licence"}`."""
    summary: Mapped[str] = mapped_column(String(300), default="")
    minor: Mapped[bool] = mapped_column(default=False, server_default=false())
    author_id: Mapped[int | None] = mapped_column(ForeignKey(Party.id, ondelete="SET NULL"))
    written_at: Mapped[datetime] = mapped_column(Utc, default=now)
    proposal_id: Mapped[int | None]  # None: an import
    approved_by: Mapped[int | None] = mapped_column(ForeignKey(Party.id, ondelete="SET NULL"))
    approved_at: Mapped[datetime] = mapped_column(Utc, default=now)
    source_note: Mapped[str] = mapped_column(String(300), default="")  # where an import comes from
    original: Mapped[str | None] = mapped_column(Text)  # the wikitext it was converted from
    hide_text: Mapped[bool] = mapped_column(default=False, server_default=false())
    hide_summary: Mapped[bool] = mapped_column(default=False, server_default=false())
    hide_author: Mapped[bool] = mapped_column(default=False, server_default=false())

    stored: Mapped[StoredText | None] = relationship(lazy="raise_on_sql")
    author: Mapped[Party | None] = relationship(lazy="raise_on_sql", foreign_keys=[author_id])
    approver: Mapped[Party | None] = relationship(lazy="raise_on_sql", foreign_keys=[approved_by])


class PageTag(Model):
    """Of the released version."""

    __tablename__ = "wiki_tag"
    __table_args__ = (
        PrimaryKeyConstraint("page_id", "tag_key"),
        Index(None, "space_id", "tag_key", "title_key", "page_id"),
    )

    page_id: Mapped[int] = mapped_column(ForeignKey(Page.id, ondelete="CASCADE"))
    space_id: Mapped[int] = mapped_column(ForeignKey(Space.scope_id))
    tag: Mapped[str] = mapped_column(String(60))
    tag_key: Mapped[str] = mapped_column(String(60))  # folded like titles
    title_key: Mapped[str] = mapped_column(String(200), server_default=text("''"))
    """Of the page: lists are in this order."""


class PageLink(Model):
    """One thing the released version leads to, in the space `space_id`."""

    __tablename__ = "wiki_link"
    __table_args__ = (
        Index(None, "page_id", "kind"),
        Index(None, "target_page_id", "page_id", "kind"),
        Index(None, "space_id", "kind", "target_key", "page_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey(Page.id, ondelete="CASCADE"))
    kind: Mapped[LinkKind] = mapped_column(String(8))
    space_id: Mapped[int] = mapped_column(ForeignKey(Space.scope_id))
    target_key: Mapped[str] = mapped_column(String(200))  # folded
    target_title: Mapped[str] = mapped_column(String(200), default="")  # as it was written
    target_page_id: Mapped[int | None] = mapped_column(ForeignKey(Page.id, ondelete="SET NULL"))
    """None: a red link."""
    room: Mapped[str] = mapped_column(String(20), default="")  # "projekt", "umfrage"


class TallyKind(StrEnum):
    LETTER = "letter"  # pages whose title begins so
    TAG = "tag"  # pages with it
    WANTED = "wanted"  # pages that lead to this one, which does not exist
    ORPHAN = "orphan"  # `number` is the page's id


class Tally(Model):
    """What the lists of a large space tell, counted by the worker after each change: counting
    20,000 pages on each reading would take ten times as long as the rest of the page."""

    __tablename__ = "wiki_tally"
    __table_args__ = (
        PrimaryKeyConstraint("space_id", "kind", "key"),
        Index(None, "space_id", "kind", "number"),
    )

    space_id: Mapped[int] = mapped_column(ForeignKey(Space.scope_id, ondelete="CASCADE"))
    kind: Mapped[TallyKind] = mapped_column(String(8))
    key: Mapped[str] = mapped_column(String(200))  # folded; of a letter in capitals
    label: Mapped[str] = mapped_column(String(200), default="")
    number: Mapped[int]
