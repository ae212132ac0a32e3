"""Who may read what belongs to a scope: the rule, the list and the search say the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import select

from beteiligung.project.rules import Standing
from beteiligung.project.service import reading
from kern import search
from kern.accounts.permissions import Role
from kern.accounts.sessions import permissions_of
from kern.actor import GUEST, SYSTEM, AccountId, Actor, PartyId
from kern.clock import now
from kern.config import ROOT
from kern.db import db
from kern.errors import Conflict, NotFound
from kern.scope import (
    UNSHOWN,
    Act,
    Scope,
    ScopeState,
    Visibility,
    Window,
    is_open,
    replace_windows,
    require_open,
)
from kern.scope.rules import audience, may_read, readable
from kern.town import Town
from tests.builders import make_project

KINDS = list(product(ScopeState, Visibility))
ROLES = [role for role in Role if role is not Role.GUEST]


@dataclass(frozen=True)
class Place:
    """Scopes of every state and visibility, twice: one that grants speak of, and noise."""

    own: Mapping[tuple[ScopeState, Visibility], Scope]
    noise: Mapping[tuple[ScopeState, Visibility], Scope]

    def all(self) -> list[Scope]:
        return [*self.own.values(), *self.noise.values()]


@pytest.fixture
def place(town: Town) -> Place:
    own = {kind: _project(*kind) for kind in KINDS}
    return Place(own, {kind: _project(*kind) for kind in KINDS})


def _project(state: ScopeState, visibility: Visibility) -> Scope:
    return make_project(state=state, visibility=visibility).scope


def actor(town_wide: Role | None = None, **scoped: Role) -> Actor:
    """`s7=Role.PLANNER` is a grant in scope 7."""
    grants = [(str(town_wide), None)] if town_wide else []
    inside = [(str(role), int(name[1:])) for name, role in scoped.items()]
    held, found = permissions_of([*grants, *inside])
    return Actor(AccountId(1), PartyId(1), "Helga", held, found)


def everybody(place: Place) -> list[tuple[str, Actor]]:
    people = [("guest", GUEST), ("system", SYSTEM), ("citizen", actor())]
    people += [(f"{role} of the town", actor(role)) for role in ROLES]
    for (state, visibility), scope in place.own.items():
        for role in ROLES:
            name = f"{role} of a {visibility} {state}"
            people.append((name, actor(None, **{f"s{scope.id}": role})))
    return people


def test_the_rule_and_the_list_agree_about_everybody(place: Place) -> None:
    for name, person in everybody(place):
        by_rule = {scope.id for scope in place.all() if may_read(person, scope)}
        wanted = select(Scope.id).where(Scope.kind == "project", readable(person))

        assert set(db.session.scalars(wanted)) == by_rule, name


def test_everybody_finds_exactly_what_they_may_read(place: Place) -> None:
    """Drafts are in no index, whoever writes them."""
    released = [scope for scope in place.all() if scope.state not in UNSHOWN]
    for name, person in everybody(place):
        audiences = search.audiences_of(person)
        found = {scope.id for scope in released if audience(scope) in audiences}

        assert found == {scope.id for scope in released if may_read(person, scope)}, name


def test_the_gate_and_the_cards_of_projects_agree(place: Place) -> None:
    for name, person in everybody(place):
        listed = {
            card.path
            for standing in Standing
            for card in reading.list_cards(person, standing, now()).cards
        }
        assert listed == {scope.path for scope in place.all() if _opens(person, scope)}, name


def _opens(person: Actor, scope: Scope) -> bool:
    try:
        reading.get_project_for(person, scope.slug)
    except NotFound:
        return False
    return True


def test_the_rule_is_what_the_words_say(place: Place) -> None:
    public = place.own[ScopeState.PUBLISHED, Visibility.PUBLIC]
    invited = place.own[ScopeState.PUBLISHED, Visibility.INVITED]
    draft = place.own[ScopeState.DRAFT, Visibility.PUBLIC]
    guest_of = actor(None, **{f"s{invited.id}": Role.CITIZEN})

    assert may_read(GUEST, public)
    assert not may_read(GUEST, invited)
    assert may_read(guest_of, invited)
    assert not may_read(guest_of, place.noise[ScopeState.PUBLISHED, Visibility.INVITED])
    assert may_read(actor(Role.MODERATOR), invited)
    assert not may_read(actor(Role.MODERATOR), draft)
    assert may_read(actor(Role.PLANNER), draft)
    for state in (ScopeState.SUBMITTED, ScopeState.HIDDEN):
        held = place.own[state, Visibility.PUBLIC]
        assert may_read(actor(Role.MODERATOR), held)
        assert may_read(actor(Role.EDITOR), held)
        assert not may_read(actor(), held)


def test_only_one_place_says_which_states_are_shown() -> None:
    """Whoever compares with DRAFT shows what is hidden."""
    rooms = ("kern", "beteiligung", "umfragen", "wiki", "portal")
    paths = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    told = [path.name for path in paths if "!= ScopeState.DRAFT" in path.read_text("utf-8")]
    assert told == ["rules.py"]


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [(None, None, True), (0, None, True), (1, None, False), (None, 0, False), (-1, 1, True)],
)
def test_a_window_begins_with_its_first_instant_and_ends_before_its_last(
    opens: int | None, closes: int | None, expected: bool
) -> None:
    at = now()
    edges = [None if step is None else at + timedelta(hours=step) for step in (opens, closes)]
    window = Window(scope_id=1, act=Act.VOTE, opens_at=edges[0], closes_at=edges[1])

    assert is_open([window], Act.VOTE, at) is expected
    assert not is_open([window], Act.DISCUSS, at)


def test_the_rule_and_the_query_agree_on_what_is_open(town: Town) -> None:
    scope, at, step = make_project().scope, now(), timedelta(minutes=1)
    edges = (None, at - step, at, at + step)
    for act, opens_at, closes_at in product((Act.VOTE, Act.DISCUSS), edges, edges):
        replace_windows(scope.id, [Window(act=act, opens_at=opens_at, closes_at=closes_at)])
        windows = [Window(act=act, opens_at=opens_at, closes_at=closes_at)]
        try:
            require_open(scope.id, Act.VOTE, at)
            is_let_in = True
        except Conflict:
            is_let_in = False
        assert is_let_in == is_open(windows, Act.VOTE, at), (act, opens_at, closes_at)
