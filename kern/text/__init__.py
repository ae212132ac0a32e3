"""What people write, on its way to the page: normalised, rendered and sanitised once, at write.

The only package that imports markdown, bleach and nh3. Pure: no Flask, no database, no clock.
"""

from kern.text.foreign import as_typed
from kern.text.names import fold_name, name_skeleton
from kern.text.normalise import clean_line
from kern.text.outline import outline
from kern.text.plain import excerpt, plain_text
from kern.text.prose import prose_spans
from kern.text.render import (
    MAX_SOURCE,
    RENDERER_VERSION,
    Rendered,
    TextTooLong,
    may_link,
    render,
)
from kern.text.wiki.section import Section

__all__ = [
    "MAX_SOURCE",
    "RENDERER_VERSION",
    "Rendered",
    "Section",
    "TextTooLong",
    "as_typed",
    "clean_line",
    "excerpt",
    "fold_name",
    "may_link",
    "name_skeleton",
    "outline",
    "plain_text",
    "prose_spans",
    "render",
]
