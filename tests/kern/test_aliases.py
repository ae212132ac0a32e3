"""Second names of tables that all threads use."""

import sys
from collections.abc import Iterator

from sqlalchemy import inspect
from sqlalchemy.orm.util import AliasedClass

from portal import rooms

OURS = {"kern", "beteiligung", "umfragen", "wiki", "portal"}


def lasting() -> Iterator[tuple[str, AliasedClass[object]]]:
    """Those of modules, by their names."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in OURS:
            for own, value in vars(module).items():
                if isinstance(value, AliasedClass):
                    yield f"{name}.{own}", value


def test_an_alias_of_a_module_knows_its_columns_before_threads_share_it() -> None:
    """As `kern.db.lasting_alias` makes it: two threads that were the first to use one made broken
    statements, and those were kept until the next start."""
    assert rooms  # with all that they use
    found = dict(lasting())

    assert found
    ready = {name: bool(inspect(one).selectable.c._proxy_index) for name, one in found.items()}
    assert ready == dict.fromkeys(found, True)
