"""What somebody proposes for a page: every wording of it, and what was said about it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kern.accounts.models import NEVER_AGAIN, Account, Party, Source
from kern.clock import now
from kern.db import Json, Model, Utc
from wiki.models.pages import Page, Revision, StoredText
from wiki.models.space import Space

PROPOSAL_KEY = "wiki.proposal"


class Kind(StrEnum):
    CREATE = "create"
    EDIT = "edit"
    RENAME = "rename"
    MOVE = "move"
    DELETE = "delete"
    UNDELETE = "undelete"
    TAG = "tag"
    UPLOAD = "upload"
    REVERT = "revert"


class ProposalState(StrEnum):
    """Whether it is outdated or clashes is worked out from `base_id`, never stored."""

    SUBMITTED = "submitted"
    CHANGES_REQUESTED = "changes"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"  # no answer within 30 days to a request for changes


OPEN = (ProposalState.SUBMITTED, ProposalState.CHANGES_REQUESTED)
_IS_OPEN = "state IN ('submitted', 'changes')"


def _one_open(name: str, *columns: str, where: str) -> Index:
    condition = text(f"{_IS_OPEN} AND {where}")
    return Index(name, *columns, unique=True, sqlite_where=condition, postgresql_where=condition)


class Proposal(Model):
    """One open proposal per person and page: whoever goes on writing adds a snapshot."""

    __tablename__ = "wiki_proposal"
    __table_args__ = (
        _one_open("ix_wiki_proposal_one_page", "author_id", "page_id", where="page_id IS NOT NULL"),
        _one_open(
            "ix_wiki_proposal_one_title",
            *("author_id", "space_id", "title_key"),
            where="page_id IS NULL",
        ),
        Index(None, "page_id", "state"),
        Index(None, "author_id", "id"),
        Index(None, "space_id", "state", "changed_at"),
        Index(None, "state", "changed_at"),
        NEVER_AGAIN,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    space_id: Mapped[int] = mapped_column(ForeignKey(Space.scope_id))
    page_id: Mapped[int | None] = mapped_column(ForeignKey(Page.id, ondelete="SET NULL"))
    """None: it is to be a new page."""
    kind: Mapped[Kind] = mapped_column(String(8))
    state: Mapped[ProposalState] = mapped_column(String(9), default=ProposalState.SUBMITTED)
    version: Mapped[int] = mapped_column(default=1)  # counts every change of it
    latest: Mapped[int] = mapped_column(default=0)  # number of the newest snapshot
    base_id: Mapped[int | None] = mapped_column(ForeignKey(Revision.id, ondelete="SET NULL"))
    """The version its author saw when they began to write."""
    author_id: Mapped[int | None] = mapped_column(ForeignKey(Party.id, ondelete="SET NULL"))
    title: Mapped[str] = mapped_column(String(200))  # of the newest snapshot
    title_key: Mapped[str] = mapped_column(String(200))
    receipt: Mapped[str] = mapped_column(String(9), unique=True)
    appealed: Mapped[bool] = mapped_column(default=False, server_default=false())
    source: Mapped[Source] = mapped_column(String(8), default=Source.WEB)
    entered_by: Mapped[int | None] = mapped_column(ForeignKey(Account.id, ondelete="SET NULL"))
    submitted_at: Mapped[datetime] = mapped_column(Utc, default=now)
    changed_at: Mapped[datetime] = mapped_column(Utc, default=now)
    reminded_at: Mapped[datetime | None] = mapped_column(Utc)  # before it expires
    decided_at: Mapped[datetime | None] = mapped_column(Utc)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(Party.id, ondelete="SET NULL"))
    merged_id: Mapped[int | None] = mapped_column(ForeignKey(Revision.id, ondelete="SET NULL"))
    """The version it became."""

    space: Mapped[Space] = relationship(lazy="raise_on_sql")
    page: Mapped[Page | None] = relationship(lazy="raise_on_sql")
    author: Mapped[Party | None] = relationship(lazy="raise_on_sql", foreign_keys=[author_id])


class Snapshot(Model):
    """One wording of a proposal; rows are only added."""

    __tablename__ = "wiki_snapshot"
    __table_args__ = (UniqueConstraint("proposal_id", "number"), Index(None, "text_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey(Proposal.id, ondelete="CASCADE"))
    number: Mapped[int]
    text_id: Mapped[int] = mapped_column(ForeignKey(StoredText.id))
    title: Mapped[str] = mapped_column(String(200))
    page_parent_id: Mapped[int | None]
    tags: Mapped[list[str]] = mapped_column(Json, default=list)
    place: Mapped[dict[str, Any] | None] = mapped_column(Json)
    files: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)  # as of a Revision
    summary: Mapped[str] = mapped_column(String(300), default="")
    minor: Mapped[bool] = mapped_column(default=False, server_default=false())
    base_id: Mapped[int | None] = mapped_column(ForeignKey(Revision.id, ondelete="SET NULL"))
    editor_id: Mapped[int | None] = mapped_column(ForeignKey(Party.id, ondelete="SET NULL"))
    """Whoever wrote this wording, if not the proposal's author."""
    note: Mapped[str] = mapped_column(String(300), default="")  # of the editor
    created_at: Mapped[datetime] = mapped_column(Utc, default=now)

    stored: Mapped[StoredText] = relationship(lazy="raise_on_sql")


class Draft(Model):
    """Private autosave. Purpose: nothing typed is lost. One per person and page, or new title."""

    __tablename__ = "wiki_draft"
    __table_args__ = (
        UniqueConstraint("author_id", "space_id", "page_key", "title_key"),
        Index(None, "saved_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey(Party.id, ondelete="CASCADE"))
    space_id: Mapped[int] = mapped_column(ForeignKey(Space.scope_id, ondelete="CASCADE"))
    page_id: Mapped[int | None] = mapped_column(ForeignKey(Page.id, ondelete="CASCADE"))
    page_key: Mapped[int] = mapped_column(default=0)  # `page_id`, 0 for none: NULLs are not unique
    title_key: Mapped[str] = mapped_column(String(200), default="")  # of pages that are new
    payload: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    base_id: Mapped[int | None]
    saved_at: Mapped[datetime] = mapped_column(Utc, default=now)


class Remark(Model):
    """Author and reviewer talk about a proposal. Purpose: to agree about it."""

    __tablename__ = "wiki_remark"
    __table_args__ = (Index(None, "proposal_id", "id"), Index(None, "party_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey(Proposal.id, ondelete="CASCADE"))
    party_id: Mapped[int | None] = mapped_column(ForeignKey(Party.id, ondelete="SET NULL"))
    is_request: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Asks for changes."""
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Utc, default=now)

    party: Mapped[Party | None] = relationship(lazy="raise_on_sql")
