"""Two wordings as somebody asked to compare them: word by word, or as the page shows both."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from wiki.models import Page, Space
from wiki.rendering import Block, DifferenceView, Fold, difference_view, rendered_difference
from wiki.service.rendering import Files, preview

AS_PAGE = "seite"  # of ?ansicht=
Side = tuple[str, Files]
"""A text and the files it names."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One of both; the other view is a link away."""

    words: DifferenceView | None = None
    blocks: Sequence[Block | Fold] | None = None


def compared(space: Space, page: Page | None, old: Side, new: Side) -> Compared:
    """Takes as long as rendering both and a comparison word by word, whatever is asked for."""
    if request.args.get("ansicht") != AS_PAGE:
        return Compared(words=difference_view(old[0], new[0]))
    before, after = (preview(space, source, files, page).html for source, files in (old, new))
    return Compared(blocks=rendered_difference(before, after))
