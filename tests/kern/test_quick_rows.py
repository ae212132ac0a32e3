"""Rows of frequent statements have the names of their columns, and of no others."""

from datetime import datetime
from typing import Any, NamedTuple

import pytest
from sqlalchemy import bindparam, select

from kern.clock import now
from kern.db import Quick, db
from kern.scope import Act, Window
from tests.builders import make_scope

OF_SCOPE = Window.scope_id == bindparam("scope")


class Told(NamedTuple):
    act: Act
    opens_at: datetime | None


@pytest.mark.usefixtures("town")
def test_typed_rows_know_what_waits_in_the_session_where_they_are_to() -> None:
    scope, at = make_scope(acts=()), now()
    db.session.add(Window(scope_id=scope.id, act=Act.VOTE, opens_at=at))
    query = Quick(select(Window.act, Window.opens_at).where(OF_SCOPE))

    assert query.typed(Told, {"scope": scope.id}) == []
    (found,) = query.typed(Told, {"scope": scope.id}, flush=True)

    assert (found.act, found.opens_at) == (Act.VOTE, at)


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    "columns",
    [
        (Window.opens_at, Window.act),
        (Window.act, Window.closes_at, Window.opens_at),
        (Window.act, Window.opens_at.label("begins")),
    ],
)
def test_rows_of_other_columns_are_refused_instead_of_named_wrongly(
    columns: tuple[Any, ...],
) -> None:
    with pytest.raises(TypeError, match="Told"):
        Quick(select(*columns)).typed(Told, {})
