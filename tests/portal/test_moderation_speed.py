from collections.abc import Iterable
from time import process_time

import pytest
from flask import Flask
from sqlalchemy import select

from beteiligung.discussion.models import Status
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.db import db
from kern.moderation.models import Case
from kern.town import Town
from tests.builders import make_account, make_actor, make_post, make_thread
from tests.conftest import CountQueries
from tests.visitors import Visitor

ROUNDS = 5
SLACK = 3


def spent(desk: Visitor, url: str) -> float:
    """CPU seconds of one page, by its best round."""
    found = []
    for _ in range(ROUNDS):
        start = process_time()
        assert desk.get(url).status_code == 200
        found.append(process_time() - start)
    return min(found)


def wait(numbers: Iterable[int], author: Actor) -> None:
    thread = make_thread()  # a request ends the session it would belong to
    for number in numbers:
        make_post(thread, author=author, text=f"Beitrag {number}", status=Status.PENDING)
    db.session.commit()


def urls() -> tuple[str, ...]:
    first = db.session.scalars(select(Case.id)).first()
    return "/moderation/", "/moderation/?zuerst=auffaellige", f"/moderation/fall/{first}"


def test_100_waiting_things_take_a_page_no_more_queries_than_5(
    app: Flask, town: Town, count_queries: CountQueries
) -> None:
    author = make_actor(Role.CITIZEN)
    desk = Visitor(app, make_account(None, (Role.MODERATOR, None)))

    def queries(url: str) -> int:
        desk.get(url)
        with count_queries() as sent:
            desk.get(url)
        return len(sent)

    wait(range(5), author)
    few = {url: queries(url) for url in urls()}
    wait(range(5, 100), author)

    assert {url: queries(url) for url in few} == few


@pytest.mark.slow
@pytest.mark.sqlite_alone(reason="time on the processor")
def test_500_waiting_things_make_no_page_slower_than_25(app: Flask, town: Town) -> None:
    """25 are one page; with slack."""
    author = make_actor(Role.CITIZEN)
    desk = Visitor(app, make_account(None, (Role.MODERATOR, None)))
    wait(range(25), author)
    page = {url: spent(desk, url) for url in urls()}
    wait(range(25, 500), author)

    slow = {url: spent(desk, url) for url in page}
    assert {url: cpu for url, cpu in slow.items() if cpu > SLACK * page[url]} == {}
