"""A survey with answers, and the office that reads them."""

from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any

import pytest
from flask import Flask

from kern.accounts.models import Account
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.db import db
from kern.town import Town
from tests.builders import actor_of, make_account
from tests.umfragen.made import make_open_survey
from tests.umfragen.surveys import Doc, options, question, rows
from tests.visitors import Visitor
from umfragen.models import Source, Survey
from umfragen.store import inbox
from umfragen.store.inbox import Given
from umfragen.store.plans import plan_of

DAY = date(2026, 3, 2)


def questions() -> list[Doc]:
    return [
        question("single", "ort", options=options("nord", "mitte", "sued", "berg")),
        question("yes_no", "rad", text="Fahren Sie Rad?"),
        question("single", "weg", options=options("a", "b", "c", "d"), other={}),
        question("multiple", "warum", options=options("p", "q", "r")),
        question("scale", "note", low=1, high=5),
        question("matrix", "gut", rows=rows("licht", "weg"), columns=options("ja", "nein")),
        question("ranking", "reihe", options=options("x", "y", "z")),
        question("number", "alter", low=0, high=120, unit="Jahre"),
        question("place", "platz"),
        question("long_text", "wunsch"),
    ]


@pytest.fixture
def account(town: Town) -> Account:
    return make_account("Jana Planung", (Role.PLANNER, None))


@pytest.fixture
def planner(account: Account) -> Actor:
    return actor_of(account, [(Role.PLANNER, None)])


@pytest.fixture
def office(app: Flask, account: Account) -> Visitor:
    return Visitor(app, account)


@pytest.fixture
def survey(town: Town) -> Survey:
    return make_open_survey(questions())


def person(keys: Mapping[str, int], chance: Random) -> dict[str, Any]:
    """Uneven groups that lean: where small cells are."""
    place = chance.choices([1, 2, 3, 4, None], [50, 30, 8, 2, 3])[0]
    found = {
        "ort": place,
        "rad": chance.choices([1, 2, None], [60, 30, 2])[0],
        "weg": chance.choices([1, 2, 3, 4, 251, None], [50, 20, 9, 4, 1, 5])[0],
        "warum": [code for code in (1, 2, 3) if chance.random() < (0.7, 0.2, 0.03)[code - 1]]
        or None,
        "note": min(5, max(1, round(chance.gauss(3 if place == 1 else 4, 1)))),
        "reihe": chance.sample([1, 2, 3], 3),
        "alter": chance.randint(14, 92),
        "platz": {
            "type": "Point",
            "coordinates": [9.93 + chance.gauss(0, 0.004), 51.54 + chance.gauss(0, 0.002)],
        },
        "wunsch": "Mehr Schatten <b>bitte</b>" if chance.random() < 0.1 else None,
    }
    return {str(keys[name]): value for name, value in found.items()}


def keys_of(survey: Survey) -> dict[str, int]:
    return {question.name: question.key for question in plan_of(survey).questions.values()}


def fill(survey: Survey, n: int, seed: int = 1, **fixed: Any) -> None:
    """Answers of a crowd, already out of the inbox."""
    chance, keys = Random(seed), keys_of(survey)  # noqa: S311 - no secret
    for _ in range(n):
        row = {**person(keys, chance), **{str(keys[name]): v for name, v in fixed.items()}}
        inbox.put(survey, Given(survey.current_version, DAY, "de", Source.WEB, row, None))
    inbox.move(survey, plan_of(survey), keep=0)
    survey.has_answers = True
    db.session.commit()
