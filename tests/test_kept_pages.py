"""Pages for strangers are kept, and yet nobody ever reads an old one."""

import gzip
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url, select
from sqlalchemy.orm import joinedload

from beteiligung.discussion.models import Post, Thread
from beteiligung.discussion.service import decisions, threads, votes
from beteiligung.project.models import Project
from beteiligung.project.service import changes, events
from kern import clock
from kern.accounts.permissions import Role
from kern.accounts.service import profile
from kern.actor import Actor
from kern.config import Settings
from kern.db import db, engine
from kern.outbox import watching
from kern.scope import Scope, ScopeState, Window
from kern.settings import change
from kern.town import Town
from kern.web.pages.asking import Counters
from kern.web.pages.entries import Entry, Memory, Shared, etag_of
from portal.app import create_app
from portal.betrieb import postgres
from tests import kept_pages
from tests.builders import actor_of, log_in, make_account, make_actor, make_post, make_thread
from tests.conftest import CountQueries
from tests.kept_pages import CheckedPageCache

SHOWN = ("Startseite", "Liste", "Projekt", "Gespräch", "Antworten", "Eigene Seite", "Umfragen")


class Place:
    """One project with one thread and two posts, by their ids: requests end the test's session."""

    def __init__(self) -> None:
        author = make_account("Ada Lindner")
        self.author = actor_of(author)
        thread = make_thread()
        post = make_post(thread, author=self.author)
        make_post(thread, parent=post, text="Stimmt.")
        self.scope_id, self.thread_id, self.post_id = thread.scope_id, thread.id, post.id
        self.author_id = author.id
        self.path = thread.scope.path
        db.session.commit()

    @property
    def scope(self) -> Scope:
        return db.session.get_one(Scope, self.scope_id)

    @property
    def project(self) -> Project:
        query = select(Project).where(Project.scope_id == self.scope_id)
        return db.session.scalars(query.options(joinedload(Project.scope))).one()

    @property
    def thread(self) -> Thread:
        return db.session.get_one(
            Thread, self.thread_id, options=[joinedload(Thread.scope)], populate_existing=True
        )

    @property
    def post(self) -> Post:
        return db.session.get_one(Post, self.post_id)

    def paths(self) -> dict[str, str]:
        thread = f"/beteiligung/gespraech/{self.thread_id}"
        replies = f"/beteiligung/beitrag/{self.post_id}/antworten"
        own = ("/", "/beteiligung/", self.path, thread, replies, "/impressum", "/umfragen/")
        return dict(zip(SHOWN, own, strict=True))


@pytest.fixture
def place(town: Town) -> Place:
    return Place()


@pytest.fixture
def other(settings: Settings, place: Place) -> Iterator[FlaskClient]:
    """A reader at another process of the same town."""
    app = create_app(settings)
    yield app.test_client()
    kept_pages.close(app)


def office() -> Actor:
    return make_actor(Role.PLANNER, Role.MODERATOR, Role.ADMINISTRATOR)


@pytest.mark.parametrize("name", SHOWN)
def test_the_second_reader_costs_no_question_to_the_data(
    name: str, place: Place, client: FlaskClient, other: FlaskClient, count_queries: CountQueries
) -> None:
    path = place.paths()[name]
    first = client.get(path)
    hits = CheckedPageCache.hits
    second = client.get(path)
    third = other.get(path)  # from the folder that processes share

    assert (first.status_code, first.data) == (200, second.data)
    assert third.data == second.data
    assert CheckedPageCache.hits == hits + 2
    assert "Set-Cookie" not in second.headers
    assert second.headers["Cache-Control"] == "no-cache"


def _rename_town(place: Place) -> None:
    change({"name": "Neuhausen"})


def _rename_person(place: Place) -> None:
    profile.change_name(place.author, "Ada Neumann")


def _rename_project(place: Place) -> None:
    place.scope.title = "Radweg am Hafen"
    changes.announce(office(), place.project, "project.change")


def _release(place: Place) -> None:
    make_post(place.thread, text="Noch ein Gedanke.")


def _reply(place: Place) -> None:
    make_post(place.thread, parent=place.post, text="Finde ich auch.")


def _agree(place: Place) -> None:
    votes.vote(make_actor(Role.CITIZEN), place.post, 1)


def _hide(place: Place) -> None:
    decisions.hide(place.post, office(), 2)


def _news(place: Place) -> None:
    events.add_news(office(), place.project, "Baubeginn", "Es geht los.")


def _close(place: Place) -> None:
    threads.set_closed(office(), place.thread, closed=True, reason="Alles gesagt.")


def _change_past_everybody(place: Place) -> None:
    """Somebody forgot to announce it: a column is written and nothing else."""
    place.thread.title = "Vergessen anzusagen"


def _change_in_bulk(place: Place) -> None:
    table = Post.__table__
    assert table is not None
    db.session.execute(
        Post.__table__.update().where(table.c.id == place.post_id).values(html="<p>Neu</p>")  # type: ignore[attr-defined]
    )


