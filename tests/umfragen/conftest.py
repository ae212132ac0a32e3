"""An office with its browser, and a survey it works on."""

import pytest
from flask import Flask

from kern.accounts.models import Account
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.db import db
from kern.scope.service import town_scope
from kern.town import Town
from tests.builders import make_account, make_actor
from tests.umfragen.editor import PLAIN
from tests.umfragen.made import make_draft
from tests.visitors import Visitor
from umfragen.models import Survey


@pytest.fixture
def account(town: Town) -> Account:
    return make_account("Jana Planung", (Role.PLANNER, None))


@pytest.fixture
def planner(town: Town) -> Actor:
    return make_actor(Role.PLANNER)


@pytest.fixture
def office(app: Flask, account: Account) -> Visitor:
    town_scope()  # made with every town
    db.session.commit()
    return Visitor(app, account)


@pytest.fixture
def survey(planner: Actor) -> Survey:
    made = make_draft(PLAIN, actor=planner)
    db.session.commit()
    return made
