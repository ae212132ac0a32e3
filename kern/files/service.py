"""Keep uploads: bytes below the town's folder, a row that says whose they are and who may look."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from kern import text
from kern.accounts.models import Party
from kern.clock import now
from kern.content import Ref
from kern.db import TownSession, db
from kern.errors import Invalid, NotFound, Unavailable
from kern.files.models import File
from kern.files.pdf import Document
from kern.files.picture import Picture
from kern.files.storage import Storage, storage_of
from kern.ids import new_token
from kern.town import current_town

SIZES = ("small", "medium", "large")
MAX_ALT = 200
UNSETTLED = "uploads"  # key of what a session has written since its last commit
LOST_AFTER = timedelta(days=1)
ORPHAN_AFTER = timedelta(days=8)  # a day longer than what waits for its confirming mail

log = logging.getLogger(__name__)


def checked_alt(alt: str) -> str:
    cleaned = text.clean_line(alt, MAX_ALT)
    if not cleaned:
        raise Invalid("Bitte beschreiben Sie in einem Satz, was zu sehen ist.", field="picture_alt")
    return cleaned


def keep_picture(picture: Picture, alt: str, uploaded_by: int | None, name: str = "") -> File:
    """`picture` comes from `accept_picture`, which takes a while: call that before the transaction.
    `name`: a secret one it has already. Raises Invalid when `alt` says nothing."""
    shown = checked_alt(alt)
    large = picture.sizes["large"]
    file = _row("picture", shown, picture.filename, uploaded_by, name)
    file.sha256, file.size = picture.sha256, len(large.data)
    file.width, file.height = large.width, large.height
    for size in SIZES:
        _write(name_of(file, size), picture.sizes[size].data)
    db.session.flush()
    return file


def keep_document(document: Document, title: str, uploaded_by: int | None, name: str = "") -> File:
    """`document` comes from `accept_document`, which takes a while: call that before the
    transaction. `name`: a secret one it has already."""
    shown = text.clean_line(title, MAX_ALT) or document.filename
    file = _row(document.kind, shown, document.filename, uploaded_by, name)
    file.sha256, file.size = document.sha256, len(document.data)
    _write(name_of(file, document.kind), document.data)
    db.session.flush()
    return file


def _row(kind: str, title: str, filename: str, uploaded_by: int | None, name: str) -> File:
    file = File(
        name=name or new_token(),
        kind=kind,
        title=title,
        filename=filename[:120],
        sha256="",
        uploaded_by=uploaded_by,
    )
    db.session.add(file)
    return file


def name_of(file: File, size: str) -> str:
    ending = f"{size}.webp" if file.kind == "picture" else file.kind
    return f"{file.name[:2]}/{file.name}.{ending}"


def path_of(file: File, size: str) -> Path:
    """On the disk, where uploads lie on the disk."""
    return current_town().uploads / name_of(file, size)


def open_bytes(file: File, size: str) -> tuple[BinaryIO, int]:
    """To be read from any place of it, and its size. Raises FileNotFoundError, Unavailable."""
    return _storage().open(name_of(file, size))


def read_bytes(file: File, size: str) -> bytes:
    """Raises FileNotFoundError, Unavailable."""
    return _storage().read(name_of(file, size))


def _storage() -> Storage:
    return storage_of(current_town())


def _write(name: str, data: bytes) -> None:
    """With the row, or not at all: see `_settle`. A crash in between leaves it to `remove_lost`."""
    storage = _storage()
    db.session().info.setdefault(UNSETTLED, []).append((storage, name))
    storage.write(name, data)


@event.listens_for(TownSession, "after_commit")
def _settle(session: Session) -> None:
    if not session.in_nested_transaction():  # a savepoint settles nothing
        session.info.pop(UNSETTLED, None)


@event.listens_for(TownSession, "after_rollback")
def _take_back(session: Session) -> None:
    if session.in_nested_transaction():
        return
    for storage, name in session.info.pop(UNSETTLED, ()):
        try:
            storage.remove(name)
        except Unavailable as error:  # `remove_lost` finds it
            log.warning("Eine Datei ließ sich nicht zurücknehmen: %s", error)


def attach(file_id: int, ref: Ref) -> None:
    """Give a kept file to its thing; a file that has one already stays there."""
    query = update(File).where(File.id == file_id, File.content_id.is_(None))
    db.session.execute(query.values(content_key=ref.key, content_id=ref.id))


def give(file_ids: Iterable[int], ref: Ref) -> None:
    """From now on they are this thing's, whosever they were."""
    ids = list(file_ids)
    if ids:
        query = update(File).where(File.id.in_(ids), File.state != "gone")
        db.session.execute(query.values(content_key=ref.key, content_id=ref.id))


def get_file(name: str) -> File:
    file = db.session.scalar(select(File).where(File.name == name, File.state != "gone"))
    if file is None:
        raise NotFound("Diese Datei gibt es nicht.")
    return file


def list_files(ref: Ref, kind: str) -> list[File]:
    query = select(File).where(
        File.content_key == ref.key,
        File.content_id == ref.id,
        File.kind == kind,
        File.state != "gone",
    )
    return list(db.session.scalars(query.order_by(File.id)))


def list_ids(ref: Ref) -> set[int]:
    """Of everything this thing has, of whatever kind."""
    here = (File.content_key == ref.key, File.content_id == ref.id, File.state != "gone")
    return set(db.session.scalars(select(File.id).where(*here)))


def publish(file_ids: Iterable[int | None]) -> None:
    _set_state(file_ids, "public")


def unpublish(file_ids: Iterable[int | None]) -> None:
    _set_state(file_ids, "private")


def remove(file: File) -> None:
    """The bytes go with the row's content; the row stays as the mark that they are gone."""
    for name in {name_of(file, size) for size in SIZES}:  # a document has one name for all
        _storage().remove(name)
    file.state, file.title, file.filename, file.sha256 = "gone", "", "", ""


def remove_all(ref: Ref) -> None:
    """Everything that was ever uploaded to this thing, also what nobody was shown."""
    here = (File.content_key == ref.key, File.content_id == ref.id, File.state != "gone")
    for file in db.session.scalars(select(File).where(*here)).all():
        remove(file)


def remove_orphans() -> int:
    """Uploads whose thing was never saved."""
    old = now() - ORPHAN_AFTER
    query = select(File).where(
        File.content_id.is_(None), File.state != "gone", File.uploaded_at < old
    )
    orphans = db.session.scalars(query).all()
    for file in orphans:
        remove(file)
    return len(orphans)


def remove_lost() -> int:
    """Bytes that no row speaks of, a day old: their process died before it committed."""
    known = set(db.session.scalars(select(File.name).where(File.state != "gone")))
    old = (now() - LOST_AFTER).timestamp()
    storage = _storage()
    found = [one for one in storage.list() if one.changed < old]
    lost = [one for one in found if _token_in(one.name) not in known]
    for one in lost:
        storage.remove(one.name)
    return len(lost)


def _token_in(name: str) -> str:
    return name.rpartition("/")[2].partition(".")[0]


def is_uploader(file: File, party_id: int | None) -> bool:
    return party_id is not None and file.uploaded_by == party_id


def uploader_name(file: File) -> str:
    party = db.session.get(Party, file.uploaded_by) if file.uploaded_by else None
    return (party.name if party else None) or ""


def _set_state(file_ids: Iterable[int | None], state: str) -> None:
    ids = [id_ for id_ in file_ids if id_ is not None]
    if ids:
        query = update(File).where(File.id.in_(ids), File.state != "gone")
        db.session.execute(query.values(state=state))
