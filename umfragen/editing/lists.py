"""Long lists of options, rows or columns: many put in order or taken out at once. Pure."""

import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from umfragen.definition import Option
from umfragen.definition.questions import AnyQuestion
from umfragen.editing.draft import Draft, Refused, with_question
from umfragen.editing.parts import (
    Field,
    Part,
    number_of_part,
    parts_in,
    remove_part,
    retire_part,
    with_fields,
)
from umfragen.editing.wording import words_in

Parts = Sequence[Part]
Order = Callable[[Parts], Parts]


def reword(draft: Draft, key: int, field: Field, language: str, texts: Mapping[int, str]) -> Draft:
    """Texts by number; what is not named stays."""

    def edit(old: AnyQuestion) -> AnyQuestion:
        parts = tuple(
            replace(part, text=words_in(part.text, language, texts[number].strip()))
            if (number := number_of_part(part)) in texts
            else part
            for part in parts_in(old, field)
        )
        return with_fields(old, **{field: parts})

    return with_question(draft, key, edit)


def put_in_order(draft: Draft, key: int, field: Field, order: Order) -> Draft:
    def edit(old: AnyQuestion) -> AnyQuestion:
        return with_fields(old, **{field: tuple(order(parts_in(old, field)))})

    return with_question(draft, key, edit)


def to_place(chosen: Collection[int], place: int) -> Order:
    """Together, in the order they have, so that the first one is number `place`."""

    def order(parts: Parts) -> Parts:
        moved = [part for part in parts if number_of_part(part) in chosen]
        rest = [part for part in parts if number_of_part(part) not in chosen]
        at = max(0, min(place - 1, len(rest)))
        return [*rest[:at], *moved, *rest[at:]]

    return order


def stepped(chosen: Collection[int], step: int) -> Order:
    """Each one place up (-1) or down (1); those that are at the end already stay there."""

    def order(parts: Parts) -> Parts:
        moved = list(parts if step < 0 else reversed(parts))
        for at in range(1, len(moved)):
            is_chosen = [number_of_part(part) in chosen for part in moved[at - 1 : at + 1]]
            if is_chosen == [False, True]:
                moved[at - 1], moved[at] = moved[at], moved[at - 1]
        return moved if step < 0 else moved[::-1]

    return order


def by_alphabet(language: str) -> Order:
    """Ä beside A. What keeps its place when mixed keeps it here, such as „Keine Angabe“."""

    def order(parts: Parts) -> Parts:
        return list(_filled(parts, sorted(filter(_moves, parts), key=weight)))

    def weight(part: Part) -> tuple[str, str]:
        words = part.text.say(language).casefold()
        folded = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
        return folded, words

    return order


def turned_round(parts: Parts) -> Parts:
    return list(_filled(parts, [part for part in parts if _moves(part)][::-1]))


def _moves(part: Part) -> bool:
    return not (part.stays or (isinstance(part, Option) and part.exclusive))


def _filled(parts: Parts, moved: Parts) -> Iterator[Part]:
    rest = iter(moved)
    return (next(rest) if _moves(part) else part for part in parts)


def remove_parts(draft: Draft, key: int, field: Field, chosen: Collection[int]) -> Draft:
    """Taken out, or retired where answers may hang on them. One has to stay."""
    question = draft.question(key)
    if all(number_of_part(part) in chosen for part in parts_in(question, field)):
        raise Refused("Eine Antwort muss bleiben.", (*draft.question_path(key), field))
    for number in chosen:
        draft = remove_part(draft, key, field, number)
    return draft


def show_parts(draft: Draft, key: int, field: Field, chosen: Collection[int]) -> Draft:
    for number in chosen:
        draft = retire_part(draft, key, field, number, on=False)
    return draft
