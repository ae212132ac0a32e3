"""The sheets of an XLSForm as lines with names for their columns, whatever they are written like.

https://xlsform.org: sheets `survey`, `choices` and `settings`; texts in languages as
`label::English (en)`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from umfragen.definition.texts import ANY, LANGUAGE
from umfragen.exchange.report import Refused
from umfragen.exchange.workbooks import Sheets

Said = Mapping[str, str]
TRANSLATED = frozenset(
    {"label", "hint", "guidance_hint", "constraint_message", "required_message", "image", "audio",
     "video"}
)  # fmt: skip
COMPANION = "dorflinde"
"""The sheet with our own document in workbooks that we wrote."""

COLUMNS = {
    "caption": "label", "command": "type", "relevance": "relevant", "calculate": "calculation",
    "list name": "list_name", "list-name": "list_name", "value": "name", "tag": "name",
    "choice filter": "choice_filter", "repeat count": "repeat_count", "read only": "read_only",
    "readonly": "read_only", "constraint message": "constraint_message",
    "required message": "required_message", "requiredmsg": "required_message",
    "constraintmsg": "constraint_message", "form title": "form_title", "title": "form_title",
    "default language": "default_language",
}  # fmt: skip
TYPES = {
    "select one": "select_one", "select1": "select_one", "select one from": "select_one",
    "add select one prompt using": "select_one", "select all that apply": "select_multiple",
    "select multiple": "select_multiple", "select all that apply from": "select_multiple",
    "add select multiple prompt using": "select_multiple", "begin group": "begin_group",
    "begin lgroup": "begin_group", "end group": "end_group", "end lgroup": "end_group",
    "begin repeat": "begin_repeat", "end repeat": "end_repeat", "int": "integer",
    "string": "text", "gps": "geopoint", "location": "geopoint", "photo": "image",
    "picture": "image", "date time": "datetime", "time of day": "time", "trigger": "acknowledge",
    "q string": "text", "q integer": "integer", "q decimal": "decimal", "add note prompt": "note",
    "add text prompt": "text", "add integer prompt": "integer", "add decimal prompt": "decimal",
    "add date prompt": "date", "q note": "note",
}  # fmt: skip
NAMES = {
    "english": "en", "deutsch": "de", "german": "de", "français": "fr", "francais": "fr",
    "french": "fr", "español": "es", "spanish": "es", "italiano": "it", "italian": "it",
    "türkçe": "tr", "turkish": "tr", "polski": "pl", "polish": "pl", "русский": "ru",
    "russian": "ru", "українська": "uk", "ukrainian": "uk", "arabic": "ar", "nederlands": "nl",
    "dutch": "nl", "português": "pt", "portuguese": "pt",
}  # fmt: skip

_CODE = re.compile(r"\(([A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*)\)\s*$")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Line:
    """`cells` by column; `said` by column and language, "" where the header names none."""

    number: int
    cells: Mapping[str, str]
    said: Mapping[str, Said] = field(default_factory=dict)

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def text(self, column: str) -> Said:
        return self.said.get(column, {})


@dataclass(frozen=True, slots=True)
class Form:
    """`unknown`: languages of headers that have no code."""

    survey: Sequence[Line]
    choices: Mapping[str, Sequence[Line]]
    settings: Line
    languages: tuple[str, ...]
    unknown: tuple[str, ...] = ()


def read_form(sheets: Sheets) -> Form:
    """Raises `Refused` where this is no XLSForm."""
    by_name = {name.strip().lower(): rows for name, rows in sheets.items()}
    if "survey" not in by_name:
        raise Refused("In dieser Arbeitsmappe fehlt das Blatt „survey“.")
    languages = _Languages()
    survey = _lines(by_name["survey"], languages)
    choices: dict[str, list[Line]] = {}
    for line in _lines(by_name.get("choices", []), languages):
        choices.setdefault(line["list_name"], []).append(line)
    settings = next(iter(_lines(by_name.get("settings", []), _Languages())), Line(0, {}))
    first = languages.tag(settings["default_language"])
    found = sorted(languages.found, key=lambda tag: tag != first)
    return Form(survey, choices, settings, tuple(found), tuple(languages.unknown))


class _Languages:
    def __init__(self) -> None:
        self.found: dict[str, None] = {}
        self.unknown: dict[str, None] = {}

    def tag(self, name: str) -> str | None:
        """Our name for a language, "" for none, None where it is unknown."""
        name = name.strip()
        code = _CODE.search(name)
        tag = code[1] if code else NAMES.get(name.lower(), name)
        if not name or name.lower() == "default":
            return ANY
        return tag if LANGUAGE.fullmatch(tag) else None

    def note(self, name: str) -> str | None:
        tag = self.tag(name)
        if tag:
            self.found[tag] = None
        elif tag is None:
            self.unknown[name.strip()] = None
        return tag


def _lines(rows: Sequence[Sequence[str]], languages: _Languages) -> list[Line]:
    filled = [(at, row) for at, row in enumerate(rows, 1) if any(cell.strip() for cell in row)]
    if not filled:
        return []
    headers = [_header(cell) for cell in filled[0][1]]
    tags = [
        languages.note(language) if column in TRANSLATED else ANY for column, language in headers
    ]
    return [_line(at, row, headers, tags) for at, row in filled[1:]]


def _header(cell: str) -> tuple[str, str]:
    """Column and language: `label::English (en)`, `bind:relevant`, `media::image::de`."""
    words = [word.strip() for word in re.split("::|:", cell)]
    if words[0].lower() in {"bind", "media", "control"} and len(words) > 1:
        words = words[1:]
    column = _BLANKS.sub(" ", words[0].lower())
    return COLUMNS.get(column, column.replace(" ", "_")), words[1] if len(words) > 1 else ""


def _line(
    number: int,
    row: Sequence[str],
    headers: Sequence[tuple[str, str]],
    tags: Sequence[str | None],
) -> Line:
    cells: dict[str, str] = {}
    said: dict[str, dict[str, str]] = {}
    for (column, _), tag, cell in zip(headers, tags, row, strict=False):
        text = cell.strip()
        if not text:
            continue
        if column in TRANSLATED:
            if tag is not None:
                said.setdefault(column, {})[tag] = text
        else:
            cells.setdefault(column, text)
    return Line(number, cells, said)


def kind_of(line: Line) -> tuple[str, str, bool]:
    """Type, list of choices, and whether „Andere“ is offered."""
    words = _BLANKS.sub(" ", line["type"]).strip()
    with_other = words.lower().endswith((" or_other", " or other", " or specify other"))
    if with_other:
        words = re.sub(r"(?i) or[_ ](?:specify )?other$", "", words)
    lower = words.lower()
    for name in sorted({*TYPES, "select_one", "select_multiple", "rank"}, key=len, reverse=True):
        if lower.startswith(f"{name} ") and TYPES.get(name, name) in {
            "select_one",
            "select_multiple",
            "rank",
        }:
            return TYPES.get(name, name), words[len(name) + 1 :].strip(), with_other
    lower = lower.replace("_", " ") if lower.replace("_", " ") in TYPES else lower
    return TYPES.get(lower, lower), "", with_other
