"""The definition an editor works on, and the one gate every change to it passes.

Operations take a `Draft` and give a new one, or raise `DefinitionRefused` with findings at the
places to mend; nothing is changed then. Once people have answered, `published` is the version
they saw: its keys and codes stay, and what would mix answers of different meaning is refused.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from umfragen.definition import (
    Definition,
    DefinitionRefused,
    Finding,
    Page,
    Path,
    check_structure,
    dump,
    keys_of,
    load,
    next_key,
)
from umfragen.definition.items import Holds, items_of
from umfragen.definition.questions import AnyQuestion
from umfragen.versions import Change, Effect, find_changes

Edit = Callable[[AnyQuestion], AnyQuestion]


@dataclass(frozen=True, slots=True)
class Draft:
    definition: Definition
    published: Definition | None = None

    def page(self, key: int) -> Page:
        return self.definition.pages[self.page_place(key)]

    def page_place(self, key: int) -> int:
        for at, page in enumerate(self.definition.pages):
            if page.key == key:
                return at
        raise Missing("Diese Seite gibt es nicht mehr.")

    def question(self, key: int) -> AnyQuestion:
        page, place = self.question_place(key)
        return self.definition.pages[page].questions[place]

    def question_place(self, key: int) -> tuple[int, int]:
        """Positions of the page and of the question on it."""
        for at, page in enumerate(self.definition.pages):
            for place, question in enumerate(page.questions):
                if question.key == key:
                    return at, place
        raise Missing("Diese Frage gibt es nicht mehr.")

    def question_path(self, key: int) -> Path:
        page, place = self.question_place(key)
        return "pages", page, "questions", place

    def is_published(self, key: int) -> bool:
        """Whether answers may hang on this key, so that it can only be retired."""
        return self.published is not None and key in set(keys_of(self.published))

    def has_published_code(self, key: int, code: int) -> bool:
        if self.published is None:
            return False
        return any(
            code in item.codes
            for question in self.published.questions()
            if question.key == key
            for item in items_of(question)
        )


class Keys:
    """Gives out keys nobody had. Afterwards `last` belongs into the definition."""

    def __init__(self, definition: Definition) -> None:
        self.last = next_key(definition) - 1

    def __call__(self) -> int:
        self.last += 1
        return self.last


class Refused(DefinitionRefused):
    """An act that is not possible, said in one sentence."""

    def __init__(self, message: str, path: Path = (), **params: object) -> None:
        finding = Finding(message, path)
        finding.params = params
        super().__init__((finding,))


class Missing(Refused):
    """What was meant is not there any more."""

    status = 404


def changed(draft: Draft, definition: Definition, keys: Keys | None = None) -> Draft:
    """The draft with this definition, if nothing about it is worse than before."""
    last = max(draft.definition.last_key, *keys_of(draft.definition), *keys_of(definition))
    last = max(last, keys.last if keys else 0)
    candidate = load(dump(replace(definition, last_key=last)))
    findings = [
        *_broken_quotas(candidate),
        *_new_findings(draft.definition, candidate),
        *_forbidden(draft, candidate),
    ]
    if findings:
        raise DefinitionRefused(tuple(findings))
    return replace(draft, definition=candidate)


def with_pages(draft: Draft, pages: Iterable[Page], keys: Keys | None = None) -> Draft:
    return changed(draft, replace(draft.definition, pages=tuple(pages)), keys)


def with_question(draft: Draft, key: int, edit: Edit, keys: Keys | None = None) -> Draft:
    """The question with this key becomes what `edit` makes of it."""
    place, at = draft.question_place(key)
    pages = list(draft.definition.pages)
    questions = list(pages[place].questions)
    questions[at] = edit(questions[at])
    pages[place] = replace(pages[place], questions=tuple(questions))
    return with_pages(draft, pages, keys)


def restored(draft: Draft, earlier: Definition) -> Draft:
    """The draft as it was, for undo. Keys given out meanwhile are not given out again."""
    last = max(next_key(draft.definition) - 1, next_key(earlier) - 1)
    return replace(draft, definition=replace(earlier, last_key=last))


def _new_findings(before: Definition, after: Definition) -> Iterator[Finding]:
    """What was wrong before may stay; a text that is still missing may come later."""
    known = Counter(str(finding) for finding in check_structure(before))
    for finding in check_structure(after):
        if known[str(finding)]:
            known[str(finding)] -= 1
        elif finding.path[-1:] != ("text",):
            yield finding


def _broken_quotas(definition: Definition) -> Iterator[Finding]:
    codes = {
        item.key: item.codes
        for question in definition.questions()
        for item in items_of(question)
        if item.holds in {Holds.CODE, Holds.CODES}
    }
    for at, quota in enumerate(definition.quotas):
        if any(member.code not in codes.get(member.key, frozenset()) for member in quota.members):
            yield Finding(
                "Die Quote „%(name)s“ zählt eine Antwort, die dann fehlt. Bitte ändern Sie zuerst"
                " die Quote.",
                ("quotas", at),
                name=quota.name,
            )


def _forbidden(draft: Draft, candidate: Definition) -> Iterator[Finding]:
    if draft.published is None:
        return
    known = set(find_changes(draft.published, draft.definition))
    for change in find_changes(draft.published, candidate):
        if change.effect is Effect.FORBIDDEN and change not in known:
            yield Finding.of(change, _path_of(candidate, change))


def _path_of(definition: Definition, change: Change) -> Path:
    for at, page in enumerate(definition.pages):
        for place, question in enumerate(page.questions):
            if question.key == change.key:
                return "pages", at, "questions", place
    return ()
