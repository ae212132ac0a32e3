"""Two versions of a survey side by side: every change in a sentence, with what it does."""

from collections.abc import Iterator, Sequence
from dataclasses import fields

from umfragen.definition.model import Definition, Page, question_keys
from umfragen.definition.parts import Option, Other, Remark, Row
from umfragen.definition.questions import AnyQuestion
from umfragen.engine.plan import parts_of
from umfragen.versions.changes import KIND, OF_KIND, RULES, Change, Effect, Rule

APART = frozenset({"key", "code", "options", "columns", "rows", "other", "remark"})
"""Fields that are compared in their own way."""


def find_changes(old: Definition, new: Definition) -> tuple[Change, ...]:
    """In the order of the new version, then what is gone from it."""
    return tuple(_changes(old, new))


def may_replace(changes: Sequence[Change], *, has_answers: bool) -> bool:
    """Whether the new version may be published. Before the first answer everything may change."""
    return not has_answers or all(change.effect is not Effect.FORBIDDEN for change in changes)


def _changes(old: Definition, new: Definition) -> Iterator[Change]:
    yield from _frame(old, new)
    before = {question.key: question for question in old.questions()}
    after = {question.key: question for question in new.questions()}
    yield from _reuse(old, new)
    yield from _pages(old, new)
    for key, question in after.items():
        if key in before:
            yield from _question(before[key], question)
        else:
            yield _new(question)
    for key, question in before.items():
        if key not in after:
            yield _gone(f"„{question.name}“", key)


def _frame(old: Definition, new: Definition) -> Iterator[Change]:
    if (old.title, old.welcome, old.thanks) != (new.title, new.welcome, new.thanks):
        yield Change("Titel, Begrüßung oder Dank sind anders.", Effect.HARMLESS)
    for language in new.languages:
        if language not in old.languages:
            yield Change("Neue Sprache: %(language)s.", Effect.HARMLESS, language=language)
    for language in old.languages:
        if language not in new.languages:
            yield Change("Sprache entfällt: %(language)s.", Effect.HARMLESS, language=language)
    if old.quotas != new.quotas:
        yield Change("Die Quoten sind anders.", Effect.HARMLESS)
    if new.last_key < old.last_key:
        yield Change(
            "Die höchste vergebene Nummer ist kleiner als vorher. Nummern kämen doppelt vor.",
            Effect.FORBIDDEN,
        )


def _pages(old: Definition, new: Definition) -> Iterator[Change]:
    before = {page.key: page for page in old.pages}
    for at, page in enumerate(new.pages, start=1):
        was = before.get(page.key)
        if was is None:
            yield Change("Neue Seite %(number)s.", Effect.HARMLESS, page.key, number=at)
        elif _outside(was) != _outside(page):
            yield Change(
                "Titel, Text oder Bedingung von Seite %(number)s sind anders.",
                Effect.HARMLESS,
                page.key,
                number=at,
            )
    if [page.key for page in old.pages] != [page.key for page in new.pages] or any(
        _order(was) != _order(page) for page in new.pages if (was := before.get(page.key))
    ):
        yield Change("Die Reihenfolge ist anders.", Effect.HARMLESS)


def _outside(page: Page) -> tuple[object, ...]:
    return page.title, page.text, page.show_if


def _order(page: Page) -> tuple[object, ...]:
    return page.block, page.shuffle, *(question.key for question in page.questions)


def _owners(definition: Definition) -> dict[int, tuple[int, str]]:
    """Key -> key of the page or question it stands in, and what to call it."""
    found = {page.key: (0, "") for page in definition.pages}
    for question in definition.questions():
        for key in question_keys(question):
            found[key] = question.key, f"„{question.name}“"
    return found


