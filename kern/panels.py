"""Panels: what one room shows on the page of another, without either knowing the other.

A page says `{{ panels(ref) }}`; portal registers who offers something for that kind of host.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from markupsafe import Markup

from kern.content import Ref

Render = Callable[[Ref, int], Markup]


@dataclass(frozen=True, slots=True)
class Panel:
    """`render` gets the host and the id of its scope, and answers a part of a page."""

    key: str
    hosts: frozenset[str]
    render: Render


_panels: list[Panel] = []


def fill(found: Iterable[Panel]) -> None:
    _panels[:] = found


def panels(ref: Ref, scope_id: int) -> Markup:
    """Everything that is offered for this host, in the order of registration."""
    parts = [panel.render(ref, scope_id) for panel in _panels if ref.key in panel.hosts]
    return Markup("").join(parts)
