"""A flood at the desk's pages: one line, looked through page by page, decided at once."""

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from beteiligung.discussion.models import Post
from kern.accounts.permissions import Role
from kern.db import db
from kern.moderation import statements
from kern.moderation.models import Case, Statement
from kern.outbox import OutboxEntry
from kern.town import Town
from portal.begruendung.mails import KINDS
from tests.builders import make_account, make_thread
from tests.kern.desk_cases import carry_out
from tests.kern.floods import flood
from tests.visitors import Visitor

COUNT = 60
FIELDS = re.compile(r'<input type="hidden" name="(bis|blatt|ohne|da)" value="(\d+)">')
MARKS = re.compile(r'name="fall" value="(\d+:\d+)" data-mark data-row-key="x"( checked)?')


@pytest.fixture
def planted(town: Town) -> tuple[list[int], int]:
    found = flood(make_thread(), COUNT, 5)
    db.session.commit()
    return found


@pytest.fixture
def desk(app: Flask, town: Town) -> Visitor:
    return Visitor(app, make_account("Kathrin Brandt", (Role.MODERATOR, None)))


def sent(page: str, **more: object) -> dict[str, object]:
    """What the form of a page sends, as it stands."""
    found: dict[str, object] = {}
    for name, value in FIELDS.findall(page):
        found[name] = [*found.get(name, []), value]  # type: ignore[misc]  # lists of this function
    found["fall"] = [value for value, checked in MARKS.findall(page) if checked]
    return {**found, **more}


def statuses(ids: list[int]) -> dict[str, int]:
    db.session.rollback()
    query = select(Post.status, func.count()).where(Post.id.in_(ids)).group_by(Post.status)
    return {str(status): count for status, count in db.session.execute(query)}


def url_of(group: int, act: str = "ablehnen") -> str:
    return f"/moderation/auswahl/entscheiden?gruppe={group}&tun={act}"


def test_a_flood_is_one_line_that_leads_to_all_of_it(
    desk: Visitor, planted: tuple[list[int], int]
) -> None:
    page = desk.get("/moderation/").text

    assert f"{COUNT} ähnliche Beiträge" in page
    assert page.count("<article") == 1
    shown = desk.get(f"/moderation/auswahl?gruppe={planted[1]}&tun=ablehnen").text
    assert f"{COUNT} Texte ablehnen" in shown
    assert "Seite 1 von 3" in shown
    assert shown.count("<article") == 25


def test_what_is_taken_out_on_one_page_is_left_by_a_decision_on_another(
    desk: Visitor, planted: tuple[list[int], int]
) -> None:
    ids, group = planted
    first = desk.get(f"/moderation/auswahl?gruppe={group}&tun=ablehnen").text
    kept = sent(first)["fall"][1:]  # type: ignore[index]  # a list

    data = sent(first, fall=kept, tun="blatt-2", rule="5", text="Das ist Werbung.")
    second = desk.post(url_of(group), data)

    assert second.status_code == 200
    assert "Seite 2 von 3" in second.text
    assert f"{COUNT - 1} Texte ablehnen" in second.text
    assert "1 ist herausgenommen." in second.text
    assert "Das ist Werbung." in second.text  # nothing typed is lost
    back = desk.post(url_of(group), sent(second.text, tun="blatt-1", rule="5")).text
    assert len(sent(back)["fall"]) == 24  # type: ignore[arg-type]  # a list
    data = sent(second.text, tun="ablehnen", rule="5", text="Das ist Werbung.")
    answer = desk.post(url_of(group), data)
    assert answer.status_code == 303
    assert f"{COUNT - 1} entschieden: abgelehnt." in desk.get(answer.location).text
    carry_out()
    assert statuses(ids) == {"rejected": COUNT - 1, "pending": 1}
    log = desk.get("/moderation/erledigt").text
    assert f"{COUNT - 1} Beiträge zusammen" in log
    joint = db.session.scalars(select(Case.joint_id).where(Case.joint_id.is_not(None))).first()
    assert desk.get(f"/moderation/erledigt?zusammen={joint}").text.count("<article") == 25


def test_without_a_reason_nothing_is_decided_and_the_page_stays(
    desk: Visitor, planted: tuple[list[int], int]
) -> None:
    ids, group = planted
    page = desk.get(f"/moderation/auswahl?gruppe={group}&tun=ablehnen&blatt=3").text

    answer = desk.post(url_of(group), sent(page, tun="ablehnen", rule="5", text=""))

    assert answer.status_code == 422
    assert "Bitte schreiben Sie einen Satz dazu" in answer.text
    assert "Seite 3 von 3" in answer.text
    carry_out()
    assert statuses(ids) == {"pending": COUNT}


def test_who_comes_second_is_told(
    app: Flask, desk: Visitor, planted: tuple[list[int], int]
) -> None:
    ids, group = planted
    other = Visitor(app, make_account("Jonas Weber", (Role.MODERATOR, None)))
    page = desk.get(f"/moderation/auswahl?gruppe={group}&tun=freigeben").text
    rejected = sent(page, tun="ablehnen", rule="5", text="Werbung.")
    assert other.post(url_of(group), rejected).status_code == 303

    answer = desk.post(url_of(group, "freigeben"), sent(page, tun="freigeben"))

    assert "Darüber wurde inzwischen schon entschieden." in desk.get(answer.location).text
    again = desk.get(f"/moderation/auswahl?gruppe={group}&tun=freigeben")
    assert "Darüber ist schon entschieden" in again.text
    waiting = desk.get(f"/moderation/fall/{group}").text
    assert "Jonas Weber: abgelehnt." in waiting
    carry_out()
    assert statuses(ids) == {"rejected": COUNT}


def test_one_mail_and_one_page_lead_a_person_to_all_their_statements(
    app: Flask, desk: Visitor, planted: tuple[list[int], int]
) -> None:
    _ids, group = planted
    page = desk.get(f"/moderation/auswahl?gruppe={group}&tun=ablehnen").text
    desk.post(url_of(group), sent(page, tun="ablehnen", rule="5", text="Werbung."))
    carry_out()

    query = select(OutboxEntry.payload).where(OutboxEntry.name == statements.MAIL)
    payloads = db.session.scalars(query).all()
    assert len(payloads) == 5
    (kind,) = [one for one in KINDS if one.name == statements.MAIL]
    mail = kind.build(payloads[0])
    assert mail is not None
    assert "betrifft 11 weitere Ihrer Texte" in mail.text
    first = db.session.get_one(Statement, payloads[0]["statement"])
    found = statements.list_together(statements.get(first.id))
    paths = [statements.path_of(one) for one in found.some]
    assert len(paths) == found.count == 11
    assert [path in mail.text for path in paths] == [True] * 11
    own = statements.path_of(first)
    db.session.rollback()
    shown = Visitor(app).get(own).text
    assert [path in shown for path in paths] == [True] * 11