def _reuse(old: Definition, new: Definition) -> Iterator[Change]:
    """Keys that come back, or that turn up in another question."""
    before, after = _owners(old), _owners(new)
    issued = max(old.last_key, *before)
    for key, (owner, place) in after.items():
        was = before.get(key)
        if was[0] != owner if was else key <= issued:
            yield _reused(place or f"{key}", key)


def _new(question: AnyQuestion) -> Change:
    return Change(
        "Neue Frage „%(name)s“. Wer schon geantwortet hat, wurde das nicht gefragt.",
        Effect.NEW,
        question.key,
        name=question.name,
    )


def _reused(place: str, key: int) -> Change:
    return Change(
        "%(place)s: Die Nummer %(number)s gehörte schon etwas anderem.",
        Effect.FORBIDDEN,
        key,
        place=place,
        number=key,
    )


def _gone(place: str, key: int) -> Change:
    return Change(
        "%(place)s fehlt. Bitte legen Sie das still, statt es zu löschen: Antworten darauf gibt es"
        " schon.",
        Effect.FORBIDDEN,
        key,
        place=place,
    )


def _question(old: AnyQuestion, new: AnyQuestion) -> Iterator[Change]:
    place = f"„{new.name}“"
    if old.KIND != new.KIND:
        yield _by(KIND, new.key, place)
        return
    yield from _fields(old, new, new.key, place, new.KIND)
    for name in ("other", "remark"):
        yield from _line(getattr(old, name, None), getattr(new, name, None), new.key, place)
    for (_, before), (_, after) in zip(parts_of(old), parts_of(new), strict=True):
        yield from _parts(before, after, new.key, place)


def _fields(old: object, new: object, key: int, place: str, kind: str) -> Iterator[Change]:
    said = set()
    for field in fields(new):  # type: ignore[arg-type]  # questions and their parts
        if field.name in APART or getattr(old, field.name) == getattr(new, field.name):
            continue
        rule = OF_KIND.get((kind, field.name)) or RULES[field.name]
        if rule not in said:
            said.add(rule)
            yield _by(rule, key, place)


def _by(rule: Rule, key: int, place: str) -> Change:
    return Change(rule.words.message, rule.effect, key, asks=rule.asks, place=place)


def _line(
    old: Other | Remark | None, new: Other | Remark | None, key: int, place: str
) -> Iterator[Change]:
    if new is not None and old is None:
        yield Change("%(place)s: Neues Feld für eigene Worte.", Effect.NEW, key, place=place)
    elif old is not None and new is None:
        yield _gone(f"{place}, Feld für eigene Worte", key)
    elif old is not None and new is not None:
        if old.key != new.key:
            yield _gone(f"{place}, Feld für eigene Worte", key)
        yield from _fields(old, new, key, place, "")


def _parts(
    old: Sequence[Option | Row], new: Sequence[Option | Row], key: int, place: str
) -> Iterator[Change]:
    before, after = ({_number(part): part for part in parts} for parts in (old, new))
    for number, part in after.items():
        inside = f"{place}, „{part.name}“"
        if number not in before:
            yield Change(
                "%(place)s ist neu. Wer schon geantwortet hat, konnte das nicht wählen.",
                Effect.NEW,
                key,
                place=inside,
            )
            continue
        was = before[number]
        yield from _fields(was, part, key, inside, "")
        if isinstance(was, Option) and isinstance(part, Option) and was.remark != part.remark:
            is_new = was.remark is None
            yield (
                Change("%(place)s: Neues Feld für eigene Worte.", Effect.NEW, key, place=inside)
                if is_new
                else _gone(f"{inside}, Feld für eigene Worte", key)
            )
    for number, part in before.items():
        if number not in after:
            yield _gone(f"{place}, „{part.name}“", key)
    kept = [number for number in before if number in after]
    if kept != [number for number in after if number in before]:
        yield Change("%(place)s: Die Reihenfolge ist anders.", Effect.HARMLESS, key, place=place)


def _number(part: Option | Row) -> int:
    return part.key if isinstance(part, Row) else part.code
