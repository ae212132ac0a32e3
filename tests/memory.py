"""How much memory something takes of Python."""

import tracemalloc
from collections.abc import Callable
from typing import TypeVar

Made = TypeVar("Made")


def measured(make: Callable[[], Made]) -> tuple[Made, int, int]:
    """What it makes; the bytes that stay, and those there were at most."""
    tracemalloc.start()
    try:
        made = make()
        return made, *tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
