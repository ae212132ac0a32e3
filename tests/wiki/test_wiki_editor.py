"""What the editor does with pictures and drafts, with and without a script."""

import re
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from kern.db import db
from tests.builders import make_account
from tests.visitors import Visitor
from wiki.models import Draft

pytestmark = pytest.mark.usefixtures("town")
NEW = "/wiki/ortswiki/neu"


def picture(name: str = "Alte Mauer (1).png") -> tuple[BytesIO, str]:
    out = BytesIO()
    Image.new("RGB", (640, 400), "green").save(out, "PNG")
    return BytesIO(out.getvalue()), name


def form(**more: Any) -> dict[str, Any]:
    alt = "Eine Mauer am Wasser"
    return {"title": "Kaimauer", "text": "Eine Mauer.", "picture_alt": alt, **more}


def test_a_picture_is_on_the_page_though_its_author_never_wrote_its_name(app: Flask) -> None:
    writer = Visitor(app, make_account("Anna Kern"))

    path = writer.post(NEW, form(picture=picture())).location

    assert "![Eine Mauer am Wasser](anhang:Alte-Mauer-1-.png)" in writer.get(path).text
    assert "fehlt" not in writer.get(path).text


def test_a_picture_stands_where_its_author_named_it_as_it_was_called(app: Flask) -> None:
    writer = Visitor(app, make_account("Anna Kern"))
    text = "![Die Mauer](anhang:mauer.png)\n\nEine Mauer."

    path = writer.post(NEW, form(text=text, picture=picture("mauer.png"))).location

    shown = writer.get(path).text
    assert "fehlt" not in shown
    assert shown.count("anhang:mauer.png") == 1


def test_a_preview_keeps_the_picture_and_a_missing_description_is_said_at_its_field(
    app: Flask,
) -> None:
    writer = Visitor(app, make_account("Anna Kern"))

    looked = writer.post(NEW, form(picture=picture(), aktion="vorschau"))
    refused = writer.post(NEW, form(picture=picture(), picture_alt=""))

    assert "Ihr Bild ist noch da." in looked.text
    assert 'value="Alte-Mauer-1-.png"' in looked.text
    assert refused.status_code == 422
    assert "Ihr Bild ist noch da." in refused.text
    assert 'href="#picture_alt"' in refused.text


def test_a_new_page_kept_under_two_titles_is_one_draft_and_none_once_it_is_proposed(
    app: Flask,
) -> None:
    writer = Visitor(app, make_account("Anna Kern"))
    first = writer.post(NEW, {"title": "Mauer", "text": "Eine", "aktion": "entwurf"}).text
    assert kept(first) == "Mauer"
    more = {"title": "Kaimauer", "text": "Eine Mauer", "kept": kept(first)}
    again = writer.post(NEW, {**more, "aktion": "entwurf"}).text
    drafts = db.session.scalars(select(Draft.payload)).all()
    assert [one["title"] for one in drafts] == ["Kaimauer"]

    more = {"title": "Die Kaimauer", "text": "Eine Mauer.", "kept": kept(again)}
    assert writer.post(NEW, more).status_code == 303
    assert db.session.scalars(select(Draft.id)).all() == []


def kept(html: str) -> str:
    found = re.search(r'name="kept"[^>]*value="([^"]*)"', html)
    assert found is not None
    return found[1]
