"""Many towns in one installation: they come, are shown, move and go without touching each other."""

import errno
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from PIL import Image
from werkzeug.test import TestResponse

from kern.accounts.models import Account
from kern.config import Settings
from kern.db import db, engines, migrate
from kern.files import service as files
from kern.files.images import accept_picture
from kern.settings import change, town_settings
from kern.town import Town, Towns, use_town
from portal.app import create_app
from portal.betrieb import postgres, towns
from portal.betrieb.orte import inside
from portal.betrieb.towns_cli import group
from tests import kept_pages
from tests.postgres import Databases

pytestmark = pytest.mark.moves_databases

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask, town: Town, settings: Settings) -> Iterator[Run]:
    """`run("create", "neustadt", ...)` beside the town „ort“."""
    db.session.remove()
    runner = app.test_cli_runner()
    yield lambda *words, **more: runner.invoke(group, [str(one) for one in words], **more)
    db.session.remove()
    engines.close()
    if settings.database:
        for one in set(slugs(settings)) - {"ort"}:
            postgres.drop(Towns(settings).by_slug(one).database_url)


def created(run: Run, slug: str = "neustadt", host: str = "mitreden.neustadt.de") -> Result:
    return run("create", slug, "--host", host, "--name", "Neustadt", "--mail", "amt@neustadt.de")


Plant = Callable[[str, str], None]


@pytest.fixture
def plant(
    run: Run, settings: Settings, template_town: Path, request: pytest.FixtureRequest
) -> Plant:
    """`plant("neustadt", "neu.de")`: one more town, of the same template as „ort“. To lead one
    through all migrations takes a second; that is for tests of `create` itself."""

    def planted(slug: str, host: str) -> None:
        town = Towns(settings).create(slug, frozenset({host}), f"http://{host}")
        if settings.database:
            databases: Databases = request.getfixturevalue("postgres_databases")
            databases.make(slug)
            databases.stand_back()
        else:
            shutil.copy(template_town / "orte" / "ort" / "ort.db", town.path)

    return planted


def slugs(settings: Settings) -> list[str]:
    return [town.slug for town in Towns(settings).all()]


def test_a_new_town_answers_under_its_address_and_shows_the_way_in(
    run: Run, app: Flask, settings: Settings
) -> None:
    before = time.process_time()
    told = created(run)
    spent = time.process_time() - before
    pages = {
        host: app.test_client().get("/", base_url=f"http://{host}").text
        for host in ("localhost", "mitreden.neustadt.de")
    }

    assert told.exit_code == 0, told.output
    assert "http://mitreden.neustadt.de/verwaltung/einrichten/" in told.output
    assert "Neustadt" in pages["mitreden.neustadt.de"]
    assert "Neustadt" not in pages["localhost"]
    assert spent < 3 * 5
    assert not list(settings.data.glob("entsteht-*"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("ort", "--host", "neu.de"), "gibt es schon"),
        (("neu", "--host", "localhost"), "gehört schon zu „ort“"),
        (("../neu", "--host", "neu.de"), "kleinen Buchstaben"),
        (("neu", "--host", "neu.de/x"), "kein Name eines Rechners"),
        (("neu", "--host", ""), "kein Name eines Rechners"),
    ],
)
def test_what_cannot_be_a_town_is_refused_and_leaves_nothing(
    words: tuple[str, ...], sentence: str, run: Run, settings: Settings
) -> None:
    told = run("create", *words)

    assert told.exit_code == 1
    assert sentence in told.output
    assert slugs(settings) == ["ort"]
    assert not list(settings.data.glob("entsteht-*"))


def test_the_list_names_every_town_also_one_that_is_broken(
    run: Run, plant: Plant, settings: Settings
) -> None:
    plant("neustadt", "mitreden.neustadt.de")
    engines.close()
    for file in (settings.data / "orte" / "neustadt").glob("ort.db*"):
        file.unlink()
    told = run("list")

    assert told.exit_code == 0
    assert "ort " in told.output
    assert "mitreden.neustadt.de" in told.output


@pytest.mark.skipif(shutil.which("pg_dump") is None, reason="pg_dump is not installed")
def test_a_town_moves_to_another_name_and_the_first_one_stays(
    run: Run, settings: Settings, tmp_path: Path
) -> None:
    created(run)
    (settings.data / "dorflinde.toml").write_text('smtp_password = "geheim"\n', encoding="utf-8")
    told = run("export", "neustadt", tmp_path / "neustadt.tar.gz")
    assert told.exit_code == 0, told.output
    told = run(
        *("import", tmp_path / "neustadt.tar.gz"), *("--slug", "altstadt", "--host", "alt.de")
    )
    assert told.exit_code == 0, told.output
    with use_town(Towns(settings).by_slug("altstadt")):
        change({"name": "Altstadt"})
        db.session.commit()

    assert slugs(settings) == ["altstadt", "neustadt", "ort"]
    for slug, name in (("altstadt", "Altstadt"), ("neustadt", "Neustadt")):
        db.session.remove()
        with use_town(Towns(settings).by_slug(slug)):
            assert town_settings().name == name
    assert b"geheim" not in (tmp_path / "neustadt.tar.gz").read_bytes()


