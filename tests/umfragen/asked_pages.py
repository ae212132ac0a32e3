"""Pages of questions as a browser would show them, and what it would send without a script."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from jinja2 import Template

from tests.umfragen.random_surveys import Fields
from umfragen.drawing import Asking
from umfragen.engine import (
    Answers,
    Fault,
    Plan,
    Reading,
    fill,
    rules_for_browser,
    show_page,
)

FORM = """{% import "umfragen/fragen/_frage.html" as frage %}
{{ frage.troubles(a) }}<form method="post" novalidate enctype="multipart/form-data">
{{ frage.questions(a) }}</form>"""


def make_asking(
    plan: Plan,
    page_key: int,
    draft: Answers | None = None,
    *,
    faults: Iterable[Fault] = (),
    reading: Reading | None = None,
    language: str = "",
) -> Asking:
    sheet = fill(plan, draft or {}, language=language, seed="tests")
    page = show_page(sheet, page_key, draft=draft or {}, faults=faults, reading=reading)
    return Asking(sheet=sheet, page=page, rules=rules_for_browser(sheet, page_key))


def drawn(app: Flask, asking: Asking) -> str:
    """Only the questions, so that no town is needed."""
    with app.test_request_context():
        return _form_of(app).render(a=asking)


def _form_of(app: Flask) -> Template:
    """Compiled once for each app: it is drawn hundreds of times."""
    found = app.extensions.get("tests.asked_pages")
    if not isinstance(found, Template):
        found = app.extensions["tests.asked_pages"] = app.jinja_env.from_string(FORM)
    return found


@dataclass
class Sent(HTMLParser):
    """What a browser without scripts puts into the form: hidden parts too, files not."""

    fields: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()
        self.select: str | None = None
        self.chosen: str | None = None
        self.text: str | None = None
        self.words = ""

    def add(self, name: str | None, value: str) -> None:
        if name:
            self.fields.setdefault(name, []).append(value)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found: dict[str, Any] = dict(attrs)
        if tag == "input":
            self._input(found)
        elif tag == "select":
            self.select, self.chosen = found.get("name"), None
        elif tag == "option" and self.select and "disabled" not in found:
            self.text, self.words = "option", ""
            self.option = found
        elif tag == "textarea":
            self.text, self.words, self.area = "textarea", "", found.get("name")

    def _input(self, found: dict[str, Any]) -> None:
        kind = found.get("type", "text")
        is_off = kind in {"radio", "checkbox"} and "checked" not in found
        if kind not in {"file", "submit", "range"} and not is_off:
            self.add(found.get("name"), found.get("value") or "")

    def handle_data(self, data: str) -> None:
        if self.text:
            self.words += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "option" and self.text == "option":
            value = self.option.get("value", self.words.strip())
            if self.chosen is None or "selected" in self.option:
                self.chosen = value or ""
            self.text = None
        elif tag == "select":
            self.add(self.select, self.chosen or "")
            self.select = None
        elif tag == "textarea":
            self.add(self.area, self.words.removeprefix("\n"))  # browsers drop the first one
            self.text = None


def sent(html: str) -> Fields:
    parser = Sent()
    parser.feed(html)
    return Fields(parser.fields)
