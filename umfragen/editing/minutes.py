"""How long a survey takes, from what is read and done on the way. Pure.

Reading speed: 180 words a minute, the lower end for adults reading German silently (Trauzettel-
Klosinski and Dietz, Standardized Assessment of Reading Performance, IOVS 53, 2012: 179 +- 17).
The times for answering are ours, in seconds, and deliberately on the slow side.
"""

import math
from collections.abc import Iterator
from functools import lru_cache
from statistics import median

from umfragen.definition import Definition
from umfragen.definition.questions import AnyQuestion
from umfragen.editing.readability import words_of
from umfragen.editing.robots import walk_robots
from umfragen.engine import Sheet, make_plan, visible_pages

WORDS_A_SECOND = 3
SECONDS = {
    "single": 4.0,
    "multiple": 8.0,
    "yes_no": 3.0,
    "scale": 4.0,
    "ranking": 10.0,
    "number": 6.0,
    "slider": 5.0,
    "when": 8.0,
    "short_text": 15.0,
    "long_text": 45.0,
    "contact": 20.0,
    "files": 40.0,
    "place": 30.0,
    "consent": 5.0,
}
A_ROW = 5.0
A_PAGE = 3.0
WALKS = 5


@lru_cache(maxsize=64)
def estimate_minutes(definition: Definition) -> int:
    """Whole minutes, at least one, for somebody on a usual way through the conditions."""
    plan = make_plan(definition)
    if plan.mistakes:
        return seconds_to_minutes(
            sum(_question(question, definition.language) for question in definition.questions())
        )
    walks = walk_robots(plan, WALKS, seed="minutes")
    return seconds_to_minutes(median(seconds_of(walk.sheet) for walk in walks))


def seconds_to_minutes(seconds: float) -> int:
    return max(1, math.ceil(seconds / 60))


def seconds_of(sheet: Sheet) -> float:
    """Of what this person sees."""
    language = sheet.language
    total = _reading(sheet.plan.definition.welcome.say(language))
    for page in visible_pages(sheet):
        total += A_PAGE + _reading(page.title.say(language)) + _reading(page.text.say(language))
        total += sum(_question(question, language) for question in sheet.page_questions(page))
    return total


def _question(question: AnyQuestion, language: str) -> float:
    read = sum(_reading(text) for text in _texts(question, language))
    rows = len(getattr(question, "rows", ()))
    return read + SECONDS.get(question.KIND, 0) + A_ROW * rows


def _texts(question: AnyQuestion, language: str) -> Iterator[str]:
    yield question.text.say(language)
    yield question.help.say(language)
    for field in ("options", "columns", "rows"):
        for part in getattr(question, field, ()):
            yield part.text.say(language)


def _reading(text: str) -> float:
    return len(words_of(text)) / WORDS_A_SECOND
