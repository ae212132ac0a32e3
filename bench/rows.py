"""Rows of the table that need no server, measured in this process: pages made anew, searching."""

import time
from collections.abc import Iterator

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from bench.place import Place
from bench.table import POSTGRESQL, SQLITE, Row
from kern.db import engine
from kern.town import use_town
from kern.web.identity import COOKIE

MISSES = 40
ROUNDS = 1_000_000
MANY = 50_000  # documents from which a town counts as large
QUERIES = (
    *("Radweg", "Spielplatz", "Bänke am Ufer", "Schatten", "sicher zur Schule", "Parken"),
    *("barrierefrei", "Linde", '"mehr Bäume"', "Fahrrad -Auto", "Bürgerhaus", "Lärm am Abend"),
    *("Straßenbeleuchtung", "Kinder", "Öffnungszeiten", "Hafen", "Rad*", "Müll", "Bus", "Wasser"),
)


def database_of(place: Place) -> str:
    return POSTGRESQL if place.settings.database else SQLITE


def read_pages(place: Place) -> dict[str, str]:
    """What strangers read most, with its address."""
    return {
        "Projekt": place.project,
        "Gespräch, 100 Beiträge": place.thread,
        "Wikiseite, 20 kB": place.wiki,
        "Umfrageergebnis": place.result,
    }


def pace_row(name: str) -> Row:
    """How quick the machine is just now: rented ones differ by a factor of two from hour to hour,
    and times of two measurements can be compared only by this."""
    times = [_counted() for _ in range(7)]
    note = "bei einer anderen Zahl sind alle Zeiten andere"
    return Row("Rechner: eine Million Runden", min(times), "ms CPU", note=note, database=name)


def _counted() -> float:
    """CPU milliseconds of a loop that does nothing else."""
    before = time.thread_time()
    number = 0
    while number < ROUNDS:
        number += 1
    return (time.thread_time() - before) * 1000


def making_rows(app: Flask, place: Place) -> Iterator[Row]:
    """CPU time and queries of a page that is not kept."""
    name = database_of(place)
    yield pace_row(name)
    guest, person = app.test_client(), app.test_client()
    person.set_cookie(COOKIE, place.people[0].cookie)
    for what, path in read_pages(place).items():
        cpu, queries = _made(guest, place, path)
        note = f"aus {place.answers} Antworten" if path == place.result else ""
        yield Row(f"{what}, neu gemacht", cpu, "ms CPU", most=4, note=note, database=name)
        yield Row(f"{what}, neu gemacht", queries, "Abfragen", most=5, database=name)
    cpu, queries = _made(person, place, place.thread)
    yield Row("Gespräch, angemeldet", cpu, "ms CPU", most=6, database=name)
    yield Row("Gespräch, angemeldet", queries, "Abfragen", most=8, database=name)
    usual, _ = _made(guest, place, place.thread)
    deep = [_made(guest, place, path)[0] for path in (place.long_thread, *place.long_thread_pages)]
    what, note = "Gespräch mit 10.000, jede Seite", "die langsamste von vier Seiten"
    ratio = max(deep) / usual
    yield Row(what, ratio, "x das mit 100", most=1.2, note=note, database=name)


def _made(client: FlaskClient, place: Place, path: str) -> tuple[float, int]:
    """CPU milliseconds of the better rounds, and queries."""
    times: list[float] = []
    for _ in range(5):
        _fetch(client, path)
    queries = _queries(client, place, path)
    for _ in range(MISSES):
        before = time.thread_time()
        _fetch(client, path)
        times.append((time.thread_time() - before) * 1000)
    return sorted(times)[MISSES // 4], queries


def _fetch(client: FlaskClient, path: str) -> None:
    answer = client.get(path, follow_redirects=True)
    assert answer.status_code == 200, f"{path}: {answer.status}"
    answer.close()


def _queries(client: FlaskClient, place: Place, path: str) -> int:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith(("BEGIN", "SET TRANSACTION")):
            statements.append(statement)

    with use_town(place.town):
        found = engine()
    event.listen(found, "before_cursor_execute", note)
    try:
        _fetch(client, path)
    finally:
        event.remove(found, "before_cursor_execute", note)
    return len(statements)


def search_rows(app: Flask, place: Place) -> Iterator[Row]:
    """The page with ten results and their snippets, as a stranger asks for it."""
    client = app.test_client()
    times: list[float] = []
    for _ in range(3):
        for words in QUERIES:
            before = time.monotonic()
            _fetch(client, f"/suche?q={words.replace(' ', '+')}")
            times.append((time.monotonic() - before) * 1000)
    yield from _search(times, database_of(place), place.documents, is_large=place.documents >= MANY)


def unsearched(place: Place) -> Iterator[Row]:
    """The rows of a large town where only a small one was made."""
    yield from _search([], database_of(place), 0, is_large=True)


def _search(times: list[float], name: str, documents: int, *, is_large: bool) -> Iterator[Row]:
    what = f"Suche unter {'100.000' if is_large else '10.000'} Beiträgen"
    figures = {"p50": (0.5, 15.0 if is_large else 10.0), "p95": (0.95, 60.0 if is_large else 40.0)}
    note = f"{documents} Beiträge, 20 Fragen dreimal" if times else "nur in der langen Messung"
    ordered = sorted(times)
    for quantile, (share, most) in figures.items():
        value = ordered[int((len(ordered) - 1) * share)] if ordered else None
        yield Row(f"{what}: {quantile}", value, "ms", most=most, note=note, database=name)
