import re

import pytest
from flask import Flask

from kern.accounts.permissions import Role
from kern.db import db
from kern.town import Town
from tests.builders import make_account
from tests.umfragen.made import make_open_survey
from tests.umfragen.surveys import every_kind, options, question, rows
from tests.visitors import Visitor
from umfragen import service
from umfragen.models import AnswerDraft, Inbox
from umfragen.store.inbox import Waiting

ASKED = [
    question("single", "weg", options=options("rad", "bus"), other={}, required="yes"),
    question("multiple", "was", options=options("bank", "baum", "rutsche")),
    question("ranking", "folge", options=options("x", "y")),
    question("matrix", "gut", rows=rows("licht"), columns=options("ja", "nein")),
    question("number", "alter", low=0, high=120),
]


class Desk:
    """Somebody who types sheets in."""

    def __init__(self, app: Flask) -> None:
        survey = make_open_survey(ASKED)
        plan = service.plan_of(survey)
        self.keys = {found.name: key for key, found in plan.questions.items()}
        gut = plan.questions[self.keys["gut"]]
        self.keys["licht"] = gut.rows[0].key  # type: ignore[union-attr]  # it is a matrix
        weg = plan.questions[self.keys["weg"]]
        self.keys["andere"] = weg.other.key  # type: ignore[union-attr]  # it has one
        self.path = f"/umfragen/{survey.slug}/erfassen"
        account = make_account(None, (Role.PLANNER, None))
        db.session.commit()
        self.person = Visitor(app, account)

    def type(self, **named: str) -> object:
        named = {"bogen": "12", **named}
        form = {
            f"f{self.keys[name]}" if name in self.keys else name: value
            for name, value in named.items()
        }
        found = re.search(r'name="schluessel" value="([^"]+)"', self.person.get(self.path).text)
        assert found is not None
        return self.person.post(self.path, {"schluessel": found[1], **form})


@pytest.fixture
def desk(app: Flask, town: Town) -> Desk:
    return Desk(app)


def waiting() -> list[Waiting]:
    db.session.rollback()
    return [Waiting.read(row) for row in db.session.query(Inbox)]


def test_numbers_pick_options_and_the_source_is_kept(desk: Desk) -> None:
    taken = desk.type(weg="2", was="1 3", folge="2, 1", licht="1", alter="44", quelle="phone")
    assert taken.status_code == 303  # type: ignore[attr-defined]  # a response
    (row,) = waiting()
    assert row.source == "phone"
    found = {name: row.answers.get(str(key)) for name, key in desk.keys.items()}
    assert found["weg"] == 2
    assert found["was"] == [1, 3]
    assert found["folge"] == [2, 1]
    assert found["licht"] == 1
    assert found["alter"] == 44


def test_words_for_another_answer_choose_it(desk: Desk) -> None:
    desk.type(andere="zu Fuß")
    (row,) = waiting()
    assert row.answers[str(desk.keys["weg"])] == 251
    assert row.answers[str(desk.keys["andere"])] == "zu Fuß"


def test_what_is_on_the_sheet_may_be_taken_as_it_is_but_not_what_nobody_can_read(
    desk: Desk,
) -> None:
    missing = desk.type(alter="30")
    assert missing.status_code == 422  # type: ignore[attr-defined]
    assert 'name="trotzdem"' in missing.text  # type: ignore[attr-defined]
    assert 'value="30"' in missing.text  # type: ignore[attr-defined]
    unreadable = desk.type(weg="7", trotzdem="1")
    assert unreadable.status_code == 422  # type: ignore[attr-defined]
    assert waiting() == []
    assert desk.type(alter="30", trotzdem="1").status_code == 303  # type: ignore[attr-defined]
    assert len(waiting()) == 1


def test_a_sheet_typed_twice_counts_once_and_only_when_both_agree(desk: Desk) -> None:
    first = {"weg": "1", "alter": "44", "bogen": "17", "kontrolle": "1"}
    assert desk.type(**first).status_code == 303  # type: ignore[attr-defined]
    assert waiting() == []
    differs = desk.type(**{**first, "alter": "47"})
    assert differs.status_code == 422  # type: ignore[attr-defined]
    assert "Beim ersten Mal stand hier: 44." in differs.text  # type: ignore[attr-defined]
    assert waiting() == []
    assert desk.type(**first).status_code == 303  # type: ignore[attr-defined]
    assert len(waiting()) == 1
    assert db.session.query(AnswerDraft).count() == 0


def test_sending_a_sheet_again_counts_once(desk: Desk) -> None:
    form = {"bogen": "9", f"f{desk.keys['weg']}": "1"}
    assert desk.person.post(desk.path, form).status_code == 303
    again = desk.person.post(desk.path, form)
    assert again.status_code == 409
    assert "Dieser Bogen ist schon gezählt." in again.text
    assert len(waiting()) == 1
    call = {"quelle": "phone", f"f{desk.keys['weg']}": "1"}
    assert desk.person.post(desk.path, call).status_code == 303
    assert len(waiting()) == 2


def test_only_staff_types_sheets_in(app: Flask, town: Town) -> None:
    slug = make_open_survey(ASKED).slug
    citizen = make_account()
    db.session.commit()
    assert Visitor(app, citizen).get(f"/umfragen/{slug}/erfassen").status_code == 403


def test_everybody_prints_a_sheet_with_every_question_and_its_numbers(
    app: Flask, town: Town
) -> None:
    slug = make_open_survey(every_kind()).slug
    db.session.commit()
    text = Visitor(app).get(f"/umfragen/{slug}/papier").text
    for asked in every_kind():
        shown = f"Frage {asked['name']}?" in text
        assert shown is (asked["kind"] != "computed")
    assert '<span class="df-paper__code">3</span><span>Antwort auto</span>' in text
