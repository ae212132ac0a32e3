"""The filled demo town: every state is there, the copies are true, and nobody gets in unasked."""

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from beteiligung.discussion.models import Outcome, Post, Status, TextRevision, Thread, Vote
from beteiligung.discussion.service import counting
from beteiligung.project.models import Project
from kern import search
from kern.accounts.models import Account, Party, Source
from kern.accounts.permissions import Role
from kern.accounts.service import check_password
from kern.audit import AuditEntry
from kern.clock import now
from kern.config import Settings
from kern.db import db, engines, migrate
from kern.files.models import File
from kern.moderation.models import Case, CaseKind, CaseState
from kern.outbox import OutboxEntry, State
from kern.scope import Scope, ScopeState
from kern.town import LOOPBACK, Town, Towns, use_town
from portal.app import create_app
from portal.betrieb.demo import fill
from portal.betrieb.demo.people import Logins
from portal.betrieb.orte import Refused
from tests.builders import make_account
from tests.demo_town import CHEAP, filled_town, settings_of
from tests.visitors import Visitor

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Logins]:
    return filled_town(tmp_path_factory)


@pytest.fixture
def logins(filled: tuple[Path, Logins]) -> Logins:
    return filled[1]


@pytest.fixture
def settings(filled: tuple[Path, Logins], tmp_path: Path) -> Settings:
    shutil.copytree(filled[0], tmp_path / "daten")
    return settings_of(tmp_path / "daten")


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    yield create_app(settings)
    engines.close()


@pytest.fixture
def town(app: Flask) -> Iterator[Town]:
    towns: Towns = app.extensions["dorflinde.towns"]
    with use_town(towns.by_slug(fill.SLUG)) as town, app.app_context():
        yield town
        db.session.remove()


def count(*conditions: object) -> int:
    return db.session.scalar(select(func.count()).where(*conditions)) or 0  # type: ignore[arg-type]


def test_projects_are_in_every_stage_of_their_life(town: Town) -> None:
    query = select(Scope.state).where(Scope.kind == "project")
    assert set(db.session.scalars(query)) == set(ScopeState)
    assert count(Project.id > 0) >= 5
    drawn = [
        project.page["bundled_picture"]["name"] for project in db.session.scalars(select(Project))
    ]
    assert len(set(drawn)) == len(drawn)


def test_there_is_plenty_to_read_and_every_state_of_it(town: Town) -> None:
    texts = Counter(db.session.scalars(select(TextRevision.source)))
    assert count(Post.is_answer.is_(False)) >= 400
    assert len(texts) >= 150
    states = Counter(db.session.scalars(select(Post.status)))
    wanted = set(Status) - {Status.ERASED}
    assert {state for state in wanted if states[state] >= 3} == wanted
    assert {outcome for outcome in Outcome if count(Post.outcome == outcome) >= 3} == set(Outcome)
    assert count(Thread.outcome.is_not(None)) >= 3
    assert {Source.PAPER, Source.PHONE, Source.COUNTER} <= set(
        db.session.scalars(select(Post.source))
    )
    assert count(Post.is_answer) >= 20
    assert count(Post.edited_at.is_not(None)) >= 3
    assert count(Post.status == Status.PUBLIC, Post.latest > Post.released) >= 1
    assert count(Thread.status == Status.PENDING) >= 1


def test_what_waits_is_on_the_desk_and_what_does_not_is_not(town: Town) -> None:
    release = select(Case.content_id).where(
        Case.kind == CaseKind.RELEASE,
        Case.state == CaseState.OPEN,
        Case.content_key == "beteiligung.post",
    )
    edits = select(Post.id).where(Post.status == Status.PUBLIC, Post.latest > Post.released)
    waiting = select(Post.id).where(Post.status == Status.PENDING)
    expected = {*db.session.scalars(edits), *db.session.scalars(waiting)}
    assert set(db.session.scalars(release)) == expected
    assert count(Case.kind == CaseKind.REPORT, Case.state == CaseState.OPEN) >= 3
    assert count(Case.state == CaseState.DECIDED, Case.decided_by.is_(None)) == 0


def test_pictures_are_there_released_and_waiting(town: Town) -> None:
    query = select(File.state, Post.status).join(Post, Post.picture_id == File.id)
    found = Counter((state, status) for state, status in db.session.execute(query))
    assert set(found) == {("public", Status.PUBLIC), ("private", Status.PENDING)}
    assert found.total() >= 3


def test_time_runs_forward_in_every_thread(town: Town) -> None:
    later = aliased(Post)
    pairs = select(func.count()).select_from(Post).join(later, later.thread_id == Post.thread_id)
    wrong = pairs.where(later.id > Post.id, later.written_at < Post.written_at)
    assert db.session.scalar(wrong) == 0
    for column in (Post.written_at, Vote.voted_at, Case.decided_at, AuditEntry.at, Post.outcome_at):
        assert count(column > now()) == 0


