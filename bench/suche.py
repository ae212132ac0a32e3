"""`los.py bench suche`: every attack of `bench.questions` on 20,000 and on 100,000 texts.

CPU time where the engine runs in this process (Whoosh), time of the wall for PostgreSQL; the best
of three, as another process may be busy. In the end how long ordinary questions take.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine

from bench.questions import HIDDEN, WORDS, attacks, texts
from kern.search.backend import Request, SearchBackend
from kern.search.postgres_backend import PostgresBackend
from kern.search.query import parse
from kern.search.whoosh_backend import WhooshBackend

SIZES = (20_000, 100_000)
LIMIT = 0.3  # seconds
ADDRESS = "DORFLINDE_BENCH_POSTGRES"
_TRIES = 3


def measured(*, small: bool) -> Mapping[str, object]:
    return {
        f"{engine} {size}": _of(index, size, clock)
        for size in (SIZES[:1] if small else SIZES)
        for engine, index, clock in _engines()
    }


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def _engines() -> Iterator[tuple[str, SearchBackend, Callable[[], float]]]:
    with _folder() as folder:
        yield "whoosh", WhooshBackend(folder / "index"), time.process_time
    if address := os.environ.get(ADDRESS):
        engine = create_engine(address)
        index = PostgresBackend(engine)
        yield "postgresql", index, time.perf_counter
        index.erase()
        engine.dispose()


def _of(index: SearchBackend, size: int, clock: Callable[[], float]) -> dict[str, object]:
    begun = clock()
    index.rebuild(texts(size))
    build = clock() - begun
    index.search(Request(parse("radweg")))
    times = sorted(((_best(index, text, clock), text[:30]) for _, text in attacks()), reverse=True)
    for seconds, text in times[:5]:
        print(f"  {seconds * 1_000:7.1f} ms  {text!r}", flush=True)
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


def _best(
    index: SearchBackend, text: str, clock: Callable[[], float], *, tries: int = _TRIES
) -> float:
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
