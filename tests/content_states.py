"""The states of anything that has been written, as the public sees it."""

from enum import StrEnum


class State(StrEnum):
    """How a thing stands in public. Only the first one is on any page."""

    PUBLIC = "public"
    WAITING = "waiting"
    REJECTED = "rejected"
    HIDDEN = "hidden"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"
