"""Figures as JSON, the form a snapshot keeps and everybody may take away. Pure."""

from collections.abc import Mapping
from typing import Any

from umfragen.results.figures import Block, Figure, Line, Middle, Rank, Shape
from umfragen.results.spans import Span


def dump(figure: Figure) -> dict[str, Any]:
    return {
        "key": figure.key,
        "shape": figure.shape.value,
        "ranks": [list(one) for one in figure.ranks],
        "blocks": [_dump_block(block) for block in figure.blocks],
    }


def load(found: Mapping[str, Any]) -> Figure:
    """Of what `dump` has made."""
    return Figure(
        found["key"],
        Shape(found["shape"]),
        tuple(_load_block(block) for block in found["blocks"]),
        tuple(Rank(*one) for one in found["ranks"]),
    )


def _dump_block(block: Block) -> dict[str, Any]:
    return {
        "item": block.item,
        "part": block.part,
        "base": block.base,
        "lines": [list(line) for line in block.lines],
        "rest": block.rest,
        "merged": sorted(block.merged),
        "hidden": sorted(block.hidden),
        "spans": [list(span) for span in block.spans],
        "middle": list(block.middle) if block.middle else None,
        "withheld": block.is_withheld,
    }


def _load_block(found: Mapping[str, Any]) -> Block:
    return Block(
        item=found["item"],
        part=found["part"],
        base=found["base"],
        lines=tuple(Line(*line) for line in found["lines"]),
        rest=found["rest"],
        merged=frozenset(found["merged"]),
        hidden=frozenset(found["hidden"]),
        spans=tuple(Span(*span) for span in found["spans"]),
        middle=Middle(*found["middle"]) if found["middle"] else None,
        is_withheld=found["withheld"],
    )
