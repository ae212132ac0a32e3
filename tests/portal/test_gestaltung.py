"""The living page shows all there is, is sound HTML, and errors have a page with a way on."""

import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from flask import Flask, redirect
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import abort

from kern.colours import contrast, style_sheet, unreadable
from kern.config import ROOT, Settings
from kern.db import db
from kern.settings import change
from kern.town import Town
from kern.web.notice import notice

TEMPLATES = ROOT / "templates"
MACROS = TEMPLATES / "kern" / "_macros"
STATUSES = (400, 403, 404, 409, 413, 422, 429, 500, 503)
POINTERS = ("for", "aria-labelledby", "aria-describedby", "data-note-for")


class Outline(HTMLParser):
    """The ids of a page, what points to them, its headings and its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.pointed: set[str] = set()
        self.attributes: set[str] = set()
        self.levels: list[int] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        for name, value in attrs:
            self.attributes.add(name)
            if name == "id" and value:
                self.ids[value] += 1
            if name in POINTERS and value:
                self.pointed.update(value.split())


@pytest.fixture
def page(client: FlaskClient) -> str:
    response = client.get("/gestaltung")
    assert response.status_code == 200
    return response.text


def test_every_component_is_shown() -> None:
    template = (TEMPLATES / "portal" / "gestaltung.html").read_text(encoding="utf-8")
    names = re.findall(r"{% set (\w+) =", (MACROS / "ui.html").read_text(encoding="utf-8"))
    assert len(names) > 40
    assert [name for name in names if f"ui.{name}(" not in template] in ([], ["icon"])


def test_every_icon_is_shown(page: str) -> None:
    drawn = re.findall(r'^  "([a-z-]+)":', (MACROS / "icons.html").read_text("utf-8"), re.MULTILINE)
    assert len(drawn) > 30
    assert [name for name in drawn if f"</svg>{name}</li>" not in page] == []


def test_every_class_of_ours_is_drawn() -> None:
    """A typo in a class name shows nowhere but on the screen."""
    drawn: set[str] = set()
    for sheet in (ROOT / "static" / "scss").glob("*.scss"):
        drawn.update(re.findall(r"\.(df-[\w-]+)", sheet.read_text(encoding="utf-8")))
    used: dict[str, str] = {}
    for page in TEMPLATES.rglob("*.html"):
        for names in re.findall(r'class="([^"{]*[" ])', page.read_text(encoding="utf-8")):
            used |= {
                name: str(page.name) for name in names.strip('"').split() if name.startswith("df-")
            }
    assert len(used) > 60
    assert {name: page for name, page in used.items() if name not in drawn} == {}


def test_nothing_on_the_page_is_inline(page: str) -> None:
    names = Outline(page).attributes
    assert "style" not in names
    assert [name for name in names if name.startswith("on")] == []


def test_every_pointer_has_one_target(page: str) -> None:
    outline = Outline(page)
    assert [name for name, times in outline.ids.items() if times > 1] == []
    assert outline.pointed - outline.ids.keys() == set()


def test_headings_go_down_by_one_level(page: str) -> None:
    levels = Outline(page).levels
    assert levels.count(1) == 1
    # The list of contents stands before the first heading of the page.
    after = levels[levels.index(1) :]
    assert all(lower - upper <= 1 for upper, lower in pairwise(after))


def test_a_refused_field_says_why_where_it_stands(page: str) -> None:
    field = re.search(r'<input[^>]*id="nein-email"[^>]*>', page)
    assert field
    assert 'aria-invalid="true"' in field[0]
    assert 'aria-describedby="nein-email-fehler"' in field[0]
    assert 'value="helga.martens@"' in field[0]
    assert 'href="#nein-email"' in page


def test_a_voluntary_field_is_marked_and_a_required_one_is_not(page: str) -> None:
    labels = dict(re.findall(r'<label class="kern-label" for="neu-(\w+)">(.*?)</label>', page))
    assert "freiwillig" in labels["name"]
    assert "freiwillig" not in labels["email"]


def test_the_frame_names_page_and_town(page: str) -> None:
    assert "<title>Bausteine - Unsere Stadt</title>" in page
    assert '<html lang="de">' in page
    assert 'href="#inhalt"' in page


def test_the_page_speaks_english_when_asked(client: FlaskClient) -> None:
    assert '<html lang="en">' in client.get("/gestaltung?sprache=en").text


def test_the_chosen_light_stands_on_the_page(client: FlaskClient) -> None:
    client.set_cookie("ansicht", "dark")
    assert '<html lang="de" data-kern-theme="dark">' in client.get("/gestaltung").text


@pytest.fixture
def speaking(app: Flask) -> FlaskClient:
    def speak() -> ResponseReturnValue:
        notice("Danke <b>")
        notice("Ausgeblendet.", undo="/zurueck")
        return redirect("/gestaltung", code=303)

    app.add_url_rule("/sprich", "speak", speak)
    return app.test_client()


def test_what_the_last_act_said_stands_on_the_next_page_once(speaking: FlaskClient) -> None:
    page = speaking.get("/sprich", follow_redirects=True).text
    assert "Danke &lt;b&gt;" in page
    assert '<form method="post" action="/zurueck">' in page
    assert "Danke &lt;b&gt;" not in speaking.get("/gestaltung").text


@pytest.fixture
def failing(app: Flask) -> FlaskClient:
    def fail(status: int) -> ResponseReturnValue:
        if status == 500:
            raise RuntimeError("on purpose")
        abort(status)

    app.add_url_rule("/fehler/<int:status>", "fehler", fail)
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app.test_client()


@pytest.mark.parametrize("status", STATUSES)
def test_every_error_has_a_page_with_a_way_on(failing: FlaskClient, status: int) -> None:
    response = failing.get(f"/fehler/{status}")
    assert response.status_code == status
    assert Outline(response.text).levels.count(1) == 1
    assert 'class="df-lead"' in response.text
    assert 'href="/"><span class="kern-label">Zur Startseite</span>' in response.text
    assert "on purpose" not in response.text


def test_an_error_without_database_still_has_a_page(
    failing: FlaskClient, settings: Settings
) -> None:
    for file in Path(settings.data).glob("orte/ort/ort.db*"):
        file.unlink()
    response = failing.get("/gestaltung")
    assert response.status_code >= 500
    assert "df-lead" in response.text
    assert "df-strip" not in response.text


def test_a_town_s_colours_reach_the_page(client: FlaskClient, town: Town) -> None:
    change({"linde": "#5a2d82"})
    db.session.commit()
    page = client.get("/gestaltung").text
    address = re.search(r'href="(/gestaltung/farben\.css\?[^"]+)"', page)
    assert address
    response = client.get(address[1])
    assert response.mimetype == "text/css"
    assert "--df-linde: #5a2d82;" in response.text


def test_a_town_without_colours_asks_for_no_second_sheet(page: str) -> None:
    assert "farben.css" not in page


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


def test_a_pale_colour_is_named_as_unreadable() -> None:
    assert unreadable({"linde": "#bcd184", "action": "#1f429f"}) == ["linde"]
    assert unreadable({"action_dark": "#1f429f"}) == ["action_dark"]


def _tokens(light: str) -> dict[str, str]:
    text = (ROOT / "static" / "scss" / "_tokens.scss").read_text(encoding="utf-8")
    mixin = text.partition(f"@mixin {light} {{")[2].partition("\n}")[0]
    return {
        name: "#" + "".join(sign * 2 for sign in digits) if len(digits) == 3 else f"#{digits}"
        for name, digits in re.findall(r"--df-([\w-]+): #([0-9a-f]+);", mixin)
    }


@pytest.mark.parametrize("light", ["light", "dark"])
def test_our_own_colours_are_readable(light: str) -> None:
    at = _tokens(light)
    softs = [at[name] for name in at if name.endswith("-soft")] + [at["page"], at["surface"]]
    pairs = [(at["on-deep"], at["linde-deep"]), (at["page"], at["linde"]), (at["page"], at["stop"])]
    pairs += [(at["muted"], ground) for ground in softs]
    pairs += [
        (at[name], ground)
        for name in ("linde", "honey", "office", "stop")
        for ground in (at["page"], at[f"{name}-soft"])
    ]
    assert [pair for pair in pairs if contrast(*pair) < 4.5] == []
    assert [
        name for name in at if re.fullmatch(r"c\d", name) if contrast(at[name], at["page"]) < 3
    ] == []


def test_only_a_colour_gets_into_the_style_sheet() -> None:
    assert style_sheet({"linde": "#43600c; } body { display: none"}) == ""
    assert style_sheet({"linde": "red", "action": None}) == ""
