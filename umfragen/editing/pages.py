"""Pages and what frames a survey: added, changed, moved, copied, taken out. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from umfragen.definition import NOTHING, Page, Text, dump, load
from umfragen.definition.questions import AnyQuestion
from umfragen.editing.draft import Draft, Keys, Refused, changed, with_pages
from umfragen.editing.parts import numbered
from umfragen.editing.questions import free_name


def add_page(draft: Draft, title: Text = NOTHING, *, to: int | None = None) -> tuple[Draft, int]:
    keys = Keys(draft.definition)
    page = Page(key=keys(), questions=(), title=title)
    pages = list(draft.definition.pages)
    pages.insert(len(pages) if to is None else max(0, min(to, len(pages))), page)
    return with_pages(draft, pages, keys), page.key


def change_page(draft: Draft, key: int, values: Mapping[str, Any]) -> Draft:
    """Title, text and condition by name, as JSON or `Text`."""
    document = dump(draft.definition)
    page = document["pages"][draft.page_place(key)]
    for field, value in values.items():
        page[field] = dict(value) if isinstance(value, Text) else value
    return changed(draft, load(document))


def move_page(draft: Draft, key: int, to: int) -> Draft:
    """To this position, counted from 0; beyond the ends means first and last."""
    page = draft.page(key)
    rest = [other for other in draft.definition.pages if other.key != key]
    rest.insert(max(0, min(to, len(rest))), page)
    return with_pages(draft, rest)


def copy_page(draft: Draft, key: int) -> tuple[Draft, int]:
    """A copy of the page with copies of its questions, right behind."""
    page = draft.page(key)
    place = draft.page_place(key)
    keys = Keys(draft.definition)
    copy_key = keys()
    copies: list[AnyQuestion] = []
    for question in page.questions:
        if not question.retired:
            copy = numbered(question, keys)
            copies.append(replace(copy, name=free_name(draft, f"F{copy.key}")))
    pages = list(draft.definition.pages)
    pages.insert(place + 1, replace(page, key=copy_key, questions=tuple(copies)))
    return with_pages(draft, pages, keys), copy_key


def remove_page(draft: Draft, key: int) -> Draft:
    """An empty page goes; one with questions gives them to its neighbour."""
    place = draft.page_place(key)
    pages = list(draft.definition.pages)
    if len(pages) == 1:
        raise Refused("Eine Seite muss bleiben.")
    gone = pages.pop(place)
    if gone.questions:
        at = max(0, place - 1)
        near = pages[at].questions
        both = (*near, *gone.questions) if place else (*gone.questions, *near)
        pages[at] = replace(pages[at], questions=both)
    return with_pages(draft, pages)


def change_frame(draft: Draft, values: Mapping[str, Any]) -> Draft:
    """Title, welcome and thanks of the whole survey."""
    document = dump(draft.definition)
    for field, value in values.items():
        document[field] = dict(value) if isinstance(value, Text) else value
    return changed(draft, load(document))
