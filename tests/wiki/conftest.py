"""The people of the wiki's tests: somebody who writes, somebody who decides."""

import pytest

from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.town import Town
from tests.builders import make_actor


@pytest.fixture
def author(town: Town) -> Actor:
    return make_actor(Role.CITIZEN, name="Helga Martens")


@pytest.fixture
def reviewer(town: Town) -> Actor:
    return make_actor(Role.MODERATOR)


@pytest.fixture
def moderator(reviewer: Actor) -> Actor:
    """The same, at the shared desk."""
    return reviewer
