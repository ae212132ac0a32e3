"""What every kind of content must keep, whoever wrote it: one test over all that are registered."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from beteiligung.project.models import Project
from beteiligung.project.rules import PROJECT_KEY
from beteiligung.project.service import writing
from kern import outbox, search
from kern.accounts.permissions import Role
from kern.accounts.service.leaving import delete_account
from kern.actor import Actor
from kern.config import Settings
from kern.content import Redaction, Ref, Verdict, registry
from kern.db import db
from kern.errors import Conflict, Invalid, NotAllowed
from kern.moderation import decisions, objections, statements
from kern.moderation.decisions import Decision
from kern.moderation.models import Case, CaseKind, CaseState, CaseVerdict
from kern.moderation.redaction import MARK
from kern.moderation.words import removed_words
from kern.scope import Moderation, Visibility
from kern.search.opening import open_index
from kern.town import Town
from portal import rooms
from portal.suche.kinds import kinds
from tests.builders import make_actor, make_post, make_project, make_thread
from tests.content_makers import MAKERS, OWN_PAGES
from tests.content_states import State
from tests.content_steps import (
    BIRDS,
    WORD,
    appeared,
    counters,
    decide,
    documents,
    drain,
    exported,
    is_public,
    keys_of,
    made,
    made_in,
    mails,
    maker,
    open_case,
    reported,
    source_of,
    step,
    tombstone_of,
    words_of_items,
)

FEEDS = ("/atom.xml", "/antworten.xml", "/kalender.ics", "/wiki/ortswiki/aenderungen.atom")
KEYS = sorted(MAKERS)
STEPS = (
    *("decide", "reopen", "hide", "restore", "redact"),
    *("erase_author", "export", "mentions"),
)

pytestmark = pytest.mark.usefixtures("town")
searched = pytest.mark.usefixtures("index")


@pytest.fixture
def index(town: Town) -> None:
    search.rebuild_all()


@pytest.fixture
def author(town: Town) -> Actor:
    return make_actor(Role.CITIZEN, name="Helga Martens")


@pytest.fixture
def moderator(town: Town) -> Actor:
    return make_actor(Role.MODERATOR)


# Who is held to it


def test_every_registered_kind_has_a_maker(app: Flask) -> None:
    held = {key for one in KEYS for key in keys_of(one)} | {OWN_PAGES}
    assert set(registry()) == {type_.key for type_ in rooms.CONTENT_TYPES} == held


def test_every_kind_can_take_every_step() -> None:
    """What waits as one kind and appears as another takes them between the two."""
    for key in KEYS:
        types = [registry()[one] for one in keys_of(key)]
        for name in STEPS:
            assert any(getattr(type_, name) is not None for type_ in types), (key, name)
        for name in ("erase_author", "export", "mentions"):
            assert all(getattr(type_, name) is not None for type_ in types), (key, name)


@pytest.mark.parametrize("key", KEYS)
def test_every_kind_goes_the_whole_way_through_moderation(key: str, author: Actor) -> None:
    """Waiting, released, reported, redacted, hidden, objected to, restored, erased."""
    first, second = make_actor(Role.MODERATOR), make_actor(Role.MODERATOR)

    ref = made(key, State.WAITING, author, f"Eine {WORD} am Ufer!")
    assert not is_public(ref)

    decide(first, open_case(ref), CaseVerdict.RELEASE)
    assert is_public(ref)

    left = Redaction(source_of(ref).replace(WORD, ""))
    decide(first, reported(ref), CaseVerdict.REDACT, left)
    assert is_public(ref)
    assert WORD not in words_of_items(ref)
    assert MARK in words_of_items(ref)

    hidden = decide(first, reported(ref), CaseVerdict.HIDE)
    assert not is_public(ref)
    assert tombstone_of(ref) == removed_words(hidden.rule, hidden.decided_at)

    if maker(ref.key).has_author:
        _uphold_objection(ref, author, first, second)
    else:
        decisions.decide_anew(second, hidden.id, Decision(CaseVerdict.RESTORE, hidden.revision))
    assert is_public(ref)
    assert tombstone_of(ref) == ""

    delete_account(author, keep_posts=False)
    assert is_public(ref) == maker(key).stays
    assert "Helga Martens" not in words_of_items(ref)
    assert "Ufer" not in exported(ref, author)


def _uphold_objection(ref: Ref, author: Actor, first: Actor, second: Actor) -> None:
    """Whoever hid it does not decide about that."""
    statement = statements.find_newest(appeared(ref)) or pytest.fail("hidden without a statement")
    assert statement.party_id == author.party_id
    objection = objections.submit(statement, "Das stimmt nicht.")
    with pytest.raises(Conflict):
        decide(first, objection, CaseVerdict.UPHELD)
    decide(second, objection, CaseVerdict.UPHELD)


# What is public


@searched
@pytest.mark.parametrize("key", KEYS)
def test_what_is_public_is_found_and_its_address_answers(
    key: str, author: Actor, client: FlaskClient, settings: Settings
) -> None:
    ref = made(key, State.PUBLIC, author)
    assert is_public(ref)
    shown = appeared(ref)
    card, (document, *_more) = registry()[shown.key].cards([shown.id])[shown.id], documents(ref)
    drain(settings)

    found = search.find(WORD)
    assert [hit.ref for hit in found.items] == [shown]
    assert found.kinds == {document.kind: 1}
    assert document.kind in kinds()
    assert f"<mark>{WORD}</mark>" in client.get(f"/suche?q={WORD}").get_data(as_text=True)
    assert WORD in client.get("/atom.xml").text
    for path in {card.path, document.path}:
        answer = client.get(path, follow_redirects=True)
        assert answer.status_code == 200
        assert WORD in answer.get_data(as_text=True)


# What is not


@searched
@pytest.mark.parametrize("key", KEYS)
def test_what_is_not_public_is_nowhere(
    key: str, author: Actor, client: FlaskClient, settings: Settings
) -> None:
    public = made(key, State.PUBLIC, author, "Ein Reiher.")
    assert is_public(public)
    neighbours = _counters_of_neighbours(key, author)
    hidden: dict[str, Ref] = {}
    pages = {"/", "/beteiligung/", *FEEDS}
    for state in _hidden_states(key):
        counted = counters()
        bird = BIRDS[state]
        hidden[bird] = ref = made(key, state, make_actor(Role.CITIZEN), f"Eine {bird}!")
        assert not is_public(ref), state
        pages |= {maker(key).shown_in(ref), *re.findall(r"/\S+", _address(ref))}
        pages.add(f"/suche?q={bird[:-2]}")
        assert counters() - counted == neighbours, state
    drain(settings)

    for bird, ref in hidden.items():
        found = search.find(bird)
        assert (found.total, dict(found.kinds)) == (0, {}), bird
        assert not {ref, appeared(ref)} & set(open_index().digests()), bird
    told = {"mails": mails(), "export": exported(public, author)}
    for path in pages:
        told[path] = client.get(path, follow_redirects=True).get_data(as_text=True)
    assert [(bird, place) for place in told for bird in hidden if bird in told[place]] == []


def _hidden_states(key: str) -> list[State]:
    shown = {State.PUBLIC} | ({State.ERASED} if maker(key).stays else set())
    return [state for state in State if state not in shown]


def _address(ref: Ref) -> str:
    item = registry()[ref.key].desk_items([ref.id]).get(ref.id)
    return item.path if item is not None else ""


def _counters_of_neighbours(key: str, author: Actor) -> int:
    """What the same maker adds when its own thing does not count: that of the things beside it."""
    before = counters()
    made(key, State.WAITING, author, "Ein Reiher.")
    return counters() - before


@searched
@pytest.mark.parametrize("key", KEYS)
def test_the_next_search_misses_what_was_just_hidden(
    key: str, author: Actor, moderator: Actor, settings: Settings
) -> None:
    ref = made(key, State.PUBLIC, author)
    drain(settings)
    assert search.find(WORD).total == 1

    step("hide", ref)(moderator, 3)
    db.session.commit()  # and the index still has it

    found = search.find(WORD)
    assert (found.total, dict(found.kinds), found.items) == (0, {}, ())


# The index is a copy


@searched
def test_a_rebuilt_index_equals_the_one_that_followed(author: Actor, settings: Settings) -> None:
    for state in State:
        for key in KEYS:
            made(key, state, make_actor(Role.CITIZEN), f"{WORD} {state}")
        drain(settings)

    followed = dict(open_index().digests())
    assert not search.compare()
    search.rebuild_all()

    assert dict(open_index().digests()) == followed
    assert {ref.key for ref in followed} == {keys_of(key)[-1] for key in KEYS} | {OWN_PAGES}


@searched
@pytest.mark.parametrize("visibility", list(Visibility))
def test_what_belongs_to_a_project_moves_with_its_readers(
    visibility: Visibility, settings: Settings
) -> None:
    planner = make_actor(Role.PLANNER)
    before = Visibility.PUBLIC if visibility is Visibility.INVITED else Visibility.INVITED
    project = make_project(title=f"Ein Haus für die {WORD}", visibility=before)
    make_post(make_thread(project.scope), text=f"Die {WORD} braucht Schilf.")
    outbox.note(PROJECT_KEY, project.id)
    number = project.id
    drain(settings)

    project = db.session.get_one(Project, number, options=[joinedload(Project.scope)])
    writing.save_access(planner, project, visibility=visibility, moderation=Moderation.BEFORE)
    drain(settings)

    assert search.find(WORD).total == (2 if visibility is Visibility.PUBLIC else 0)
    assert search.find(WORD, audiences=search.audiences_of(planner)).total == 2
    assert not search.compare()


# The desk


@pytest.mark.parametrize("key", KEYS)
def test_what_waits_is_released_and_that_can_be_taken_back(
    key: str, author: Actor, moderator: Actor
) -> None:
    ref = made(key, State.WAITING, author)
    case = decide(moderator, open_case(ref), CaseVerdict.RELEASE)
    assert is_public(ref)
    assert (mails(author) != "") == maker(ref.key).has_author

    decisions.take_back(moderator, case.id)

    assert not is_public(ref)
    assert open_case(ref).id == case.id
    assert mails(author) == ""


@pytest.mark.parametrize("key", KEYS)
def test_what_is_rejected_stays_away_and_may_be_released_later(
    key: str, author: Actor, moderator: Actor
) -> None:
    ref = made(key, State.WAITING, author)
    case = decide(moderator, open_case(ref), CaseVerdict.REJECT)
    assert not is_public(ref)

    decisions.decide_anew(moderator, case.id, Decision(CaseVerdict.RELEASE, case.revision))

    assert is_public(ref)


@pytest.mark.parametrize("key", KEYS)
def test_nobody_decides_about_a_wording_that_was_replaced(
    key: str, author: Actor, moderator: Actor
) -> None:
    ref = made(key, State.WAITING, author)

    with pytest.raises(Conflict):
        step("decide", ref)(open_case(ref).revision + 1, moderator, Verdict.RELEASE)


@searched
@pytest.mark.parametrize("key", KEYS)
def test_what_is_reported_can_be_hidden_and_shown_again(
    key: str, author: Actor, moderator: Actor, settings: Settings
) -> None:
    ref = made(key, State.PUBLIC, author)
    case = reported(ref)
    assert case.kind == CaseKind.REPORT

    hidden = decide(moderator, case, CaseVerdict.HIDE)
    assert not is_public(ref)
    decisions.decide_anew(moderator, hidden.id, Decision(CaseVerdict.RESTORE, hidden.revision))

    assert is_public(ref)
    drain(settings)
    assert [hit.ref for hit in search.find(WORD).items] == [appeared(ref)]
    assert WORD in words_of_items(ref)


@pytest.mark.parametrize("key", KEYS)
def test_what_is_reported_and_hidden_comes_back_by_undo(
    key: str, author: Actor, moderator: Actor
) -> None:
    ref = made(key, State.PUBLIC, author)
    case = decide(moderator, reported(ref), CaseVerdict.HIDE)

    decisions.take_back(moderator, case.id)

    assert is_public(ref)


@searched
@pytest.mark.parametrize("key", KEYS)
def test_nothing_of_a_redacted_text_remains(
    key: str, author: Actor, moderator: Actor, settings: Settings
) -> None:
    shown, not_shown = (State.PUBLIC, State.WAITING), (State.REJECTED, State.HIDDEN)
    refs = made_in(shown + not_shown, key, author, "Eine {} am Ufer!")
    drain(settings)
    for state, ref in refs.items():
        assert (BIRDS[state] in exported(ref, author)) == maker(key).has_author, state
        step("redact", ref)(moderator, Redaction(source_of(ref).replace(BIRDS[state], "")))

    assert [bird for bird in BIRDS.values() if search.find(bird).total] == []
    drain(settings)
    assert [bird for bird in BIRDS.values() if search.find(bird).total] == []
    assert search.find("Ufer").total == len(shown)
    told = mails()
    for state, ref in refs.items():
        assert is_public(ref) == (state in shown), state
        assert MARK in words_of_items(ref), state
        for place in (words_of_items(ref), exported(ref, author), told):
            assert BIRDS[state] not in place


@pytest.mark.parametrize("key", KEYS)
def test_who_redacts_can_neither_add_nor_leave_everything_nor_nothing(
    key: str, author: Actor, moderator: Actor
) -> None:
    ref = made(key, State.PUBLIC, author)
    redact = step("redact", ref)

    for left in (source_of(ref), "", f"{source_of(ref)} Dafür!"):
        with pytest.raises(Invalid):
            redact(moderator, Redaction(left))
    with pytest.raises(NotAllowed):
        redact(author, Redaction(source_of(ref).replace(WORD, "")))


@searched
@pytest.mark.parametrize("key", KEYS)
def test_a_person_who_goes_may_take_everything_along(
    key: str, author: Actor, client: FlaskClient, settings: Settings
) -> None:
    refs = made_in((state for state in State if state is not State.ERASED), key, author)
    pages = {state: maker(key).shown_in(ref) for state, ref in refs.items()}
    was_public = {state: is_public(ref) for state, ref in refs.items()}
    may_stay = {state for state, ref in refs.items() if _belongs_to_town(ref)}

    delete_account(author, keep_posts=False)
    drain(settings)

    for state, ref in refs.items():
        assert "Helga Martens" not in words_of_items(ref), state
        assert BIRDS[state] not in exported(ref, author), state
        if state in may_stay:
            assert is_public(ref) == was_public[state], state
        else:
            _assert_gone(ref, state, client.get(pages[state], follow_redirects=True).text)


def _belongs_to_town(ref: Ref) -> bool:
    one = maker(ref.key)
    return one.stays and (appeared(ref) != ref or not one.appears_as)


def _assert_gone(ref: Ref, state: State, page: str) -> None:
    assert not is_public(ref), state
    assert search.find(BIRDS[state]).total == 0, state
    assert BIRDS[state] not in words_of_items(ref), state
    assert BIRDS[state] not in page
    about = select(Case.id).where(Case.content_key == ref.key, Case.content_id == ref.id)
    assert db.session.scalars(about.where(Case.state == CaseState.OPEN)).all() == [], state


@searched
@pytest.mark.parametrize("key", KEYS)
def test_a_person_who_goes_may_leave_what_was_released(
    key: str, author: Actor, settings: Settings
) -> None:
    kept, waiting = made(key, State.PUBLIC, author), made(key, State.WAITING, author, "Ein Reiher.")

    delete_account(author, keep_posts=True)
    drain(settings)

    assert is_public(kept)
    assert not is_public(waiting)
    assert ("Reiher" in words_of_items(waiting)) == maker(key).stays
    assert "Helga Martens" not in words_of_items(kept)
    assert [hit.ref for hit in search.find(WORD).items] == [appeared(kept)]
    assert not outbox.masked()