CHANGES: dict[str, tuple[Callable[[Place], None], tuple[str, ...]]] = {
    "the name of the town": (_rename_town, SHOWN),
    "the name of a person": (_rename_person, ("Gespräch", "Antworten")),
    "the title of a project": (_rename_project, ("Startseite", "Liste", "Projekt", "Gespräch")),
    "a released post": (_release, ("Gespräch",)),
    "a released reply": (_reply, ("Gespräch", "Antworten")),
    "a vote": (_agree, ("Gespräch", "Antworten")),
    "a hidden post": (_hide, ("Gespräch", "Antworten")),
    "news": (_news, ("Projekt",)),
    "a closed thread": (_close, ("Gespräch",)),
    "what was not announced": (_change_past_everybody, ("Gespräch", "Antworten", "Projekt")),
    "what was written in bulk": (_change_in_bulk, ("Gespräch", "Antworten")),
}


@pytest.mark.parametrize("what", CHANGES)
def test_every_change_is_seen_at_once_in_every_process(
    what: str, place: Place, client: FlaskClient, other: FlaskClient
) -> None:
    act, names = CHANGES[what]
    paths = [place.paths()[name] for name in names]
    before = [(client.get(path).data, other.get(path).data) for path in paths]
    act(place)
    db.session.commit()

    for path, (here, there) in zip(paths, before, strict=True):
        assert client.get(path).data != here, path
        assert other.get(path).data != there, path


def test_what_is_taken_away_is_gone_at_once(
    place: Place, client: FlaskClient, other: FlaskClient
) -> None:
    paths = [place.paths()[name] for name in ("Projekt", "Gespräch", "Antworten")]
    for path in paths:
        client.get(path)
        other.get(path)
    place.scope.state = ScopeState.HIDDEN
    db.session.commit()

    assert all(client.get(path).status_code in {404, 410} for path in paths)
    assert all(other.get(path).status_code in {404, 410} for path in paths)


def test_a_phase_ends_on_kept_pages_by_the_clock_alone(place: Place, client: FlaskClient) -> None:
    end = clock.now().replace(second=0, microsecond=0) + timedelta(hours=1)
    for window in db.session.scalars(select(Window).where(Window.scope_id == place.scope_id)):
        window.closes_at = end
    db.session.commit()
    path = place.paths()["Gespräch"]
    with clock.at(end - timedelta(seconds=1)):
        open_ = client.get(path).data
    with clock.at(end):
        closed = client.get(path).data

    assert b"<textarea" in open_
    assert b"<textarea" not in closed


def test_a_change_that_is_rolled_back_makes_nothing_anew(place: Place, client: FlaskClient) -> None:
    path = place.paths()["Gespräch"]
    client.get(path)
    place.thread.title = "Doch nicht"
    db.session.flush()
    db.session.rollback()
    hits = CheckedPageCache.hits

    client.get(path)
    assert CheckedPageCache.hits == hits + 1


def test_counters_are_read_anew_after_each_write_and_only_then(town: Town) -> None:
    counters, keys = Counters(), ("rest", "settings", watching.SCOPES)
    for number in range(3):
        make_thread()
        db.session.commit()
        before = counters.of(town, keys)
        change({"name": f"Neuhausen {number}"})
        make_thread()
        db.session.flush()
        assert counters.of(town, keys) == before
        db.session.commit()
        after = counters.of(town, keys)
        assert all(new >= old for new, old in zip(after, before, strict=True))
        assert after[1] > before[1]
        assert after[2] > before[2]
        assert counters.of(town, keys) == after == watching.known(keys)
    counters.close()


def test_work_behind_the_scenes_makes_nothing_anew(place: Place, client: FlaskClient) -> None:
    path = place.paths()["Projekt"]
    client.get(path)
    log_in(client, make_account().id)
    db.session.commit()
    (rest,) = watching.known([watching.REST])
    db.session.commit()
    client.get("/konto/")
    client.get("/mitteilungen/")

    assert watching.known([watching.REST]) == (rest,)


def test_a_person_never_gets_a_kept_page_nor_leaves_one(place: Place, client: FlaskClient) -> None:
    path = place.paths()["Gespräch"]
    client.get(path)
    person = client.application.test_client()
    log_in(person, place.author_id)
    hits = CheckedPageCache.hits
    own = person.get(path)

    assert "Ada Lindner" in own.text
    assert own.headers["Cache-Control"] == "private, no-store"
    assert CheckedPageCache.hits == hits
    assert "Abmelden" not in client.get(path).text


@pytest.mark.parametrize("cookie", ["meldung", "sitzung", "irgendwas", "ansicht"])
def test_an_unknown_cookie_passes_the_kept_pages_by(
    cookie: str, place: Place, client: FlaskClient
) -> None:
    client.get("/")
    client.set_cookie(cookie, "x.1-<script>")
    hits = CheckedPageCache.hits
    client.get("/")

    assert CheckedPageCache.hits == hits


