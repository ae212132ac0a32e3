"""A page gets another title: whoever linked to it goes on doing so."""

from collections.abc import Iterable

from wiki.linking.links import Link, Use, find_links
from wiki.linking.naming import is_same_page


def rename_page(source: str, old: str, new: str, rooms: Iterable[str] = ()) -> str:
    """The source with every link and include of the page `old` naming `new`.

    What a reader sees stays: a link that showed the old title keeps it as its label. Nothing else
    of the source changes, code included.
    """
    parts: list[str] = []
    at = 0
    for link in find_links(source, rooms):
        if link.target.room or not is_same_page(link.target.name, old):
            continue
        parts += [source[at : link.start], _renamed(link, new)]
        at = link.end
    return "".join([*parts, source[at:]])


def _renamed(link: Link, new: str) -> str:
    name = f"{new}#{link.target.anchor}" if link.target.anchor else new
    if link.use is Use.INCLUDE:
        return f"{{{{{name}}}}}"
    label = link.label or link.target.name
    return f"[[{name}]]" if label == new else f"[[{name}|{label}]]"
