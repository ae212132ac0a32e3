"""A form shown again still has the file that came with it; nobody chooses a file twice."""

import io
import os
import re
import time
from pathlib import Path
from typing import Any

from flask import Flask
from PIL import Image
from sqlalchemy import select

from beteiligung.discussion.models import Post
from kern.accounts.models import Pending
from kern.accounts.permissions import Role
from kern.db import db
from kern.files import waiting
from kern.files.images import accept_picture
from kern.files.models import File
from kern.files.pdf import Document
from kern.files.picture import Picture
from kern.settings import town_settings
from kern.town import Town
from kern.web.guard import FIELD
from portal.betrieb.demo.pdf import one_page
from tests.beteiligung.projects import EDIT
from tests.builders import make_account, make_thread
from tests.visitors import Visitor


def drawn(colour: str = "green") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (80, 40), colour).save(out, "PNG")
    return out.getvalue()


def kept(page: str, field: str = "picture") -> dict[str, str]:
    """What the form shown again sends along in place of the file."""
    found = re.search(rf'name="({field}-wartet)" value="([^"]+)"', page)
    assert found is not None, "the form shown again has lost the file"
    return {found[1]: found[2]}


def writer(app: Flask) -> tuple[Visitor, str]:
    path = f"/beteiligung/gespraech/{make_thread().id}/beitraege"
    return Visitor(app, make_account("Cem Yildiz")), path


def made_post() -> Post:
    return db.session.scalars(select(Post)).one()


def test_a_post_sent_again_still_has_its_picture(app: Flask, town: Town) -> None:
    cem, path = writer(app)
    first = {"picture": (io.BytesIO(drawn()), "kai.png"), "picture_alt": "", "text": "Seht her."}

    refused = cem.post(path, first)

    assert refused.status_code == 422
    assert "Bitte beschreiben Sie in einem Satz" in refused.text
    assert "Ihr Bild ist noch da." in refused.text
    assert 'src="data:image/webp;base64,' in refused.text
    assert db.session.scalars(select(File)).all() == [], "a refused form writes no row"
    again = {"picture_alt": "Die Kaimauer", "text": "Seht her.", **kept(refused.text)}
    assert cem.post(path, again).status_code == 303
    file = db.session.get_one(File, made_post().picture_id)
    assert (file.title, file.filename) == ("Die Kaimauer", "kai.webp")


def test_a_guest_keeps_the_picture_through_two_mistakes(app: Flask, town: Town) -> None:
    _cem, path = writer(app)
    db.session.commit()
    guest = Visitor(app)
    form = {"text": "Seht her.", "picture_alt": "Die Kaimauer"}

    first = guest.post(path, {**form, "email": "", "picture": (io.BytesIO(drawn()), "kai.png")})
    second = guest.post(path, {**form, "email": "kein-at", **kept(first.text)})
    third = guest.post(path, {**form, "email": "a@lindenau.example", **kept(second.text)})

    assert [first.status_code, second.status_code, third.status_code] == [422, 422, 303]
    payload = db.session.scalars(select(Pending.payload)).one()
    assert db.session.get_one(File, payload["picture"]).title == "Die Kaimauer"
    assert guest.cookies == set()


def test_a_page_open_too_long_keeps_the_picture(app: Flask, town: Town) -> None:
    cem, path = writer(app)
    form = {"text": "Seht her.", "picture_alt": "Die Kaimauer"}

    stale = cem.post(path, {**form, "picture": (io.BytesIO(drawn()), "kai.png"), FIELD: "alt"})

    assert stale.status_code == 422
    assert cem.post(path, {**form, **kept(stale.text)}).status_code == 303
    assert made_post().picture_id is not None


def test_another_picture_takes_the_place_of_the_kept_one(app: Flask, town: Town) -> None:
    cem, path = writer(app)
    form = {"text": "Seht her.", "picture_alt": "Die Kaimauer"}
    blue = (io.BytesIO(drawn("blue")), "see.png")
    page = cem.post(path, {**form, "text": "", "picture": (io.BytesIO(drawn()), "kai.png")})

    cem.post(path, {**form, **kept(page.text), "picture": blue})

    file = db.session.get_one(File, made_post().picture_id)
    assert file.filename == "see.webp"
    assert file.sha256 == accept_picture(drawn("blue"), "see.png").sha256


