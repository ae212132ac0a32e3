"""Hints for moderators: what may be worth a second look, and why. They sort and never block.

The worker makes them after submission, so writing stays fast; they go with the decision.
"""

from kern.moderation.hints.kinds import Hint, HintKind
from kern.moderation.hints.reading import hints_of, lookalikes

__all__ = ["Hint", "HintKind", "hints_of", "lookalikes"]
