"""The whole state of a page as somebody proposes it, and what is kept of it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, select

from kern import text
from kern.db import db, insert_quietly
from kern.errors import Invalid
from wiki import rules
from wiki.linking import fold_title
from wiki.models import Kind, Revision, Snapshot, StoredText

FILE_WORDS = ("name", "alt", "caption", "author", "licence")


@dataclass(frozen=True, slots=True)
class Wording:
    """What a page says, is called and stands under. `files` as of a `Revision`."""

    title: str
    source: str
    tags: tuple[str, ...] = ()
    parent_id: int | None = None
    place: Mapping[str, Any] | None = None  # GeoJSON geometry, with a "label" beside it
    files: tuple[Mapping[str, Any], ...] = ()
    summary: str = ""
    minor: bool = False
    kind: Kind = Kind.EDIT

    @property
    def title_key(self) -> str:
        return fold_title(self.title)

    @property
    def state(self) -> tuple[object, ...]:
        """What two wordings are compared by: not who says what about it."""
        place = dict(self.place) if self.place else None
        files = [dict(file) for file in self.files]
        return (self.title, self.source, list(self.tags), self.parent_id, place, files)


def checked(wording: Wording) -> Wording:
    """As it is kept. Raises Invalid at "title", "text", "tags", "summary" or "files"."""
    title = text.clean_line(wording.title, rules.MAX_TITLE + 1)
    if not title or not fold_title(title):
        raise Invalid("Bitte geben Sie der Seite einen Titel.", field="title")
    if len(title) > rules.MAX_TITLE:
        raise Invalid("Bitte höchstens %(limit)s Zeichen.", field="title", limit=rules.MAX_TITLE)
    if any(sign in title for sign in "[]{}|#"):
        raise Invalid("Ein Titel hat keine der Zeichen [ ] { } | #.", field="title")
    source = wording.source.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()
    if wording.kind not in {Kind.DELETE, Kind.UNDELETE} and not source:
        raise Invalid("Bitte schreiben Sie etwas. Eine Seite lässt sich auch löschen.", "text")
    if len(source) > rules.MAX_TEXT:
        raise Invalid("Bitte höchstens %(limit)s Zeichen.", field="text", limit=rules.MAX_TEXT)
    summary = text.clean_line(wording.summary, rules.MAX_SUMMARY + 1)
    if len(summary) > rules.MAX_SUMMARY:
        limit = rules.MAX_SUMMARY
        raise Invalid("Bitte höchstens %(limit)s Zeichen.", field="summary", limit=limit)
    return Wording(
        title,
        f"{source}\n" if source else "",
        tuple(rules.checked_tags(wording.tags)),
        wording.parent_id,
        wording.place or None,
        tuple(_checked_file(file) for file in wording.files),
        summary,
        wording.minor,
        wording.kind,
    )


def _checked_file(file: Mapping[str, Any]) -> Mapping[str, Any]:
    words = {name: text.clean_line(str(file.get(name) or ""), 300) for name in FILE_WORDS}
    if not words["name"]:
        raise Invalid("Bitte geben Sie der Datei einen Namen.", field="files")
    if file.get("is_picture") and not words["alt"]:
        raise Invalid("Bitte beschreiben Sie in einem Satz, was zu sehen ist.", field="files")
    return {**words, "file_id": int(file["file_id"])}


def store(source: str) -> int:
    """The id of this text; equal texts have one."""
    sha = hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()
    query = select(StoredText.id).where(StoredText.sha == sha)
    found = db.session.scalar(query)
    if found is not None:
        return found
    row = {"sha": sha, "source": source}
    new = insert_quietly(cast("Table", StoredText.__table__), [row])
    return new[0] if new else db.session.scalars(query).one()


def sources(ids: Sequence[int | None]) -> dict[int, str]:
    query = select(StoredText.id, StoredText.source)
    found = db.session.execute(query.where(StoredText.id.in_({one for one in ids if one})))
    return {row.id: row.source for row in found}


def of_revision(revision: Revision) -> Wording | None:
    """None once its text was erased for good."""
    if revision.text_id is None:
        return None
    return Wording(
        revision.title,
        sources([revision.text_id])[revision.text_id],
        tuple(revision.tags),
        revision.page_parent_id,
        revision.place,
        tuple(revision.files),
        revision.summary,
        revision.minor,
        Kind(revision.kind),
    )


def of_snapshot(snapshot: Snapshot, kind: Kind) -> Wording:
    return Wording(
        snapshot.title,
        sources([snapshot.text_id])[snapshot.text_id],
        tuple(snapshot.tags),
        snapshot.page_parent_id,
        snapshot.place,
        tuple(snapshot.files),
        snapshot.summary,
        snapshot.minor,
        kind,
    )
