"""Hostile text in every field of every form: no page and no mail takes it for markup."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import cycle
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask

from kern.town import Town
from portal.verwaltung.forms import GROUPS
from tests.attacks import World, address, contents, make_administrator, make_world, usual
from tests.visitors import Visitor

PROBE = "Xa\"'><xss-probe onx=1>"
SCHEMES = frozenset({"", "http", "https", "mailto", "tel"})
LINK = "javascript:alert(1)//"
HOSTILE = urlencode({"q": PROBE, "weiter": LINK, "sortierung": PROBE, "seite": PROBE})
KEPT = ("hidden", "radio", "checkbox", "submit", "date", "time", "datetime-local", "number")
SECTIONS = ("phasen", "neuigkeiten", "termine", "unterlagen")
ENDS = ("abmelden", "beenden", "loeschen", "/anmelden", "/link/", "archivieren", "abschliessen")


@dataclass
class Sent:
    """One form of a page as a browser would send it, with hostile text where one can type."""

    action: str
    fields: dict[str, Any] = field(default_factory=dict)
    typed: int = 0


class Page(HTMLParser):
    """Collects a page's forms, and everything in it that our templates never write."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.forms: list[Sent] = []
        self.faults: list[str] = []
        self._form: Sent | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self._judge(tag, found)
        if tag == "form":
            is_post = found.get("method", "").lower() == "post"
            self._form = Sent(found.get("action") or self.path) if is_post else None
            self.forms += [self._form] if self._form else []
        elif self._form is not None:
            self._fill(self._form, tag, found)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = ""

    def _judge(self, tag: str, found: Mapping[str, str]) -> None:
        if tag == "xss-probe" or any(name.startswith("on") or name == "style" for name in found):
            self.faults.append(f"{tag} {dict(found)}")
        is_data = found.get("type") == "application/json"
        if tag == "script" and not is_data and not found.get("src", "").startswith("/static/"):
            self.faults.append("script without our src")
        for name in ("href", "src", "action", "formaction"):
            if urlsplit(found.get(name, "").strip()).scheme not in {
                "",
                "http",
                "https",
                "mailto",
                "tel",
            }:
                self.faults.append(f"{tag} {name}={found[name]}")

    def _fill(self, form: Sent, tag: str, found: Mapping[str, str]) -> None:
        name, kind = found.get("name", ""), found.get("type", "text")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            if "selected" in found or not form.fields.get(self._select):
                form.fields[self._select] = found.get("value", "")
        elif name and tag in {"input", "textarea", "button"}:
            self._type(form, name, "submit" if tag == "button" else kind, found)

    def _type(self, form: Sent, name: str, kind: str, found: Mapping[str, str]) -> None:
        if kind == "file" or name == "website":
            return
        if kind in KEPT:
            if kind not in {"radio", "checkbox"} or "checked" in found or name not in form.fields:
                form.fields[name] = found.get("value", "")
        elif found.get("inputmode") in {"numeric", "decimal"} or "placeholder" in found:
            form.fields[name] = found.get("value", "")  # figures, colours
        elif kind == "email":
            form.fields[name] = f"xss{len(form.fields)}@lindenau.example"
        else:
            form.fields[name] = LINK if kind == "url" else PROBE
            form.typed += 1


@pytest.fixture
def world(town: Town) -> World:
    return make_world()


def paths(app: Flask, world: World) -> Iterator[str]:
    for rule in app.url_map.iter_rules():
        for group, section in zip(cycle(GROUPS), SECTIONS * 2, strict=False):
            values = {**usual(world), "group": group, "section": section, "item_id": "1"}
            path = address(rule, values)
            if "GET" in (rule.methods or ()) and not any(end in path for end in ENDS):
                yield path


def read(app: Flask, visitor: Visitor, world: World) -> Iterator[Page]:
    """Every page of the house, with hostile text in the address as well."""
    for path in dict.fromkeys(paths(app, world)):
        answer = visitor.get(f"{path}?{HOSTILE}")
        if answer.mimetype == "text/html":
            page = Page(path)
            page.feed(answer.text)
            yield page


def test_hostile_text_in_every_form_is_text_on_every_page(app: Flask, world: World) -> None:
    visitor = Visitor(app, make_administrator())
    taken = 0
    for page in list(read(app, visitor, world)):
        for form in page.forms:
            if form.typed and not any(end in form.action for end in ENDS):
                answer = visitor.post(form.action, form.fields)
                taken += answer.status_code == 303

    pages = list(read(app, visitor, world))
    assert [(page.path, page.faults) for page in pages if page.faults] == []
    assert taken > 18
    assert rows_with_probe() > 70


def rows_with_probe() -> int:
    """How many values of the database hold the probe: else the test above asks nothing."""
    values = (value for rows in contents().values() for row in rows for value in row)
    return sum("xss-probe" in str(value) for value in values)
