"""Packages that most towns never need, read when somebody asks them for the first time.

They would cost each start a second and each process its share of memory. Beside the name there
stands `if TYPE_CHECKING: import package`, so that types are checked as ever.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import cast


class Later:
    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> object:
        """Threads that ask at once wait for the one that reads; later it is a look into a dict."""
        return getattr(import_module(self._name), attribute)


@contextmanager
def without(*names: str) -> Iterator[None]:
    """For the import of a package that reads whatever else it finds installed."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden, cast("ModuleType", None)))  # as if it was missing
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
