"""How a part of a survey stands, as a short word: two editors notice when they change the same."""

import hashlib
import json
from typing import Any

from umfragen.definition import Definition
from umfragen.definition.codec import write
from umfragen.editing.draft import Draft

SIGNS = 16


def stand_of(value: Any) -> str:
    """The same for the same page, question or survey."""
    text = json.dumps(write(value), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:SIGNS]


def stand_of_question(draft: Draft, key: int) -> str:
    return stand_of(draft.question(key))


def stand_of_page(draft: Draft, key: int) -> str:
    """Of its own texts and condition; its questions have stands of their own."""
    page = draft.page(key)
    own = (page.title, page.text, page.shuffle, page.block)
    return stand_of(own) + page.show_if[:SIGNS]


def stand_of_frame(definition: Definition) -> str:
    return stand_of((definition.title, definition.welcome, definition.thanks))
