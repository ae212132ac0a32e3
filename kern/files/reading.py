"""The words of attached PDFs, so that the search finds the thing they are attached to.

They are read once, in a child process, and kept beside the file's row: they go with it, and stand
nowhere but in the `Document` of their thing, so what is hidden hides them.
"""

import logging
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import bindparam, select

from kern.content import Ref
from kern.db import Quick, among, db, writing
from kern.errors import Unavailable
from kern.files.models import File, FileText
from kern.files.service import read_bytes

log = logging.getLogger(__name__)

PDF = "pdf"
PATIENCE = 30  # seconds of the wall for one document
_CHILD = Path(__file__).with_name("pdf_child.py")


@dataclass(frozen=True, slots=True)
class Read:
    """Things with words they had not before, and those that the time was too short for."""

    news: Collection[Ref] = ()
    rest: Collection[Ref] = ()


def read_pdfs(refs: Collection[Ref], is_over: Callable[[], bool]) -> Read:
    """One document after the other of what is attached to these things, until the time is over. The
    caller has no transaction open. A document that cannot be read is not tried again; while its
    bytes are out of reach its thing waits for `list_unread`."""
    news: set[Ref] = set()
    away: set[Ref] = set()
    unread = _unread(refs)
    for place, (id_, ref) in enumerate(unread, start=1):
        if ref in away:
            continue
        (news if _read(id_) else away).add(ref)
        if is_over():
            return Read(news, {later for _, later in unread[place:]} - away)
    return Read(news)


def _read(id_: int) -> bool:
    words = _words(id_)
    db.session.rollback()
    if words is None:
        return False
    with writing():
        db.session.add(FileText(file_id=id_, words=words))
        db.session.commit()
    return True


def list_unread(limit: int) -> list[Ref]:
    """Things with a PDF that nobody has read yet."""
    return list(dict.fromkeys(ref for _, ref in _unread(None, limit)))


_BY_THING = Quick(
    select(File.content_id, File.title, File.filename, FileText.words)
    .outerjoin(FileText, FileText.file_id == File.id)
    .where(
        File.content_key == bindparam("key"),
        among(File.content_id, "ids"),
        File.kind != "picture",
        File.state != "gone",
    )
    .order_by(File.id)
)


def words_by_thing(key: str, ids: Collection[int]) -> Mapping[int, Sequence[str]]:
    """Names and words of everything attached to things of one kind, by their id."""
    found: dict[int, list[str]] = {}
    for row in _BY_THING.named({"key": key, "ids": ids}):
        parts = [row.title, row.filename, row.words or ""]
        found.setdefault(row.content_id, []).extend(dict.fromkeys(filter(None, parts)))
    return found


_BY_FILE = Quick(
    select(FileText.file_id, FileText.words).where(
        among(FileText.file_id, "ids"), FileText.words != ""
    )
)


def words_of_files(ids: Iterable[int]) -> Mapping[int, str]:
    """By the id of the file; those without words are missing."""
    wanted = list(ids)
    return dict(_BY_FILE.named({"ids": wanted})) if wanted else {}


def _unread(refs: Collection[Ref] | None, limit: int | None = None) -> list[tuple[int, Ref]]:
    query = select(File.id, File.content_key, File.content_id)
    query = query.outerjoin(FileText, FileText.file_id == File.id).where(
        File.kind == PDF,
        File.state != "gone",
        File.content_id.is_not(None),
        FileText.file_id.is_(None),
    )
    if refs is not None:
        query = query.where(File.content_id.in_({ref.id for ref in refs}))
    rows = db.session.execute(query.order_by(File.id).limit(limit)).all()
    db.session.rollback()
    found = [(row.id, Ref(row.content_key, row.content_id)) for row in rows]
    return [(id_, ref) for id_, ref in found if refs is None or ref in refs]


def _words(id_: int) -> str | None:
    """Empty when there are none, or they cannot be read; None while the bytes are out of reach."""
    file = db.session.get(File, id_)
    if file is None:
        return None
    try:
        return words_of_pdf(read_bytes(file, PDF))
    except FileNotFoundError:
        return ""
    except Unavailable:
        return None


def words_of_pdf(data: bytes) -> str:
    """Never raises for any bytes; ends within PATIENCE."""
    command = [sys.executable, "-I", str(_CHILD)]
    try:
        child = subprocess.run(  # noqa: S603 - our own program, the document is its input
            command, input=data, capture_output=True, timeout=PATIENCE, check=False, env={}
        )
    except subprocess.TimeoutExpired:
        log.warning("Ein PDF ließ sich in %s Sekunden nicht lesen", PATIENCE)
        return ""
    words = child.stdout.decode("utf-8", "replace") if child.returncode == 0 else ""
    return words.replace("\0", " ")
