"""What is mixed keeps its order for one filling, on every device, and no answer knows it."""

import re

from flask import Flask
from flask.testing import FlaskClient

from kern.db import db
from kern.town import Town
from tests.umfragen.made import make_open_survey
from tests.umfragen.surveys import question
from tests.visitors import Visitor
from umfragen import service
from umfragen.engine import visible_pages
from umfragen.models import AnswerDraft, Inbox

PAGES = [{"block": "ideen", "questions": [question("short_text", f"q{at}")]} for at in range(6)]


def walk(client: FlaskClient, page: str) -> list[str]:
    """Numbers of the pages from here to the end."""
    found = []
    while not page.endswith("pruefen"):
        found.append(page.rpartition("/")[2])
        page = client.post(page, data={"weg": "weiter"}).location
    return found


def test_one_filling_has_one_order_and_takes_it_to_another_device(app: Flask, town: Town) -> None:
    survey = make_open_survey(*PAGES)  # type: ignore[arg-type]  # pages with settings of their own
    slug = survey.slug
    db.session.commit()
    phone, desk = Visitor(app).client, Visitor(app).client

    first = phone.post(f"/umfragen/{slug}/ausfuellen").location
    order = walk(phone, first)
    code = re.search(r'df-code">([^<]+)<', phone.post(first, data={"weg": "spaeter"}).text)
    assert code is not None
    resumed = desk.post(f"/umfragen/{slug}/weiter", data={"code": code[1]}).location

    assert walk(desk, resumed) == order
    others = [
        tuple(walk(desk, desk.post(f"/umfragen/{slug}/ausfuellen").location)) for _ in range(5)
    ]
    assert all(sorted(other) == sorted(order) for other in others)
    assert len({*others, tuple(order)}) > 1


def test_nothing_of_the_order_stays_with_the_answer(town: Town) -> None:
    survey = make_open_survey(*PAGES)  # type: ignore[arg-type]  # pages with settings of their own
    token = service.start(survey)
    filling = service.open_draft(survey, token)
    assert len(filling.seed) == 16
    assert [page.key for page in visible_pages(filling.sheet())] != []
    service.submit(survey, token)
    db.session.flush()

    assert db.session.query(AnswerDraft).count() == 0
    kept = db.session.query(Inbox).one()
    columns = {column.name: getattr(kept, column.name) for column in Inbox.__table__.columns}
    assert filling.seed not in repr(columns)
