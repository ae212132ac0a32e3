"""The rows of the table: each one measured, none guessed."""

import gzip
import http.client
import re
import time
from collections.abc import Callable, Iterator

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from bench import loader, serving
from bench.loader import Load, Request, interleaved, read_rate
from bench.place import Place, vote_body
from bench.serving import Served
from bench.table import Row
from kern.db import engine
from kern.town import use_town
from kern.web.identity import COOKIE

ROUNDS, SECONDS = 5, 3.0
WRITERS, WRITES = 16, 4_000
MISSES = 40
LONGEST_WAIT = 10  # seconds
QUERIES = (
    *("Radweg", "Spielplatz", "Bänke am Ufer", "Schatten", "sicher zur Schule", "Parken"),
    *("barrierefrei", "Linde", '"mehr Bäume"', "Fahrrad -Auto", "Bürgerhaus", "Lärm am Abend"),
    *("Straßenbeleuchtung", "Kinder", "Öffnungszeiten", "Hafen", "Rad*", "Müll", "Bus", "Wasser"),
)


def serving_rows(place: Place, *, quick: bool) -> Iterator[Row]:
    """Everything that needs the running server."""
    name = _database(place)
    rounds, seconds = (3, 1.0) if quick else (ROUNDS, SECONDS)
    with serving.town(place.settings) as served, serving.constant(place.settings) as empty:
        yield Row("Start bis zur ersten Antwort", served.started, "s", most=2, database=name)
        yield from _anonymous(place, served, empty, rounds, seconds)
        yield from _first_visit(served, name)
        yield from _writing(place, served, WRITES // (4 if quick else 1))
        yield from _visible(place, served, name)
        memory = served.memory_mb()
    yield Row("Speicher, 2 Webprozesse und Helfer", memory, "MB", most=250, database=name)


def _database(place: Place) -> str:
    return "PostgreSQL" if place.settings.database else "SQLite"


def _anonymous(
    place: Place, served: Served, empty: Served, rounds: int, seconds: float
) -> Iterator[Row]:
    """Ratios to the constant view, medians of interleaved runs."""
    pages = {"Startseite": "/", "Projekt": place.project, "Gespräch, 100 Beiträge": place.thread}
    least = 0.8 if place.settings.database else 1.2

    def measure(port: int, path: str) -> Callable[[], float]:
        return lambda: read_rate(port, path, seconds)

    measures = [measure(empty.port, "/")]
    measures += [measure(served.port, path) for path in pages.values()]
    for one in measures:
        one()
    base, *rates = interleaved(measures, rounds)
    yield Row("leere Flask-Ansicht", base, "/s", database=_database(place))
    for name, rate in zip(pages, rates, strict=True):
        note = f"{rate:.0f} Antworten je Sekunde"
        what = f"{name}, ohne Anmeldung"
        yield Row(what, rate / base, "x leer", least=least, note=note, database=_database(place))


def _first_visit(served: Served, name: str) -> Iterator[Row]:
    """What a browser loads before it can show text: the page, its style sheet, its script."""
    page, _ = _get(served, "/")
    linked = re.findall(
        rb'<(?:link rel="stylesheet"|script) [^>]*?(?:href|src)="([^"]+)"[^>]*>', page
    )
    waited = re.findall(
        rb'<link rel="stylesheet" href="[^"]+"|<script (?![^>]*(?:defer|module))', page
    )
    size = len(gzip.compress(page, 6)) + sum(len(_get(served, one.decode())[0]) for one in linked)
    yield Row("erster Besuch: Anfragen bis zum Text", 1 + len(waited), "", most=3, database=name)
    yield Row("erster Besuch: gepackt", size / 1000, "kB", most=100, database=name)


def _get(served: Served, path: str, **headers: str) -> tuple[bytes, http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
    packed = {"Accept-Encoding": "br, gzip"} if path.startswith("/static/") else {}
    connection.request("GET", path, headers={"Host": "localhost", **packed, **headers})
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return data, answer


def _writing(place: Place, served: Served, wanted: int) -> Iterator[Row]:
    for what, make in (("Beitrag", place.writing_a_post), ("Stimme", place.voting)):
        load = loader.run(served.port, make, clients=WRITERS, requests=wanted)
        yield from _written(f"{what} gespeichert, 16 zugleich", load, _database(place))
    load = loader.run(served.port, place.sending_answers, clients=WRITERS, requests=wanted)
    yield from _written("Umfrage abgeschickt, 16 zugleich", load, _database(place), right=200)


def _written(what: str, load: Load, name: str, right: int = 303) -> Iterator[Row]:
    wrong = {status: number for status, number in load.statuses.items() if status != right}
    note = f"andere Antworten: {wrong}" if wrong else f"alle Antworten {right}"
    yield Row(what, load.rate, "/s", least=500, note=note, database=name)
    yield Row(f"{what}: p99", load.quantile(0.99), "ms", most=250, note=note, database=name)


def _visible(place: Place, served: Served, name: str) -> Iterator[Row]:
    """A vote is public at once: how long until a stranger's page shows its number?"""
    voter = place.people[-1]
    path = f"/beteiligung/beitrag/{place.fresh_post}/stimme"
    vote = Request(path, "POST", vote_body(voter), voter.as_cookie)
    before, _ = _get(served, place.thread)
    began = time.monotonic()
    loader.run(served.port, lambda _number: vote, clients=1, requests=1)
    seen = before
    while seen == before and time.monotonic() - began < LONGEST_WAIT:
        seen, _ = _get(served, place.thread)
    waited = time.monotonic() - began
    yield Row("Stimme auf der Seite zu sehen", waited, "s", most=1, database=name)


def making_rows(app: Flask, place: Place) -> Iterator[Row]:
    """CPU time and queries of a page that is not kept, in this process."""
    name = _database(place)
    guest, person = app.test_client(), app.test_client()
    person.set_cookie(COOKIE, place.people[0].cookie)
    pages = {"Projekt": place.project, "Gespräch, 100 Beiträge": place.thread}
    for what, path in pages.items():
        cpu, queries = _made(guest, place, path)
        yield Row(f"{what}, neu gemacht", cpu, "ms CPU", most=4, database=name)
        yield Row(f"{what}, neu gemacht", queries, "Abfragen", most=5, database=name)
    cpu, queries = _made(person, place, place.thread)
    yield Row("Gespräch, angemeldet", cpu, "ms CPU", most=6, database=name)
    yield Row("Gespräch, angemeldet", queries, "Abfragen", most=8, database=name)
    usual, _ = _made(guest, place, place.thread)
    deep = [_made(guest, place, path)[0] for path in (place.long_thread, *place.long_thread_pages)]
    ratio = max(deep) / usual
    yield Row("Gespräch mit 10.000, jede Seite", ratio, "x das mit 100", most=1.2, database=name)


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
    ordered = sorted(times)
    most = (10.0, 40.0) if place.documents < 50_000 else (15.0, 60.0)
    what, name = f"Suche, {place.documents} Beiträge", _database(place)
    yield Row(f"{what}: p50", ordered[len(ordered) // 2], "ms", most=most[0], database=name)
    yield Row(f"{what}: p95", ordered[int(len(ordered) * 0.95)], "ms", most=most[1], database=name)
