"""What the search offers to everybody is what was decided, never what was taken back."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import pytest

from kern.actor import GUEST
from kern.db import db, writing
from kern.town import Town
from portal.suche.places import offer_for
from tests.builders import make_project

AROUND = pytest.mark.parametrize("around", [writing, nullcontext])


def offered() -> list[str]:
    return [choice.title for choice in offer_for(GUEST).projects]


@AROUND
def test_a_project_that_was_taken_back_is_not_offered(
    town: Town, around: Callable[[], AbstractContextManager[None]]
) -> None:
    assert offered() == []
    db.session.rollback()

    with around():
        make_project(title="Nie gebaut")
        assert offered() == ["Nie gebaut"], "who makes it sees it"
        db.session.rollback()
    with around():
        make_project(title="Laubengang")
        db.session.commit()

    assert offered() == ["Laubengang"]
