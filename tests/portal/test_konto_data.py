"""Everything the town keeps about a person: in their own file, and gone when they go."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from beteiligung.discussion.models import POST_KEY, Post
from beteiligung.discussion.service import votes
from kern import notify
from kern.accounts import service
from kern.accounts.models import Account, Identity
from kern.accounts.permissions import Role
from kern.actor import GUEST, AccountId, Actor, PartyId
from kern.clock import now
from kern.content import Ref
from kern.db import Model, db
from kern.moderation import bars, decisions, objections, reports, statements
from kern.moderation.bars import Ground
from kern.moderation.decisions import Decision
from kern.moderation.models import (
    OBJECTION,
    REPORT,
    Case,
    CaseKind,
    CaseNote,
    CaseState,
    CaseVerdict,
    Statement,
)
from kern.moderation.reports import Allegation
from kern.notify.models import Bounce, Digest, Follow, Frequency, Notice, NoticeKind, Preference
from kern.notify.preferences import choose
from kern.town import Town
from tests.builders import actor_of, make_account, make_actor, make_post, make_thread
from tests.visitors import Visitor

WHY = "Meine Hausnummer ist keine Telefonnummer."
SAID = "Der Beitrag nennt meinen Hund beim Namen."


def address(account: Account) -> str:
    return service.address_of_account(account.id) or ""


@pytest.fixture
def helga(town: Town) -> Account:
    return make_account("Helga Martens")


@pytest.fixture
def cem(town: Town) -> Account:
    """Somebody else, in all the same tables."""
    return make_account("Cem Yildiz")


@pytest.fixture
def moderator(town: Town) -> Actor:
    return make_actor(Role.MODERATOR, name="Moni Moderat")


@pytest.fixture
def hidden(helga: Account, cem: Account, moderator: Actor) -> Post:
    """Of both a post that was hidden, with an objection; a bar, a report, a follow, a notice."""
    for account in (cem, helga):
        post = _leave_traces(account, moderator)
    db.session.commit()
    return post


def _leave_traces(account: Account, moderator: Actor) -> Post:
    actor, party = actor_of(account), account.party_id
    thread = make_thread()
    post = make_post(thread, author=actor, text=f"Ich bin {account.party.name}.")
    others = make_post(thread, text="Ein anderer Text.")
    votes.cast_vote(party, others, -1)
    reports.report(actor, Ref(POST_KEY, others.id), Allegation(reports.OTHER, SAID))
    _by_mail(account, make_post(thread, text="Noch einer."))
    note = reports.report(GUEST, Ref(POST_KEY, post.id), Allegation(reports.OTHER, "Frech!"))
    case = decisions.decide(
        moderator, note.case_id, Decision(CaseVerdict.HIDE, 1, 4, "Bitte ohne Nummern.")
    )
    objections.submit(statements.get_of(case), WHY)
    bars.bar(moderator, party, None, Ground("Es reicht.", 4), until=now() + timedelta(days=7))
    notify.follow(party, Ref("beteiligung.thread", thread.id))
    choose(party, {NoticeKind.FOLLOWED: Frequency.WEEKLY}, now())
    db.session.add(Digest(party_id=party, day=now().date()))
    db.session.add(Bounce(address=address(account), code="5.1.1"))
    return post


def _by_mail(account: Account, post: Post) -> None:
    """Reported without a login, from the same address."""
    said = Allegation(reports.OTHER, "Ohne Anmeldung.", address(account), name="H. M.")
    reports.report(GUEST, Ref(POST_KEY, post.id), said)


@pytest.fixture
def data(app: Flask, helga: Account, hidden: Post) -> Any:
    found = Visitor(app, helga).get("/konto/daten/export.json")
    return json.loads(found.text)


def test_measures_against_a_person_are_in_their_data_with_what_they_said_against(data: Any) -> None:
    hid, bar = data["begruendungen"]
    assert (hid["massnahme"], hid["regel"], hid["warum"]) == ("hidden", 4, "Bitte ohne Nummern.")
    assert hid["adresse"].startswith("/begruendung/")
    assert (hid["widerspruch"]["text"], hid["widerspruch"]["stattgegeben"]) == (WHY, None)
    assert (bar["massnahme"], bar["widerspruch"]) == ("barred", None)
    assert [one["ueberall"] for one in data["sperren"]] == [True]


def test_so_is_what_they_reported_with_and_without_a_login(data: Any, helga: Account) -> None:
    first, second = data["meldungen"]
    assert (first["text"], first["e_mail"], first["entschieden"]) == (SAID, None, None)
    assert (second["e_mail"], second["name"]) == (address(helga), "H. M.")
    assert first["was"].startswith("/beteiligung/beitrag/")


def test_so_is_what_they_follow_want_and_were_told(data: Any) -> None:
    assert [one["stimme"] for one in data["stimmen"]] == ["dagegen"]
    assert [one["was"].rpartition("/")[0] for one in data["folgt"]] == ["/beteiligung/gespraech"]
    assert data["mitteilungswuensche"]["followed"] == "weekly"
    assert data["mitteilungswuensche"]["reply"] == "daily"
    assert "moderation.begruendung" in {one["anlass"] for one in data["mitteilungen"]}
    assert [one["grund"] for one in data["mails_die_zurueckkamen"]] == ["5.1.1"]


def test_nothing_in_it_is_about_anybody_else(data: Any) -> None:
    whole = json.dumps(data, ensure_ascii=False)
    addresses = set(db.session.scalars(select(Identity.subject)))
    assert {one for one in addresses if one in whole} == {data["konto"]["e_mail"]}
    for foreign in ("Cem", "Moni", "Frech!", "Ein anderer Text."):
        assert foreign not in whole


@pytest.mark.parametrize("keep", [True, False])
def test_who_goes_leaves_no_row_but_what_the_record_needs(
    helga: Account, cem: Account, hidden: Post, keep: bool
) -> None:
    party, mail = helga.party_id, address(helga)
    before = {table: _count(table, cem.party_id) for table in _TABLES}

    service.delete_account(
        Actor(AccountId(helga.id), PartyId(party), "Helga Martens"), keep_posts=keep
    )
    db.session.commit()

    assert {table: _count(table, party) for table in _TABLES} == dict.fromkeys(_TABLES, 0)
    assert {table: _count(table, cem.party_id) for table in _TABLES} == before
    assert min(before.values()) > 0
    assert db.session.scalar(select(Bounce.id).where(Bounce.address == mail)) is None
    notes = list(db.session.scalars(select(CaseNote)))
    assert not [note for note in notes if note.party_id == party or note.email == mail]
    said = [note.text for note in notes if note.kind in (REPORT, OBJECTION) and note.text]
    assert sorted(said) == sorted(["Frech!", "Frech!", SAID, "Ohne Anmeldung.", WHY])  # of others
    # What was decided stays, and a hearing that nobody waits for ends.
    assert db.session.scalar(select(func.count()).select_from(Statement)) == 4
    waiting = select(Case.author_id).where(
        Case.kind == CaseKind.OBJECTION, Case.state == CaseState.OPEN
    )
    assert list(db.session.scalars(waiting)) == [cem.party_id]


_TABLES: tuple[type[Model], ...] = (Follow, Preference, Notice, Digest)


def _count(table: Any, party_id: int) -> int:
    query = select(func.count()).select_from(table).where(table.party_id == party_id)
    return db.session.scalar(query) or 0
