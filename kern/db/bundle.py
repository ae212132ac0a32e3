"""Statements whose answer nobody reads go to PostgreSQL together with what comes next.

A row that many want to change is held from its statement to the end of the transaction. With a
message for each statement that is as long as Python needs for its turns, and all who want the row
wait for that. Here such a statement waits at its connection, and goes in one message with the next
one or with COMMIT. Whoever reads afterwards therefore finds what was written, as ever.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Dialect
from sqlalchemy.exc import DBAPIError

from kern.db import unsaid

MOST = 100  # that wait together
_WAITING = "_dorflinde_waiting"
_DIVISION_BY_ZERO = "22012"


class Waiting(NamedTuple):
    """`refusal`: what is raised when the statement divides by zero, as a condition does that does
    not hold."""

    sql: str
    given: Any
    refusal: Exception | None


def put(driver: Any, one: Waiting) -> None:
    """`driver`: a connection of psycopg."""
    held: list[Waiting] | None = getattr(driver, _WAITING, None)
    if held is None:
        setattr(driver, _WAITING, [one])
    else:
        held.append(one)


def waiting(driver: Any) -> Sequence[Waiting]:
    held: Sequence[Waiting] = getattr(driver, _WAITING, None) or ()
    return held


def is_waiting(driver: Any) -> bool:
    return bool(getattr(driver, _WAITING, None))


def is_full(driver: Any) -> bool:
    """So many wait that they had better go: all their answers come at once."""
    return len(waiting(driver)) >= MOST


def forget(driver: Any) -> None:
    """The transaction was rolled back, or the part of it in which all this was put."""
    if is_waiting(driver):
        setattr(driver, _WAITING, None)


def send(driver: Any, dialect: Dialect, *, end: str = "") -> None:
    """What waits, and `end` as the last statement, without waiting for the answers in between. What
    the database refuses of it is an error with these statements, and none of the one that comes
    next. Without an end it is never an IntegrityError: who expects one expects it of what comes
    next.

    Each has its values beside its text: a server notes the text of what it refuses in its log, and
    what people wrote or how they voted must not stand there."""
    held = waiting(driver)
    setattr(driver, _WAITING, None)
    try:
        with driver.pipeline():
            for one in held:
                driver.execute(one.sql, one.given)
            if end:
                driver.execute(end)
    except dialect.loaded_dbapi.Error as error:
        refusal = next((one.refusal for one in held if one.refusal is not None), None)
        if refusal is not None and is_refusal(error):
            raise refusal from error
        if driver.broken or driver.closed:  # SQLAlchemy has to hear that itself
            raise
        raise _told(held, error, dialect, is_last=bool(end)) from error


def _told(held: Sequence[Waiting], error: Any, dialect: Dialect, *, is_last: bool) -> DBAPIError:
    unsaid.cut(error)
    sql, given = ";\n".join(one.sql for one in held), tuple(one.given for one in held)
    if not is_last:
        return DBAPIError(sql, given, error, hide_parameters=True)
    return told_by_sqlalchemy(sql, given, error, dialect)


def told_by_sqlalchemy(sql: str, given: Any, error: Any, dialect: Dialect) -> DBAPIError:
    """Its own kind of error, which says no values: it is noted in logs."""
    unsaid.cut(error)
    base = dialect.loaded_dbapi.Error
    told: DBAPIError = DBAPIError.instance(
        sql, given, error, base, hide_parameters=True, dialect=dialect
    )
    return told


def is_refusal(error: BaseException | None) -> bool:
    """It divided by zero."""
    return getattr(error, "sqlstate", None) == _DIVISION_BY_ZERO
