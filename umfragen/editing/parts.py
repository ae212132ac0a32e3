"""Options, rows and columns of a question: added, pasted, moved, retired, taken out. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kern.text.normalise import clean_line
from umfragen.definition import NOTHING, Option, Other, Row, Text
from umfragen.definition.parts import LARGEST_CODE
from umfragen.definition.questions import (
    AnyQuestion,
    Cell,
    Matrix,
    Multiple,
    NumberList,
    Ranking,
    Single,
)
from umfragen.editing.draft import Draft, Keys, Missing, Refused, with_question
from umfragen.editing.wording import words_in

Part = Option | Row
Field = str  # options, columns or rows

_BULLET = re.compile(r"(?:[-*•·–▪☐□]|\(?[0-9]{1,3}[.)]|\(?[a-zA-Z][.)])\s+")
_OTHER = re.compile(
    r"(?:andere|anderes|sonstige|sonstiges|etwas anderes|other|something else)"
    r"(?:\s*,?\s*(?:und zwar|nämlich|please specify))?[\s:…._]*",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"(?:keine angabe|weiß nicht|weiss nicht|nichts davon|keines davon|keins davon|keiner davon"
    r"|no answer|prefer not to say|don't know|none of these)\.?",
    re.IGNORECASE,
)
MAX_LINE = 500
_FOLDED = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
)
RESERVED = frozenset({"other", "comment"})
MAX_NAME = 20


def number_of_part(part: Part) -> int:
    """The key of a row, the code of an option or column."""
    return part.key if isinstance(part, Row) else part.code


def fields_with_parts(question: AnyQuestion) -> tuple[Field, ...]:
    return tuple(name for name in ("options", "rows", "columns") if hasattr(question, name))


def parts_in(question: AnyQuestion, field: Field) -> tuple[Part, ...]:
    if field not in fields_with_parts(question):
        raise Refused("Diese Frage hat keine solchen Antworten.")
    found: tuple[Part, ...] = getattr(question, field)
    return found


def short_name(words: str, taken: Iterable[str], fallback: str = "a") -> str:
    """A name for expressions out of the words: `Mit dem Rad` becomes `mit_dem_rad`."""
    folded = unicodedata.normalize("NFKD", words.translate(_FOLDED)).encode("ascii", "ignore")
    name = "_".join(re.findall(r"[A-Za-z0-9]+", folded.decode()))[:MAX_NAME].strip("_").lower()
    used = {other.casefold() for other in taken} | RESERVED
    if name and name not in used:
        return name
    return next(
        found for count in range(2, 2_000) if (found := f"{name or fallback}_{count}") not in used
    )


@dataclass(frozen=True, slots=True)
class Pasted:
    """Lines of a list, and whether one of them stands for „Andere“ with a line to fill in."""

    lines: tuple[str, ...]
    other: str = ""


def read_lines(pasted: str, *, takes_other: bool = False) -> Pasted:
    """One line each; bullets and numbers in front, empty lines and repeats are left out."""
    lines: dict[str, str] = {}
    other = ""
    for raw in pasted.splitlines():
        line = _BULLET.sub("", clean_line(raw.strip(), MAX_LINE), count=1).strip()
        if takes_other and _OTHER.fullmatch(line):
            other = line.rstrip(" :…._")
        elif line:
            lines.setdefault(line.casefold(), line)
    return Pasted(tuple(lines.values()), other)


def paste_parts(draft: Draft, key: int, field: Field, pasted: str, language: str) -> Draft:
    """Every line becomes an option, row or column. What has no text yet is filled first; what is
    there already is not added twice."""
    question = draft.question(key)
    takes_other = field == "options" and isinstance(question, Single | Multiple)
    found = read_lines(pasted, takes_other=takes_other)
    if not found.lines and not found.other:
        raise Refused("Hier steht noch keine Antwort. Bitte schreiben Sie eine in jede Zeile.")
    paste = _Paste(draft, field, language)
    keys = paste.keys

    def edit(old: AnyQuestion) -> AnyQuestion:
        edited = with_fields(old, **{field: paste.filled(old, found.lines)})
        if found.other and isinstance(edited, Single | Multiple) and edited.other is None:
            text = words_in(NOTHING, language, found.other)
            edited = replace(edited, other=Other(key=keys(), text=text))
        return edited

    return with_question(draft, key, edit, keys)


class _Paste:
    def __init__(self, draft: Draft, field: Field, language: str) -> None:
        self.draft = draft
        self.field = field
        self.language = language
        self.keys = Keys(draft.definition)

    def filled(self, question: AnyQuestion, lines: Sequence[str]) -> tuple[Part, ...]:
        parts = list(parts_in(question, self.field))
        known = {part.text.say(self.language).casefold() for part in parts}
        fresh = [line for line in lines if line.casefold() not in known]
        for at, part in enumerate(parts):
            if fresh and not part.text and not _is_kept(self.draft, question, part):
                names = [other.name for other in parts if other is not part]
                parts[at] = _worded(part, question, fresh.pop(0), self.language, names)
        for line in fresh:
            names = [part.name for part in parts]
            blank = _blank(self.draft, question, self.field, parts, self.keys)
            parts.append(_worded(blank, question, line, self.language, names))
        return tuple(parts)


def _worded(
    part: Part, question: AnyQuestion, line: str, language: str, taken: Iterable[str]
) -> Part:
    stays = bool(_ALONE.fullmatch(line))
    text = words_in(NOTHING, language, line)
    name = short_name(line, taken)
    if isinstance(part, Option):
        alone = stays and isinstance(question, Multiple)
        return replace(part, text=text, name=name, stays=stays, exclusive=alone)
    return replace(part, text=text, name=name)


def add_part(draft: Draft, key: int, field: Field, text: Text = NOTHING) -> Draft:
    """One more at the end."""
    keys = Keys(draft.definition)

    def edit(old: AnyQuestion) -> AnyQuestion:
        parts = parts_in(old, field)
        part = replace(_blank(draft, old, field, parts, keys), text=text)
        return with_fields(old, **{field: (*parts, part)})

    return with_question(draft, key, edit, keys)


def _blank(
    draft: Draft, question: AnyQuestion, field: Field, parts: Sequence[Part], keys: Keys
) -> Part:
    names = [part.name for part in parts]
    if field == "rows":
        return Row(key=keys(), name=short_name(f"z{len(parts) + 1}", names))
    return Option(
        code=_next_code(draft, question, field, parts),
        name=short_name(f"a{len(parts) + 1}", names),
    )


def _next_code(draft: Draft, question: AnyQuestion, field: Field, parts: Sequence[Part]) -> int:
    """Above every code of today and of the version people have answered."""
    codes = {number_of_part(part) for part in parts}
    published = draft.published.questions() if draft.published else ()
    for other in published:
        if other.key == question.key and hasattr(other, field):
            codes |= {part.code for part in getattr(other, field)}
    code = max(codes, default=0) + 1
    if code > LARGEST_CODE:
        raise Refused("Mehr als %(most)s Antworten kann eine Frage nicht haben.", most=LARGEST_CODE)
    return code


def remove_part(draft: Draft, key: int, field: Field, number: int) -> Draft:
    """Taken out, or only retired where answers may hang on it."""
    question = draft.question(key)
    part = get_part(question, field, number)
    if _is_kept(draft, question, part):
        return retire_part(draft, key, field, number)
    rest = tuple(other for other in parts_in(question, field) if other is not part)
    if not rest:
        raise Refused("Eine Antwort muss bleiben.", (*draft.question_path(key), field))
    return with_question(draft, key, lambda old: with_fields(old, **{field: rest}))


def _is_kept(draft: Draft, question: AnyQuestion, part: Part) -> bool:
    if isinstance(part, Row):
        return draft.is_published(part.key)
    return draft.has_published_code(question.key, part.code)


def retire_part(draft: Draft, key: int, field: Field, number: int, *, on: bool = True) -> Draft:
    return change_part(draft, key, field, number, retired=on)


def change_part(draft: Draft, key: int, field: Field, number: int, **values: Any) -> Draft:
    get_part(draft.question(key), field, number)

    def edit(old: AnyQuestion) -> AnyQuestion:
        parts = tuple(
            replace(part, **values) if number_of_part(part) == number else part
            for part in parts_in(old, field)
        )
        return with_fields(old, **{field: parts})

    return with_question(draft, key, edit)


def move_part(draft: Draft, key: int, field: Field, number: int, to: int) -> Draft:
    """To this position, counted from 0; beyond the ends means first and last."""
    question = draft.question(key)
    part = get_part(question, field, number)
    rest = [other for other in parts_in(question, field) if other is not part]
    rest.insert(max(0, min(to, len(rest))), part)
    return with_question(draft, key, lambda old: with_fields(old, **{field: tuple(rest)}))


def get_part(question: AnyQuestion, field: Field, number: int) -> Part:
    for part in parts_in(question, field):
        if number_of_part(part) == number:
            return part
    raise Missing("Diese Antwort gibt es nicht mehr.")


def numbered(question: AnyQuestion, keys: Keys) -> AnyQuestion:
    """The question with keys of its own, also for its rows and free lines: a copy."""
    edited = replace(question, key=keys())
    if isinstance(edited, Matrix | NumberList):
        edited = replace(edited, rows=tuple(replace(row, key=keys()) for row in edited.rows))
    if isinstance(edited, Single | Multiple):
        options = tuple(
            replace(option, remark=keys() if option.remark else None) for option in edited.options
        )
        other = replace(edited.other, key=keys()) if edited.other else None
        remark = replace(edited.remark, key=keys()) if edited.remark else None
        edited = replace(edited, options=options, other=other, remark=remark)
    return edited


def needs_part_names(question: AnyQuestion, field: Field) -> bool:
    """Whether the names become a part of longer ones and therefore keep to stricter rules."""
    if field == "rows" or isinstance(question, Multiple):
        return True
    return isinstance(question, Matrix) and question.cell in {Cell.NUMBER, Cell.TEXT}


def with_fields(question: AnyQuestion, **values: Any) -> AnyQuestion:
    return replace(question, **values)


Choices = Single | Multiple | Ranking
