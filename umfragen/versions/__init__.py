"""From one version of a survey to the next: what a change does to answers, renaming. Pure."""

from umfragen.versions.changes import Change, Effect
from umfragen.versions.difference import find_changes, may_replace
from umfragen.versions.renaming import rename_part, rename_question

__all__ = [
    "Change",
    "Effect",
    "find_changes",
    "may_replace",
    "rename_part",
    "rename_question",
]
