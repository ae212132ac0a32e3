"""A version of a survey: pages of questions, quotas, texts. A change is a new version."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from umfragen.definition.codec import Chars, Many, Matching, Within
from umfragen.definition.parts import (
    LARGEST_KEY,
    MAX_OPTIONS,
    OTHER_CODE,
    Body,
    Key,
    Message,
    Source,
    Title,
)
from umfragen.definition.questions import (
    AnyQuestion,
    Matrix,
    Multiple,
    NumberList,
    Single,
)
from umfragen.definition.texts import LANGUAGE, NOTHING
from umfragen.words import Words

MAX_PAGES = 200
MAX_QUESTIONS = 300  # on one page
MAX_QUOTAS = 200
MAX_LANGUAGES = 20
MAX_BLOCK = 40

LanguageTag = Annotated[
    str,
    Chars(20, lines=False),
    Matching(LANGUAGE, Words("Eine Sprache heißt zum Beispiel de, en oder de-x-ls.")),
]


class QuotaAct(StrEnum):
    """What happens to people whose group is full."""

    END = "end"
    COUNT = "count"  # only noted for the office


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One answer that belongs to a quota: a code of an item that keeps codes."""

    key: Key
    code: Annotated[int, Within(0, OTHER_CODE)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Counts people who gave, for every item named, one of its codes named."""

    name: Annotated[str, Chars(100, lines=False)]
    limit: Annotated[int, Within(0, 10_000_000)]
    members: Annotated[tuple[Member, ...], Many(MAX_OPTIONS, least=1)]
    act: QuotaAct = QuotaAct.END
    text: Message = NOTHING
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`block`: pages with the same word there change places, for each person anew. `shuffle`: so do
    the questions of the page."""

    key: Key
    questions: Annotated[tuple[AnyQuestion, ...], Many(MAX_QUESTIONS)]
    title: Title = NOTHING
    text: Body = NOTHING
    show_if: Source = ""
    block: Annotated[str, Chars(MAX_BLOCK, lines=False)] = ""
    shuffle: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """`languages[0]` is the default one. `last_key` is the highest key ever given out, also to
    items that are gone, so that no key comes back with another meaning."""

    title: Title
    pages: Annotated[tuple[Page, ...], Many(MAX_PAGES, least=1)]
    languages: Annotated[tuple[LanguageTag, ...], Many(MAX_LANGUAGES, least=1)] = ("de",)
    last_key: Annotated[int, Within(0, LARGEST_KEY)] = 0
    welcome: Body = NOTHING
    thanks: Body = NOTHING
    quotas: Annotated[tuple[Quota, ...], Many(MAX_QUOTAS)] = ()

    @property
    def language(self) -> str:
        return self.languages[0]

    def questions(self) -> Iterator[AnyQuestion]:
        """All questions in order, the retired ones too."""
        for page in self.pages:
            yield from page.questions


def question_keys(question: AnyQuestion) -> Iterator[int]:
    """Every key the question holds: its own, then those of its rows, of „Andere“ and remarks."""
    yield question.key
    if isinstance(question, Matrix | NumberList):
        yield from (row.key for row in question.rows)
    if isinstance(question, Single | Multiple):
        if question.other:
            yield question.other.key
        if question.remark:
            yield question.remark.key
        yield from (option.remark for option in question.options if option.remark)


def keys_of(definition: Definition) -> Iterator[int]:
    for page in definition.pages:
        yield page.key
        for question in page.questions:
            yield from question_keys(question)


def next_key(definition: Definition) -> int:
    """A key nobody had. Whoever uses it also raises `last_key`."""
    return max(definition.last_key, *keys_of(definition)) + 1
