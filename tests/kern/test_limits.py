import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kern.errors import TooMany
from kern.limits import DAY, FILE, RETRY_AFTER, Limiter, network_of
from kern.redis_link import RETRY_AFTER as LINK_RETRY
from kern.redis_link import Link
from tests.redis_server import RedisServer, redis_server

ROOT = Path(__file__).resolve().parents[2]
NOON = 20_000 * DAY + DAY / 2
KEY = ("anmelden", "203.0.113.0/24")


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
def limiter(tmp_path: Path, clock: Clock, request: pytest.FixtureRequest) -> Iterator[Limiter]:
    """Over the file, and where a test says so over Redis as well."""
    if getattr(request, "param", "file") == "redis":
        link = fresh_link(request.getfixturevalue("server"))
        limiter = Limiter(tmp_path, clock, link)
        yield limiter
        link.close()
        assert not (tmp_path / FILE).exists(), "Redis counted, and nobody else"
    else:
        limiter = Limiter(tmp_path, clock)
        yield limiter
    limiter.close()


def fresh_link(server: RedisServer) -> Link:
    link = Link(server.address)
    link.call(lambda client: client.flushall())
    return link


BOTH = pytest.mark.parametrize("limiter", ["file", "redis"], indirect=True)


def taken(limiter: Limiter, times: int, limit: int = 3, per: float = 60) -> int:
    return sum(limiter.allow(KEY, limit, per).allowed for _ in range(times))


@BOTH
def test_the_limit_is_met_exactly_and_the_wait_is_told(limiter: Limiter, clock: Clock) -> None:
    assert taken(limiter, 2) == 2
    clock.now += 10
    assert taken(limiter, 5) == 1

    refused = limiter.allow(KEY, 3, 60)
    assert (refused.allowed, refused.retry_after) == (False, 50)
    clock.now += 50
    assert taken(limiter, 5) == 2


@BOTH
def test_no_span_holds_more_than_the_limit(limiter: Limiter, clock: Clock) -> None:
    allowed = []
    for _ in range(300):
        clock.now += 7
        if limiter.allow(KEY, 5, 100).allowed:
            allowed.append(clock.now)

    assert all(later - earlier >= 100 for earlier, later in zip(allowed, allowed[5:], strict=False))
    assert len(allowed) >= 300 * 7 // 100 * 5 - 5


@BOTH
def test_who_is_refused_does_not_wait_longer_by_trying(limiter: Limiter, clock: Clock) -> None:
    taken(limiter, 50)
    clock.now += 60

    assert taken(limiter, 1) == 1


@BOTH
def test_keys_are_counted_apart(limiter: Limiter) -> None:
    taken(limiter, 3)

    assert limiter.allow(("anmelden", "198.51.100.0/24"), 3, 60).allowed
    assert limiter.allow(("anmelden203.0.113.0/24", ""), 3, 60).allowed
    assert not limiter.allow(KEY, 3, 60).allowed


@BOTH
def test_nothing_is_allowed_when_the_limit_is_none(limiter: Limiter) -> None:
    assert limiter.allow(KEY, 0, 60).retry_after == 60


@BOTH
def test_midnight_gives_no_second_helping(limiter: Limiter, clock: Clock) -> None:
    clock.now = 20_001 * DAY - 5.0
    assert taken(limiter, 3, per=3600) == 3
    clock.now += 10

    assert taken(limiter, 1, per=3600) == 0
    clock.now += 3600
    assert taken(limiter, 1, per=3600) == 1


@pytest.mark.parametrize("per", [0, -1, DAY + 1])
def test_a_span_that_cannot_be_counted_is_an_error(limiter: Limiter, per: float) -> None:
    with pytest.raises(ValueError, match="span"):
        limiter.allow(KEY, 1, per)


@BOTH
def test_a_refusal_can_be_an_error_with_a_sentence(limiter: Limiter) -> None:
    limiter.require(KEY, 1, 600)

    with pytest.raises(TooMany, match="in 10 Minuten") as caught:
        limiter.require(KEY, 1, 600)
    assert (caught.value.status, caught.value.retry_after) == (429, 600)
    limiter.require(("kurz",), 1, 30)
    with pytest.raises(TooMany, match="in einer Minute"):
        limiter.require(("kurz",), 1, 30)


def test_neither_network_nor_salt_can_be_read_two_days_later(
    limiter: Limiter, tmp_path: Path, clock: Clock
) -> None:
    taken(limiter, 1, per=DAY)
    with closing(sqlite3.connect(tmp_path / FILE)) as db:
        before = {row[0] for row in db.execute("SELECT value FROM salt")}
    clock.now += 2 * DAY
    taken(limiter, 1)
    limiter.close()

    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert len(before) == 2
    assert not any(salt in content for salt in before)
    assert b"203.0.113" not in content
    assert b"anmelden" not in content


