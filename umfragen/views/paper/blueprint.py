"""What the printed sheet and the mask share: questions with their numbers."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint

from umfragen.definition import Definition, Page
from umfragen.definition.questions import AnyQuestion, Computed, Consent, Info

blueprint = Blueprint("umfrage_papier", __name__)


@dataclass(frozen=True, slots=True)
class Numbered:
    """`number` counts from 1 through the whole survey; 0 for what is only read."""

    number: int
    question: AnyQuestion
    is_conditional: bool


def numbered(definition: Definition) -> Iterator[tuple[Page, list[Numbered]]]:
    """Every question somebody can answer, whatever else they answer: paper hides nothing."""
    number = 0
    for page in definition.pages:
        found = []
        for question in page.questions:
            if question.retired or isinstance(question, Computed):
                continue
            if not isinstance(question, Info):
                number += 1
            shown = 0 if isinstance(question, Info) else number
            condition = (page.show_if + question.show_if).strip()
            found.append(Numbered(shown, question, condition not in {"", "1"}))
        if found:
            yield page, found


def choices(question: AnyQuestion) -> list[tuple[int, object]]:
    """Code and text of every option that is offered; none for a line to write on."""
    options = getattr(question, "options", ()) or getattr(question, "columns", ())
    found: list[tuple[int, object]] = [
        (option.code, option.text) for option in options if not option.retired
    ]
    return found if not isinstance(question, Consent) else []
