"""What 725 people in Bonn wrote about cycling is brought in, searched, sorted and moderated."""

import csv
import io
import time
from collections.abc import Callable

import pytest
from sqlalchemy import select

from kern.accounts.permissions import Role
from kern.db import db
from kern.town import Town
from tests.builders import make_actor
from tests.umfragen.limesurvey_files import DATA
from tests.umfragen.made import make_draft
from tests.umfragen.surveys import question
from tests.visitors import Visitor
from umfragen import service
from umfragen.models import FreeText, FreeTextState, Survey
from umfragen.results import texts
from umfragen.service import exchanging

SOURCE = DATA.parent / "participation" / "umfrage-bonn-freitext.tsv"
pytestmark = pytest.mark.skipif(not SOURCE.exists(), reason="the real texts are not here")


def words_of_people() -> list[str]:
    """The sentences of each document put together again."""
    found: dict[str, list[str]] = {}
    with SOURCE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            found.setdefault(row["document_id"].partition("_")[0], []).append(row["content"])
    return [" ".join(sentences) for sentences in found.values()]


def as_table(answers: list[str]) -> bytes:
    """As LimeSurvey writes it out."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["id", "submitdate", "meinung"])
    writer.writerows([at, "2017-10-05 10:00:00", one] for at, one in enumerate(answers, 1))
    return out.getvalue().encode()


def spent(act: Callable[[], object]) -> float:
    """CPU seconds."""
    start = time.thread_time()
    act()
    return time.thread_time() - start


@pytest.fixture
def bonn(town: Town) -> Survey:
    survey = make_draft([question("long_text", "meinung", text="Was stört Sie auf dem Rad?")])
    service.publish_version(make_actor(Role.PLANNER), survey)
    return survey


def test_texts_of_hundreds_are_worked_on_without_waiting(bonn: Survey, office: Visitor) -> None:
    actor, written = make_actor(Role.PLANNER), words_of_people()
    bringing = exchanging.open_handed(actor, bonn, as_table(written))
    brought = spent(lambda: list(exchanging.import_answers(bonn, bringing)))
    db.session.commit()
    assert bonn.answers_count == len(written) > 700
    assert (bringing.lost, bringing.others) == (0, ())
    assert brought < 3  # seconds; 1.0 measured

    wanted = texts.Wanted(words="ampel")
    by_hand = sum("ampel" in one.casefold() for one in written)
    assert texts.count_texts(bonn, wanted) == by_hand > 20
    assert spent(lambda: texts.list_texts(bonn, wanted)) < 0.03
    page = texts.list_texts(bonn, wanted)
    tag = texts.add_tag(actor, bonn, [one.id for one in page.texts], "Ampeln")
    tagged = texts.Wanted(tag=tag.id)
    assert texts.count_texts(bonn, tagged) == len(page.texts)

    first = [one.id for one in page.texts[:10]]
    assert texts.ask_for_release(actor, bonn, first) == 10
    db.session.commit()
    waiting = select(FreeText).where(FreeText.state == FreeTextState.PENDING)
    assert len(db.session.scalars(waiting).all()) == 10

    address = f"/umfragen/{bonn.slug}/auswertung/texte"
    assert sorted(one.text for one in walk(bonn)) == sorted(written)
    office.get(address)  # templates are read the first time
    assert spent(lambda: office.get(f"{address}?q=ampel")) < 0.3
    assert "Ampeln" in office.get(address).text


def walk(survey: Survey) -> list[FreeText]:
    """Every page, one after the other."""
    found: list[FreeText] = []
    after = 0
    while True:
        page = texts.list_texts(survey, texts.Wanted(after=after))
        found += page.texts
        if page.following is None:
            return found
        after = page.following
