"""Hints for moderators: what may be worth a second look, and why. They sort and never
block.

The worker makes them after submission, so writing stays fast; they go with the decision. Only where
a text would be public at once they are asked for before (`look`), and then somebody reads it first.
"""

from kern.moderation.hints.beforehand import look
from kern.moderation.hints.kinds import Hint, HintKind
from kern.moderation.hints.making import ask_anew, mark_quote
from kern.moderation.hints.reading import hints_of, lookalikes, source_of_quote
from kern.moderation.hints.typing import note_typing

__all__ = [
    "Hint",
    "HintKind",
    "ask_anew",
    "hints_of",
    "look",
    "lookalikes",
    "mark_quote",
    "note_typing",
    "source_of_quote",
]
