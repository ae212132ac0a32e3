"""What makes a survey hard to answer or its answers hard to use: advice, never an obstacle. Pure.

`umfragen.checks` says what cannot be published; this says what is hardly good for people.
"""

import re
from collections.abc import Iterator

from umfragen.definition import Definition, Finding, Page, Path, Required, Severity, untranslated
from umfragen.definition.questions import (
    AnyQuestion,
    Cell,
    Computed,
    Contact,
    Display,
    Info,
    LongText,
    Matrix,
    Multiple,
    Number,
    Ranking,
    ShortText,
    Single,
)
from umfragen.editing.readability import Ease, reading_ease, sentences_of, words_of

MAX_COLUMNS = 7
MAX_ROWS = 10
MAX_ON_PAGE = 8
MAX_LIST = 15
MAX_RANKED = 8
MAX_LABEL = 90  # characters
MAX_SENTENCE = 22  # words
MAX_QUESTIONS = 40

_LEADING = re.compile(
    r"\b(?:finden sie nicht|meinen sie nicht|sind sie nicht|sind sie auch|stimmen sie zu, dass"
    r"|wie wichtig ist ihnen .* endlich|auch der meinung|nicht auch|don't you|do you agree that)\b",
    re.IGNORECASE,
)
_DOUBLE_NO = re.compile(
    r"\b(?:nicht|kein\w*|nie)\b.*\b(?:nicht|kein\w*|nie|ohne|un\w{4,})\b", re.IGNORECASE
)
_AGE = re.compile(r"\b(?:alt|alter|geburtsjahr|geboren|geburtsdatum|age|born)\b", re.IGNORECASE)
_PERSON = re.compile(
    r"\b(?:name|vorname|nachname|anschrift|adresse|telefon\w*|e-mail\w*|wohnen sie genau)\b",
    re.IGNORECASE,
)


def advise(definition: Definition, *, anonymous: bool = True) -> tuple[Finding, ...]:
    """In the order of the survey. `anonymous`: whether people are told that nobody knows them."""
    return tuple(_advice(definition, anonymous=anonymous))


def _advice(definition: Definition, *, anonymous: bool) -> Iterator[Finding]:
    language = definition.language
    asked = [question for question in definition.questions() if _asks(question)]
    if len(asked) > MAX_QUESTIONS:
        yield Hint(
            "Die Umfrage hat %(count)s Fragen. Ab etwa %(most)s hören viele vor dem Ende auf.",
            (),
            count=len(asked),
            most=MAX_QUESTIONS,
        )
    for at, page in enumerate(definition.pages):
        yield from _page(page, ("pages", at))
        for place, question in enumerate(page.questions):
            path: Path = ("pages", at, "questions", place)
            if not question.retired:
                yield from _wording(question.text.say(language), (*path, "text"))
                yield from _burden(question, path, language)
                yield from _privacy(question, path, language, anonymous=anonymous)


class Hint(Finding):
    """A finding that hinders nobody from publishing."""

    def __init__(self, message: str, path: Path, **params: object) -> None:
        super().__init__(message, path, severity=Severity.WARNING)
        self.params = params


def _asks(question: AnyQuestion) -> bool:
    return not question.retired and not isinstance(question, Info | Computed)


def _page(page: Page, path: Path) -> Iterator[Finding]:
    asked = sum(map(_asks, page.questions))
    if asked > MAX_ON_PAGE:
        yield Hint(
            "Auf dieser Seite stehen %(count)s Fragen. Am Handy sind mehrere kurze Seiten"
            " leichter.",
            path,
            count=asked,
        )


def _wording(text: str, path: Path) -> Iterator[Finding]:
    if _LEADING.search(text):
        yield Hint("Diese Frage legt eine Antwort nahe. Fragen Sie möglichst neutral.", path)
    for sentence in sentences_of(text):
        count = len(words_of(sentence))
        if count > MAX_SENTENCE:
            yield Hint(
                "Ein Satz hat %(count)s Wörter. Kürzere liest man leichter.", path, count=count
            )
        if sentence and _DOUBLE_NO.search(sentence):
            yield Hint("Zwei Verneinungen in einem Satz werden oft falsch gelesen.", path)


