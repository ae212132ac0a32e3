"""A second name of a table that lives as long as the program, and that all threads use."""

from typing import TypeVar

from sqlalchemy import inspect
from sqlalchemy.orm import aliased

Model_ = TypeVar("Model_")


def lasting_alias(model: type[Model_]) -> type[Model_]:
    """SQLAlchemy notes at the first question where the columns of an alias are. A thread that asks
    while another notes them finds some missing and puts the table itself into its statement; who
    keeps that statement has a broken one for good. So it is asked here, by one thread."""
    alias = aliased(model)
    named = inspect(alias)
    named.selectable.corresponding_column(named.mapper.primary_key[0])
    return alias
