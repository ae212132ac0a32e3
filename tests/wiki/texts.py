"""Random wordings, and edits of them whose every word can be found again."""

import gc
import time
from collections.abc import Callable

from hypothesis import strategies as st

ALPHABET = [
    "Linde",
    "Bank",
    "Brunnen",
    "am",
    "See",
    ",",
    ".",
    "\n",
    "\n\n",
    " ",
    "ß",
    "🌳",
    "[[",
    "]]",
]

wordings = st.lists(st.sampled_from(ALPHABET), max_size=60).map("".join)


@st.composite
def edited(draw: st.DrawFn, lines: list[str], mark: str) -> tuple[list[str], set[str], set[str]]:
    """The lines after an edit, what it wrote, and what it removed. All lines are distinct."""
    kept: list[str] = []
    wrote: set[str] = set()
    removed: set[str] = set()
    for number, line in enumerate(lines):
        act = draw(st.sampled_from(["keep", "keep", "keep", "remove", "before", "reword"]))
        fresh = f"{mark}{number}"
        if act == "before":
            kept.append(f"{fresh} steht neu hier\n")
        if act == "reword":
            kept.append(line.rstrip("\n") + f" {fresh}\n")
        if act in {"keep", "before"}:
            kept.append(line)
        if act in {"before", "reword"}:
            wrote.add(fresh)
        if act == "remove":
            removed.add(line)
    return kept, wrote, removed


def cpu_seconds(act: Callable[[], object]) -> float:
    """Of the better of two times, in this thread alone, without tidying up after other tests."""
    best = float("inf")
    gc.disable()
    try:
        for _ in range(2):
            started = time.thread_time()
            act()
            best = min(best, time.thread_time() - started)
    finally:
        gc.enable()
    return best
