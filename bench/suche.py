"""`los.py bench suche`: every attack of `bench.questions` on 20,000 and on 100,000 texts.

CPU time of this process and of the one of PostgreSQL that works for it, where both are on this
machine, else time of the wall; the best of three. In the end how long ordinary questions take.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from sqlalchemy import Engine, create_engine, make_url, text

from bench.questions import HIDDEN, WORDS, attacks, texts
from kern.db.statements import sharing
from kern.search.backend import Request, SearchBackend
from kern.search.postgres_backend import PostgresBackend
from kern.search.query import parse
from kern.search.whoosh_backend import WhooshBackend
from portal.betrieb import postgres

SIZES = (20_000, 100_000)
LIMIT = 0.3  # seconds
_TRIES = 3

Clock = Callable[[], float]


def measured(*, small: bool, server: str = "") -> Mapping[str, object]:
    """`server`: address of a PostgreSQL server's database; ours is made beside it, and goes."""
    return {
        f"{engine} {size}": _of(index, size, clock)
        for size in (SIZES[:1] if small else SIZES)
        for engine, index, clock in _engines(server)
    }


def _engines(server: str) -> Iterator[tuple[str, SearchBackend, Clock]]:
    with tempfile.TemporaryDirectory() as folder:
        yield "whoosh", WhooshBackend(Path(folder) / "index"), time.process_time
    if not server:
        return
    url = make_url(server).set(drivername="postgresql+psycopg", database="dorflinde_bench_suche")
    address = url.render_as_string(hide_password=False)
    postgres.drop(address)
    postgres.make(address)
    engine = create_engine(sharing(address), pool_size=1)  # speaks as every town does
    yield "postgresql", PostgresBackend(engine), clock_of(engine)
    engine.dispose()
    postgres.drop(address)


def clock_of(engine: Engine) -> Clock:
    """Seconds of CPU, of this process and of the one that serves the engine's only connection."""
    with engine.connect() as connection:
        number = connection.scalar(text("SELECT pg_backend_pid()"))
    process = Path("/proc") / str(number)
    try:
        is_here = (process / "comm").read_text().strip() == "postgres"
    except OSError:
        is_here = False
    if not is_here:
        return time.perf_counter
    return lambda: time.process_time() + int((process / "schedstat").read_text().split()[0]) / 1e9


def _of(index: SearchBackend, size: int, clock: Clock) -> dict[str, object]:
    begun = clock()
    index.rebuild(texts(size))
    build = clock() - begun
    index.search(Request(parse("radweg")))
    asked = [attack for _, attack in attacks()]
    times = sorted(((_best(index, one, clock), one[:30]) for one in asked), reverse=True)
    for seconds, attack in times[:5]:
        print(f"  {seconds * 1_000:7.1f} ms  {attack!r}", flush=True)
    words = sorted(_best(index, word, clock, tries=1) for word in WORDS)
    found: dict[str, object] = {
        "attacks": len(times),
        "slowest_ms": round(times[0][0] * 1_000, 1),
        "over_300_ms": sum(seconds >= LIMIT for seconds, _ in times),
        "word_p50_ms": round(statistics.median(words) * 1_000, 1),
        "word_p95_ms": round(words[int(len(words) * 0.95)] * 1_000, 1),
        "build_s": round(build, 1),
    }
    print(f"{size} {type(index).__name__}: {found}", flush=True)
    return found


def _best(index: SearchBackend, text: str, clock: Clock, *, tries: int = _TRIES) -> float:
    best = float("inf")
    for _ in range(tries):
        begun = clock()
        hits = index.search(Request(parse(text)))
        best = min(best, clock() - begun)
        if any(hit.ref.id >= HIDDEN for hit in hits.hits):
            raise AssertionError(text[:80])
        if best < LIMIT:
            break
    return best
