"""Words that a form looks up in one of its lists: the label of the
entry of a list whose name is the answer to a question.

Here they are written out: for each answer its words.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from umfragen.definition.parts import MAX_EXPRESSION
from umfragen.definition.texts import ANY
from umfragen.exchange.xlsform.forms import Form
from umfragen.exchange.xlsform.texts import plain
from umfragen.exchange.xlsform.xpath import Find, Target, quoted

LABELS = frozenset({"label", "itextId"})
MAX_FORMULA = MAX_EXPRESSION - 10

_LOOKUP = re.compile(
    r"""\s*(?:jr:itext\(\s*)?instance\(\s*["'](?P<list>[\w.-]+)["']\s*\)
    /[r]oot/item\[\s*name\s*=\s*\$\{\s*(?P<name>[^{}\s]+)\s*\}\s*\]
    /(?P<column>[\w.-]+)\s*\)?\s*""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Lookup:
    """`words`: language -> words -> names of the answers that they are for."""

    asked: Target
    words: Mapping[str, Mapping[str, list[str]]]

    @property
    def languages(self) -> list[str]:
        return list(self.words)

    def formula(self, language: str) -> str:
        found = self.words.get(language) or next(iter(self.words.values()), {})
        parts = [
            f"if({' or '.join(f'{self.asked.name} == {quoted(name)}' for name in names)},"
            f' {quoted(text)}, "")'
            for text, names in found.items()
        ]
        return f"join({', '.join(parts)})" if parts else '""'


def find_lookup(source: str, form: Form, find: Find) -> Lookup | None:
    """None where it is another expression, or one too long to write out."""
    found = _LOOKUP.fullmatch(source)
    asked = find(found["name"]) if found else None
    if found is None or asked is None or asked.many or asked.kind in {"multiple", "ranking"}:
        return None
    words: dict[str, dict[str, list[str]]] = {}
    for choice in form.choices.get(found["list"], ()):
        name = asked.options.get(choice["name"], choice["name"])
        is_label = found["column"] in LABELS
        said = plain(choice.text("label")) if is_label else {ANY: choice[found["column"].lower()]}
        for language, text in said.items():
            words.setdefault(language, {}).setdefault(text, []).append(name)
    lookup = Lookup(asked, words)
    fits = all(len(lookup.formula(language)) <= MAX_FORMULA for language in words)
    return lookup if words and fits else None
