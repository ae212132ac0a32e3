"""A new short name for a question or a part of it, and the same in every expression and text.

Answers do not notice: they are kept by key and code. Wording is no name; it may change freely.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from umfragen.definition.model import Definition
from umfragen.definition.parts import Option, Row
from umfragen.definition.questions import AnyQuestion
from umfragen.definition.texts import Text
from umfragen.engine.piping import Place, pieces_of
from umfragen.engine.variables import collect_names
from umfragen.expression import Binary, Call, Mistake, Name, Node, Str, parse, tokenize, walk
from umfragen.expression.tokens import Kind

EXPRESSIONS = frozenset({"show_if", "check", "formula"})
Edit = tuple[int, int, str]


def rename_question(definition: Definition, key: int, name: str) -> Definition:
    """The same survey with another name for the question; its variables follow."""
    return _renamed(definition, key, lambda question: replace(question, name=name))


def rename_part(definition: Definition, key: int, number: int, name: str) -> Definition:
    """The same for an option or column by its code, or for a row by its key."""

    def edit(question: AnyQuestion) -> AnyQuestion:
        changed = {
            field: tuple(
                replace(part, name=name) if _number(part) == number else part
                for part in getattr(question, field)
            )
            for field in ("options", "columns", "rows")
            if hasattr(question, field)
        }
        return replace(question, **changed)  # type: ignore[arg-type]  # fields it has

    return _renamed(definition, key, edit)


def _number(part: Option | Row) -> int:
    return part.key if isinstance(part, Row) else part.code


def _renamed(
    definition: Definition, key: int, edit: Callable[[AnyQuestion], AnyQuestion]
) -> Definition:
    pages = tuple(
        replace(
            page,
            questions=tuple(
                edit(question) if question.key == key else question for question in page.questions
            ),
        )
        for page in definition.pages
    )
    changed = replace(definition, pages=pages)
    return _Rewriter(definition, changed, key).survey()


class _Rewriter:
    """Finds what was called differently before, by the ids of variables and by codes."""

    def __init__(self, old: Definition, new: Definition, key: int) -> None:
        self.new = new
        before, after = collect_names(old), collect_names(new)
        self.names: dict[str, str] = {
            variable.name: after.by_id[variable.id].name
            for variable in before.by_question.get(key, ())
            if variable.id in after.by_id
        }
        old_names = {question.key: question.name for question in old.questions()}
        new_names = {question.key: question.name for question in new.questions()}
        self.questions = {old_names[key]: new_names[key]} if key in old_names else {}
        self.literals: Mapping[str, Mapping[str, str]] = {
            variable.name: {
                choice.name: (after.by_id[variable.id].choices or {})[code].name
                for code, choice in (variable.choices or {}).items()
            }
            for variable in before.by_question.get(key, ())
            if variable.id in after.by_id
        }

    def survey(self) -> Definition:
        found: Definition = self._any(self.new)
        return found

    def _any(self, value: Any) -> Any:
        if isinstance(value, Text):
            return Text((language, self._text(words)) for language, words in value)
        if isinstance(value, tuple):
            return tuple(self._any(entry) for entry in value)
        if not is_dataclass(value) or isinstance(value, type):
            return value
        changed = {
            field.name: self.expression(content)
            if field.name in EXPRESSIONS
            else self._any(content)
            for field in fields(value)
            for content in [getattr(value, field.name)]
        }
        return replace(value, **changed)

    def _text(self, words: str) -> str:
        """Places are rewritten from the last to the first, so that positions stay right."""
        for piece in reversed(pieces_of(words)):
            if isinstance(piece, Place):
                end = piece.start + len(piece.source)
                words = words[: piece.start] + self.expression(piece.source) + words[end:]
        return words

    def expression(self, source: str) -> str:
        """What is no expression stays as it is; so do blanks and brackets of one that is."""
        try:
            tree = parse(source)
            tokens = tokenize(source)
        except Mistake:
            return source
        edits: list[Edit] = [
            (token.start, token.end, self._name(token.text))
            for token in tokens
            if token.kind is Kind.NAME
        ]
        edits += [edit for node in walk(tree) for edit in self._compared(node)]
        for start, end, text in sorted(set(edits), reverse=True):
            source = source[:start] + text + source[end:]
        return source

    def _name(self, text: str) -> str:
        words = text.split(".")
        at = 1 if words[0] == "that" and len(words) > 1 else 0
        known = self.questions if at else {**self.questions, **self.names}
        words[at] = known.get(words[at], words[at])
        return ".".join(words)

    def _compared(self, node: Node) -> list[Edit]:
        """Texts that are names of options: beside a variable, or first in `countif`."""
        pairs: list[tuple[Node, Node]] = []
        if isinstance(node, Binary):
            pairs = [(node.left, node.right), (node.right, node.left)]
        elif isinstance(node, Call) and node.name == "countif":
            pairs = [(other, node.args[0]) for other in node.args[1:]]
        return [
            (text.start, text.end, f'"{self.literals[name][text.value]}"')
            for variable, text in pairs
            if isinstance(variable, Name) and isinstance(text, Str)
            for name in [variable.words[0]]
            if self.literals.get(name, {}).get(text.value, text.value) != text.value
        ]
