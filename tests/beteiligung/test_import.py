"""Statements from CSV files: accepted ones are public, everything else is for the desk alone."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from beteiligung.discussion.models import POST_KEY, Post, Status, Thread
from kern import search
from kern.accounts.models import Party, PartyKind, Source
from kern.accounts.permissions import Role
from kern.content import Ref, registry
from kern.db import db
from kern.moderation.log import LogFilters, list_log
from kern.moderation.models import Case, CaseKind, CaseState, CaseVerdict
from kern.outbox import OutboxEntry
from kern.town import Town
from tests.builders import make_actor, make_project
from tests.visitors import Visitor

DATA = Path(__file__).parents[3] / "shared" / "data" / "participation"
KLIMARAT = sorted(DATA.glob("klimarat-?-statements.csv"))
HEAD = "timestamp,comment-id,author-id,agrees,disagrees,moderated,comment-body"
ROWS = (
    "1651744336822,1,7,29,4,1,Photovoltaik auf jedes Dach",
    "1651655403844,2,7,1,0,-1,Photovoltaik ist Unsinn und ihr auch",
    "1651502303840,3,8,0,0,0,Photovoltaik am Bahndamm",
)


@pytest.fixture(autouse=True)
def project(town: Town) -> None:
    make_project(slug="klima")
    db.session.commit()


def write(path: Path, *rows: str, head: str = HEAD) -> Path:
    path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
    return path


def run(app: Flask, *words: object, slug: str = "klima") -> Result:
    """The command, outside of the test's own session."""
    db.session.remove()
    args = ["beteiligung", "import", *map(str, words), "--project", slug]
    result = app.test_cli_runner().invoke(args=args)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def by_key() -> dict[str, Post]:
    query = select(Post).where(Post.external_key.is_not(None))
    return {str(post.external_key): post for post in db.session.scalars(query)}


def count(kind: type[Post | Thread | Case | Party]) -> int:
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


def test_each_statement_goes_where_its_decision_sends_it(app: Flask, tmp_path: Path) -> None:
    result = run(app, write(tmp_path / "a.csv", *ROWS))
    assert "Neu: 3 (öffentlich 1, abgelehnt 1, wartet 1)" in result.output
    posts = by_key()
    states = {key: post.status for key, post in posts.items()}
    assert states == {
        "a.csv#1": Status.PUBLIC,
        "a.csv#2": Status.REJECTED,
        "a.csv#3": Status.PENDING,
    }
    public = posts["a.csv#1"]
    assert (public.agree, public.disagree, public.source) == (29, 4, Source.IMPORT)
    assert public.written_at == datetime(2022, 5, 5, 9, 52, 16, 822000, UTC)
    assert "Photovoltaik" in public.html
    assert posts["a.csv#2"].html == posts["a.csv#3"].html == ""


def test_statements_of_one_author_stay_together_without_a_name(app: Flask, tmp_path: Path) -> None:
    run(app, write(tmp_path / "a.csv", *ROWS))
    posts = by_key()
    assert posts["a.csv#1"].author_id == posts["a.csv#2"].author_id != posts["a.csv#3"].author_id
    party = db.session.get_one(Party, posts["a.csv#1"].author_id)
    assert (party.kind, party.name, party.email) == (PartyKind.IMPORT, None, None)


def test_the_desk_has_the_decisions_and_what_waits(app: Flask, tmp_path: Path) -> None:
    run(app, write(tmp_path / "a.csv", *ROWS))
    posts = by_key()
    cases = {case.content_id: case for case in db.session.scalars(select(Case))}
    assert cases[posts["a.csv#1"].id].verdict == "release"
    assert cases[posts["a.csv#2"].id].verdict == "reject"
    assert cases[posts["a.csv#3"].id].state == CaseState.OPEN
    assert cases[posts["a.csv#3"].id].kind == CaseKind.RELEASE


