"""One worker at a time for what would be done twice for nothing, such as a look at the index.

Redis says whose turn it is, or the database where there is no Redis or it is silent. While Redis
comes and goes two may work at once: the work below must bear that, and does, because every step of
it is settled in the database. What must never happen twice has a lease there (`kern.worker.lease`).
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from zlib import crc32

from sqlalchemy import text

from kern.db import engine
from kern.redis_link import PREFIX, Away, Link
from kern.town import current_town

LASTING = 15 * 60  # seconds; as long as a killed worker keeps the others from it

_GIVE_BACK = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


@contextmanager
def only_one(link: Link | None, name: str, lasting: int = LASTING) -> Iterator[bool]:
    """In the current town: False when another worker is at it, who needs no help."""
    if link is not None:
        key, mark = f"{PREFIX}turn:{current_town().slug}:{name}", secrets.token_hex(8)
        try:
            is_mine = link.call(lambda client: client.set(key, mark, nx=True, ex=lasting))
        except Away:
            pass
        else:
            try:
                yield bool(is_mine)
            finally:
                with suppress(Away):
                    link.call(lambda client: client.eval(_GIVE_BACK, 1, key, mark))
            return
    with _by_database(name) as is_mine:
        yield is_mine


@contextmanager
def _by_database(name: str) -> Iterator[bool]:
    if engine().dialect.name == "postgresql":
        with engine().connect() as connection, connection.begin() as turn:
            # Of the transaction, not of the session: pgbouncer lends sessions around.
            query = text("SELECT pg_try_advisory_xact_lock(4712, :name)")
            yield bool(connection.scalar(query, {"name": crc32(name.encode()) & 0x7FFFFFFF}))
            turn.rollback()
        return
    descriptor = os.open(current_town().path / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _is_locked(descriptor)
    finally:
        os.close(descriptor)


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
