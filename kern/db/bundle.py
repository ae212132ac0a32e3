"""Statements whose answer nobody reads go to PostgreSQL together with what comes next.

A row that many want to change is held from its statement to the end of the transaction. With a
message for each statement that is as long as Python needs for its turns, and all who want the row
wait for that. Here such a statement waits at its connection, and goes in one message with the next
one or with COMMIT. Whoever reads afterwards therefore finds what was written, as ever.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

_WAITING = "_dorflinde_waiting"
_DIVISION_BY_ZERO = "22012"


class Waiting(NamedTuple):
    """`refusal`: what is raised when the statement divides by zero, as a condition does that does
    not hold."""

    sql: str
    given: Any
    refusal: Exception | None


def put(driver: Any, waiting: Waiting) -> None:
    """`driver`: a connection of psycopg."""
    held: list[Waiting] | None = getattr(driver, _WAITING, None)
    if held is None:
        setattr(driver, _WAITING, [waiting])
    else:
        held.append(waiting)


def is_waiting(driver: Any) -> bool:
    return bool(getattr(driver, _WAITING, None))


def forget(driver: Any) -> None:
    """The transaction was rolled back."""
    if is_waiting(driver):
        setattr(driver, _WAITING, None)


def send(driver: Any, psycopg: Any, *, end: str = "") -> None:
    """What waits, and `end` as the last statement."""
    held: Sequence[Waiting] = getattr(driver, _WAITING, None) or ()
    setattr(driver, _WAITING, None)
    cursor = psycopg.ClientCursor(driver)
    texts = [cursor.mogrify(one.sql, one.given) for one in held]
    try:
        cursor.execute(";\n".join([*texts, end] if end else texts))
    except psycopg.Error as error:
        refusal = next((one.refusal for one in held if one.refusal is not None), None)
        if refusal is None or not is_refusal(error):
            raise
        raise refusal from error
    finally:
        cursor.close()


def is_refusal(error: BaseException | None) -> bool:
    """It divided by zero."""
    return getattr(error, "sqlstate", None) == _DIVISION_BY_ZERO
