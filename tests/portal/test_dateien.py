import io
import os
from contextlib import suppress
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import delete

from beteiligung.discussion.models import POST_KEY
from beteiligung.project.service import reading, states
from kern.accounts.models import Account
from kern.accounts.permissions import Role
from kern.clock import now
from kern.content import Ref
from kern.db import db
from kern.files import service as files
from kern.files.images import accept_picture
from kern.files.models import File
from kern.town import Town, current_town
from tests.beteiligung.projects import make_ready
from tests.builders import make_account, make_actor, make_post, make_project, make_thread
from tests.visitors import Visitor


def make_file(kind: str = "picture", state: str = "public", **values: object) -> File:
    file = File(name=f"name-{kind}-{state}", kind=kind, sha256="a" * 64, state=state, **values)
    db.session.add(file)
    db.session.flush()
    for size in files.SIZES if kind == "picture" else ("pdf",):
        path = files.path_of(file, size)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(size.encode())
    return file


def test_a_public_picture_is_kept_for_a_year(client: FlaskClient, town: Town) -> None:
    name = make_file().name
    db.session.commit()

    page = client.get(f"/dateien/{name}/medium", buffered=True)

    assert page.data == b"medium"
    assert page.mimetype == "image/webp"
    assert page.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Content-Security-Policy"].endswith("; sandbox")
    again = client.get(
        f"/dateien/{name}/medium", headers={"If-None-Match": page.headers["ETag"]}, buffered=True
    )
    assert again.status_code == 304


def test_a_document_is_only_ever_a_download(client: FlaskClient, town: Town) -> None:
    name = make_file("pdf", title="Lageplan (Süd)", filename="plan.pdf").name
    db.session.commit()

    page = client.get(f"/dateien/{name}/pdf", buffered=True)

    assert page.headers["Content-Disposition"].startswith('attachment; filename="Lageplan (Sued)')
    assert page.headers["Content-Security-Policy"].endswith("; sandbox")


@pytest.mark.parametrize(
    "address", ["name-picture-public/pdf", "name-picture-public/riesig", "gibt-es-nicht/medium"]
)
def test_other_sizes_and_names_do_not_exist(client: FlaskClient, town: Town, address: str) -> None:
    make_file()
    db.session.commit()

    assert client.get(f"/dateien/{address}").status_code == 404


def test_what_is_gone_is_gone(client: FlaskClient, town: Town) -> None:
    file = make_file()
    files.remove(file)
    db.session.commit()

    assert client.get("/dateien/name-picture-public/medium").status_code == 404


def people(app: Flask) -> tuple[Visitor, Visitor, Visitor, Account]:
    own = make_account("Ute")
    return (
        Visitor(app),
        Visitor(app, make_account("Fremd")),
        Visitor(app, make_account("Tisch", (Role.MODERATOR, None))),
        own,
    )


def test_a_private_picture_is_for_its_uploader_and_the_desk(app: Flask, town: Town) -> None:
    guest, stranger, moderator, owner = people(app)
    make_file(state="private", uploaded_by=owner.party_id)
    address = "/dateien/name-picture-private/medium"
    uploader = Visitor(app, owner)

    assert guest.get(address).status_code == 404
    assert stranger.get(address).status_code == 404
    for visitor in (moderator, uploader):
        page = visitor.get(address)
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "private, no-store"


def test_a_picture_that_was_refused_is_not_shown_beside_its_public_post(
    app: Flask, town: Town
) -> None:
    post = make_post(make_thread())
    guest, stranger, moderator, owner = people(app)
    refused = make_file(state="private", uploaded_by=owner.party_id)
    files.attach(refused.id, Ref(POST_KEY, post.id))
    uploader = Visitor(app, owner)
    db.session.commit()
    address = "/dateien/name-picture-private/medium"

    for visitor, status in ((guest, 404), (stranger, 404), (moderator, 200), (uploader, 200)):
        assert visitor.get(address).status_code == status


def test_a_file_of_a_draft_is_seen_by_its_office_and_by_its_preview_link(
    app: Flask, town: Town
) -> None:
    actor = make_actor(Role.PLANNER)
    project = make_ready(actor)
    states.renew_preview(actor, project)
    token = reading.preview_token(project)
    file = make_file("pdf", "private")
    files.attach(file.id, Ref("beteiligung.project", project.id))
    db.session.commit()
    guest, stranger, _moderator, _owner = people(app)
    planner = Visitor(app, make_account("Plan", (Role.PLANNER, None)))
    address = "/dateien/name-pdf-private/pdf"

    assert planner.get(address).status_code == 200
    assert guest.get(f"{address}?vorschau={token}").status_code == 200
    for wrong in ("", "?vorschau=", f"?vorschau={'0' * 64}", "?vorschau=ä"):
        assert guest.get(address + wrong).status_code == 404
        assert stranger.get(address + wrong).status_code == 404


def test_the_link_of_one_draft_opens_no_file_of_another(app: Flask, town: Town) -> None:
    actor = make_actor(Role.PLANNER)
    mine, other = make_ready(actor), make_project()
    states.renew_preview(actor, mine)
    token = reading.preview_token(mine)
    file = make_file("pdf", "private")
    files.attach(file.id, Ref("beteiligung.thread", other.id))
    db.session.commit()

    assert Visitor(app).get(f"/dateien/name-pdf-private/pdf?vorschau={token}").status_code == 404


def on_disk() -> list[str]:
    return sorted(path.name for path in current_town().uploads.glob("??/*"))


def keep() -> File:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    return files.keep_picture(accept_picture(out.getvalue(), "kai.png"), "Die Kaimauer", None)


def test_what_is_rolled_back_leaves_no_bytes_and_what_is_committed_keeps_them(town: Town) -> None:
    keep()
    assert len(on_disk()) == 3
    db.session.rollback()
    assert on_disk() == []

    name = keep().name
    with suppress(RuntimeError), db.session.begin_nested():
        raise RuntimeError  # a savepoint on the way takes nothing along
    with db.session.begin_nested():
        db.session.flush()
    db.session.commit()
    db.session.rollback()
    assert on_disk() == [f"{name}.{size}.webp" for size in ("large", "medium", "small")]


def test_bytes_that_no_row_speaks_of_go_after_a_day(town: Town) -> None:
    """Their process died before it committed."""
    kept, gone = keep(), keep()
    db.session.commit()
    name, old = kept.name, now() - timedelta(days=2)
    for path in current_town().uploads.glob("??/*"):
        os.utime(path, (old.timestamp(), old.timestamp()))
    db.session.execute(delete(File).where(File.id == gone.id))
    fresh = keep().name
    db.session.execute(delete(File).where(File.name == fresh))
    db.session.commit()

    assert files.remove_lost() == 3

    assert {one.partition(".")[0] for one in on_disk()} == {name, fresh}
