"""`python3 los.py bench`: fills a town, starts it as `los.py run` does, measures, prints the table.

los.py bench --kurz             a smaller town, in under three minutes
los.py bench --postgres ADRESSE also on PostgreSQL, in a database of its own that goes again
los.py bench flood | making     a flood at the desk; CPU time of single pages
los.py bench suche [--kurz]     333 attacks on the search, with 20,000 and with 100,000 texts
los.py bench wiki [--kurz]      a wiki of 20,000 pages with 200,000 versions, or of 1,000
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from bench import flood, making, place, rows, suche, wiki
from bench.place import Place
from bench.table import Row, as_markdown, as_table, as_values, write
from kern.db import engines
from portal.app import create_app

KURZ = "--kurz"
SINGLE: Mapping[str, Callable[[bool], Mapping[str, object]]] = {
    "flood": lambda _small: {"flood": flood.measure()},
    "making": lambda _small: making.measured(),
    "suche": lambda small: suche.measured(small=small),
    "wiki": lambda small: wiki.measured(small=small),
}


def main(words: list[str]) -> None:
    if words and words[0] in SINGLE:
        print(f"Geschrieben: {write(SINGLE[words[0]](KURZ in words))}")
        return
    options = _options(words)
    started = time.monotonic()
    found = list(_measured(small=options.kurz, server=""))
    if options.postgres:
        found += _measured(small=options.kurz, server=options.postgres)
    print(as_table(found))
    if options.markdown:
        Path(options.markdown).write_text(as_markdown(found), encoding="utf-8")
    written = write({"short": options.kurz, "rows": as_values(found)})
    print(f"Geschrieben: {written} (nach {time.monotonic() - started:.0f} s)")


def _options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="los.py bench")
    parser.add_argument(KURZ, action="store_true")
    parser.add_argument("--postgres", default=os.environ.get("DORFLINDE_BENCH_POSTGRES", ""))
    parser.add_argument("--markdown", default="")
    return parser.parse_args(words)


def _measured(*, small: bool, server: str) -> Iterator[Row]:
    kind = "PostgreSQL" if server else "SQLite"
    with tempfile.TemporaryDirectory() as folder:
        print(f"Ort für die Messung füllen ({kind}) …", flush=True)
        made = place.make(Path(folder), small=small, server=server)
        try:
            yield from _rows(made, quick=small)
        finally:
            engines.close()
            place.forget(made)


def _rows(made: Place, *, quick: bool) -> Iterator[Row]:
    print("Seiten neu machen …", flush=True)
    app = create_app(replace(made.settings, page_cache_megabytes=0))
    yield from rows.making_rows(app, made)
    print("Suchen …", flush=True)
    yield from rows.search_rows(app, made)
    engines.close()
    print("Server starten, lesen und schreiben …", flush=True)
    yield from rows.serving_rows(made, quick=quick)


if __name__ == "__main__":
    main(sys.argv[1:])
