"""What became of a file: question by question what was taken, what only nearly, what not.

One to one means: the same answers are possible, under the same conditions, and are kept the same.
How a question is laid out, and what it was filled in with beforehand, is no part of that; notes
say it all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from kern.text import clean_line
from umfragen.words import Words

MAX_ECHO = 80  # characters of a file that a sentence repeats
MAX_NOTES = 500


class Outcome(StrEnum):
    TAKEN = "taken"
    APPROXIMATED = "approximated"
    DROPPED = "dropped"


class Note(Words):
    """Something to know about a question that was taken."""


class Loss(Note):
    """What makes a question not quite the same any more."""


class Gone(Note):
    """Why a question is not there."""


class Refused(Words):
    """A file that is not read at all, and why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`what` is the question's name in the file, on one line and short; not escaped."""

    what: str
    notes: tuple[Note, ...] = ()

    @property
    def outcome(self) -> Outcome:
        if any(isinstance(note, Gone) for note in self.notes):
            return Outcome.DROPPED
        if any(isinstance(note, Loss) for note in self.notes):
            return Outcome.APPROXIMATED
        return Outcome.TAKEN


@dataclass(frozen=True, slots=True)
class Report:
    """`general`: what concerns the whole survey and no single question."""

    entries: tuple[Entry, ...] = ()
    general: tuple[Note, ...] = ()

    def count(self, outcome: Outcome) -> int:
        return sum(entry.outcome is outcome for entry in self.entries)

    @property
    def share(self) -> float:
        """Of the questions that were taken one to one, from 0 to 1."""
        return self.count(Outcome.TAKEN) / len(self.entries) if self.entries else 1.0

    @property
    def noted(self) -> tuple[Entry, ...]:
        """Entries with something to read."""
        return tuple(entry for entry in self.entries if entry.notes)


def echo(value: object) -> str:
    """Something from a file as a sentence may repeat it: one short line without tricks."""
    return clean_line(str(value), MAX_ECHO)


def unique(notes: Sequence[Note]) -> tuple[Note, ...]:
    """Each sentence once, in order."""
    return tuple(dict.fromkeys(notes))[:MAX_NOTES]
