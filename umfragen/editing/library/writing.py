"""Short hand for the library: texts as `Deutsch|English`, options as `name=Deutsch|English`."""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

from umfragen.definition import Definition, load

Doc = dict[str, Any]
LANGUAGES = ("de", "en")


def text(both: str) -> str | dict[str, str]:
    """Without a bar the words hold in every language."""
    german, bar, english = both.partition("|")
    return {"de": german, "en": english} if bar else german


def _named(line: str) -> Doc:
    name, _, both = line.partition("=")
    return {"name": name.strip("*"), "text": text(both)}


def options(*lines: str) -> list[Doc]:
    """A star in front: stays at the end and excludes the others where several can be chosen."""
    return [
        {"code": code, **_named(line), **({"stays": True} if line.startswith("*") else {})}
        for code, line in enumerate(lines, start=1)
    ]


def rows(*lines: str) -> list[Doc]:
    return [_named(line) for line in lines]


def ask(kind: str, name: str, both: str, **more: Any) -> Doc:
    """A question without key; `help` and other texts in short hand too."""
    worded = {
        field: text(value) if isinstance(value, str) and field in TEXTS else value
        for field, value in more.items()
    }
    return {"kind": kind, "name": name, "text": text(both), **worded}


TEXTS = frozenset({"help", "low_text", "middle_text", "high_text", "unit", "check_text"})


def single(name: str, both: str, *lines: str, **more: Any) -> Doc:
    return ask("single", name, both, options=options(*lines), **more)


def multiple(name: str, both: str, *lines: str, **more: Any) -> Doc:
    found = options(*lines)
    for option in found:
        if option.get("stays"):
            option["exclusive"] = True
    return ask("multiple", name, both, options=found, **more)


def matrix(name: str, both: str, columns: Sequence[str], *lines: str, **more: Any) -> Doc:
    return ask("matrix", name, both, columns=options(*columns), rows=rows(*lines), **more)


def page(both: str, *questions: Doc, **more: Any) -> Doc:
    return {"title": text(both), "questions": list(questions), **more}


def survey(title: str, welcome: str, thanks: str, *pages: Doc) -> Definition:
    """Keys are given out in order."""
    keys = count(1)
    document: Doc = {
        "title": text(title),
        "welcome": text(welcome),
        "thanks": text(thanks),
        "languages": list(LANGUAGES),
        "pages": [
            {
                "key": next(keys),
                **found,
                "questions": [keyed(question, keys) for question in found["questions"]],
            }
            for found in pages
        ],
    }
    return load(document)


def keyed(question: Doc, keys: Iterator[int]) -> Doc:
    found = {"key": next(keys), **question}
    if "rows" in found:
        found["rows"] = [{"key": next(keys), **row} for row in found["rows"]]
    for line in ("other", "remark"):
        if line in found:
            found[line] = {"key": next(keys), **found[line]}
    return found


OTHER: Doc = {"text": {"de": "Etwas anderes", "en": "Something else"}}

SATISFIED = (
    "sehr=sehr zufrieden|very satisfied",
    "eher=eher zufrieden|rather satisfied",
    "teils=teils, teils|partly",
    "weniger=eher unzufrieden|rather dissatisfied",
    "nicht=sehr unzufrieden|very dissatisfied",
    "unbekannt=kann ich nicht sagen|cannot say",
)
IMPORTANT = (
    "sehr=sehr wichtig|very important",
    "eher=eher wichtig|rather important",
    "weniger=eher unwichtig|rather unimportant",
    "nicht=unwichtig|unimportant",
)
AGREE = (
    "voll=stimme voll zu|strongly agree",
    "eher=stimme eher zu|rather agree",
    "weniger=stimme eher nicht zu|rather disagree",
    "nicht=stimme gar nicht zu|strongly disagree",
    "unbekannt=kann ich nicht sagen|cannot say",
)
