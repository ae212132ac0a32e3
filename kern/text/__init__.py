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
from kern.text.wiki.answers import Answer, Download, Link, Part, Picture, Place, Places, Said
from kern.text.wiki.brackets import BRACKETS, CONTENTS, MAX_BRACKETS
from kern.text.wiki.dialect import Slot, Use
from kern.text.wiki.filling import WIKI_VERSION, Filled, fill_wiki
from kern.text.wiki.policy import POLICY_VERSION
from kern.text.wiki.reading import MAX_PAGE, WikiText, read_wiki
from kern.text.wiki.section import Section, anchor_of, find_sections
from kern.text.wiki.words import words_in

__all__ = [
    "BRACKETS",
    "CONTENTS",
    "MAX_BRACKETS",
    "MAX_PAGE",
    "MAX_SOURCE",
    "POLICY_VERSION",
    "RENDERER_VERSION",
    "WIKI_VERSION",
    "Answer",
    "Download",
    "Filled",
    "Link",
    "Part",
    "Picture",
    "Place",
    "Places",
    "Rendered",
    "Said",
    "Section",
    "Slot",
    "TextTooLong",
    "Use",
    "WikiText",
    "anchor_of",
    "as_typed",
    "clean_line",
    "excerpt",
    "fill_wiki",
    "find_sections",
    "fold_name",
    "may_link",
    "name_skeleton",
    "outline",
    "plain_text",
    "prose_spans",
    "read_wiki",
    "render",
    "words_in",
]
