"""Questions: added, changed, moved, copied, retired, taken out, made another kind. Pure."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from umfragen.definition import NOTHING, Option, Text, dump, load
from umfragen.definition.items import NO, YES
from umfragen.definition.parts import Other, Remark
from umfragen.definition.questions import KINDS, AnyQuestion, Multiple, Ranking, Single, YesNo
from umfragen.editing.draft import Draft, Keys, Refused, changed, with_pages, with_question
from umfragen.editing.fresh import fresh_question, is_kind
from umfragen.editing.parts import numbered
from umfragen.engine.variables import choices_of
from umfragen.versions import rename_part, rename_question

ONLY_NEW = "Diese Art von Frage gibt es nicht."


def add_question(
    draft: Draft, page_key: int, kind: str, text: Text = NOTHING, *, to: int | None = None
) -> tuple[Draft, int]:
    """At this position of the page, else at its end; also the key it got."""
    if not is_kind(kind):
        raise Refused(ONLY_NEW)
    keys = Keys(draft.definition)
    key = keys()
    question = fresh_question(kind, key, free_name(draft, f"F{key}"), text, keys=keys)
    return insert_question(draft, page_key, question, keys, to=to), key


def insert_question(
    draft: Draft, page_key: int, question: AnyQuestion, keys: Keys, *, to: int | None = None
) -> Draft:
    place = draft.page_place(page_key)
    pages = list(draft.definition.pages)
    questions = list(pages[place].questions)
    at = len(questions) if to is None else max(0, min(to, len(questions)))
    questions.insert(at, question)
    pages[place] = replace(pages[place], questions=tuple(questions))
    return with_pages(draft, pages, keys)


def free_name(draft: Draft, wanted: str) -> str:
    """The name wanted, or one like it that no question has."""
    taken = {question.name.casefold() for question in draft.definition.questions()}
    if wanted.casefold() not in taken:
        return wanted
    return next(
        found
        for count in range(2, 100_000)
        if (found := f"{wanted}x{count}").casefold() not in taken
    )


def copy_question(draft: Draft, key: int) -> tuple[Draft, int]:
    """A copy right behind, with keys and a name of its own."""
    question = draft.question(key)
    place, at = draft.question_place(key)
    keys = Keys(draft.definition)
    copy = replace(numbered(question, keys), retired=False)
    copy = replace(copy, name=free_name(draft, f"F{copy.key}"))
    page_key = draft.definition.pages[place].key
    return insert_question(draft, page_key, copy, keys, to=at + 1), copy.key


def move_question(draft: Draft, key: int, page_key: int, to: int) -> Draft:
    """Onto this page at this position, counted from 0 without the question itself."""
    question = draft.question(key)
    draft.page_place(page_key)
    pages = []
    for page in draft.definition.pages:
        rest = [other for other in page.questions if other.key != key]
        if page.key == page_key:
            rest.insert(max(0, min(to, len(rest))), question)
        pages.append(replace(page, questions=tuple(rest)))
    return with_pages(draft, pages)


def step_question(draft: Draft, key: int, step: int) -> Draft:
    """One place up (-1) or down (1), over the edge of a page onto the next one."""
    place, at = draft.question_place(key)
    page = draft.definition.pages[place]
    if 0 <= at + step < len(page.questions):
        return move_question(draft, key, page.key, at + step)
    if not 0 <= place + step < len(draft.definition.pages):
        raise Refused(
            "Die Frage steht schon ganz oben." if step < 0 else "Die Frage steht schon ganz unten."
        )
    neighbour = draft.definition.pages[place + step]
    return move_question(draft, key, neighbour.key, len(neighbour.questions) if step < 0 else 0)


def remove_question(draft: Draft, key: int) -> Draft:
    """Taken out, or only retired where answers may hang on it."""
    if draft.is_published(key):
        return retire_question(draft, key)
    place, _ = draft.question_place(key)
    pages = list(draft.definition.pages)
    rest = tuple(other for other in pages[place].questions if other.key != key)
    pages[place] = replace(pages[place], questions=rest)
    return with_pages(draft, pages)


def retire_question(draft: Draft, key: int, *, on: bool = True) -> Draft:
    return with_question(draft, key, lambda old: replace(old, retired=on))


def change_question(draft: Draft, key: int, values: Mapping[str, Any]) -> Draft:
    """Settings by their names in the document, as JSON: what a form sends. Texts are `Text`s."""
    page, place = draft.question_place(key)
    name = values.get("name", draft.question(key).name)
    draft = _renamed(draft, key, str(name))
    document = dump(draft.definition)
    asked = document["pages"][page]["questions"][place]
    for field, value in values.items():
        if field != "name":
            asked[field] = dict(value) if isinstance(value, Text) else value
    return changed(draft, load(document))


def _renamed(draft: Draft, key: int, name: str) -> Draft:
    """With its name in every expression, and refused where that is no name."""
    if name == draft.question(key).name:
        return draft
    return changed(draft, rename_question(draft.definition, key, name))


def rename_option(draft: Draft, key: int, number: int, name: str) -> Draft:
    """The short name of an option, row or column, in every expression too."""
    return changed(draft, rename_part(draft.definition, key, number, name))


def set_other(draft: Draft, key: int, *, on: bool, text: Text = NOTHING) -> Draft:
    """The option „Andere“ with a line to fill in."""
    keys = Keys(draft.definition)

    def edit(old: AnyQuestion) -> AnyQuestion:
        if not isinstance(old, Single | Multiple):
            raise Refused("Diese Frage hat keine Auswahl.")
        if not on:
            return replace(old, other=None)
        other = replace(old.other, text=text) if old.other else Other(key=keys(), text=text)
        return replace(old, other=other)

    return with_question(draft, key, edit, keys)


def set_remark(draft: Draft, key: int, *, on: bool, text: Text = NOTHING) -> Draft:
    """A free line beside the choice."""
    keys = Keys(draft.definition)

    def edit(old: AnyQuestion) -> AnyQuestion:
        if not isinstance(old, Single | Multiple):
            raise Refused("Diese Frage hat keine Auswahl.")
        if not on:
            return replace(old, remark=None)
        remark = replace(old.remark, text=text) if old.remark else Remark(key=keys(), text=text)
        return replace(old, remark=remark)

    return with_question(draft, key, edit, keys)


def change_kind(draft: Draft, key: int, kind: str) -> Draft:
    """Another kind with what both have in common; only while nobody has answered."""
    if not is_kind(kind):
        raise Refused(ONLY_NEW)
    keys = Keys(draft.definition)
    return with_question(draft, key, lambda old: _converted(old, kind, keys), keys)


def _converted(old: AnyQuestion, kind: str, keys: Keys) -> AnyQuestion:
    if kind == old.KIND:
        return old
    fresh = fresh_question(kind, old.key, old.name, old.text, keys=keys)
    known = {field.name for field in fields(KINDS[kind])}
    kept = {
        field.name: getattr(old, field.name)
        for field in fields(old)
        if field.name in known and field.name in SHARED
    }
    if kind == "info":
        kept = {name: value for name, value in kept.items() if name in {"help", "show_if"}}
    found: AnyQuestion = replace(fresh, **kept)
    if isinstance(old, YesNo) and isinstance(found, Single | Multiple | Ranking):
        found = replace(found, options=_yes_and_no(old))
    return found


SHARED = frozenset(
    {
        "help",
        "required",
        "show_if",
        "required_text",
        "retired",
        "options",
        "rows",
        "shuffle",
        "other",
        "remark",
        "unit",
    }
)
"""What a question keeps when it becomes another kind."""


def _yes_and_no(old: YesNo) -> tuple[Option, ...]:
    names = {YES: "ja", NO: "nein"}
    return tuple(
        Option(code=code, name=names[code], text=choice.text)
        for code, choice in choices_of(old).items()
    )
