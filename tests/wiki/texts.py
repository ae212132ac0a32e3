"""Random wordings, and edits of them whose every word can be found again."""

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