def test_light_and_language_are_kept_apart(place: Place, client: FlaskClient) -> None:
    usual = client.get("/").data
    english = client.get("/?sprache=en").data
    client.set_cookie("ansicht", "dark")
    dark = client.get("/").data
    client.set_cookie("sprache", "en")
    both = client.get("/").data

    assert len({usual, english, dark, both}) == 4
    assert client.get("/").data == both


def test_a_browser_that_has_the_page_is_told_so(place: Place, client: FlaskClient) -> None:
    first = client.get("/")
    again = client.get("/", headers={"If-None-Match": first.headers["ETag"]})
    change({"name": "Neuhausen"})
    db.session.commit()
    changed = client.get("/", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")
    assert changed.status_code == 200
    assert "Neuhausen" in changed.text


def test_a_page_goes_out_packed_and_without_a_body_when_asked_so(
    place: Place, client: FlaskClient
) -> None:
    plain = client.get("/")
    packed = client.get("/", headers={"Accept-Encoding": "br, gzip"})
    head = client.head("/")

    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert (head.data, head.headers["ETag"]) == (b"", plain.headers["ETag"])


@pytest.mark.moves_databases
def test_a_town_that_was_put_back_shows_what_was_saved(
    place: Place, client: FlaskClient, town: Town, tmp_path: Path
) -> None:
    before = client.get("/").data
    leave()
    put_back = (saved_server if town.database_url.startswith("postgresql") else saved_file)(
        town, tmp_path / "gesichert"
    )
    change({"name": "Neuhausen"})
    db.session.commit()
    assert client.get("/").data != before
    leave()
    put_back()

    assert client.get("/").data == before


def leave() -> None:
    db.session.remove()
    engine().dispose()


def saved_file(town: Town, target: Path) -> Callable[[], object]:
    file = Path(make_url(town.database_url).database or "")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(file, target)

    def put_back() -> None:
        for old in file.parent.glob(f"{file.name}*"):
            old.unlink()
        target.rename(file)

    return put_back


def saved_server(town: Town, target: Path) -> Callable[[], object]:
    postgres.dump(town.database_url, target)

    def put_back() -> None:
        fresh = postgres.load_beside(town.database_url, target, "probe")
        with postgres.switched(town.database_url, fresh, "probe"):
            pass

    return put_back


def test_a_damaged_or_missing_folder_is_no_harm(
    place: Place, client: FlaskClient, other: FlaskClient, settings: Settings
) -> None:
    before = client.get("/").data
    folder = settings.data / "orte" / "ort" / "seiten"
    for path in folder.iterdir():
        path.write_bytes(b"{}")
    assert other.get("/").data == before
    shutil.rmtree(folder)
    folder.write_bytes(b"no folder")

    assert create_app(settings).test_client().get("/").data == before


def test_readers_among_writers_never_read_an_old_page(
    place: Place, app: Flask, client: FlaskClient
) -> None:
    """Whoever asks after a write has been answered sees it; made anew beside and compared."""
    path = place.paths()["Gespräch"]
    faults: list[str] = []
    done = threading.Event()

    def read() -> None:
        reader = app.test_client()
        while not done.is_set():
            answer = reader.get(path)
            if answer.status_code != 200:
                faults.append(answer.status)

    readers = [threading.Thread(target=read) for _ in range(3)]
    CheckedPageCache.is_racing = True
    try:
        for reader in readers:
            reader.start()
        for number in range(8):
            place.thread.title = f"Fassung {number}"
            db.session.commit()
            assert f"Fassung {number}" in client.get(path).text
    finally:
        done.set()
        for reader in readers:
            reader.join()
        CheckedPageCache.is_racing = False

    assert not faults


def _entry(size: int) -> Entry:
    body = b"x" * size
    return Entry(("rest",), (1,), 0.0, (("Content-Type", "text/html"),), etag_of(body), body)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 60)), max_size=40))
def test_the_memory_never_holds_more_than_it_may_and_forgets_the_oldest(
    puts: list[tuple[int, int]],
) -> None:
    memory = Memory(100)
    for number, size in puts:
        memory.put((str(number),), _entry(size))
    held = [memory.get((str(number),)) for number in range(6)]

    assert sum(entry.size for entry in held if entry) <= 100
    if puts:
        assert memory.get((str(puts[-1][0]),)) == _entry(puts[-1][1])


def test_what_another_build_kept_is_not_shown(tmp_path: Path) -> None:
    Shared(tmp_path / "seiten", "alt").put(("/",), _entry(5))

    assert Shared(tmp_path / "seiten", "alt").get(("/",)) == _entry(5)
    assert Shared(tmp_path / "seiten", "neu").get(("/",)) is None
