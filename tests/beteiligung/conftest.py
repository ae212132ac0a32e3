"""A town that plans: an office with its account, and a project that lacks nothing."""

import pytest
from flask import Flask

from beteiligung.project.models import Project
from kern.accounts.models import Account
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.town import Town
from tests.beteiligung.projects import make_ready
from tests.builders import actor_of, make_account
from tests.visitors import Visitor


@pytest.fixture
def account(town: Town) -> Account:
    return make_account("Jana Planung", (Role.PLANNER, None))


@pytest.fixture
def planner(account: Account) -> Actor:
    return actor_of(account, [(Role.PLANNER, None)])


@pytest.fixture
def project(planner: Actor) -> Project:
    """A draft, ready to be published."""
    return make_ready(planner)


@pytest.fixture
def office(app: Flask, account: Account, project: Project) -> Visitor:
    """The browser of somebody who plans."""
    return Visitor(app, account)
