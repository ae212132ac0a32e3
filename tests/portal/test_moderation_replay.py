"""Recorded decisions of real moderators, made again at our desk: statements of the Austrian
Klimarat of 2022 with `moderated` 1 (shown) or -1 (not shown).

Every tenth by default, so that the run stays short; DORFLINDE_REPLAY=1 takes all.
"""

import csv
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from beteiligung.discussion.models import POST_KEY, Post, Status
from beteiligung.discussion.service import posts
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.db import db
from kern.moderation import decisions, log, queue
from kern.moderation.decisions import Decision, JointVerdict
from kern.moderation.filters import Filters
from kern.moderation.log import LogFilters
from kern.moderation.models import Case, CaseState, CaseVerdict, Statement
from kern.moderation.paging import Cursor
from kern.town import Town
from tests.builders import actor_of, make_account, make_actor, make_thread
from tests.kern.desk_cases import carry_out
from tests.visitors import Visitor

DATA = Path(__file__).parents[3] / "shared" / "data" / "participation"
FILES = sorted(DATA.glob("klimarat-?-statements.csv"))
EVERY = int(os.environ.get("DORFLINDE_REPLAY", "10"))
BY_PAGES, SINGLY = 12, 60  # the rest goes in bulk
STEP = 50
REASON = "Bitte bleiben Sie beim Thema des Gesprächs."
RULE = 2

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FILES, reason="the test data is not beside the repository"),
]


@dataclass(frozen=True, slots=True)
class Line:
    author: str
    text: str
    is_shown: bool


def read() -> Iterator[tuple[str, list[Line]]]:
    for path in FILES:
        with path.open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))[::EVERY]
        yield (
            path.stem,
            [Line(row["author-id"], row["comment-body"], row["moderated"] == "1") for row in rows],
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    case_id: int
    post_id: int
    is_shown: bool


def submit_all() -> list[Waiting]:
    """A thread for each file, one person for each author of it."""
    found = []
    for name, lines in read():
        thread = make_thread(title=name)
        people: dict[str, Actor] = {}
        for line in lines:
            if line.author not in people:
                people[line.author] = make_actor(Role.CITIZEN)
            post = posts.submit_post(people[line.author], thread, line.text)
            query = select(Case.id).where(Case.content_key == POST_KEY, Case.content_id == post.id)
            found.append(Waiting(db.session.scalars(query).one(), post.id, line.is_shown))
    return found


def wanted(one: Waiting) -> Decision:
    if one.is_shown:
        return Decision(CaseVerdict.RELEASE, 1)
    return Decision(CaseVerdict.REJECT, 1, RULE, REASON)


def by_pages(desk: Visitor, some: Sequence[Waiting]) -> None:
    """Half of them one by one, half marked in the list."""
    half = len(some) // 2
    for one in some[:half]:
        single = {"fassung": "1", "tun": "freigeben" if one.is_shown else "ablehnen"}
        single |= {} if one.is_shown else {"rule": str(RULE), "text": REASON}
        assert desk.post(f"/moderation/fall/{one.case_id}", single).status_code == 303
    for is_shown in (True, False):
        marked = [f"{one.case_id}:1" for one in some[half:] if one.is_shown is is_shown]
        act = "freigeben" if is_shown else "ablehnen"
        data: dict[str, Any] = {"fall": marked, "tun": act}
        data |= {} if is_shown else {"rule": str(RULE), "text": REASON}
        assert not marked or desk.post("/moderation/auswahl/entscheiden", data).status_code == 303


def in_bulk(actor: Actor, some: Sequence[Waiting]) -> None:
    for is_shown in (True, False):
        marked = [(one.case_id, 1) for one in some if one.is_shown is is_shown]
        for start in range(0, len(marked), STEP):
            part = marked[start : start + STEP]
            verdict = JointVerdict(is_shown, None if is_shown else RULE, REASON)
            assert decisions.decide_marked(actor, part, verdict).count == len(part)


def read_log(actor: Actor, verdict: CaseVerdict) -> list[log.Entry]:
    """Unfolded: a line may stand for many that were decided together."""
    folded = pages_of(actor, LogFilters(verdicts=(verdict,)))
    alone = [entry for entry in folded if entry.together == 1]
    joint = {entry.case.joint_id: entry.together for entry in folded if entry.together > 1}
    unfolded = [
        entry
        for joint_id, count in joint.items()
        for entry in counted(pages_of(actor, LogFilters(joint_id=joint_id)), count)
    ]
    return [*alone, *unfolded]


def counted(entries: list[log.Entry], count: int) -> list[log.Entry]:
    assert len(entries) == count
    return entries


def pages_of(actor: Actor, filters: LogFilters) -> list[log.Entry]:
    entries: list[log.Entry] = []
    cursor: Cursor | None = None
    while True:
        page = log.list_log(actor, filters, cursor, limit=200)
        entries += page.entries
        if page.next is None:
            return entries
        cursor = page.next


def test_the_desk_decides_as_the_moderators_of_the_klimarat_did(app: Flask, town: Town) -> None:
    waiting = submit_all()
    account = make_account("Kathrin Brandt", (Role.MODERATOR, None))
    actor = actor_of(account, [(Role.MODERATOR, None)])
    assert queue.count_queue(actor).open == len(waiting)
    desk = Visitor(app, account)

    by_pages(desk, waiting[:BY_PAGES])
    for one in waiting[BY_PAGES:SINGLY]:
        decisions.decide(actor, one.case_id, wanted(one))
    in_bulk(actor, waiting[SINGLY:])
    carry_out()

    shown = {one.post_id for one in waiting if one.is_shown}
    hidden = {one.post_id for one in waiting} - shown
    states = {post.id: post.status for post in db.session.scalars(select(Post))}
    assert {id_ for id_, status in states.items() if status == Status.PUBLIC} == shown
    assert {id_ for id_, status in states.items() if status == Status.REJECTED} == hidden
    assert queue.count_queue(actor).open == 0
    assert queue.list_queue(actor, Filters()).lines == []
    released = read_log(actor, CaseVerdict.RELEASE)
    rejected = read_log(actor, CaseVerdict.REJECT)
    assert {entry.case.content_id for entry in released} == shown
    assert {entry.case.content_id for entry in rejected} == hidden
    assert {entry.decider for entry in (*released, *rejected)} == {"Kathrin Brandt"}
    assert {entry.case.rule for entry in rejected} == {RULE}
    statements = db.session.scalars(select(Statement.case_id)).all()
    assert Counter(statements) == Counter(entry.case.id for entry in rejected)
    assert REASON in desk.get(f"/moderation/fall/{rejected[0].case.id}").text
    open_ = select(Case.id).where(Case.state == CaseState.OPEN)
    assert db.session.scalars(open_).all() == []
