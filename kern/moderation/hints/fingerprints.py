"""Find what looks like a text among everything that is public or waits, without a look at all."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Subquery, bindparam, delete, func, insert, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from kern.content import Ref
from kern.db import Quick, db
from kern.moderation.hints.models import Fingerprint
from kern.moderation.hints.sketch import BANDS, VERSION, Sketch, alike, is_lookalike

PER_BAND = 20  # newest ones: a flood of a thousand equal texts is one group as well by twenty
MOST_COMPARED = 60
MOST_FOUND = 20


@dataclass(frozen=True, slots=True)
class Written:
    """A text's numbers and who wrote it."""

    sketch: Sketch
    author_id: int | None


@dataclass(frozen=True, slots=True)
class Match:
    ref: Ref
    share: float  # 1.0 for equal words
    author_id: int | None


def keep(written: Mapping[Ref, Written | None]) -> None:
    """Remember these texts by their numbers, and forget those that are None. In the caller's
    transaction."""
    forget(written)
    kept = [_row(ref, one) for ref, one in written.items() if one is not None]
    if kept:
        db.session.execute(insert(Fingerprint), kept)


def forget(refs: Collection[Ref]) -> None:
    ids: dict[str, list[int]] = {}
    for ref in refs:
        ids.setdefault(ref.key, []).append(ref.id)
    for key, numbers in ids.items():
        gone = delete(Fingerprint).where(
            Fingerprint.content_key == key, Fingerprint.content_id.in_(numbers)
        )
        db.session.execute(gone)


def find(sketch: Sketch, but: Ref) -> Sequence[Match]:
    """Most alike first. One query, whatever the town holds."""
    values = {f"value_{n}": value for n, value in enumerate((sketch.digest, *sketch.bands))}
    found = []
    for key, id_, author_id, letters, digest, bins in _comparing().all(values):
        is_same = digest == sketch.digest
        share = 1.0 if is_same else alike(bins, sketch.bins)
        if is_same or is_lookalike(share, min(letters, sketch.letters)):
            found.append(Match(Ref(key, id_), share, author_id))
    found = [match for match in found if match.ref != but]
    found.sort(key=lambda match: (-match.share, match.ref))
    return found[:MOST_FOUND]


def find_sketch(ref: Ref) -> Sketch | None:
    query = select(Fingerprint).where(
        Fingerprint.content_key == ref.key,
        Fingerprint.content_id == ref.id,
        Fingerprint.version == VERSION,
    )
    row = db.session.scalar(query)
    if row is None:
        return None
    bands = tuple(getattr(row, column.key) for column in _columns())
    return Sketch(row.letters, row.digest, row.bins, bands)


@cache
def _comparing() -> Quick:
    """Those that share most bands, or all words; of as many the newest. Made once."""
    meeting = _meeting()
    shared = func.count()
    nearest = (
        select(meeting.c.id).group_by(meeting.c.id).order_by(shared.desc(), meeting.c.id.desc())
    )
    compared = nearest.limit(MOST_COMPARED).subquery()
    columns = (
        *(Fingerprint.content_key, Fingerprint.content_id, Fingerprint.author_id),
        *(Fingerprint.letters, Fingerprint.digest, Fingerprint.bins),
    )
    query = select(*columns).join(compared, compared.c.id == Fingerprint.id)
    return Quick(query.where(Fingerprint.version == VERSION))


def _meeting() -> Subquery:
    """Each part reads a few entries of one index, so that a part which many share hides none of the
    others."""
    parts = []
    for number, column in enumerate((Fingerprint.digest, *_columns())):
        part = select(Fingerprint.id).where(column == bindparam(f"value_{number}"))
        part_ = part.order_by(Fingerprint.id.desc()).limit(PER_BAND).subquery()
        parts.append(select(part_.c.id))
    return union_all(*parts).subquery()


def _columns() -> list[InstrumentedAttribute[int]]:
    return [getattr(Fingerprint, f"band_{number}") for number in range(BANDS)]


def _row(ref: Ref, written: Written) -> dict[str, object]:
    sketch = written.sketch
    return {
        "content_key": ref.key,
        "content_id": ref.id,
        "version": VERSION,
        "author_id": written.author_id,
        "letters": sketch.letters,
        "digest": sketch.digest,
        "bins": sketch.bins,
        **{f"band_{number}": value for number, value in enumerate(sketch.bands)},
    }
