"""The editor of the page `page`: what it holds, and how somebody keeps a draft in it."""

import html
import re
from typing import Any

from tests.visitors import Visitor

EDIT = "/wiki/ortswiki/kaimauer/bearbeiten"
TEXT = "Am Anfang.\n\n## Gestern\n\nEin Kran.\n\n## Heute\n\nEine Bank.\n"


def text_of(page: str) -> str:
    found = re.search(r'<textarea[^>]*name="text"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL)
    assert found is not None
    return html.unescape(found[1]).replace("\r\n", "\n")


def base_of(page: str) -> str:
    found = re.search(r'name="base"[^>]*value="(\d+)"', page)
    assert found is not None
    return found[1]


def keep(writer: Visitor, path: str, text: str, **more: Any) -> str:
    opened = writer.get(path).text
    form = {"title": "Kaimauer", "text": text, "base": base_of(opened), "aktion": "entwurf"}
    return writer.post(path, {**form, **more}).text
