"""Lists to choose from, as HTML: hundreds of lines, which a template would take ten times as long
to write."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from markupsafe import Markup

from kern.web.templates import shown


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a list to choose from; `count` is None where nobody counted."""

    value: str
    label: str
    count: int | None = None
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """Many lines of which none is chosen yet."""

    html: Markup
    by_value: dict[str, Option]

    def choosing(self, chosen: Option | None) -> Markup:
        """The same with one that is chosen, which stands on top where it is not among them."""
        if chosen is None:
            return self.html
        line = as_html([replace(chosen, is_chosen=True)])
        among = self.by_value.get(chosen.value)
        return line + self.html if among is None else self.html.replace(as_html([among]), line, 1)


def prepare(options: Iterable[Option]) -> Prepared:
    by_value = {one.value: one for one in options}
    return Prepared(as_html(by_value.values()), by_value)


def as_html(options: Iterable[Option]) -> Markup:
    return Markup("".join(map(_line, options)))  # noqa: S704 - each part is escaped


def _line(one: Option) -> str:
    count = "" if one.count is None else f" ({one.count})"
    mark = " selected" if one.is_chosen else ""
    return f'<option value="{shown(one.value)}"{mark}>{shown(one.label)}{count}</option>'
