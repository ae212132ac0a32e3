"""A space as files for elsewhere: Markdown with what is attached, pages to read, all history.

Everything is streamed: neither a page nor an archive has to fit into memory.
"""

from wiki.exchange.outward.history import read_history, write_history
from wiki.exchange.outward.markdown import write_markdown
from wiki.exchange.outward.pages import Leaving, LeavingPage
from wiki.exchange.outward.reading_copy import write_reading_copy

__all__ = [
    "Leaving",
    "LeavingPage",
    "read_history",
    "write_history",
    "write_markdown",
    "write_reading_copy",
]
