"""From page to page: what comes next, what came before, how far it is."""

from dataclasses import dataclass

from umfragen.definition.model import Page
from umfragen.engine.sheet import Sheet
from umfragen.engine.shuffling import ordered_pages


@dataclass(frozen=True, slots=True)
class Progress:
    """`page` counts from 1 among the `pages` that this person sees just now; `answered` and
    `questions` count questions that take an answer."""

    page: int
    pages: int
    answered: int
    questions: int


def visible_pages(sheet: Sheet) -> tuple[Page, ...]:
    """Pages with something on them, in this person's order."""
    return tuple(
        page
        for page in ordered_pages(sheet.plan.definition, sheet.seed)
        if page.key in sheet.shown and (sheet.page_questions(page) or page.text)
    )


def first_page(sheet: Sheet) -> int | None:
    return next((page.key for page in visible_pages(sheet)), None)


def next_page(sheet: Sheet, page_key: int) -> int | None:
    """The next page with something on it; None at the end."""
    return _neighbour(sheet, page_key, 1)


def previous_page(sheet: Sheet, page_key: int) -> int | None:
    return _neighbour(sheet, page_key, -1)


def _neighbour(sheet: Sheet, page_key: int, step: int) -> int | None:
    """Also from a page that is hidden by now."""
    order = [page.key for page in ordered_pages(sheet.plan.definition, sheet.seed)]
    if page_key not in order:
        return first_page(sheet)
    at = order.index(page_key)
    visible = [page.key for page in visible_pages(sheet)]
    beyond = [key for key in visible if (order.index(key) - at) * step > 0]
    return (beyond[0] if step > 0 else beyond[-1]) if beyond else None


def progress(sheet: Sheet, page_key: int) -> Progress:
    pages = visible_pages(sheet)
    keys = [page.key for page in pages]
    asked = [
        [item.key for item in sheet.plan.items_of[question.key]]
        for page in pages
        for question in sheet.page_questions(page)
        if sheet.plan.items_of[question.key]
    ]
    return Progress(
        page=keys.index(page_key) + 1 if page_key in keys else 0,
        pages=len(pages),
        answered=sum(any(key in sheet.answers for key in items) for items in asked),
        questions=len(asked),
    )


def revealed(sheet: Sheet, page_key: int, seen: frozenset[int]) -> tuple[int, ...]:
    """Questions of the page that are shown only since it was answered, so nobody saw them yet.

    Without JavaScript the page comes back with them, and their gaps are not held against anybody.
    """
    page = sheet.plan.pages.get(page_key)
    questions = sheet.page_questions(page) if page else ()
    return tuple(question.key for question in questions if question.key not in seen)