def test_a_kept_picture_can_be_left_out(app: Flask, town: Town) -> None:
    cem, path = writer(app)
    first = {"picture": (io.BytesIO(drawn()), "kai.png"), "picture_alt": "", "text": "Seht her."}
    page = cem.post(path, first)
    assert 'name="picture-ohne"' in page.text

    without = {"text": "Seht her.", "picture-ohne": "y", **kept(page.text)}
    assert cem.post(path, without).status_code == 303

    assert made_post().picture_id is None


def test_a_file_that_waited_too_long_is_asked_for_again(app: Flask, town: Town) -> None:
    cem, path = writer(app)
    form: dict[str, Any] = {"text": "Seht her.", "picture_alt": "Die Kaimauer"}

    for token in ("x" * 43, "../../../secret", ""):
        page = cem.post(path, {**form, "picture-wartet": token})
        if token:
            assert page.status_code == 422
            assert "Bitte wählen Sie die Datei noch einmal." in page.text
            assert 'id="picture-fehler"' in page.text
    assert made_post().picture_id is None, "nothing was chosen at all in the last one"


def test_a_document_without_a_name_is_kept(app: Flask, town: Town, office: Visitor) -> None:
    pdf = (io.BytesIO(one_page("Lageplan", ["Zwei Strecken"])), "plan.pdf")

    page = office.post(f"{EDIT}/unterlagen", {"document": pdf, "title": ""})

    assert page.status_code == 422
    assert "plan.pdf" in page.text
    assert 'name="document-ohne"' not in page.text, "a document without a file is none"
    again = {"title": "Lageplan", **kept(page.text, "document")}
    assert office.post(f"{EDIT}/unterlagen", again).status_code == 303
    file = db.session.scalars(select(File)).one()
    assert (file.title, file.filename) == ("Lageplan", "plan.pdf")


def test_a_project_picture_without_words_is_kept(app: Flask, town: Town, office: Visitor) -> None:
    upload = {"picture": (io.BytesIO(drawn()), "Weg.png"), "picture_alt": ""}

    page = office.post(f"{EDIT}/bild", upload)

    again = {"picture_alt": "Ein Weg", **kept(page.text)}
    assert office.post(f"{EDIT}/bild", again).status_code == 303
    assert db.session.scalars(select(File.title)).one() == "Ein Weg"


def test_the_settings_keep_a_logo_while_a_colour_is_wrong(app: Flask, town: Town) -> None:
    jana = Visitor(app, make_account("Jana Petersen", (Role.ADMINISTRATOR, None)))
    path = "/verwaltung/einstellungen/aussehen"

    page = jana.post(path, {"logo": (io.BytesIO(drawn()), "wappen.png"), "linde": "gelb"})

    assert page.status_code == 422
    assert jana.post(path, kept(page.text, "logo")).status_code == 303
    assert jana.get(str(town_settings().logo)).mimetype == "image/webp"


def test_what_waits_is_private_and_goes_after_a_day(town: Town) -> None:
    picture = accept_picture(drawn(), "kai.png")
    document = Document(b"%PDF", "ab", "plan.pdf")
    names = [waiting.put(picture), waiting.put(document)]
    files = [path for path in Path(town.path).rglob("*") if path.stem in names]

    assert waiting.find(names[0], Picture) == picture
    assert waiting.find(names[1], Document) == document
    assert waiting.find(names[1], Picture) is None, "a document is no picture"
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert not any(path.is_relative_to(town.uploads) for path in files), "no backup takes them"

    yesterday = time.time() - waiting.KEPT_FOR.total_seconds() - 60
    os.utime(files[0], (yesterday, yesterday))
    waiting.remove_old()

    assert [path.exists() for path in files] == [False, True]
