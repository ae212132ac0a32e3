"""Tables: cells of one line each, as our dialect knows them; others become lists of their rows."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

_STYLE = re.compile(r"[^\[\]{}|]{0,300}=[^\[\]{}|]{0,300}\|(?!\|)")
_SPAN = re.compile(r"(?:row|col)span", re.IGNORECASE)
MAX_COLUMNS = 40


@dataclass(slots=True)
class _Table:
    caption: str = ""
    rows: list[list[str]] = field(default_factory=lambda: [[]])
    heads: bool = False  # the first row is one of headings
    spans: bool = False


def table(lines: Sequence[str], read: Callable[[str], str]) -> tuple[str, bool]:
    """Markdown of the lines between `{|` and `|}`, and whether it is still a table."""
    found = _parsed(lines)
    rows = [[_cell(cell, read) for cell in row] for row in found.rows if row]
    caption = f"**{_cell(found.caption, read)}**\n\n" if found.caption.strip() else ""
    if not rows:
        return caption.strip(), True
    width = max(map(len, rows))
    if found.spans or not 1 < width <= MAX_COLUMNS:
        listed = ["- " + " – ".join(cell for cell in row if cell) for row in rows if any(row)]
        return caption + "\n".join(listed), False
    return caption + _drawn(rows, width, heads=found.heads), True


def _parsed(lines: Sequence[str]) -> _Table:
    found = _Table()
    for line in lines:
        text = line.strip()
        if text.startswith("|+"):
            found.caption = text[2:]
        elif text.startswith("|-"):
            found.rows.append([])
        elif text.startswith(("|", "!")):
            _add_cells(found, text)
        elif found.rows[-1]:
            found.rows[-1][-1] += f"\n{text}"
    return found


def _add_cells(found: _Table, text: str) -> None:
    is_head = text.startswith("!")
    found.heads = found.heads or (is_head and not any(found.rows))
    for cell in re.split(r"\|\||!!" if is_head else r"\|\|", text[1:]):
        style = _STYLE.match(cell)
        if style and _SPAN.search(style[0]):
            found.spans = True
        found.rows[-1].append(cell[style.end() :] if style else cell)


def _cell(text: str, read: Callable[[str], str]) -> str:
    lines = (read(re.sub(r"^[*#:;]+\s*", "", line.strip())) for line in text.split("\n"))
    return re.sub(r"\s+", " ", ", ".join(line.strip() for line in lines if line.strip()))


def _drawn(rows: Sequence[Sequence[str]], width: int, *, heads: bool) -> str:
    filled = [[*row, *[""] * (width - len(row))] for row in rows]
    head, body = (filled[0], filled[1:]) if heads else ([""] * width, filled)
    lines = [head, ["---"] * width, *body]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in lines
    )
