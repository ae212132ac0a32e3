"""Uploads on the disk and in a store that speaks S3: the same promises."""

import io
import shutil
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import delete

from kern.config import Settings
from kern.db import db, engines
from kern.errors import Unavailable
from kern.files import service as files
from kern.files.images import accept_picture
from kern.files.models import File
from kern.files.storage import Storage, storage_of
from kern.town import Town, Towns, use_town
from portal.app import create_app
from portal.betrieb import backup, restore
from portal.betrieb.towns_cli import group
from tests import kept_pages
from tests.s3_server import BUCKET, S3Server, s3_server


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture(params=["disk", "s3"])
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    if request.param == "disk":
        return settings
    server: S3Server = request.getfixturevalue("server")
    server.empty()
    return replace(settings, uploads_s3=server.address)


@pytest.fixture
def storage(town: Town) -> Storage:
    return storage_of(town)


def names(storage: Storage) -> list[str]:
    return sorted(one.name for one in storage.list())


def keep(state: str = "private") -> File:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    file = files.keep_picture(accept_picture(out.getvalue(), "kai.png"), "Die Kaimauer", None)
    file.state = state
    db.session.flush()
    return file


def test_what_is_written_is_read_from_any_place_listed_and_removed(storage: Storage) -> None:
    data = bytes(range(256)) * 4096
    storage.write("ab/abc.pdf", data)
    storage.write("ab/abd.pdf", b"")

    file, size = storage.open("ab/abc.pdf")
    with file:
        assert size == len(data)
        assert file.read(10) == data[:10]
        file.seek(700_000)
        assert file.read(10) == data[700_000:700_010]
        file.seek(-5, io.SEEK_END)
        assert file.read() == data[-5:]
    assert storage.read("ab/abd.pdf") == b""
    assert [(one.name, one.size) for one in storage.list()] == [
        ("ab/abc.pdf", len(data)),
        ("ab/abd.pdf", 0),
    ]
    storage.remove("ab/abc.pdf")
    storage.remove("ab/never-there.pdf")
    assert names(storage) == ["ab/abd.pdf"]
    with pytest.raises(FileNotFoundError):
        storage.open("ab/abc.pdf")


def test_a_picture_is_handed_out_in_parts_and_only_to_those_who_may_see_it(
    client: FlaskClient, town: Town
) -> None:
    public, private = keep("public"), keep()
    db.session.commit()
    whole = files.read_bytes(public, "small")
    paths = [f"/dateien/{one.name}/small" for one in (public, private)]

    page = client.get(paths[0], buffered=True)
    part = client.get(paths[0], headers={"Range": "bytes=10-19"}, buffered=True)
    again = client.get(paths[0], headers={"If-None-Match": page.headers["ETag"]}, buffered=True)
    hidden = client.get(paths[1], buffered=True)

    assert (page.status_code, page.data, page.content_length) == (200, whole, len(whole))
    assert (part.status_code, part.data) == (206, whole[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole)}"
    assert (again.status_code, again.data) == (304, b"")
    assert hidden.status_code == 404


