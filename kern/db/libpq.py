"""Short statements said to PostgreSQL through libpq, without what a cursor does around each.

psycopg's `rollback` forgets all that was prepared, and whoever only reads ends with one: each page
was parsed and planned anew, statement by statement. Here PostgreSQL keeps it, as it can, and plans
a statement again whose tables have changed. Values go as text; the statement says their types.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from kern.later import Later

if TYPE_CHECKING:
    import psycopg
    from psycopg import adapt, errors
else:
    adapt, errors = Later("psycopg.adapt"), Later("psycopg.errors")

MOST = 200  # statements of ours that one connection keeps; each takes some 20 kB there
MOST_FORMS = 8  # of those that readers make up, as for a search: with their plans up to 1 MB each
OFTEN = 3  # times such a one is asked before it is prepared
PREPARED = "prepared"  # execution option: SQLAlchemy's statement is one of few, with one good plan
_SHORT = 4_096  # letters of a text that is remembered for all connections
_NEVER = 2**31  # times a statement is asked before psycopg prepares it by itself
_FORGETS = ("DEALLOCATE", "DISCARD", "DO", "CALL")
_IDLE, _IN_TRANSACTION = 0, 2  # libpq's PQTRANS_...
_DONE, _ROWS = 1, 2  # its PGRES_...
_KNOWN = "_dorflinde_known"
_MEMORY = "_prepared"  # psycopg's, at its connections
_numbers = count()
_PARAMETER = re.compile(r"%(?:%|\((?P<name>[^)]+)\)s)")
_THERE = b"SELECT name FROM pg_prepared_statements WHERE name LIKE 'dorflinde%'"


class _Text(NamedTuple):
    sql: bytes
    names: tuple[str, ...]  # of the parameters, in the order of their numbers


class _Prepared(NamedTuple):
    name: bytes
    text: _Text


class _Kept(OrderedDict[str, _Prepared]):
    """Statements by their text, the one that was asked longest ago first."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most


class _Known:
    """What one connection has prepared; `is_sure` until something may have been forgotten."""

    def __init__(self, driver: "psycopg.Connection[Any]") -> None:
        self.values = adapt.Transformer(driver)
        self.keeps = driver.prepare_threshold is not None
        self.ours = _Kept(MOST)
        self.forms = _Kept(MOST_FORMS)
        self.asked: OrderedDict[int, int] = OrderedDict()  # forms that are not prepared, by hash
        self.is_sure = True

    def is_asked_often(self, form: str) -> bool:
        if form in self.forms:
            return True
        times = self.asked.pop(hash(form), 0) + 1
        if times >= OFTEN:
            return True
        self.asked[hash(form)] = times
        if len(self.asked) > MOST:
            self.asked.popitem(last=False)
        return False


def attach(driver: "psycopg.Connection[Any]") -> None:
    """A connection in which only that is prepared which is meant to be: nothing, where the driver
    was told so. `try_rollback` and `note_command` will be told about it from now on."""
    if is_attached(driver):
        _mark_stale(driver)
        return
    setattr(driver, _KNOWN, _Known(driver))
    if driver.prepare_threshold is not None:
        usual: Any = type(getattr(driver, _MEMORY))
        setattr(driver, _MEMORY, _hearing(usual)())
        driver.prepare_threshold = _NEVER


def is_attached(driver: "psycopg.Connection[Any]") -> bool:
    return getattr(driver, _KNOWN, None) is not None


def begin(driver: "psycopg.Connection[Any]") -> None:
    """Where that fails, psycopg begins with the first statement, and says what is wrong."""
    server = driver.pgconn
    if driver.autocommit or server.transaction_status != _IDLE:
        return
    server.exec_(_beginning(driver.isolation_level, driver.read_only, driver.deferrable))


@cache
def _beginning(
    isolation: "psycopg.IsolationLevel | None",
    is_read_only: bool | None,
    is_deferrable: bool | None,
) -> bytes:
    words = ["BEGIN"]
    if isolation is not None:
        words.append(f"ISOLATION LEVEL {isolation.name.replace('_', ' ')}")
    if is_read_only is not None:
        words.append("READ ONLY" if is_read_only else "READ WRITE")
    if is_deferrable is not None:
        words.append("DEFERRABLE" if is_deferrable else "NOT DEFERRABLE")
    return " ".join(words).encode()


def try_rollback(driver: "psycopg.Connection[Any]") -> bool:
    """False where there is nothing to undo, or where something has failed: that is psycopg's."""
    server = driver.pgconn
    if server.transaction_status != _IN_TRANSACTION:
        if server.transaction_status != _IDLE:
            _mark_stale(driver)
        return False
    return bool(server.exec_(b"ROLLBACK").status == _DONE)


