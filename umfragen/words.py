"""Sentences as values: what a survey has to say to somebody, said later by `kern.i18n.say`.

Rules that are pure cannot know the reader's language. They hand out the German source sentence
with its values; the edge turns it into words.
"""

from collections.abc import Hashable

from kern.errors import DomainError


class Words(DomainError):
    """A sentence; an error only so that `say` and the catalogue treat it like every other one."""

    status = 422

    def _parts(self) -> Hashable:
        return (
            type(self),
            self.message,
            tuple(sorted(self.params.items(), key=lambda pair: pair[0])),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Words) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"