@pytest.mark.skipif(shutil.which("pg_dump") is None, reason="pg_dump is not installed")
def test_a_town_that_is_there_is_not_overwritten(
    run: Run, settings: Settings, tmp_path: Path
) -> None:
    run("export", "ort", tmp_path / "ort.tar.gz")
    told = run("import", tmp_path / "ort.tar.gz")

    assert told.exit_code == 1
    assert "gibt es schon" in told.output or "mindestens eine Adresse" in told.output
    assert slugs(settings) == ["ort"]


@pytest.mark.postgres_alone
@pytest.mark.skipif(shutil.which("pg_dump") is None, reason="pg_dump is not installed")
def test_no_import_takes_the_database_of_a_town_whose_folder_is_not_here(
    run: Run, settings: Settings, tmp_path: Path
) -> None:
    created(run)
    run("export", "neustadt", tmp_path / "neustadt.tar.gz")
    folder = settings.data / "orte" / "neustadt"
    folder.rename(tmp_path / "neustadt")
    told = run("import", tmp_path / "neustadt.tar.gz", "--slug", "neustadt", "--host", "neu.de")

    assert told.exit_code == 1
    assert "gehört nicht zu diesem Datenordner" in told.output
    assert slugs(settings) == ["ort"]
    (tmp_path / "neustadt").rename(folder)


def test_a_town_is_deleted_only_by_its_name_and_then_wholly(run: Run, settings: Settings) -> None:
    created(run)
    kept = run("delete", "neustadt", input="nein\n")
    assert (kept.exit_code, slugs(settings)) == (1, ["neustadt", "ort"])
    gone = run("delete", "neustadt", input="neustadt\n")

    assert gone.exit_code == 0, gone.output
    assert slugs(settings) == ["ort"]
    assert [path.name for path in (settings.data / "orte").iterdir()] == ["ort"]
    assert not list(settings.data.glob("geloescht-*"))
    assert created(run).exit_code == 0  # its database and its address are free again


def test_a_town_under_the_name_and_address_of_one_that_is_gone_shows_nothing_of_it(
    run: Run, app: Flask, settings: Settings, database: str, tmp_path: Path
) -> None:
    """The server runs on meanwhile, and remembers pages, words and open files of the first."""
    if database:
        pytest.skip("both would have the same database")
    address = ("mitreden.neustadt.de",)
    elsewhere = replace(settings, data=tmp_path / "anderswo")
    towns.create(app, settings, "neustadt", address, name="Erstheim")
    towns.create(app, elsewhere, "neustadt", address, name="Zweitheim")
    server = create_app(settings)
    visit = partial(server.test_client().get, "/", base_url=f"http://{address[0]}")
    assert "Erstheim" in visit().text
    shutil.rmtree(settings.data / "orte" / "neustadt")
    (elsewhere.data / "orte" / "neustadt").rename(settings.data / "orte" / "neustadt")
    page = visit().text
    kept_pages.close(server)

    assert "Zweitheim" in page
    assert "Erstheim" not in page


def test_a_town_that_is_gone_is_let_go_by_a_server_that_runs(
    run: Run, plant: Plant, app: Flask, settings: Settings, database: str
) -> None:
    """Else its file stays on the disk, without a name, as long as the server lives."""
    if database:
        pytest.skip("the server of the database sends its connections away")
    plant("neustadt", "mitreden.neustadt.de")
    app.test_client().get("/", base_url="http://mitreden.neustadt.de")
    _server_that_runs = Towns(settings, gone=engines.forget)
    _server_that_runs.all()
    (settings.data / "orte" / "neustadt").rename(settings.data / "weg")
    _server_that_runs.all()

    assert not [path for path in _open_files() if "/weg/" in path]


def _open_files() -> list[str]:
    found = [path for path in Path("/proc/self/fd").iterdir() if path.exists()]
    return [str(path.readlink()) for path in found]


def test_a_migration_over_all_goes_on_after_one_that_fails_and_names_it(
    run: Run, plant: Plant, settings: Settings, database: str
) -> None:
    plant("neustadt", "mitreden.neustadt.de")
    plant("zweitort", "zwei.de")
    engines.close()
    _break(settings, "neustadt", database)
    told = run("migrate")

    assert told.exit_code == 1
    assert "„neustadt“ misslang" in told.output
    assert "3/3 „zweitort“ auf dem heutigen Stand" in told.output
    assert "Nicht gelungen ist es bei: neustadt." in told.output