def test_what_is_rolled_back_erased_or_lost_leaves_no_bytes(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep()
    assert len(names(storage)) == 3
    db.session.rollback()
    assert names(storage) == []

    erased, kept, lost = keep(), keep(), keep()
    db.session.commit()
    files.remove(erased)
    db.session.execute(delete(File).where(File.id == lost.id))
    db.session.commit()
    assert len(names(storage)) == 6
    assert files.remove_lost() == 0, "they are of today"
    monkeypatch.setattr(files, "LOST_AFTER", timedelta(seconds=-60))
    assert files.remove_lost() == 3
    assert {one.split("/")[1].split(".")[0] for one in names(storage)} == {kept.name}


def test_a_town_takes_its_uploads_along_and_leaves_none_when_it_goes(
    app: Flask, settings: Settings, town: Town, storage: Storage, tmp_path: Path
) -> None:
    name = keep("public").name
    db.session.commit()
    before = {one: storage.read(one) for one in names(storage)}
    db.session.remove()

    def run(*words: str, **more: str) -> Result:
        found = app.test_cli_runner().invoke(group, words, **more)
        assert found.exit_code == 0, found.output
        return found

    run("export", "ort", str(tmp_path / "ort.tar.gz"))
    run("import", str(tmp_path / "ort.tar.gz"), "--slug", "neu", "--host", "neu.example")
    new = Towns(settings).by_slug("neu")
    assert {one: storage_of(new).read(one) for one in names(storage_of(new))} == before
    page = app.test_client().get(
        f"/dateien/{name}/small", base_url="http://neu.example", buffered=True
    )
    assert page.status_code == 200
    if settings.uploads_s3:
        assert not [path for path in new.uploads.rglob("*") if path.is_file()]

    run("delete", "neu", input="neu\n")
    assert names(storage_of(new)) == []
    assert {one: storage.read(one) for one in names(storage)} == before


def test_a_whole_installation_comes_back_into_a_store(
    app: Flask, settings: Settings, server: S3Server, tmp_path: Path
) -> None:
    """From the disk or from a store that is lost; the backup is taken to another computer."""
    first = Towns(settings).by_slug("ort").path
    second = shutil.copytree(first, first.with_name("zweit"))
    toml = 'hosts = ["zweit.example"]\naddress = "http://zweit.example"\n'
    (second / "ort.toml").write_text(toml, encoding="utf-8")
    names_of = {slug: keep_in(app, Towns(settings).by_slug(slug)) for slug in ("ort", "zweit")}
    kept = {slug: bytes_of(Towns(settings).by_slug(slug)) for slug in names_of}
    backup.run(settings, tmp_path / "s.tar.gz")
    server.empty()
    other = replace(settings, data=tmp_path / "anderswo", uploads_s3=server.address)

    restore.run(other, tmp_path / "s.tar.gz")

    assert {slug: bytes_of(Towns(other).by_slug(slug)) for slug in names_of} == kept
    assert len(server.stored()) == sum(len(files) for files in kept.values()) > 0
    assert not [path for path in other.data.glob("orte/*/uploads/**/*") if path.is_file()]
    moved = create_app(other)
    for slug, host in (("ort", "localhost"), ("zweit", "zweit.example")):
        path = f"/dateien/{names_of[slug]}/small"
        page = moved.test_client().get(path, base_url=f"http://{host}", buffered=True)
        assert (page.status_code, page.data[:4]) == (200, b"RIFF")
    kept_pages.close(moved)


def keep_in(app: Flask, town: Town) -> str:
    """The name of a public picture, committed."""
    with use_town(town), app.app_context():
        name = keep("public").name
        db.session.commit()
        db.session.remove()
    return name


def bytes_of(town: Town) -> dict[str, bytes]:
    storage = storage_of(town)
    return {one: storage.read(one) for one in names(storage)}


def test_no_object_is_open_to_the_world_and_towns_lie_apart(
    settings: Settings, server: S3Server, template_town: Path
) -> None:
    place = replace(settings, uploads_s3=server.address)
    server.empty()
    for slug in ("a", "ab"):
        town = replace(Towns(place).by_slug("ort"), slug=slug)
        storage_of(town).write("xy/xyz.pdf", slug.encode())
        assert [one.name for one in storage_of(town).list()] == ["xy/xyz.pdf"]

    assert server.stored() == ["orte/a/uploads/xy/xyz.pdf", "orte/ab/uploads/xy/xyz.pdf"]
    for key in server.stored():
        grants = server.client.get_object_acl(Bucket=BUCKET, Key=key)["Grants"]
        assert not [one for one in grants if "URI" in one["Grantee"]]


def test_a_store_that_is_away_is_said_kindly_and_the_rest_goes_on(settings: Settings) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        place = replace(settings, uploads_s3=f"http://key:geheim@127.0.0.1:{port}/eimer")
        app = create_app(place)
        with use_town(Towns(place).by_slug("ort")) as town, app.app_context():
            with pytest.raises(Unavailable, match="später"):
                storage_of(town).write("ab/abc.pdf", b"x")
            with suppress(Unavailable):
                keep("public")
            db.session.rollback()
            file = File(name="weg" * 10, kind="picture", sha256="a" * 64, state="public")
            db.session.add(file)
            db.session.commit()
            db.session.remove()
        client = app.test_client()
        page = client.get(f"/dateien/{'weg' * 10}/small")
        assert page.status_code == 503
        assert "geheim" not in page.text
        assert client.get("/").status_code == 200
    kept_pages.close(app)
    engines.close()
