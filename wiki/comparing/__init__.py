"""Two or three wordings beside each other: what differs, who wrote what, how changes join. Pure.

Everything here takes a bounded time, whatever people write: unrelated stretches are called
replaced as a whole instead of being searched for a smallest difference.
"""

from wiki.comparing.align import Run, align
from wiki.comparing.authorship import Credit, Version, credit
from wiki.comparing.difference import Change, Kind, Piece, compare, plain_difference
from wiki.comparing.merge import Clash, Merged, Settled, merge

__all__ = [
    "Change",
    "Clash",
    "Credit",
    "Kind",
    "Merged",
    "Piece",
    "Run",
    "Settled",
    "Version",
    "align",
    "compare",
    "credit",
    "merge",
    "plain_difference",
]
