"""The people of the wiki's tests: somebody who writes, somebody who decides; and a page to edit."""

import pytest
from flask import Flask

from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.db import db
from kern.town import Town
from tests.builders import make_account, make_actor
from tests.visitors import Visitor
from tests.wiki.editing import TEXT
from tests.wiki.pages import make_page
from wiki.models import Page


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


@pytest.fixture
def page(town: Town) -> Page:
    page = make_page("Kaimauer", TEXT)
    db.session.commit()
    return page


@pytest.fixture
def writer(app: Flask, town: Town) -> Visitor:
    return Visitor(app, make_account("Anna Kern"))
