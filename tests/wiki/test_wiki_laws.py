"""Laws of the workflow, for whatever people write: nothing of anybody is gone unseen."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kern.accounts.permissions import Role
from kern.db import db
from kern.errors import Conflict
from tests.builders import make_actor
from tests.wiki.pages import approve, change, make_page, published
from tests.wiki.texts import edited
from wiki import service
from wiki.comparing import Clash, Settled
from wiki.models import Kind, Page, Proposal
from wiki.service import State, Wording, merging

pytestmark = pytest.mark.usefixtures("town")

FIVE = "Eins.\n\nZwei.\n\nDrei.\n\nVier.\n\nFünf.\n"
LINES = [f"Zeile {number} handelt von Baum {number}\n" for number in range(8)]
PLACES: list[Mapping[str, Any] | None] = [
    None,
    *({"type": "Point", "coordinates": [12.0, north], "label": f"{north}"} for north in (50, 51)),
]
DATABASE = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


# One person changes two things of a page, and somebody else is published in between


def test_what_was_published_between_two_forms_of_one_person_is_not_reverted() -> None:
    page, author = make_page("Linde", FIVE), make_actor(Role.CITIZEN)
    mine = change(author, page, source=FIVE.replace("Eins.", "Eins von mir."))
    approve(
        change(
            make_actor(Role.CITIZEN),
            page,
            source=FIVE.replace("Fünf.", "Fünf neu."),
            tags=("Baum",),
        )
    )

    change(author, page, title="Dorflinde", kind=Kind.RENAME)
    seen = service.outlook(mine)
    approve(mine, sha=seen.sha)

    found = published(service.get_page(page.id))
    assert (found.title, found.tags) == ("Dorflinde", ("Baum",))
    assert found.source == FIVE.replace("Eins.", "Eins von mir.").replace("Fünf.", "Fünf neu.")


def test_a_form_older_than_what_waits_takes_nothing_back() -> None:
    page, author = make_page("Linde", FIVE), make_actor(Role.CITIZEN)
    first = page.published_id
    approve(change(make_actor(Role.CITIZEN), page, source=FIVE.replace("Fünf.", "Fünf neu.")))
    mine = change(author, page, title="Dorflinde", kind=Kind.RENAME)

    change(author, page, first, source=FIVE.replace("Eins.", "Eins von mir."))
    approve(mine, sha=service.outlook(mine).sha)

    found = published(service.get_page(page.id))
    assert found.title == "Dorflinde"
    assert found.source == FIVE.replace("Eins.", "Eins von mir.").replace("Fünf.", "Fünf neu.")


def test_where_a_person_has_to_choose_the_waiting_proposal_stays_as_it_is() -> None:
    page, author = make_page("Linde", FIVE), make_actor(Role.CITIZEN)
    mine = change(author, page, source=FIVE.replace("Eins.", "Eins von mir."))
    approve(change(make_actor(Role.CITIZEN), page, source=FIVE.replace("Eins.", "Eins von dir.")))

    with pytest.raises(Conflict, match="auf den neuen Stand"):
        change(author, page, title="Dorflinde", kind=Kind.RENAME)

    assert (mine.latest, mine.version, service.outlook(mine).state) == (1, 1, State.CLASH)
    assert published(service.get_page(page.id)).source == FIVE.replace("Eins.", "Eins von dir.")


# For any three wordings


@st.composite
def fields(draw: st.DrawFn) -> dict[str, Any]:
    tags = draw(st.lists(st.sampled_from(["Baum", "See", "Weg"]), unique=True))
    names = draw(st.lists(st.sampled_from(["a.png", "b.png"]), unique=True))
    words = {name: draw(st.sampled_from(["alt", "neu"])) for name in names}
    return {
        "title": draw(st.sampled_from(["Linde", "Dorflinde", "Friedenslinde"])),
        "place": draw(st.sampled_from(PLACES)),
        "parent_id": draw(st.sampled_from([None, 1, 2])),
        "tags": tuple(tags),
        "files": tuple({"name": name, "file_id": 1, "alt": alt} for name, alt in words.items()),
    }


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_either_side_wrote_is_in_the_result_or_to_be_chosen(data: st.DataObject) -> None:
    here, wrote_here, _gone = data.draw(edited(LINES, "anna"))
    there, wrote_there, _lost = data.draw(edited(LINES, "bert"))
    base, published_, proposed = (
        Wording(source="".join(lines), **data.draw(fields())) for lines in (LINES, here, there)
    )

    seen = merging.joined(base, published_, proposed, 1)

    words = [part for one in seen.text.parts for part in words_of(one)]
    for mark in wrote_here | wrote_there:
        assert any(mark in part for part in words)
    whole = seen.wording or seen.half
    assert whole is not None
    asked = {clash.name: {repr(clash.published), repr(clash.proposed)} for clash in seen.fields}
    for name in ("title", "place", "parent_id"):
        before, mine, yours = (getattr(one, name) for one in (base, proposed, published_))
        changed = {repr(value) for value in (mine, yours) if value != before}
        assert changed <= {repr(getattr(whole, name)), *asked.get(name, set())}
    for one in (published_, proposed):
        added = set(one.tags) - set(base.tags)
        taken = set(base.tags) - set(one.tags)
        assert added <= set(whole.tags)
        assert not taken & set(whole.tags)
        for file in one.files:
            if file not in base.files and file not in whole.files:
                assert repr(file) in asked[f"file:{file['name']}"]


def words_of(part: Settled | Clash) -> list[str]:
    return [part.text] if isinstance(part, Settled) else [part.published, part.proposed]


# On the way through the database


def two_sides(data: st.DataObject) -> tuple[Page, Proposal, set[str]]:
    """A page, a proposal whose base is not the newest version any more, and what both wrote."""
    here, wrote_here, _gone = data.draw(edited(LINES, "anna"))
    there, wrote_there, _lost = data.draw(edited(LINES, "bert"))
    page = make_page("", "".join(LINES))
    mine = change(make_actor(Role.CITIZEN), page, source="".join([*there, "Ende\n"]))
    approve(change(make_actor(Role.CITIZEN), page, source="".join([*here, "Schluss\n"])))
    return page, mine, wrote_here | wrote_there


@DATABASE
@given(st.data())
def test_what_the_reviewer_saw_is_what_becomes_public(data: st.DataObject) -> None:
    page, mine, wrote = two_sides(data)
    seen = service.outlook(mine)
    if seen.wording is None:
        with pytest.raises(Conflict):
            approve(mine, sha=seen.sha)
        service.resolve(
            make_actor(Role.MODERATOR),
            mine,
            mine.version,
            choices=[clash.published + clash.proposed for clash in seen.clashes],
            seen_sha=seen.sha,
        )
        seen = service.outlook(mine)
    assert seen.wording is not None

    approve(mine, sha=seen.sha)

    found = published(service.get_page(page.id))
    assert found.state == seen.wording.state
    assert all(mark in found.source for mark in wrote)
    db.session.rollback()


@DATABASE
@given(st.data())
def test_the_side_that_was_not_chosen_can_still_be_read(data: st.DataObject) -> None:
    _page, mine, _wrote = two_sides(data)
    seen = service.outlook(mine)
    before = [one.stored.source for one in service.list_snapshots(mine)]
    choices = [
        data.draw(st.sampled_from([clash.published, clash.proposed, "Ganz anders.\n"]))
        for clash in seen.clashes
    ]

    service.resolve(make_actor(Role.MODERATOR), mine, mine.version, choices=choices)

    kept = service.list_snapshots(mine)
    assert [one.stored.source for one in kept[:-1]] == before
    assert kept[-1].base_id == seen.published_id
    db.session.rollback()
