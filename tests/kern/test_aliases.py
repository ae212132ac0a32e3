"""Second names of tables that all threads use."""

import re
import sys
from collections.abc import Iterator

from sqlalchemy import inspect
from sqlalchemy.orm.util import AliasedClass

from kern.config import ROOT
from portal import rooms

OURS = {"kern", "beteiligung", "umfragen", "wiki", "portal"}
OTHERWISE = re.compile(r"^\S.*\baliased\(", re.MULTILINE)  # not in a function


def test_no_module_makes_one_in_another_way() -> None:
    """The first use fills what `lasting_alias` fills: the test below sees it only before that."""
    files = [file for room in OURS for file in (ROOT / room).rglob("*.py")]
    found = [file.name for file in files if OTHERWISE.search(file.read_text(encoding="utf-8"))]

    assert len(files) > len(OURS)
    assert found == []


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
