"""Rows of the table that need the running server, as `los.py run` starts it."""

import gzip
import http.client
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from bench import dokuwiki, loader, serving
from bench.loader import Load, Request, interleaved, read_rate
from bench.place import Place, vote_body
from bench.rows import database_of, read_pages
from bench.serving import Served
from bench.table import Row
from kern.db import engine
from kern.moderation.models import Case, CaseState
from kern.town import use_town

ROUNDS, SECONDS = 5, 3.0
STARTS = 3
WRITERS, WRITES = 16, 4_000
RELEASES = 5
LONGEST_WAIT = 10  # seconds
BIRDS = ("Zaunkönig", "Kleiber", "Pirol", "Wiedehopf", "Eisvogel")  # in no text of the demo
HIT = b'href="/beteiligung/beitrag/'  # on the page of a search that finds nothing else
TIMES_DOKUWIKI = 6


@dataclass(frozen=True, slots=True)
class Beside:
    """DokuWiki as far as it runs: `missing` says why it does not."""

    served: Served | None
    missing: str = ""


def serving_rows(place: Place, *, quick: bool, beside: bool) -> Iterator[Row]:
    name = database_of(place)
    rounds, seconds = (3, 1.0) if quick else (ROUNDS, SECONDS)
    yield _started(place)
    with ExitStack() as stack:
        served = stack.enter_context(serving.town(place.settings))
        empty = stack.enter_context(serving.constant(place.settings))
        other = _dokuwiki(stack, place) if beside else Beside(None, "nur mit --dokuwiki")
        yield from _anonymous(place, (served, empty, other), rounds, seconds)
        yield from _first_visit(place, served)
        yield from _visible(place, served)
        yield from _writing(place, served, WRITES // (4 if quick else 1))
        memory, each = served.memory_mb(), served.memory_of_each()
    told = ", ".join(f"{part:.0f}" for part in sorted(each, reverse=True))
    note = f"PSS nach allem anderen, geteilte Seiten einmal: {told}"
    yield Row(
        "Speicher, 2 Webprozesse und Helfer", memory, "MB", most=250, note=note, database=name
    )


def _started(place: Place) -> Row:
    """The first start compiles Python's code, as after an update, and is not counted."""
    taken = []
    for _ in range(STARTS + 1):
        with serving.town(place.settings) as served:
            taken.append(served.started)
    note = f"Median von {STARTS}; der erste nach einem Update {taken[0]:.1f} s".replace(".", ",")
    what = "Start bis zur ersten Antwort"
    value = statistics.median(taken[1:])
    return Row(what, value, "s", most=2, note=note, database=database_of(place))


def _dokuwiki(stack: ExitStack, place: Place) -> Beside:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    words = {
        "wiki": dokuwiki.as_text(place.wiki_source),
        "gespraech": dokuwiki.as_text(place.thread_source),
    }
    try:
        dokuwiki.install()
        return Beside(stack.enter_context(dokuwiki.served(folder, words)))
    except dokuwiki.Missing as error:
        return Beside(None, str(error))


def _anonymous(
    place: Place, servers: tuple[Served, Served, Beside], rounds: int, seconds: float
) -> Iterator[Row]:
    """Medians of interleaved runs, as ratios to the constant view and to DokuWiki."""
    served, empty, other = servers
    name = database_of(place)
    pages = {"Startseite": "/", **read_pages(place)}
    measures = [_rate(empty.port, "/", seconds)]
    measures += [_rate(served.port, path, seconds) for path in pages.values()]
    compared = ("wiki", "gespraech") if other.served is not None else ()
    measures += [
        _rate(other.served.port, dokuwiki.path_of(page), seconds)
        for page in compared
        if other.served is not None
    ]
    for one in measures:
        one()
    base, *found = interleaved(measures, rounds)
    rates = dict(zip([*pages, *compared], found, strict=True))
    how = f"wrk, 8 Verbindungen, Median von {rounds} Läufen im Wechsel"
    yield Row("leere Flask-Ansicht", base, "/s", note=how, database=name)
    least = 0.8 if place.settings.database else 1.2
    for page in pages:
        what, note = f"{page}, ohne Anmeldung", f"{rates[page]:.0f} Antworten je Sekunde"
        yield Row(what, rates[page] / base, "x leer", least=least, note=note, database=name)
    yield from _compared(rates, other, name)


def _compared(rates: Mapping[str, float], other: Beside, name: str) -> Iterator[Row]:
    for page, theirs in (("Wikiseite, 20 kB", "wiki"), ("Gespräch, 100 Beiträge", "gespraech")):
        rate = rates.get(theirs)
        value = rates[page] / rate if rate else None
        note = f"DokuWiki {rate:.0f} Antworten je Sekunde" if rate else other.missing
        what = f"{page}, mit DokuWiki verglichen"
        yield Row(what, value, "x DokuWiki", least=TIMES_DOKUWIKI, note=note, database=name)


def _rate(port: int, path: str, seconds: float) -> Callable[[], float]:
    return lambda: read_rate(port, path, seconds)


def _first_visit(place: Place, served: Served) -> Iterator[Row]:
    """What a browser loads before it can show text: the page, its style sheet, its script."""
    name = database_of(place)
    sent, _answer = _get(served, "/", packed=True)
    page = gzip.decompress(sent)
    linked = re.findall(
        rb'<(?:link rel="stylesheet"|script) [^>]*?(?:href|src)="([^"]+)"[^>]*>', page
    )
    waited = re.findall(
        rb'<link rel="stylesheet" href="[^"]+"|<script (?![^>]*(?:defer|module))', page
    )
    assets = [_get(served, one.decode(), packed=True) for one in linked]
    size = len(sent) + sum(len(data) for data, _answer in assets)
    yield Row("erster Besuch: Anfragen bis zum Text", 1 + len(waited), "", most=3, database=name)
    yield Row("erster Besuch: gepackt", size / 1000, "kB", most=100, database=name)
    ready = sum(_is_ready(answer) for _data, answer in assets) / len(assets) * 100
    note = "Name mit Prüfsumme, fertig gepackt, für immer aufzuheben"
    what = "Stile und Skripte, fertig gepackt"
    yield Row(what, ready, "%", least=100, note=note, database=name)
    pages = ["/", *read_pages(place).values()]
    again = sum(_is_unchanged(served, path) for path in pages) / len(pages) * 100
    yield Row("zweiter Besuch: Antworten 304", again, "%", least=100, database=name)


def _is_ready(answer: http.client.HTTPResponse) -> bool:
    is_packed = answer.headers.get("Content-Encoding") in {"br", "gzip"}
    return is_packed and "immutable" in answer.headers.get("Cache-Control", "")


def _is_unchanged(served: Served, path: str) -> bool:
    _data, first = _get(served, path)
    _data, second = _get(served, path, known=first.headers.get("ETag", ""))
    return second.status == http.HTTPStatus.NOT_MODIFIED


def _get(
    served: Served, path: str, *, packed: bool = False, known: str = ""
) -> tuple[bytes, http.client.HTTPResponse]:
    """`known` is the ETag of an answer that the browser has."""
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
    headers = {"Host": "localhost"}
    if packed:
        headers["Accept-Encoding"] = "br, gzip" if path.startswith("/static/") else "gzip"
    if known:
        headers["If-None-Match"] = known
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return data, answer


def _writing(place: Place, served: Served, wanted: int) -> Iterator[Row]:
    for what, make in (("Beitrag", place.writing_a_post), ("Stimme", place.voting)):
        load = loader.run(served.port, make, clients=WRITERS, requests=wanted)
        yield from _written(f"{what} gespeichert, 16 zugleich", load, database_of(place))
    load = loader.run(served.port, place.sending_answers, clients=WRITERS, requests=wanted)
    yield from _written("Umfrage abgeschickt, 16 zugleich", load, database_of(place), right=200)


def _written(what: str, load: Load, name: str, right: int = 303) -> Iterator[Row]:
    """The database that is locked answers 503, and every other answer is told."""
    wrong = {status: number for status, number in load.statuses.items() if status != right}
    refused = sum(wrong.values())
    note = f"andere Antworten: {wrong}" if wrong else f"{len(load.taken)}-mal {right}"
    yield Row(what, load.rate, "/s", least=500, note=note, database=name)
    yield Row(f"{what}: p99", load.quantile(0.99), "ms", most=250, database=name)
    yield Row(f"{what}: nicht angenommen", refused, "", most=0, database=name)


def _visible(place: Place, served: Served) -> Iterator[Row]:
    """The slowest of some releases at the desk, as strangers see them; and one vote."""
    name, note = database_of(place), f"die langsamste von {RELEASES} Freigaben am Prüfplatz"
    seen: dict[str, list[float]] = {}
    for number in range(RELEASES):
        for where, waited in _released(place, served, number).items():
            seen.setdefault(where, []).append(waited)
    for where, most in (("auf der Seite", 1), ("im Feed", 1), ("in der Suche", 2)):
        value = max(seen[where])
        what = f"nach der Freigabe {where} zu sehen"
        yield Row(what, value, "s", most=most, note=note, database=name)
    yield Row("Stimme auf der Seite zu sehen", _voted(place, served), "s", most=1, database=name)


def _released(place: Place, served: Served, number: int) -> Mapping[str, float]:
    """Seconds from the moderator's click to what strangers get, by where."""
    bird = BIRDS[number]
    post = place.writing_beside(number, f"Am Bach brütet ein {bird}, bitte lassen Sie ihm Ruhe.")
    loader.run(served.port, lambda _number: post, clients=1, requests=1)
    release = place.releasing(_newest_case(place))
    watched = {
        "auf der Seite": (f"{place.thread}?sortierung=neu", bird.encode()),
        "im Feed": (f"{place.thread}/atom.xml", bird.encode()),
        "in der Suche": (f"/suche?q={loader.quoted(bird)}", HIT),
    }
    began = time.monotonic()
    load = loader.run(served.port, lambda _number: release, clients=1, requests=1)
    if set(load.statuses) != {303}:
        raise RuntimeError(f"the release was answered with {load.statuses}")
    found: dict[str, float] = {}
    while len(found) < len(watched) and time.monotonic() - began < LONGEST_WAIT:
        for where, (path, words) in watched.items():
            if where not in found and words in _get(served, path)[0]:
                found[where] = time.monotonic() - began
    return {where: found.get(where, LONGEST_WAIT) for where in watched}


def _newest_case(place: Place) -> int:
    query = select(func.max(Case.id)).where(Case.state == CaseState.OPEN)
    with use_town(place.town), engine().connect() as connection:
        return int(connection.scalar(query) or 0)


def _voted(place: Place, served: Served) -> float:
    """A vote is public at once: seconds until a stranger's page shows its number."""
    voter = place.people[-1]
    path = f"/beteiligung/beitrag/{place.fresh_post}/stimme"
    vote = Request(path, "POST", vote_body(voter), voter.as_cookie)
    before, _ = _get(served, place.thread)
    began = time.monotonic()
    loader.run(served.port, lambda _number: vote, clients=1, requests=1)
    seen = before
    while seen == before and time.monotonic() - began < LONGEST_WAIT:
        seen, _ = _get(served, place.thread)
    return time.monotonic() - began
