"""A survey of a town as many people send it at once: drafts that are filled in, ready to go."""

import random
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from bench.loader import Request
from kern.actor import SYSTEM
from kern.clock import now
from kern.db import db, writing
from kern.scope import town_scope
from umfragen import service
from umfragen.definition import load
from umfragen.editing.robots import walk_robots

DAYS = 28
ROBOTS = 50
Doc = dict[str, Any]


def make_survey() -> str:
    """Twelve questions of the usual kinds on three pages, open to everybody; its address."""
    definition = load(_document())
    with writing():
        survey = service.create_survey(SYSTEM, town_scope(), "Messung", definition=definition)
        service.save_settings(SYSTEM, survey, service.Settings(office="Amt", contact="Amt"))
        service.save_dates(SYSTEM, survey, None, now() + timedelta(days=DAYS))
        service.publish_version(SYSTEM, survey)
        service.open_survey(SYSTEM, survey)
        slug = survey.slug
        db.session.commit()
    return slug


def make_drafts(slug: str, wanted: int) -> list[str]:
    """Their tokens."""
    survey = service.get_survey_for(SYSTEM, slug)
    plan = service.plan_of(survey)
    given = [walk.sheet.answers for walk in walk_robots(plan, ROBOTS)]
    rng = random.Random(7)  # noqa: S311 - no secret
    tokens = []
    with writing():
        for _ in range(wanted):
            token = service.start(survey, language="de")
            service.save(survey, token, rng.choice(given))
            tokens.append(token)
        db.session.commit()
    return tokens


def sending(slug: str, token: str) -> Request:
    body = urlencode({"senden": "1"}).encode()
    return Request(f"/umfragen/{slug}/ausfuellen/{token}/absenden", "POST", body)


def _document() -> Doc:
    kinds: list[Doc] = [
        *[{"kind": "single", "options": _options(6)} for _ in range(4)],
        *[{"kind": "multiple", "options": _options(8)} for _ in range(2)],
        {"kind": "matrix", "rows": 5, "columns": _options(5)},
        {"kind": "scale", "low": 0, "high": 10},
        {"kind": "number", "low": 0, "high": 120},
        {"kind": "ranking", "options": _options(5)},
        {"kind": "yes_no"},
        {"kind": "long_text"},
    ]
    key, questions = 3, []
    for number, kind in enumerate(kinds, 1):
        key += 1
        one: Doc = {**kind, "key": key, "name": f"q{number}", "text": f"Frage {number}?"}
        if isinstance(one.get("rows"), int):
            one["rows"] = [
                {"key": key + at, "name": f"r{at}", "text": f"Zeile {at}"}
                for at in range(1, one["rows"] + 1)
            ]
            key += len(one["rows"])
        questions.append(one)
    pages = [{"key": at + 1, "questions": questions[at * 4 : at * 4 + 4]} for at in range(3)]
    return {"title": "Messung", "pages": pages}


def _options(count: int) -> list[Doc]:
    return [
        {"code": code, "name": f"o{code}", "text": f"Wahl {code}"} for code in range(1, count + 1)
    ]
