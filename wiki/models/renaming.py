"""A rename whose links are rewritten in other pages, some at a time."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kern.accounts.models import Party
from kern.clock import now
from kern.db import Json, Model, Utc
from wiki.models.pages import Page


class Renaming(Model):
    """Done pages are those up to `last_page_id`; `done` of `total` is what people see. A row stays:
    what names the old title later leads to the page all the same."""

    __tablename__ = "wiki_renaming"
    __table_args__ = (Index(None, "done_at", "id"), Index(None, "page_id"), Index(None, "old_key"))

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey(Page.id, ondelete="CASCADE"))
    old_title: Mapped[str] = mapped_column(String(200))
    old_key: Mapped[str] = mapped_column(String(200), default="")  # as links are compared
    new_title: Mapped[str] = mapped_column(String(200))
    party_id: Mapped[int | None] = mapped_column(ForeignKey(Party.id, ondelete="SET NULL"))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey(Party.id, ondelete="SET NULL"))
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    last_page_id: Mapped[int] = mapped_column(default=0)
    failed: Mapped[list[int]] = mapped_column(Json, default=list)  # ids of pages that stay
    created_at: Mapped[datetime] = mapped_column(Utc, default=now)
    done_at: Mapped[datetime | None] = mapped_column(Utc)
