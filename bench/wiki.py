"""`los.py bench wiki [--kurz]`: CPU time and queries of a large wiki, its rows made straight.

A page may take 6 ms and five queries, however large the wiki is.
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, text

from bench import pages
from bench.making import NOTHING, Figures, as_table, client_of, measure
from bench.making import Page as ShownPage
from kern.accounts.models import Account, AccountState, Party
from kern.accounts.sessions import open_session
from kern.clock import now
from kern.config import Settings
from kern.db import db, engines, migrate
from kern.ids import new_receipt
from kern.notify.models import Follow
from kern.scope import Scope
from kern.town import LOOPBACK, Town, Towns
from portal.app import create_app
from portal.betrieb import postgres
from portal.betrieb.orte import inside
from wiki.models import PAGE_KEY, Kind, Page, Proposal, ProposalState
from wiki.service import tallies

FULL, SHORT = (20_000, 10), (1_000, 10)  # pages, versions of each
AUTHORS = 200
DECIDED, WAITING = 5_000, 200  # proposals
FOLLOWED = 300
SPACE = "/wiki/ortswiki"
MOST_MS, MOST_QUERIES = 6, 5


def measured(*, small: bool = False, server: str = "") -> Mapping[str, object]:
    """`server`: address of a PostgreSQL server's database, in which the town's is made."""
    count, versions = SHORT if small else FULL
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), argon2_memory_kib=64, page_cache_megabytes=0)
        if server:
            address = f"{server.rpartition('/')[0]}/dorflinde_bench_{{ort}}"
            settings = replace(settings, database=address)
        town = Towns(settings).create("wiki", LOOPBACK)
        try:
            found = _measured(settings, town, count, versions)
        finally:
            engines.close()
            if server:
                postgres.drop(town.database_url)
    print(as_table(found))
    missed = [one.page for one in found if not _holds(one)]
    print(f"Mehr als {MOST_MS} ms oder {MOST_QUERIES} Abfragen: {', '.join(missed) or 'keine'}")
    rows = [asdict(one) | {"holds": _holds(one)} for one in found]
    return {"wiki": {"pages": count, "versions": versions, "rows": rows}}


def _holds(one: Figures) -> bool:
    return one.cpu_ms <= MOST_MS and one.queries <= MOST_QUERIES


def _measured(settings: Settings, town: Town, count: int, versions: int) -> list[Figures]:
    if settings.database:
        postgres.drop(town.database_url)
        postgres.make(town.database_url)
    migrate.upgrade(town)
    app = create_app(settings)
    app.add_url_rule("/nichts", "nichts", lambda: "nichts")
    print(f"{count} Seiten mit {count * versions} Fassungen anlegen …", flush=True)
    with inside(app, town):
        authors = _make_authors()
        space = db.session.scalars(select(Scope.id).where(Scope.path == SPACE)).one()
        pages.fill(space, authors, count, versions)
        _make_proposals(space, authors)
        token = _make_reader(authors[1])
        db.session.commit()
        tallies.recount(space)
        if settings.database:
            db.session.execute(text("ANALYZE"))  # what autovacuum does within a minute
            db.session.commit()
    shown = paths(count, versions, authors[1])
    return measure(app, town, shown, client_of(app, token))


def _make_authors() -> list[int]:
    people = [Party(name=f"Helga Martens {number}") for number in range(AUTHORS)]
    db.session.add_all(people)
    db.session.flush()
    return [person.id for person in people]


def _make_proposals(space: int, authors: Sequence[int]) -> None:
    """Some that wait, many that were decided."""
    rows = [_proposal(space, authors[number % AUTHORS], number) for number in range(WAITING)]
    db.session.execute(insert(Proposal), rows)
    rows = [_decided(space, authors[number % AUTHORS], number) for number in range(DECIDED)]
    db.session.execute(insert(Proposal), rows)


def _proposal(space: int, author: int, number: int) -> dict[str, Any]:
    return {
        "space_id": space,
        "kind": Kind.CREATE,
        "author_id": author,
        "title": f"Vorschlag {number}",
        "title_key": f"vorschlag {number}",
        "receipt": new_receipt(),
        "submitted_at": now() - timedelta(days=2),
    }


def _decided(space: int, author: int, number: int) -> dict[str, Any]:
    state = ProposalState.REJECTED if number % 5 == 0 else ProposalState.APPROVED
    decided = now() - timedelta(hours=number % 47)
    return {**_proposal(space, author, number), "state": state, "decided_at": decided}


def _make_reader(party_id: int) -> str:
    """Somebody with an account who follows many pages; the token of their session."""
    account = Account(party_id=party_id, state=AccountState.ACTIVE)
    account.party = db.session.get_one(Party, party_id)
    db.session.add(account)
    followed = db.session.scalars(select(Page.id).order_by(Page.id).limit(FOLLOWED))
    rows = [
        {"party_id": party_id, "content_key": PAGE_KEY, "content_id": page} for page in followed
    ]
    db.session.execute(insert(Follow), rows)
    db.session.flush()
    return open_session(account, "Messung", 1)


def paths(count: int, versions: int, author: int) -> list[ShownPage]:
    first, long = f"{SPACE}/seite-1", f"{SPACE}/seite-{pages.LONG_EVERY}"
    middle = f"{SPACE}/seite-{count // 2 + 1}"
    return [
        ShownPage(NOTHING, "/nichts"),
        ShownPage("Seite, zu der alle führen", first),
        ShownPage("Seite mitten darin", middle),
        ShownPage("Seite mit 20 kB", long),
        ShownPage("dieselbe, angemeldet", long, logged_in=True),
        ShownPage("Geschichte", f"{middle}/geschichte"),
        ShownPage("eine frühere Fassung", f"{middle}/fassung/2"),
        ShownPage("Vergleich zweier Fassungen", f"{middle}/vergleich?von=1&bis=2"),
        ShownPage("Vergleich der ersten mit der letzten", f"{long}/vergleich?von=1&bis={versions}"),
        ShownPage("Wer schrieb was", f"{middle}/wer-schrieb-was"),
        ShownPage("Seiten, die hierher führen", f"{first}/links"),
        ShownPage("Start des Wikis", "/wiki/"),
        ShownPage("Start des Wikis, angemeldet", "/wiki/", logged_in=True),
        ShownPage("Start des Bereichs", SPACE),
        ShownPage("Letzte Änderungen", f"{SPACE}/aenderungen"),
        ShownPage("Letzte Änderungen, weit hinten", f"{SPACE}/aenderungen?vor={count * 5}"),
        ShownPage("dieselben als Atom", f"{SPACE}/aenderungen.atom"),
        ShownPage("Von A bis Z", f"{SPACE}/seiten/a-z?ab=S"),
        ShownPage("Schlagwort auf allen Seiten", f"{SPACE}/schlagwort/Baum"),
        ShownPage("Schlagwort auf einigen", f"{SPACE}/schlagwort/Viertel%2012"),
        ShownPage("Gewünschte Seiten", f"{SPACE}/seiten/gewuenscht"),
        ShownPage("Verwaiste Seiten", f"{SPACE}/seiten/verwaist"),
        ShownPage("Lange nicht geprüft", f"{SPACE}/seiten/ungeprueft"),
        ShownPage("Stille Seiten", f"{SPACE}/seiten/still"),
        ShownPage("Statistik", f"{SPACE}/statistik"),
        ShownPage("Was eine Person schrieb", f"/wiki/mitwirkende/{author}"),
        ShownPage("Seitenwahl beim Schreiben", f"{SPACE}/suche?q=Seite+19"),
        ShownPage("Woran jemand folgt", "/mitteilungen/einstellungen", logged_in=True),
        ShownPage("Vorschläge, die warten", "/wiki/wartet", logged_in=True),
    ]
