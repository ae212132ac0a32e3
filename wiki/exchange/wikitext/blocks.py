"""Lines of wikitext to blocks: headings, lists, tables, paragraphs."""

import re
from collections.abc import Callable, Iterator, Sequence

from wiki.exchange.wikitext.tables import table

_HEADING = re.compile(r"(={1,6})\s*([^=\n].*?)\s*={1,6}\s*")
_ITEM = re.compile(r"([*#:;]+)\s*(.*)")
_RULE = re.compile(r"-{4,}\s*")
_DEEPEST = 5


class Blocks:
    """`read` turns the words of a line into Markdown; `lost_tables` counts what became lists."""

    def __init__(self, read: Callable[[str], str]) -> None:
        self.read = read
        self.lost_tables = 0

    def written(self, text: str) -> str:
        out: list[str] = []
        lines = text.split("\n")
        at = 0
        while at < len(lines):
            line = lines[at]
            if line.lstrip(":* ").startswith("{|"):
                end = _table_end(lines, at)
                out += ["", self._table(lines[at + 1 : end]), ""]
                at = end + 1
                continue
            out += self._line(line)
            at += 1
        return re.sub(r"\n{3,}", "\n\n", "\n".join(out)).strip("\n")

    def _table(self, lines: Sequence[str]) -> str:
        drawn, is_table = table(lines, self.read)
        self.lost_tables += not is_table
        return drawn

    def _line(self, line: str) -> Iterator[str]:
        heading = _HEADING.fullmatch(line)
        item = _ITEM.fullmatch(line)
        if heading:
            yield from ("", f"{'#' * len(heading[1])} {self._one(heading[2])}", "")
        elif _RULE.fullmatch(line):
            yield from ("", "---", "")
        elif item:
            yield from self._item(item[1], item[2])
        else:
            yield self.read(line.strip())

    def _one(self, text: str) -> str:
        return re.sub(r"\s+", " ", self.read(text)).strip()

    def _item(self, signs: str, text: str) -> Iterator[str]:
        words = self._one(text)
        if not words:
            return
        if signs[0] == ";":
            term, colon, meaning = words.partition(" : ")
            yield from ("", f"**{term}**" + (f"\n{meaning}" if colon else ""))
        elif signs[-1] == ":" or signs[0] == ":":
            yield from ("", words)
        else:
            indent = "    " * (min(len(signs), _DEEPEST) - 1)
            yield f"{indent}{'1.' if signs[-1] == '#' else '-'} {words}"


def _table_end(lines: Sequence[str], start: int) -> int:
    """The line that closes the table, or the last one."""
    depth = 0
    for at in range(start, len(lines)):
        text = lines[at].lstrip(":* ")
        depth += text.startswith("{|")
        depth -= text.startswith("|}")
        if depth == 0:
            return at
    return len(lines)
