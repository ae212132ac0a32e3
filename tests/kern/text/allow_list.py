"""Reads rendered HTML with Python's own parser and tells what is not on the allow list."""

import json
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from kern.text import render

HOSTILE = Path(__file__).parents[4] / "shared" / "data" / "hostile"
needs_hostile = pytest.mark.skipif(not HOSTILE.exists(), reason="the shared test data is not here")

TAGS = {
    *("p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
    *("h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
VALUES = {
    ("a", "href"): re.compile(r"(https?://[\w-]+(\.[\w-]+)+|mailto:[\w.+-]+@[\w.-]+\Z)\S*"),
    ("a", "rel"): re.compile("nofollow ugc noopener"),
    ("ol", "start"): re.compile(r"\d{1,9}"),
    ("th", "scope"): re.compile("col"),
}


Values = Mapping[tuple[str, str], re.Pattern[str]]


class _Reader(HTMLParser):
    def __init__(self, allowed: AbstractSet[str], values: Values) -> None:
        super().__init__(convert_charrefs=True)
        self.allowed, self.values = allowed, values
        self.faults: list[str] = []
        self.tags: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in self.allowed:
            self.faults.append(f"<{tag}>")
        if tag not in {"br", "hr", "img", "input"}:
            self._open.append(tag)
        if tag == "a" and not dict(attrs).get("href"):
            self.faults.append("a link without address")
        for name, value in attrs:
            allowed = self.values.get((tag, name)) or self.values.get(("*", name))
            if allowed is None or not allowed.fullmatch(value or ""):
                self.faults.append(f"<{tag} {name}={value!r}>")

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_comment(self, data: str) -> None:
        self.faults.append("a comment")

    def handle_decl(self, decl: str) -> None:
        self.faults.append("a declaration")

    def handle_pi(self, data: str) -> None:
        self.faults.append("a processing instruction")

    def unknown_decl(self, data: str) -> None:
        self.faults.append("an unknown declaration")

    def unclosed(self) -> list[str]:
        return [f"<{tag}> is never closed" for tag in self._open]


def faults(html: str, allowed: AbstractSet[str] = TAGS, values: Values = VALUES) -> list[str]:
    """What in the HTML is not allowed; empty when all is well."""
    reader = _Reader(allowed, values)
    reader.feed(html)
    reader.close()
    return reader.faults + reader.unclosed()


def tags(html: str) -> list[str]:
    reader = _Reader(TAGS, VALUES)
    reader.feed(html)
    reader.close()
    return reader.tags


def xss_payloads() -> list[str]:
    rows = json.loads((HOSTILE / "xss.json").read_text(encoding="utf-8"))
    return [row["payload"] for row in rows]


def disguises(payload: str) -> list[str]:
    """The payload at each place of the Markdown grammar that it could break out of."""
    return [
        payload,
        f"[x]({payload})",
        f"[x](<{payload}>)",
        f'[x](https://a.example/ "{payload}")',
        f"[{payload}](https://a.example/{payload})",
        f"![{payload}]({payload})",
        f"<https://a.example/{payload}>",
        f"https://a.example/{payload}",
        f"`{payload}` ``{payload}``",
        f"```{payload}\n{payload}\n```",
        f"# {payload}",
        f"- {payload}\n    - {payload}",
        f"a|b\n-|-\n{payload}|{payload}",
        f"> **{payload}** *{payload}*",
    ]


@cache
def rendered_disguises() -> Mapping[str, str]:
    """HTML by source, of all payloads: made once for those who look at it and for the browser."""
    sources = (source for payload in xss_payloads() for source in disguises(payload))
    return {source: render(source, headings=True).html for source in sources}
