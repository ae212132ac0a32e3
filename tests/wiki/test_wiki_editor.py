"""What the editor does with a picture, with and without a script."""

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from tests.builders import make_account
from tests.visitors import Visitor

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
