"""Answers wait until several leave together, shuffled; the counts move with them.

So neither the order of rows nor a look at the figures before and after tells whose answer it is.
Ten stay behind, drawn by lot, so those that leave at the end are never a few either.
What waits is sealed, and all that leave together carry one day: of two nights with one person in
between, neither shows an answer that could be found again.
"""

import logging
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple, Self, cast

from sqlalchemy import Table, bindparam, delete, func, insert, select, update

from kern.db import Quick, db, inserting
from umfragen.engine import Plan
from umfragen.models import Inbox, Response, ResponseStatus, Source, Survey
from umfragen.store import files, peppers, quotas, sealing, texts
from umfragen.store.cells import Counted, count_row, head_of
from umfragen.store.tallies import Change, apply, count_quotas

log = logging.getLogger(__name__)

LEAST = 10
"""So many leave together, and so many stay behind until the end."""

MANY = 2 * LEAST
"""When so many wait, some may leave."""

ID_BITS = 62
BATCH = 500  # ids of one statement


class Given(NamedTuple):
    """One response as it came in."""

    version: int
    day: date
    language: str
    source: Source
    answers: Mapping[str, Any]
    receipt_hash: bytes | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """One response in the inbox, unsealed."""

    id: int
    version: int
    day: date
    language: str
    source: Source
    answers: Mapping[str, Any]
    rkey: int
    receipt_hash: bytes | None

    @classmethod
    def read(cls, row: "Inbox | _Sealed") -> Self:
        """Raises Unreadable."""
        found = sealing.unseal(row.survey_id, row.sealed)
        receipt = found["receipt"]
        return cls(
            id=row.id,
            version=found["version"],
            day=date.fromisoformat(found["day"]),
            language=found["language"],
            source=Source(found["source"]),
            answers=found["answers"],
            rkey=found["rkey"],
            receipt_hash=bytes.fromhex(receipt) if receipt else None,
        )

    def sealed(self, survey_id: int) -> bytes:
        document = {
            "version": self.version,
            "day": self.day.isoformat(),
            "language": self.language,
            "source": self.source.value,
            "answers": self.answers,
            "rkey": self.rkey,
            "receipt": self.receipt_hash.hex() if self.receipt_hash else "",
        }
        return sealing.seal(survey_id, document)


class _Sealed(NamedTuple):
    """A row of the inbox, without the ORM's work for an object that is read once."""

    id: int
    survey_id: int
    sealed: bytes


def new_id() -> int:
    """Random: no id tells which came first."""
    return secrets.randbits(ID_BITS) + 1


def put(survey: Survey, given: Given, *, rkey: int | None = None) -> None:
    """`rkey`: of the answer that this one replaces, so that changing it rolls no new noise."""
    own = secrets.randbits(32) if rkey is None else rkey
    one = Waiting(id=new_id(), rkey=own, **given._asdict())
    receipt = sealing.blinded(survey.id, one.receipt_hash) if one.receipt_hash else None
    row = {"id": one.id, "survey_id": survey.id, "receipt": receipt}
    _PUTTING.send({**row, "sealed": one.sealed(survey.id)})


_PUTTING = inserting(Inbox, "id", "survey_id", "receipt", "sealed")


def put_test(survey: Survey, given: Given) -> None:
    """Counts nowhere, and goes when the survey opens."""
    values = {**given._asdict(), "receipt_hash": None}
    db.session.execute(
        insert(Response).values(
            id=new_id(),
            survey_id=survey.id,
            rkey=secrets.randbits(32),
            status=ResponseStatus.TEST,
            **values,
        )
    )


def count_waiting(survey_id: int) -> int:
    db.session.flush()
    ((count,),) = _WAITING.all({"survey": survey_id})
    return int(count)


_WAITING = Quick(
    select(func.count()).select_from(Inbox).where(Inbox.survey_id == bindparam("survey"))
)


def list_waiting(survey_id: int) -> list[Waiting]:
    """Those that can be read: see `sealing.Unreadable`."""
    return list(_readable(survey_id))


