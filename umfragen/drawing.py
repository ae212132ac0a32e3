"""What the templates of questions are handed: a page of the engine in words for one reader.

Whoever draws questions with `templates/umfragen/fragen/_frage.html`, as the preview of the editor
does, loads `survey.css` and `survey.js`, and for a map `leaflet.css` and `survey-map.js`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from kern.i18n import say
from umfragen.definition import Text
from umfragen.definition.questions import Computed, Matrix, Place
from umfragen.engine import Fault, Sheet, ShownPage, ShownPart, ShownQuestion, field_name
from umfragen.engine.piping import html, plain, words_of

LONG_QUESTION = 160  # characters; more reads badly in the size of a heading
COLUMNS_IN_A_ROW = 7  # of a matrix
MOMENT = re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d", re.ASCII)
LONGEST_POINTER = 90  # characters
STEPS_IN_A_ROW = 5  # of a scale on a phone, each 48 pixels wide


@dataclass(frozen=True, slots=True)
class Trouble:
    """A line of the summary above the form: where it leads, what it is about, what to do."""

    target: str
    about: str
    sentence: str
    soft: bool


@dataclass(frozen=True, slots=True)
class Asking:
    """`a` in the templates. `rules`: for the browser, None where nothing on the page depends on
    anything else on it. `center`: latitude and longitude where maps begin."""

    sheet: Sheet
    page: ShownPage
    rules: Mapping[str, Any] | None = None
    center: tuple[float, float] = (51.16, 10.45)
    shapes: Any = None
    file_names: Mapping[str, str] = field(default_factory=dict)

    @property
    def language(self) -> str:
        return self.sheet.language

    @property
    def has_map(self) -> bool:
        return any(isinstance(shown.question, Place) for shown in self.page.questions)

    @property
    def has_upload(self) -> bool:
        return any(shown.question.KIND == "files" for shown in self.page.questions)

    # Words

    def text(self, text: Text) -> Markup:
        """An editor's text with answers filled in, escaped."""
        return Markup(html(self.sheet, text))  # noqa: S704 - the engine has escaped it

    def line(self, text: Text) -> str:
        """The same for an attribute: plain, the template escapes it."""
        return plain(self.sheet, text)

    def safe(self, drawn: str) -> Markup:
        """HTML that `show_page` made, which is escaped there."""
        return Markup(drawn)  # noqa: S704 - as it says

    def is_long(self, shown: ShownQuestion) -> bool:
        return len(shown.html) > LONG_QUESTION

    def result(self, question: Computed) -> str:
        value = self.sheet.answers.get(question.key, "")
        return words_of(value, self.language) if isinstance(value, str | int | float) else ""

    def columns(self, count: int) -> int:
        """How many steps of a scale stand beside each other on 320 pixels, in even rows."""
        rows = -(-count // STEPS_IN_A_ROW)
        return -(-count // rows) if rows else 1

    def is_table(self, question: Matrix) -> bool:
        """Whether the columns fit beside each other on a wide screen; else rows stay cards."""
        return len(question.columns) <= COLUMNS_IN_A_ROW

    # Fields

    def name(self, item: int, part: int | None = None) -> str:
        return field_name(item, part)

    def value(self, item: int, part: int | None = None) -> str:
        """What stands in the field, also what was typed and refused."""
        return next(iter(self.page.fields.get(field_name(item, part), ())), "")

    def values(self, item: int) -> Sequence[str]:
        return self.page.fields.get(field_name(item), ())

    def has(self, item: int, code: int) -> bool:
        return str(code) in self.values(item)

    def is_moment(self, typed: str) -> bool:
        """Whether a browser can show it in a field for dates or times."""
        return bool(MOMENT.fullmatch(typed))

    def file_name(self, token: str) -> str:
        return self.file_names.get(token, "")

    # What is wrong

    def faults(self, shown: ShownQuestion, item: int) -> list[str]:
        return [say(fault) for fault in shown.faults.get(item, ())]

    def troubles(self) -> list[Trouble]:
        return [trouble for shown in self.page.questions for trouble in _troubles(self, shown)]

    def is_only_asked(self) -> bool:
        """Nothing is wrong but gaps that somebody may leave on purpose."""
        found = self.troubles()
        return bool(found) and all(trouble.soft for trouble in found)


def _troubles(asking: Asking, shown: ShownQuestion) -> Iterator[Trouble]:
    """In the order in which they stand on the page."""
    rows = {row.number: row for row in shown.rows}
    about = shorten(asking.line(shown.question.text))
    for item, faults in shown.faults.items():
        row = rows.get(item)
        words = f"{about} – {_row_words(asking, shown, row)}" if row else about
        for fault in faults:
            yield _trouble(item, words, fault)


def _row_words(asking: Asking, shown: ShownQuestion, row: ShownPart) -> str:
    rows = getattr(shown.question, "rows", ())
    return next((asking.line(found.text) for found in rows if found.key == row.number), "")


def _trouble(item: int, about: str, fault: Fault) -> Trouble:
    return Trouble(field_name(item), about, say(fault), fault.soft)


def shorten(words: str) -> str:
    """The beginning of a long question, for a line that only points at it."""
    words = " ".join(words.split())
    return words if len(words) <= LONGEST_POINTER else words[: LONGEST_POINTER - 2].rstrip() + " …"