def _burden(question: AnyQuestion, path: Path, language: str) -> Iterator[Finding]:
    match question:
        case Matrix():
            columns = sum(not column.retired for column in question.columns)
            rows = sum(not row.retired for row in question.rows)
            if columns > MAX_COLUMNS:
                yield Hint(
                    "Die Tabelle hat %(count)s Spalten. Bei mehr als %(most)s wird es am Handy"
                    " unübersichtlich.",
                    path,
                    count=columns,
                    most=MAX_COLUMNS,
                )
            if rows > MAX_ROWS:
                yield Hint(
                    "Die Tabelle hat %(count)s Zeilen. Viele kreuzen dann nur noch irgendetwas an.",
                    path,
                    count=rows,
                )
            if question.cell is Cell.TEXT and question.required is Required.YES:
                yield _must_write(path)
        case Ranking():
            count = sum(not option.retired for option in question.options)
            if count > MAX_RANKED and (question.most or count) > MAX_RANKED:
                yield Hint(
                    "%(count)s Dinge zu ordnen ist schwer. Lassen Sie nur die wichtigsten wählen.",
                    path,
                    count=count,
                )
        case Single() | Multiple():
            count = sum(not option.retired for option in question.options)
            if count > MAX_LIST and question.display is not Display.DROPDOWN:
                yield Hint(
                    "%(count)s Antworten sind eine lange Liste. Eine Auswahl zum Aufklappen hilft.",
                    path,
                    count=count,
                )
        case LongText() | ShortText() if question.required is Required.YES:
            yield _must_write(path)
    yield from _labels(question, path, language)


def _must_write(path: Path) -> Finding:
    return Hint(
        "Wer hier nichts schreiben möchte, kommt nicht weiter. Besser ist freiwillig.",
        (*path, "required"),
    )


def _labels(question: AnyQuestion, path: Path, language: str) -> Iterator[Finding]:
    for field in ("options", "columns", "rows"):
        for at, part in enumerate(getattr(question, field, ())):
            text = part.text.say(language)
            if len(text) > MAX_LABEL:
                yield Hint(
                    "Diese Antwort ist lang. Kurze Antworten vergleicht man leichter.",
                    (*path, field, at),
                )
            if getattr(part, "image", "") and not text:
                yield Hint(
                    "Dieses Bild hat keinen Text. Wer es nicht sieht, kann es nicht wählen.",
                    (*path, field, at, "text"),
                )


def _privacy(
    question: AnyQuestion, path: Path, language: str, *, anonymous: bool
) -> Iterator[Finding]:
    text = question.text.say(language)
    if isinstance(question, Number) and _AGE.search(text):
        yield Hint(
            "Ein genaues Alter verrät Menschen leicht. Altersgruppen genügen meist; im"
            " Fragenvorrat gibt es sie fertig.",
            path,
        )
    asks_person = isinstance(question, Contact) or (
        isinstance(question, ShortText) and _PERSON.search(text)
    )
    if anonymous and asks_person:
        yield Hint(
            "Diese Frage kann verraten, wer geantwortet hat. Die Umfrage verspricht aber, dass"
            " niemand das erfährt.",
            path,
        )


def missing_texts(definition: Definition) -> dict[str, int]:
    """By language, how many texts are still to be translated; only where any are."""
    found = {language: len(untranslated(definition, language)) for language in definition.languages}
    return {language: count for language, count in found.items() if count}


def ease_of(definition: Definition, language: str) -> Ease | None:
    """Of whole sentences: greetings, questions and their help; answers are hardly sentences."""
    frame = (definition.welcome, definition.thanks)
    pages = (page.text for page in definition.pages)
    asked = (
        text
        for question in definition.questions()
        if not question.retired
        for text in (question.text, question.help)
    )
    written = [dict(text).get(language, "") for text in (*frame, *pages, *asked)]
    return reading_ease(written, language)