def find_waiting(survey_id: int, receipt_hash: bytes) -> Waiting | None:
    if not peppers.has_seal_key(survey_id):  # nothing waits; and after the end none is made anew
        return None
    query = select(Inbox).where(
        Inbox.survey_id == survey_id,
        Inbox.receipt.in_([sealing.blinded(survey_id, receipt_hash), receipt_hash]),
    )
    row = db.session.scalar(query.execution_options(populate_existing=True))
    return Waiting.read(row) if row else None


def rewrite(survey_id: int, one: Waiting) -> None:
    query = update(Inbox).where(Inbox.id == one.id)
    db.session.execute(query.values(sealed=one.sealed(survey_id)))


def drop(one: Waiting) -> None:
    db.session.execute(delete(Inbox).where(Inbox.id == one.id))


def move(survey: Survey, plan: Plan, *, keep: int = LEAST) -> int:
    """What may leave, leaves; returns how many. `keep`: so many stay behind; none at the end."""
    if keep and count_waiting(survey.id) < 2 * keep:
        return 0
    found = list_waiting(survey.id)
    secrets.SystemRandom().shuffle(found)
    leaving = found[keep:] if len(found) >= 2 * keep else []
    _leave(survey, plan, leaving)
    _forget([row.id for row in leaving])
    if not keep:
        _give_up(survey.id)
    return len(leaving)


def _leave(survey: Survey, plan: Plan, leaving: Sequence[Waiting]) -> None:
    if not leaving:
        return
    found = [_response(survey.id, plan, row) for row in _on_one_day(leaving)]
    change, met = Change(), Counter[str]()
    for row in found:
        change.add(counted(survey, plan, row), row["rkey"])
        met.update(quota.name for quota in quotas.quotas_of(plan, row["answers"]))
    db.session.execute(_LEAVING, found)
    apply(survey.id, change)
    count_quotas(survey.id, met)
    texts.keep(survey, plan, found)
    survey.answers_count += len(found)


_LEAVING = insert(cast("Table", Response.__table__))


def counted(survey: Survey, plan: Plan, row: Mapping[str, Any]) -> Counted:
    """What a row of `umfragen_response` is counted as."""
    head = head_of(row["day"], row["language"], row["source"], row["version"], survey.languages)
    return count_row(plan.items, row["answers"], head)


def _readable(survey_id: int) -> Iterator[Waiting]:
    for row in _SEALED.typed(_Sealed, {"survey": survey_id}, flush=True):
        try:
            yield Waiting.read(row)
        except sealing.Unreadable:
            continue


_SEALED = Quick(
    select(Inbox.id, Inbox.survey_id, Inbox.sealed).where(Inbox.survey_id == bindparam("survey"))
)


def _on_one_day(rows: Sequence[Waiting]) -> Iterator[Waiting]:
    """The newest of them: a mark that came on a day of its own must not find its answer by it.
    What was brought from elsewhere has no mark, and keeps the day it had there."""
    newest = max((row.day for row in rows if row.source is not Source.IMPORT), default=date.min)
    for row in rows:
        yield row if row.source is Source.IMPORT else replace(row, day=newest)


def _forget(ids: Sequence[int]) -> None:
    for start in range(0, len(ids), BATCH):
        _FORGETTING.send({"ids": ids[start : start + BATCH]})


_FORGETTING = Quick(delete(Inbox).where(Inbox.id.in_(bindparam("ids", expanding=True))))


def _give_up(survey_id: int) -> None:
    """What a backup brought back without the key that had sealed it."""
    lost = count_waiting(survey_id)
    if lost:
        log.warning("Umfrage %s: %s Antworten ohne Schlüssel sind nicht lesbar", survey_id, lost)
        db.session.execute(delete(Inbox).where(Inbox.survey_id == survey_id))


def _response(survey_id: int, plan: Plan, row: Waiting) -> dict[str, Any]:
    """Under a new id: the old one was seen in an order."""
    return {
        "id": new_id(),
        "survey_id": survey_id,
        "version": row.version,
        "day": row.day,
        "language": row.language,
        "source": row.source,
        "status": ResponseStatus.OK,
        "answers": files.take_in(survey_id, plan, row.answers, row.day),
        "rkey": row.rkey,
        "receipt_hash": row.receipt_hash,
    }
