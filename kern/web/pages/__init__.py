"""Pages for strangers, kept with what they depend on: exact at once, and cheaper than Flask.

A view says `depends_on(scope_ids)` or `depends_on_everything()`; a view that says nothing is never
kept. Nothing of a person is: any cookie but light and language passes the layer by.
"""

from kern.web.pages.asking import Unreadable
from kern.web.pages.declaring import depends_on, depends_on_everything, init_app
from kern.web.pages.layer import Held, PageCache
from kern.web.pages.line import Line
from kern.web.pages.parts import init_parts, kept_part

__all__ = [
    "Held",
    "Line",
    "PageCache",
    "Unreadable",
    "depends_on",
    "depends_on_everything",
    "init_app",
    "init_parts",
    "kept_part",
]
