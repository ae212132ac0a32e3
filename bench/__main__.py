"""`python3 los.py bench`: fills a town, starts it as `los.py run` does, measures, prints the table.

los.py bench --kurz             a smaller town, in under three minutes
los.py bench --postgres ADRESSE also on PostgreSQL, in a database of its own that goes again
los.py bench --dokuwiki         beside DokuWiki from Debian, which it installs and fills
los.py bench --markdown DATEI   puts the table into this page, in place of the one of before
los.py bench --von DATEI ...    measures nothing: the tables of earlier results, put together
los.py bench flood | making     a flood at the desk; CPU time of single pages
los.py bench guete              how good the answers of the search are, beside plain Whoosh
los.py bench suche [--kurz]     333 attacks on the search, with 20,000 and with 100,000 texts;
                                with --postgres on that engine too
los.py bench wachstum           each step of docs/betrieb/wachstum.md: CPU time of web and database
los.py bench orte [--kurz]      300 towns in one installation, or 40
los.py bench wiki [--kurz]      a wiki of 20,000 pages with 200,000 versions, or of 1,000
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bench import flood, live, making, place, rows, search, suche, towns, wachstum, wiki
from bench.place import Place
from bench.table import Row, as_table, as_values, machine, put_into, read, write
from kern.db import engines
from portal.app import create_app

KURZ = "--kurz"
SINGLE: Mapping[str, Callable[[argparse.Namespace], Mapping[str, object]]] = {
    "flood": lambda _options: {"flood": flood.measure()},
    "guete": lambda _options: search.measured(),
    "making": lambda _options: making.measured(),
    "suche": lambda options: suche.measured(small=options.kurz, server=options.postgres),
    "wachstum": lambda _options: wachstum.measured(),
    "orte": lambda options: towns.measured(small=options.kurz),
    "wiki": lambda options: wiki.measured(small=options.kurz, server=options.postgres),
}


def main(words: list[str]) -> None:
    options = _options(words)
    if options.what:
        print(f"Geschrieben: {write(SINGLE[options.what](options))}")
        return
    found = _read(options.von) if options.von else _all(options)
    print(as_table(found))
    if options.markdown:
        _put(Path(options.markdown), found)


def _options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="los.py bench")
    parser.add_argument("what", nargs="?", choices=sorted(SINGLE))
    parser.add_argument(KURZ, action="store_true")
    parser.add_argument("--postgres", default=os.environ.get("DORFLINDE_BENCH_POSTGRES", ""))
    parser.add_argument("--dokuwiki", action="store_true")
    parser.add_argument("--markdown", default="")
    parser.add_argument("--von", nargs="+", default=[])
    return parser.parse_args(words)


def _read(names: Sequence[str]) -> list[Row]:
    """What a later file says counts."""
    found = {(row.what, row.unit, row.database): row for name in names for row in read(Path(name))}
    return list(found.values())


def _all(options: argparse.Namespace) -> list[Row]:
    started, before = time.monotonic(), machine()
    found = list(_measured(options, server=""))
    if options.postgres:
        found += _measured(options, server=options.postgres)
    spent = round(time.monotonic() - started)
    told = {"short": options.kurz, "seconds": spent, "before": before, "rows": as_values(found)}
    print(f"Geschrieben: {write(told)} (nach {spent} s)")
    return found


def _put(page: Path, found: Sequence[Row]) -> None:
    before = page.read_text(encoding="utf-8") if page.exists() else ""
    page.write_text(put_into(before, found), encoding="utf-8")


def _measured(options: argparse.Namespace, *, server: str) -> Iterator[Row]:
    if not options.kurz:
        with _town(small=True, server=server) as made:
            yield from _searched(made)
    with _town(small=options.kurz, server=server) as made:
        yield from _rows(made, options)


@contextmanager
def _town(*, small: bool, server: str) -> Iterator[Place]:
    with tempfile.TemporaryDirectory() as folder:
        kind = f"{'klein' if small else 'groß'}, {'PostgreSQL' if server else 'SQLite'}"
        print(f"Ort für die Messung füllen ({kind}) …", flush=True)
        made = place.make(Path(folder), small=small, server=server)
        try:
            yield made
        finally:
            engines.close()
            place.forget(made)


def _searched(made: Place) -> Iterator[Row]:
    print("Suchen …", flush=True)
    app = create_app(replace(made.settings, page_cache_megabytes=0))
    yield from rows.search_rows(app, made)


def _rows(made: Place, options: argparse.Namespace) -> Iterator[Row]:
    yield from _searched(made)
    if options.kurz:
        yield from rows.unsearched(made)
    print("Seiten neu machen …", flush=True)
    app = create_app(replace(made.settings, page_cache_megabytes=0))
    yield from rows.making_rows(app, made)
    engines.close()
    print("Server starten, lesen und schreiben …", flush=True)
    yield from live.serving_rows(made, quick=options.kurz, beside=options.dokuwiki)


if __name__ == "__main__":
    main(sys.argv[1:])
