"""What LimeSurvey calls a variable, and what we call it.

It has three ways: `Q_SQ001` by codes, `123X4X567SQ001` by numbers (SGQA), and from database version
700 on `Q567_S890` for the columns of answers. All lead to one question and a suffix.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from umfragen.exchange.limesurvey.source import Source, Whole
from umfragen.exchange.names import Taken

TEXT_COLUMN = "text"  # of the one column that several short texts have here
CHOICES = frozenset("L!O")
TICKS = frozenset("MP")
ROWS = frozenset("ABCEFHK")
CELLS = frozenset(":;")

_SGQA = re.compile(r"(?:INSERTANS:)?[0-9]+X[0-9]+X(?P<rest>[0-9]+\w*(?:#[01])?)", re.ASCII)
_COLUMN = re.compile(r"Q(?P<qid>[0-9]+)(?P<rest>(?:_\w+|#[01])*)", re.ASCII)
_MARKED = re.compile(r"C(?:other|comment|filecount)|R[0-9]+")
_PART = re.compile(r"S(?P<qid>[0-9]+)")


@dataclass
class Named:
    """Our names for a question and its parts, by their codes there. `second`: name of the other
    table of a dual scale. `variables`: suffix -> our variable."""

    source: Source
    name: str
    second: str = ""
    rows: dict[str, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)  # options of the second scale
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def renamed(self) -> bool:
        """Whether an option got another name, which comparisons with it would not know."""
        return any(code != name for code, name in [*self.options.items(), *self.more.items()])


def name_all(survey: Whole) -> Mapping[str, Named]:
    """By the number of the question, in the order of the survey."""
    taken = Taken()
    return {source.qid: _named(source, taken) for source in survey.questions()}


def _named(source: Source, taken: Taken) -> Named:
    named = Named(source, taken.question(source.code))
    if source.kind == "1":
        named.second = taken.question(f"{source.code}_2")
    ticks = source.kind in TICKS
    choices = source.rows if ticks or (source.kind == "R" and not source.scale(0)) else ()
    options, more, rows, columns = Taken(), Taken(), Taken(), Taken()
    named.options = {part.code: options.part(part.code) for part in choices}
    named.options |= {
        answer.code: options.part(answer.code, signed=True)
        for answer in source.scale(0)
        if not ticks
    }
    named.more = {answer.code: more.part(answer.code, signed=True) for answer in source.scale(1)}
    named.rows = {part.code: rows.part(part.code) for part in source.rows}
    named.columns = {part.code: columns.part(part.code) for part in source.columns}
    named.variables = dict(_variables(named))
    return named


def _variables(named: Named) -> Iterator[tuple[str, str]]:
    source, name = named.source, named.name
    yield "", name
    for part in ("other", "comment", "filecount"):
        yield part, f"{name}_{part}"
    if source.kind in TICKS:
        for code, option in named.options.items():
            yield code, f"{name}_{option}"
            yield f"{code}comment", f"{name}_{option}comment"
    elif source.kind == "R":
        for rank, code in enumerate(named.options, 1):
            yield str(rank), f"{name}_{rank}"
            if source.rows:  # of the newer tables, where ranks are columns of subquestions
                yield code, f"{name}_{rank}"
    else:
        yield from _row_variables(named)


def _row_variables(named: Named) -> Iterator[tuple[str, str]]:
    kind, name = named.source.kind, named.name
    for code, row in named.rows.items():
        if kind == "Q":
            yield code, f"{name}_{row}_{TEXT_COLUMN}"
        elif kind == "1":
            yield f"{code}_0", f"{name}_{row}"
            yield f"{code}_1", f"{named.second}_{row}"
        elif kind in CELLS:
            for column_code, column in named.columns.items():
                yield f"{code}_{column_code}", f"{name}_{row}_{column}"
        else:
            yield code, f"{name}_{row}"


class Variables:
    """Finds our variable for any of LimeSurvey's words for it."""

    def __init__(self, questions: Mapping[str, Named]) -> None:
        self.questions = questions
        self.by_code: dict[str, Named] = {}
        for named in questions.values():
            self.by_code.setdefault(named.source.code, named)
        self.parts = {
            part.qid: part.code
            for named in questions.values()
            for part in (*named.source.rows, *named.source.columns)
        }

    def question(self, code: str) -> str | None:
        named = self.by_code.get(code)
        return named.name if named else None

    def variable(self, word: str) -> str | None:
        found = self.find(word)
        return found[0].variables[found[1]] if found else None

    def find(self, word: str) -> tuple[Named, str] | None:
        """The question and the suffix that a word stands for; the word without attributes."""
        word = word.removeprefix("INSERTANS:")
        numbers = _SGQA.fullmatch(word)
        if numbers:
            return self._by_number(numbers["rest"])
        return self._by_code(word)

    def column(self, word: str) -> tuple[Named, str] | None:
        """The same for a column of a table of answers, with or without a leading underscore."""
        word = word.removeprefix("_")
        numbers = _SGQA.fullmatch(word)
        if numbers:
            return self._by_number(numbers["rest"])
        found = _COLUMN.fullmatch(word)
        named = self.questions.get(found["qid"]) if found else None
        if found is None or named is None:
            return None
        return self._known(named, self._suffix(found["rest"]))

    def _by_number(self, rest: str) -> tuple[Named, str] | None:
        """`567SQ001`: the number of the question may run into the code, so the longest fits."""
        digits = re.match(r"[0-9]+", rest)
        for end in range(digits.end() if digits else 0, 0, -1):
            named = self.questions.get(rest[:end])
            found = self._known(named, rest[end:].replace("#", "_")) if named else None
            if found:
                return found
        return None

    def _by_code(self, word: str) -> tuple[Named, str] | None:
        end = len(word)
        while end > 0:
            named = self.by_code.get(word[:end])
            found = self._known(named, word[end + 1 :]) if named else None
            if found:
                return found
            end = word.rfind("_", 0, end)
        return None

    def _suffix(self, rest: str) -> str:
        """`_S890_S891` as codes of rows and columns, `_Cother` as other."""
        words = []
        for word in rest.replace("#", "_").split("_"):
            part = _PART.fullmatch(word)
            if part and part["qid"] in self.parts:
                words.append(self.parts[part["qid"]])
            elif word in {"Cother", "Ccomment", "Cfilecount"} or (
                word.startswith("R") and word[1:].isdigit()
            ):
                words.append(word[1:])
            elif word:
                words.append(word)
        if words[1:] == ["comment"]:
            return "".join(words)
        return "_".join(words)

    def _known(self, named: Named, suffix: str) -> tuple[Named, str] | None:
        return (named, suffix) if suffix in named.variables else None
