"""Who has taken part: a mark per address, account or code, and nothing beside it."""

from functools import cache
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import CursorResult, Table, bindparam, delete, func, select, update

from kern.db import Quick, db, inserts
from umfragen.models import InviteCode, Participation, SubmitKey
from umfragen.models.access import MARK_BYTES
from umfragen.store.peppers import digest, pepper_of


def mark_of(survey_id: int, kind: str, subject: str) -> bytes:
    """`kind` is "address", "account" or "code"."""
    return digest(pepper_of(survey_id), kind, subject)[:MARK_BYTES]


def has_mark(survey_id: int, mark: bytes) -> bool:
    return db.session.get(Participation, (survey_id, mark)) is not None


def leave_mark(survey_id: int, mark: bytes, stratum: str = "") -> bool:
    """False when it was there already; the database settles races."""
    row = {"survey_id": survey_id, "mark": mark, "stratum": stratum}
    return _insert_once(cast("Table", Participation.__table__), row)


def use_code(survey_id: int, mark: bytes) -> str | None:
    """The stratum of a code that was never used, now used; else None."""
    unused = update(InviteCode).where(
        InviteCode.survey_id == survey_id, InviteCode.mark == mark, InviteCode.is_used.is_(False)
    )
    found = cast("CursorResult[Any]", db.session.execute(unused.values(is_used=True)))
    if found.rowcount != 1:
        return None
    code = select(InviteCode.stratum).where(
        InviteCode.survey_id == survey_id, InviteCode.mark == mark
    )
    return db.session.scalars(code).one()


def keep_submit_key(survey_id: int, key: bytes) -> bool:
    """False when this was sent already."""
    row = {"survey_id": survey_id, "key": key}
    return _insert_once(cast("Table", SubmitKey.__table__), row)


def is_sent(survey_id: int, key: bytes) -> bool:
    return db.session.get(SubmitKey, (survey_id, key)) is not None


def by_stratum(survey_id: int) -> dict[str, int]:
    query = select(Participation.stratum, func.count().label("n")).where(
        Participation.survey_id == survey_id
    )
    rows = db.session.execute(query.group_by(Participation.stratum))
    return {row.stratum: row.n for row in rows}


def mix(survey_id: int) -> None:
    """All rows written anew in the order of their marks, which is that of chance. The caller holds
    the lock: nobody uses a code meanwhile."""
    for model, key in ((Participation, "mark"), (InviteCode, "mark"), (SubmitKey, "key")):
        table = cast("Table", model.__table__)
        gone = delete(table).where(table.c.survey_id == survey_id).returning(*table.c)
        rows = [dict(row) for row in db.session.execute(gone).mappings()]
        if rows:
            db.session.execute(table.insert(), sorted(rows, key=itemgetter(key)))


def forget_submit_keys(survey_id: int) -> None:
    db.session.execute(delete(SubmitKey).where(SubmitKey.survey_id == survey_id))


def _insert_once(table: Table, row: dict[str, Any]) -> bool:
    query = _inserting(table, db.session.get_bind().dialect.name)
    return query.first(row) is not None


@cache
def _inserting(table: Table, dialect: str) -> Quick:
    values: dict[str, Any] = {column.name: bindparam(column.name) for column in table.c}
    query = inserts.meeting(table, dialect).values(values).on_conflict_do_nothing()
    return Quick(query.returning(table.c.survey_id))
