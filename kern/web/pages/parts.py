"""Parts of pages that take long to make and never change: kept on the town's disk, where all its
processes find them, beyond the minute of a page.
"""

import math
from collections.abc import Callable

from flask import Flask, current_app

from kern.town import current_town
from kern.web.pages.entries import FOLDER, Entry, Key, Shared

_BUILD = "dorflinde.build"


def init_parts(app: Flask, build: str) -> None:
    """`build` changes with the program and its settings."""
    app.extensions[_BUILD] = build


def kept_part(key: Key, make: Callable[[], bytes]) -> bytes:
    """`key` names all that the part depends on, but for the program, its settings and the town.
    What cannot be named must not be kept."""
    shared = Shared(current_town().path / FOLDER, current_app.extensions[_BUILD])
    found = shared.get(key)
    if found is None:
        found = Entry((), (), math.inf, (), "", make())
        shared.put(key, found)
    return found.body
