"""Questions of a draft as citizens will see them."""

from dataclasses import replace
from typing import Any

from umfragen.definition import Definition, Page
from umfragen.definition.questions import AnyQuestion
from umfragen.drawing import Asking
from umfragen.editing.parts import fields_with_parts
from umfragen.engine import fill, make_plan, show_page

SEED = "vorschau"


def draw_question(definition: Definition, key: int, language: str = "") -> Asking:
    """Only this question, shown whatever its conditions say."""
    pages = tuple(
        replace(page, show_if="", questions=(_open(question),))
        for page in definition.pages
        for question in page.questions
        if question.key == key
    )
    return _draw(replace(definition, pages=pages, quotas=()), pages[0], language)


def draw_page(definition: Definition, key: int, language: str = "") -> Asking:
    """The page with everything that can be on it."""
    page = next(page for page in definition.pages if page.key == key)
    asked = tuple(_open(question) for question in page.questions if not question.retired)
    page = replace(page, show_if="", questions=asked)
    return _draw(replace(definition, pages=(page,), quotas=()), page, language)


def _draw(definition: Definition, page: Page, language: str) -> Asking:
    spoken = language or definition.language
    sheet = fill(make_plan(definition), {}, language=spoken, seed=SEED)
    return Asking(sheet, show_page(sheet, page.key, draft={}))


def _open(question: AnyQuestion) -> AnyQuestion:
    parts: dict[str, Any] = {
        field: tuple(replace(part, show_if="") for part in getattr(question, field))
        for field in fields_with_parts(question)
    }
    return replace(question, show_if="", retired=False, **parts)