def note_command(cursor: "psycopg.Cursor[Any]") -> None:
    """A statement of psycopg's that may have let the server forget what is prepared: one that says
    so, one whose inside says nothing to us, or one after the first in one text."""
    has_more = bool(cursor.nextset())
    if has_more:
        cursor.set_result(0)
    if has_more or (cursor.statusmessage or "").startswith(_FORGETS):
        _mark_stale(cursor.connection)


@cache
def _hearing(usual: Any) -> Any:
    """psycopg's memory of what it prepared: at times it lets the server forget all, whoever did it,
    with any statement that comes next."""

    class Hearing(usual):  # type: ignore[misc]  # whichever class psycopg has
        def maintain_gen(self, conn: Any) -> Any:
            if None in self._to_flush:
                _mark_stale(conn)
            return super().maintain_gen(conn)

    return Hearing


def _mark_stale(driver: "psycopg.Connection[Any]") -> None:
    known: _Known | None = getattr(driver, _KNOWN, None)
    if known is not None:
        known.is_sure = False


def run(
    driver: "psycopg.Connection[Any]", sql: str, given: Mapping[str, Any], *, is_ours: bool = True
) -> list[Any]:
    """The rows, if it gives any. Raises the driver's errors. `sql` has its parameters by name. One
    of ours is one of few; of others there may be as many as people ask differently. Both are
    prepared where the connection keeps what is."""
    known: _Known = getattr(driver, _KNOWN)
    server = driver.pgconn
    if known.keeps and (is_ours or known.is_asked_often(sql)):
        name, text = _prepared(driver, known, sql, known.ours if is_ours else known.forms)
        result = server.exec_prepared(name, _values(known, text, given))
    else:
        text = _numbered(sql) if is_ours and len(sql) <= _SHORT else _number(sql)
        result = server.exec_params(text.sql, _values(known, text, given))
    if result.status == _DONE:
        return []
    if result.status != _ROWS:
        raise _error_of(driver, result)
    known.values.set_pgresult(result)
    rows = known.values.load_rows(0, result.ntuples, tuple)
    known.values.set_pgresult(None)
    return rows


def _values(known: _Known, text: _Text, given: Mapping[str, Any]) -> Any:
    return known.values.dump_sequence(
        [given[name] for name in text.names], [adapt.PyFormat.TEXT] * len(text.names)
    )


def _number(sql: str) -> _Text:
    """As libpq has it: a parameter that stands at several places has one number."""
    numbers: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        name = match["name"]
        return "%" if name is None else f"${numbers.setdefault(name, len(numbers) + 1)}"

    return _Text(_PARAMETER.sub(number, sql).encode(), tuple(numbers))


_numbered = lru_cache(maxsize=2_000)(_number)


def _prepared(driver: "psycopg.Connection[Any]", known: _Known, sql: str, kept: _Kept) -> _Prepared:
    if not known.is_sure:
        _make_sure(driver, known)
    found = kept.get(sql)
    if found is not None:
        kept.move_to_end(sql)
        return found
    made = _Prepared(f"dorflinde_{next(_numbers)}".encode(), _number(sql))
    result = driver.pgconn.prepare(made.name, made.text.sql)
    if result.status != _DONE:
        raise _error_of(driver, result)
    kept[sql] = made
    if len(kept) > kept.most:
        _drop(driver, kept.popitem(last=False)[1].name)
    return made


def _make_sure(driver: "psycopg.Connection[Any]", known: _Known) -> None:
    """Both sides know the same afterwards."""
    result = driver.pgconn.exec_(_THERE)
    if result.status != _ROWS:
        raise _error_of(driver, result)
    there = {result.get_value(row, 0) for row in range(result.ntuples)}
    for kept in (known.ours, known.forms):
        for sql in [sql for sql, one in kept.items() if one.name not in there]:
            del kept[sql]
        there.difference_update(one.name for one in kept.values())
    for name in there:
        _drop(driver, name)
    known.is_sure = True


def _drop(driver: "psycopg.Connection[Any]", name: bytes | None) -> None:
    result = driver.pgconn.exec_(b"DEALLOCATE " + (name or b""))
    if result.status != _DONE:
        raise _error_of(driver, result)


def _error_of(driver: "psycopg.Connection[Any]", result: Any) -> "psycopg.Error":
    """Whatever was prepared badly is prepared anew after the rollback."""
    known: _Known = getattr(driver, _KNOWN)
    known.ours.clear()
    known.forms.clear()
    known.is_sure = False
    if driver.closed:
        return errors.OperationalError(driver.pgconn.get_error_message())
    return errors.error_from_result(result, driver.info.encoding)
