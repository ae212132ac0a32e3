"""Table of uploads. A file belongs to a thing (`ref`) and takes its rights from it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kern.accounts.models import Party
from kern.clock import now
from kern.db import Model, Utc


class File(Model):
    """Purpose: pictures and documents. `name` is the address: random, revocable."""

    __tablename__ = "kern_file"
    __table_args__ = (Index(None, "content_key", "content_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(43), unique=True)
    content_key: Mapped[str | None] = mapped_column(String(60))  # None until its thing is saved
    content_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(10))  # "picture", "pdf", "odt", "ods", "docx", "xlsx"
    title: Mapped[str] = mapped_column(String(200), default="")  # alt text, or the shown name
    filename: Mapped[str] = mapped_column(String(120), default="")
    sha256: Mapped[str] = mapped_column(String(64))
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(default=0)  # bytes of the largest form
    state: Mapped[str] = mapped_column(String(10), default="private")  # "public", "gone"
    uploaded_by: Mapped[int | None] = mapped_column(ForeignKey(Party.id, ondelete="SET NULL"))
    uploaded_at: Mapped[datetime] = mapped_column(Utc, default=now)


class FileText(Model):
    """Purpose: find a thing by the words of the PDFs attached to it. No row: not read yet."""

    __tablename__ = "kern_file_text"

    file_id: Mapped[int] = mapped_column(ForeignKey(File.id, ondelete="CASCADE"), primary_key=True)
    words: Mapped[str] = mapped_column(Text)  # plain; empty when it has none, or none to be read


class Place(Model):
    """Where a thing is: GeoJSON geometry and its box, in degrees WGS 84."""

    __tablename__ = "kern_place"
    __table_args__ = (Index(None, "content_key", "content_id", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    content_key: Mapped[str] = mapped_column(String(60))
    content_id: Mapped[int]
    label: Mapped[str] = mapped_column(String(200), default="")
    geojson: Mapped[str] = mapped_column(String(20_000))
    west: Mapped[float]
    south: Mapped[float]
    east: Mapped[float]
    north: Mapped[float]