def test_only_the_accepted_one_can_be_read(app: Flask, tmp_path: Path) -> None:
    run(app, write(tmp_path / "a.csv", *ROWS))
    posts, visitor = by_key(), Visitor(app)
    thread = visitor.get(f"/beteiligung/gespraech/{posts['a.csv#1'].thread_id}").text
    assert "Photovoltaik auf jedes Dach" in thread
    assert "Unsinn" not in thread
    assert "Bahndamm" not in thread
    for key, status in (("a.csv#1", 302), ("a.csv#2", 404), ("a.csv#3", 404)):
        path = f"/beteiligung/beitrag/{posts[key].id}"
        assert visitor.get(path).status_code in {status, status + 1}, key


def test_a_search_finds_the_accepted_one_only(app: Flask, tmp_path: Path) -> None:
    run(app, write(tmp_path / "a.csv", *ROWS))
    follow_facts()
    assert found("Photovoltaik") == {by_key()["a.csv#1"].id}


def test_a_repeated_import_doubles_nothing(app: Flask, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", *ROWS)
    run(app, file)
    before = {kind: count(kind) for kind in (Post, Thread, Case, Party)}
    assert "Schon da: 3, aufgefrischt: 0" in run(app, file).output
    assert {kind: count(kind) for kind in before} == before


def test_a_repeated_import_brings_vote_totals_up_to_date(app: Flask, tmp_path: Path) -> None:
    run(app, write(tmp_path / "a.csv", *ROWS))
    newer = ROWS[0].replace(",29,4,", ",31,5,")
    result = run(app, write(tmp_path / "a.csv", newer, *ROWS[1:]))
    assert "Schon da: 2, aufgefrischt: 1" in result.output
    post = by_key()["a.csv#1"]
    assert (post.agree, post.disagree) == (31, 5)


def test_a_dry_run_reports_and_stores_nothing(app: Flask, tmp_path: Path) -> None:
    result = run(app, write(tmp_path / "a.csv", *ROWS), "--dry-run")
    assert "Neu: 3" in result.output
    assert "Gespeichert ist nichts." in result.output
    assert not by_key()
    assert count(Thread) == count(Case) == 0
    assert db.session.scalar(select(func.count()).select_from(OutboxEntry)) == 0


def test_what_cannot_be_used_is_named_with_its_line(app: Flask, tmp_path: Path) -> None:
    rows = (
        *ROWS,
        "1651502303841,4,8,0,0,1,",
        "1651502303842,1,9,0,0,1,Noch einmal die Eins",
        f"1651502303843,5,9,0,0,1,{'lang ' * 2000}",
    )
    output = run(app, write(tmp_path / "a.csv", *rows)).output
    assert "Ausgelassen: 3" in output
    assert "Zeile 5: kein Text" in output
    assert "Zeile 7: länger als 5000 Zeichen" in output
    assert "Nummer 1 kommt schon vorher vor" in output
    assert len(by_key()) == 3


def test_a_table_of_a_german_spreadsheet_is_read_by_its_own_column_names(
    app: Flask, tmp_path: Path
) -> None:
    head = "Nr;Beitrag;Stand"
    rows = ('17;"Mehr Bäume; bitte bald";ja', "18;Weniger Bäume;1")
    file = write(tmp_path / "liste.csv", *rows, head=head)
    options = ("--text-column", "Beitrag", "--id-column", "Nr", "--decision-column", "Stand")
    run(app, file, *options, "--thread", "Bäume im Ort")
    posts = by_key()
    assert posts["liste.csv#17"].status == Status.PENDING
    assert posts["liste.csv#18"].status == Status.PUBLIC
    assert db.session.scalars(select(Thread.title)).all() == ["Bäume im Ort"]


DAMAGED = {
    "leer.csv": (b"", "fehlt die Spalte"),
    "bild.csv": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe", "kein Text in UTF-8"),
    "alt.csv": (f"{HEAD}\n1,1,1,0,0,1,Bäume\n".encode("cp1252"), "kein Text in UTF-8"),
    "fremd.csv": (b"name,ort\nA,B\n", "fehlt die Spalte „comment-body“"),
    "offen.csv": (f'{HEAD}\n1,1,1,0,0,1,"ohne Ende\n'.encode(), "beschädigt"),
    "riesig.csv": (f"{HEAD}\n1,1,1,0,0,1,{'x' * 200_000}\n".encode(), "beschädigt"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_gives_a_sentence_and_stores_nothing(
    app: Flask, tmp_path: Path, name: str
) -> None:
    data, words = DAMAGED[name]
    (tmp_path / name).write_bytes(data)
    good = write(tmp_path / "gut.csv", *ROWS)
    result = run(app, good, tmp_path / name)
    assert result.exit_code == 1
    assert words in result.output
    assert "Traceback" not in result.output
    assert not by_key()


def test_an_unknown_project_is_named(app: Flask, tmp_path: Path) -> None:
    result = run(app, write(tmp_path / "a.csv", *ROWS), slug="gibt-es-nicht")
    assert result.exit_code == 1
    assert "Das Projekt „gibt-es-nicht“ gibt es nicht." in result.output


@pytest.mark.slow
@pytest.mark.skipif(not KLIMARAT, reason="the test data is not beside the repository")
def test_all_statements_of_the_klimarat_are_taken_over_in_one_run(app: Flask) -> None:
    rows = {
        f"{path.name}#{row['comment-id']}": row
        for path in KLIMARAT
        for row in csv.DictReader(io.StringIO(path.read_text("utf-8-sig")))
    }
    decisions = {key: row["moderated"] for key, row in rows.items()}
    refused = [row for row in rows.values() if row["moderated"] == "-1"]
    assert any("Photovoltaik" in row["comment-body"] for row in refused)
    assert len(KLIMARAT) == 4
    assert len(decisions) > 4_300
    assert run(app, *KLIMARAT).exit_code == 0
    posts = by_key()
    assert posts.keys() == decisions.keys()
    expected = {"1": Status.PUBLIC, "-1": Status.REJECTED}
    assert all(posts[key].status == expected[value] for key, value in decisions.items())
    _only_accepted_ones_are_known_outside(posts)
    assert rejected_in_the_log() == len(refused)
    again = run(app, *KLIMARAT).output
    assert again.count("Neu: 0 ") == 4
    assert count(Post) == len(decisions)


def _only_accepted_ones_are_known_outside(posts: dict[str, Post]) -> None:
    accepted = {post.id: post.plain for post in posts.values() if post.status == Status.PUBLIC}
    assert set(registry()[POST_KEY].public_ids()) == set(accepted)
    follow_facts()
    hits = found("Photovoltaik")
    assert hits <= set(accepted)
    assert hits >= {id_ for id_, text in accepted.items() if "Photovoltaik " in text}
    assert len(hits) >= 20


def follow_facts() -> None:
    """What the worker does with the outbox."""
    query = select(OutboxEntry.content_key, OutboxEntry.content_id).where(
        OutboxEntry.kind == "fact"
    )
    refs = {Ref(str(key), int(id_ or 0)) for key, id_ in db.session.execute(query)}
    db.session.rollback()
    search.index_refs(refs)
    db.session.remove()


def found(words: str) -> set[int]:
    """On all pages, from the first to the last."""
    page = search.find(words)
    items, total = list(page.items), page.total
    while page.next is not None:
        page = search.find(words, turned=page.next)
        items += page.items
    assert len({item.ref for item in items}) == len(items) == total
    return {item.ref.id for item in items if item.ref.key == POST_KEY}


def rejected_in_the_log() -> int:
    filters = LogFilters(verdicts=(CaseVerdict.REJECT,))
    entries = list_log(make_actor(Role.MODERATOR), filters, limit=10_000).entries
    assert all(entry.item is not None and entry.item.plain for entry in entries)
    return len(entries)