@pytest.mark.skipif(shutil.which("pg_dump") is None, reason="pg_dump is not installed")
def test_a_backup_over_all_goes_on_after_one_that_fails_and_names_it(
    run: Run, plant: Plant, settings: Settings, database: str, tmp_path: Path
) -> None:
    plant("neustadt", "mitreden.neustadt.de")
    plant("zweitort", "zwei.de")
    engines.close()
    _break(settings, "neustadt", database)
    told = run("backup", tmp_path / "sicherungen")
    kept = sorted(path.name for path in (tmp_path / "sicherungen").iterdir())

    assert told.exit_code == 1
    assert "1/3 „neustadt“ misslang" in told.output
    assert "3/3 „zweitort“ gesichert" in told.output
    assert "Nicht gelungen ist es bei: neustadt." in told.output
    assert [name.partition("-")[0] for name in kept] == ["ort", "zweitort"]
    assert run("import", tmp_path / "sicherungen" / kept[1], "--slug", "neu", "--host", "neu.de")


def test_an_error_without_words_stops_no_other_town(
    run: Run, plant: Plant, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant("neustadt", "mitreden.neustadt.de")

    def refuse(town: Town) -> bool:
        if town.slug == "neustadt":
            raise OSError
        return False

    monkeypatch.setattr(migrate, "upgrade", refuse)
    told = run("migrate")

    assert "1/2 „neustadt“ misslang: OSError" in told.output
    assert "2/2 „ort“ auf dem heutigen Stand" in told.output


@pytest.mark.skipif(shutil.which("pg_dump") is None, reason="pg_dump is not installed")
def test_pictures_and_papers_move_with_their_town_and_go_with_it(
    run: Run, plant: Plant, app: Flask, settings: Settings, tmp_path: Path
) -> None:
    plant("neustadt", "mitreden.neustadt.de")
    with inside(app, Towns(settings).by_slug("neustadt")):
        file = files.keep_picture(accept_picture(a_picture(), "see.png"), "Der See", None)
        files.publish([file.id])
        path = f"/dateien/{file.name}/small"
    told = run("export", "neustadt", tmp_path / "neustadt.tar.gz")
    assert told.exit_code == 0, told.output
    run("delete", "neustadt", "--ja")
    assert asked(app, path, "mitreden.neustadt.de").status_code == 400
    run("import", tmp_path / "neustadt.tar.gz", "--slug", "altstadt", "--host", "alt.de")
    shown = asked(app, path, "alt.de")

    assert (shown.status_code, shown.mimetype) == (200, "image/webp")
    assert asked(app, path, "localhost").status_code == 404


def asked(app: Flask, path: str, host: str) -> TestResponse:
    """Read to its end, so that no file stays open."""
    return app.test_client().get(path, base_url=f"http://{host}", buffered=True)


def a_picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 64), "teal").save(out, "PNG")
    return out.getvalue()


def test_one_town_that_cannot_be_read_stops_no_other_and_is_named(
    run: Run, app: Flask, settings: Settings
) -> None:
    folder = settings.data / "orte" / "kaputt"
    folder.mkdir()
    (folder / "ort.toml").write_text("hosts = [", encoding="utf-8")
    server = create_app(settings)
    listed, moved = run("list"), run("migrate")
    taken = run("create", "kaputt", "--host", "neu.de")

    assert server.test_client().get("/gesund").status_code == 200
    assert "kaputt" in listed.output
    assert "lässt sich nicht lesen" in listed.output
    assert "1/1 „ort“ auf dem heutigen Stand" in moved.output
    assert "Nicht gelungen ist es bei: kaputt." in moved.output
    assert (taken.exit_code, "liegt schon ein Ort" in taken.output) == (1, True)


def test_a_full_disk_is_told_in_a_sentence_and_leaves_nothing(
    run: Run, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_words: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(towns, "_put", full)
    told = run("create", "neustadt", "--host", "mitreden.neustadt.de")

    assert told.exit_code == 1
    assert "kein Platz mehr" in told.output
    assert slugs(settings) == ["ort"]
    assert not list(settings.data.glob("entsteht-*"))


@pytest.mark.parametrize("content", [b"", b"kein Archiv" * 50])
def test_a_file_that_is_no_backup_is_refused(
    content: bytes, run: Run, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "x.tar.gz").write_bytes(content)
    told = run("import", tmp_path / "x.tar.gz")

    assert told.exit_code == 1
    assert "Traceback" not in told.output
    assert isinstance(told.exception, SystemExit)
    assert slugs(settings) == ["ort"]


def test_who_deletes_a_town_that_is_not_there_is_told_before_being_asked(run: Run) -> None:
    told = run("delete", "nirgends")

    assert told.exit_code == 1
    assert "Den Ort „nirgends“ gibt es nicht" in told.output
    assert "tippen" not in told.output


def _break(settings: Settings, slug: str, database: str) -> None:
    """On SQLite a file that is none; on PostgreSQL a database that is gone."""
    if not database:
        for old in (settings.data / "orte" / slug).glob("ort.db*"):
            old.unlink()
        (settings.data / "orte" / slug / "ort.db").write_bytes(b"keine Datenbank" * 100)
        return
    postgres.drop(Towns(settings).by_slug(slug).database_url)


def test_nothing_of_a_new_town_is_in_the_old_one(run: Run, settings: Settings) -> None:
    created(run)
    with use_town(Towns(settings).by_slug("neustadt")):
        assert db.session.query(Account).count() == 0
        db.session.remove()