def test_only_the_owner_reads_the_file(limiter: Limiter, tmp_path: Path) -> None:
    taken(limiter, 1)

    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_old_acts_are_cleared_away(limiter: Limiter, tmp_path: Path, clock: Clock) -> None:
    taken(limiter, 100, limit=100)
    clock.now += 61
    taken(limiter, 1)

    with closing(sqlite3.connect(tmp_path / FILE)) as db:
        assert db.execute("SELECT count(*) FROM hit").fetchone() == (1,)


def test_two_limiters_on_one_folder_count_together(
    limiter: Limiter, tmp_path: Path, clock: Clock
) -> None:
    other = Limiter(tmp_path, clock)
    assert taken(limiter, 2) + taken(other, 2) == 3
    other.close()


@BOTH
def test_threads_count_exactly(limiter: Limiter) -> None:
    counts: list[int] = []
    threads = [
        threading.Thread(target=lambda: counts.append(taken(limiter, 50, limit=100)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(counts) == 100


PROCESS = """
import sys
from pathlib import Path
from kern.limits import Limiter
limiter = Limiter(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
print(sum(limiter.allow(("x",), 150, 3600).allowed for _ in range(100)))
"""


def test_four_processes_at_once_count_exactly(tmp_path: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(tmp_path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )
        for _ in range(4)
    ]  # fmt: skip
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    counts = [int(process.communicate(timeout=60)[0]) for process in processes]

    assert sum(counts) == 150


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_child_counts_with_its_parent(limiter: Limiter) -> None:
    taken(limiter, 2)
    child = os.fork()
    if child == 0:
        os._exit(taken(limiter, 2))
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 1
    assert taken(limiter, 1) == 0


@pytest.mark.parametrize("content", [b"no database" * 200, b"SQLite format 3\0" + b"\xff" * 4080])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, clock: Clock, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    limiter = Limiter(tmp_path, clock)

    assert taken(limiter, 5) == 3
    other = Limiter(tmp_path, clock)
    assert taken(other, 1) == 0
    limiter.close()
    other.close()


def test_a_file_that_fails_while_it_is_used_is_opened_again(
    limiter: Limiter, tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    taken(limiter, 3)
    with closing(sqlite3.connect(tmp_path / FILE)) as db:
        db.execute("DROP TABLE hit")

    assert taken(limiter, 5) == 3
    assert len(caplog.records) == 1
    clock.now += RETRY_AFTER
    assert taken(limiter, 5) == 3
    with closing(sqlite3.connect(tmp_path / FILE)) as db:
        assert db.execute("SELECT count(*) FROM hit").fetchone() == (3,)


def test_a_removed_file_is_made_again(limiter: Limiter, tmp_path: Path) -> None:
    taken(limiter, 3)
    for path in tmp_path.iterdir():
        path.unlink()

    assert taken(limiter, 5) == 3
    assert (tmp_path / FILE).exists()


def test_without_the_file_each_process_counts_alone(
    tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    limiter = Limiter(tmp_path / "missing", clock)

    assert taken(limiter, 10) == 3
    assert limiter.allow(KEY, 3, 60).retry_after == 60
    assert len(caplog.records) == 1
    assert "limits.db" in caplog.text
    assert "203.0.113" not in caplog.text

    (tmp_path / "missing").mkdir()
    clock.now += RETRY_AFTER
    assert taken(limiter, 5) == 3
    assert (tmp_path / "missing" / FILE).exists()
    limiter.close()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", "unknown"),
        ("203.0.113.77, 10.0.0.1", "unknown"),
        ("'; drop table hit", "unknown"),
    ],
)
def test_an_address_is_cut_to_its_network(address: str, network: str) -> None:
    assert network_of(address) == network


@given(st.ip_addresses())
def test_no_network_tells_the_whole_address(address: object) -> None:
    assert network_of(str(address)).endswith(("/24", "/48"))


def test_redis_that_hangs_dies_and_comes_back_never_stops_the_counting(
    tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    with redis_server() as server:
        passing = Clock()
        limiter = Limiter(tmp_path, clock, Link(server.address, clock=passing))
        assert taken(limiter, 5) == 3

        server.hang()
        before = time.monotonic()
        assert taken(limiter, 50) == 3  # anew, in the file
        assert time.monotonic() - before < 5  # one act waited, the others did not
        server.kill()
        passing.now += LINK_RETRY
        assert taken(limiter, 5) == 0

        server.start()
        passing.now += LINK_RETRY
        assert taken(limiter, 5) == 3
        limiter.close()
    assert len([one for one in caplog.records if "Redis" in one.getMessage()]) == 2
    assert "203.0.113" not in caplog.text


def test_redis_keeps_no_name_and_no_salt_for_longer_than_two_days(
    server: RedisServer, tmp_path: Path, clock: Clock
) -> None:
    link = fresh_link(server)
    Limiter(tmp_path, clock, link).allow(KEY, 3, 60)
    kept = link.call(lambda client: {key: client.ttl(key) for key in client.keys("*")})
    link.close()

    assert len(kept) == 3
    assert all(0 < seconds <= 2 * DAY for seconds in kept.values())
    assert not any(word in key for key in kept for word in (b"anmelden", b"203"))
