"""Every German sentence of the source, and the English catalogue kept in step with them.

`python -m portal.betrieb.catalogue` adds what is new, with an empty translation, and drops what
is gone. Sentences stand in `_()` and its kin, and as plain words in errors: `i18n.say` translates.
"""

import ast
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from kern.config import ROOT

PACKAGES = ("kern", "beteiligung", "umfragen", "wiki", "anliegen", "portal")
KEYWORDS = {"_": 1, "_l": 1, "_n": 2, "gettext": 1, "ngettext": 2}  # and how many sentences follow
PO_FILE = ROOT / "translations" / "en" / "LC_MESSAGES" / "messages.po"
ERROR = "DomainError"
FIRST_WRITTEN = datetime(2026, 11, 23, tzinfo=UTC)

_TEMPLATES = Environment(extensions=["jinja2.ext.i18n"])  # noqa: S701 - it renders nothing

Message = str | tuple[str, str]  # with its plural


def messages() -> dict[Message, list[str]]:
    """Every sentence, and the files it stands in, in the order of the files."""
    found: dict[Message, list[str]] = {}
    sources = {path: _Source(path) for path in _python_files()}
    errors = _Errors(sources.values())
    for path, source in sources.items():
        _add(found, path, _of_calls(source))
        _add(found, path, errors.sentences(source))
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if path.suffix in {".html", ".txt", ".xml"}:
            _add(found, path, _of_template(path))
    return found


def _python_files() -> list[Path]:
    return sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))


def _add(found: dict[Message, list[str]], path: Path, sentences: Iterable[Message]) -> None:
    name = path.relative_to(ROOT).as_posix()
    for sentence in sentences:
        if not sentence:  # the catalogue's own head
            continue
        places = found.setdefault(sentence, [])
        if name not in places:
            places.append(name)


class _Source:
    """Of a file what sentences may stand in: to walk through all of its tree takes long."""

    def __init__(self, path: Path) -> None:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        self.constants = list(_constants(tree))
        nodes = list(ast.walk(tree))
        self.classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
        self.calls = [node for node in nodes if isinstance(node, ast.Call)]


def _of_calls(source: _Source) -> Iterator[Message]:
    for call in source.calls:
        words = [_word(argument) for argument in call.args]
        yield from _translated(_name(call.func), words)


def _word(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def _of_template(path: Path) -> Iterator[Message]:
    tree = _TEMPLATES.parse(path.read_text(encoding="utf-8"))
    for _line, function, words in extract_from_ast(tree, list(KEYWORDS)):
        yield from _translated(function, [words] if isinstance(words, str | None) else words)


def _translated(function: str, words: Sequence[str | None]) -> Iterator[Message]:
    wanted = words[: KEYWORDS.get(function, 0)]
    match wanted:
        case [str(sentence)] if KEYWORDS[function] == 1:
            yield sentence
        case [str(sentence), str(plural)]:
            yield sentence, plural


class _Errors:
    """Sentences of errors: first arguments of every subclass of DomainError, or constants there."""

    def __init__(self, sources: Iterable[_Source]) -> None:
        self._classes = _subclasses(sources)
        self._constants: dict[str, list[ast.expr]] = {}
        self._here: list[ast.expr] = []  # constants of the file being read
        for source in sources:
            for name, value in source.constants:
                self._constants.setdefault(name, []).append(value)

    def sentences(self, source: _Source) -> Iterator[str]:
        self._here = [value for _, value in source.constants]
        for node in source.classes:
            if node.name in self._classes:
                yield from self._of_super(node)
        for call in source.calls:
            if call.args and _name(call.func) in self._classes:
                yield from self._words(call.args[0])

    def _of_super(self, node: ast.ClassDef) -> Iterator[str]:
        """`super().__init__("...")` inside of an error."""
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and _name(call.func) == "__init__" and call.args:
                yield from self._words(call.args[0])

    def _words(self, node: ast.expr) -> Iterator[str]:
        """A literal, a choice of two, or a constant by its name: of this file, else wherever it was
        imported from."""
        if isinstance(node, ast.IfExp):
            yield from self._words(node.body)
            yield from self._words(node.orelse)
        elif isinstance(node, ast.Subscript):
            yield from self._words(node.value)
        elif isinstance(node, ast.Name | ast.Attribute) and not _is_member(node):
            everywhere = self._constants.get(_name(node), [])
            for value in [one for one in everywhere if one in self._here] or everywhere:
                yield from _literals(value)
        else:
            yield from _literals(node)


def _subclasses(sources: Iterable[_Source]) -> set[str]:
    bases: dict[str, set[str]] = {}  # by name alone: of two classes with one name both count
    for source in sources:
        for node in source.classes:
            bases.setdefault(node.name, set()).update(map(_name, node.bases))
    found = {ERROR}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return found


def _constants(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node.target.id, node.value


def _is_member(node: ast.expr) -> bool:
    """Of an enumeration, such as `Kind.SAME`: no sentence."""
    owner = node.value if isinstance(node, ast.Attribute) else None
    return isinstance(owner, ast.Name) and owner.id[:1].isupper()


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _literals(node: ast.expr) -> Iterator[str]:
    """The strings of a literal, of the values of a mapping, of the parts of a tuple."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _literals(value)
    elif isinstance(node, ast.Tuple | ast.List):
        for value in node.elts:
            yield from _literals(value)


def read() -> Catalog:
    if not PO_FILE.exists():
        return Catalog(locale="en")
    with PO_FILE.open("rb") as file:
        return read_po(file, locale="en")


def refresh() -> list[str]:
    """Bring the file in step with the source; answers what has no translation yet."""
    old = read()
    new = Catalog(
        locale="en",
        project="Dorflinde",
        version="1",
        copyright_holder="Dorflinde",
        msgid_bugs_address="CONTRIBUTING.md",
        last_translator="Dorflinde",
        language_team="English",
        header_comment="# The English words of Dorflinde. Sources are German.",
        creation_date=FIRST_WRITTEN,  # fixed, or every run would change the file
        revision_date=FIRST_WRITTEN,
        fuzzy=False,
    )
    for message, places in messages().items():
        # One file of origin and no line: lines move with every edit.
        new.add(message, _known(old, message), [(places[0], 0)])
    PO_FILE.parent.mkdir(parents=True, exist_ok=True)
    with PO_FILE.open("wb") as file:
        write_po(file, new, width=0, sort_output=True, include_lineno=False)
    return [str(entry.id) for entry in new if entry.id and not is_complete(entry)]


def _known(old: Catalog, message: Message) -> str | tuple[str, ...]:
    entry = old.get(message if isinstance(message, str) else message[0])
    if entry is None or isinstance(entry.id, str) != isinstance(message, str):
        return ""
    return entry.string if isinstance(entry.string, str) else tuple(entry.string or ())


def is_complete(entry: Entry) -> bool:
    """Translated, in all its numbers, by somebody who was sure."""
    strings = [entry.string] if isinstance(entry.string, str) else list(entry.string or ())
    return bool(strings) and all(strings) and not entry.fuzzy


if __name__ == "__main__":
    for sentence in refresh():
        print(f"Ohne Übersetzung: {sentence!r}")