def test_nobody_votes_twice_or_for_themselves(town: Town) -> None:
    own = select(func.count()).select_from(Vote).join(Post, Post.id == Vote.post_id)
    assert db.session.scalar(own.where(Vote.party_id == Post.author_id)) == 0
    assert count(Vote.id > 0) > 1000


def test_the_copies_are_what_the_rows_say(town: Town) -> None:
    def counters() -> list[tuple[object, ...]]:
        columns = (Thread.posts_count, Thread.answers_count, Thread.last_post_at)
        posts = (Post.agree, Post.disagree, Post.score, Post.reply_count)
        scopes = (Scope.posts_count, Scope.people_count, Scope.answers_count)
        queries = [select(Thread.id, *columns), select(Post.id, *posts), select(Scope.id, *scopes)]
        return [tuple(row) for query in queries for row in db.session.execute(query)]

    before = counters()
    counting.rebuild()
    db.session.expire_all()
    assert counters() == before
    assert not search.compare()


def test_no_mail_of_the_filling_is_on_its_way(town: Town) -> None:
    entries = db.session.scalars(select(OutboxEntry)).all()
    assert len(entries) == fill.SHOWN_MAILS
    assert {entry.state for entry in entries} == {State.HELD}
    addresses = db.session.scalars(select(Party.email).where(Party.email.is_not(None))).all()
    assert addresses
    assert all(address.endswith(".example") for address in addresses if address)


def test_every_printed_login_opens_the_door(town: Town, logins: Logins) -> None:
    assert {one.role for one in logins} == set(Role) - {Role.GUEST}
    for one in logins:
        assert check_password(one.email, one.password, CHEAP, production=False)


def test_no_demo_account_gets_in_under_real_operation(town: Town, logins: Logins) -> None:
    assert count(Account.is_demo.is_(False)) == 0
    for one in logins:
        assert check_password(one.email, one.password, CHEAP, production=True) is None


def test_the_login_page_turns_demo_people_away_under_real_operation(
    settings: Settings, logins: Logins
) -> None:
    answers = {}
    for production in (False, True):
        app = create_app(settings_of(settings.data, production=production))
        towns: Towns = app.extensions["dorflinde.towns"]
        with use_town(towns.by_slug(fill.SLUG)), app.app_context():
            visitor = Visitor(app)
            form = {"p-email": logins[0].email, "p-password": logins[0].password}
            visitor.post("/konto/anmelden/passwort", form)
            answers[production] = bool(visitor.token)
            db.session.remove()
        engines.close()
    assert answers == {False: True, True: False}


def test_passwords_are_shown_once_and_kept_nowhere(
    filled: tuple[Path, Logins], logins: Logins
) -> None:
    said = (filled[0] / "gesagt.txt").read_text("utf-8")
    kept = [path for path in (filled[0] / "orte").rglob("*") if path.is_file()]
    for one in logins:
        assert one.email in said
        assert one.password in said
        assert not [path for path in kept if one.password.encode() in path.read_bytes()]


def test_a_second_filling_changes_nothing_and_says_so(settings: Settings) -> None:
    town = Towns(settings).by_slug(fill.SLUG)
    before = (town.path / "ort.db").read_bytes()
    said: list[str] = []
    assert fill.run(town, settings, "small", said.append) == ()
    engines.close()
    assert (town.path / "ort.db").read_bytes() == before
    assert "schon gefüllt" in said[0]
    assert fill.NEW_PASSWORDS in said[1]


def test_new_passwords_replace_the_old_ones(settings: Settings, logins: Logins) -> None:
    towns = Towns(settings)
    town = towns.by_slug(fill.SLUG)
    fresh = fill.run(town, settings, "small", lambda _line: None, new_passwords=True)
    with use_town(town), create_app(settings).app_context():
        for old, new in zip(logins, fresh, strict=True):
            assert check_password(new.email, new.password, CHEAP, production=False)
            assert check_password(old.email, old.password, CHEAP, production=False) is None
        db.session.remove()
    engines.close()


def test_a_town_with_people_of_its_own_is_never_filled(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    town = Towns(settings).create("musterstadt", LOOPBACK)
    migrate.upgrade(town)
    app = create_app(settings)
    with use_town(town), app.app_context():
        make_account("Frau Beispiel", (Role.ADMINISTRATOR, None))
        db.session.commit()
        db.session.remove()
    with pytest.raises(Refused, match="nicht zum Demo-Ort"):
        fill.command(settings, "small")
    engines.close()
