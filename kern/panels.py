"""Panels: what one room shows on the page of another, without either knowing the other.

A page says `{{ panels(ref) }}`; portal registers who offers something for that kind of host.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from kern.content import Ref

Render = Callable[[Ref, int], Markup]


@dataclass(frozen=True, slots=True)
class Layer:
    """What a room lays on the map of a host's page: GeoJSON, and the same in words and counts.
    `path` is where more about it stands."""

    title: str
    path: str
    shapes: Mapping[str, Any]
    rows: Sequence[tuple[str, str]]


Layers = Callable[[Ref, int], Sequence[Layer]]


@dataclass(frozen=True, slots=True)
class Panel:
    """`render` gets the host and the id of its scope, and answers a part of a page; `layers` what
    belongs on the host's map."""

    key: str
    hosts: frozenset[str]
    render: Render
    layers: Layers | None = None


_panels: list[Panel] = []


def fill(found: Iterable[Panel]) -> None:
    _panels[:] = found


def panels(ref: Ref, scope_id: int) -> Markup:
    """Everything that is offered for this host, in the order of registration."""
    parts = [panel.render(ref, scope_id) for panel in _panels if ref.key in panel.hosts]
    return Markup("").join(parts)


def layers(ref: Ref, scope_id: int) -> list[Layer]:
    """For the map of this host, if it has one."""
    offered = [panel.layers for panel in _panels if ref.key in panel.hosts and panel.layers]
    return [layer for found in offered for layer in found(ref, scope_id)]
