import json

import pytest
from sqlalchemy import select

from beteiligung.project.rules import PROJECT_KEY, RESERVED, Standing
from beteiligung.project.service import events, phases, reading, rebuilding, states, writing
from beteiligung.project.service.page import read_page
from beteiligung.project.service.states import Incomplete
from kern.accounts.permissions import Role
from kern.accounts.sessions import guest
from kern.actor import Actor
from kern.audit import AuditEntry
from kern.clock import now
from kern.content import registry
from kern.db import db
from kern.errors import Conflict, Invalid, NotAllowed, NotFound
from kern.files.models import Place
from kern.outbox import OutboxEntry
from kern.scope import Act, ScopeState, Visibility, is_open, list_windows, replace_windows
from kern.scope.rules import may_read
from kern.town import Town
from tests.beteiligung.projects import DAY, make_phase_input, make_ready
from tests.builders import make_actor, make_project


def test_a_new_project_is_a_draft_that_only_its_office_reads(planner: Actor) -> None:
    project = writing.create_project(planner, "Radweg an der Kaimauer")

    assert project.scope.path == "/beteiligung/radweg-an-der-kaimauer"
    assert reading.get_project_for(planner, project.scope.slug) is project
    for actor in (guest(), make_actor(Role.CITIZEN), make_actor(Role.MODERATOR)):
        with pytest.raises(NotFound):
            reading.get_project_for(actor, project.scope.slug)


def test_only_planners_make_projects(town: Town) -> None:
    with pytest.raises(NotAllowed):
        writing.create_project(make_actor(Role.MODERATOR), "Radweg")


def test_the_same_title_twice_gets_two_addresses(planner: Actor) -> None:
    slugs = [writing.create_project(planner, "Spielplatz").scope.slug for _ in range(3)]

    assert slugs == ["spielplatz", "spielplatz-2", "spielplatz-3"]


@pytest.mark.parametrize("title", ["Neu", "Gespräch", "Meine Beiträge", "Archiv"])
def test_no_project_takes_the_address_of_a_page(planner: Actor, title: str) -> None:
    assert writing.create_project(planner, title).scope.slug not in RESERVED


def test_a_chosen_address_is_refused_when_it_is_taken_or_reserved(planner: Actor) -> None:
    writing.create_project(planner, "Radweg", slug="radweg")

    for slug in ("radweg", "neu", "Rad Weg"):
        with pytest.raises(Invalid) as caught:
            writing.create_project(planner, "Anderer", slug=slug)
        assert caught.value.field == "slug"


def test_publishing_is_refused_with_a_list_while_something_is_missing(planner: Actor) -> None:
    project = writing.create_project(planner, "Radweg")

    with pytest.raises(Incomplete) as caught:
        states.publish(planner, project)

    assert {gap.section for gap in caught.value.gaps} == {"grunddaten", "rahmen", "phasen"}
    assert project.scope.state == ScopeState.DRAFT


def test_a_complete_project_becomes_public_and_is_announced(planner: Actor) -> None:
    project = make_ready(planner)

    states.publish(planner, project)

    assert may_read(guest(), project.scope)
    assert project.published_at is not None
    facts = select(OutboxEntry.name).where(
        OutboxEntry.content_key == PROJECT_KEY, OutboxEntry.content_id == project.id
    )
    assert db.session.scalars(facts).all()
    acts = db.session.scalars(select(AuditEntry.act)).all()
    assert "project.publish" in acts


def test_phases_are_written_out_as_windows(planner: Actor) -> None:
    project = make_ready(planner)
    phases.add_phase(planner, project, make_phase_input(20, 30, Act.VOTE, Act.SURVEY))

    windows = list_windows(project.scope_id)

    assert is_open(windows, Act.DISCUSS, now())
    assert not is_open(windows, Act.VOTE, now())
    assert is_open(windows, Act.VOTE, now() + 25 * DAY)
    assert is_open(windows, Act.SURVEY, now() + 25 * DAY)


def test_phases_stand_in_order_of_their_beginning(planner: Actor) -> None:
    project = writing.create_project(planner, "Radweg")
    for title, start in (("Bauen", 40), ("Wünsche", -40), ("Wählen", 0)):
        given = phases.PhaseInput(title, "", now() + start * DAY, now() + (start + 30) * DAY, ())
        phases.add_phase(planner, project, given)
    phases.add_phase(planner, project, phases.PhaseInput("Feiern", "", None, None, ()))

    titles = [phase.title for phase in read_page(project.page).phases]

    assert titles == ["Wünsche", "Wählen", "Bauen", "Feiern"]


def test_a_phase_that_ends_before_it_begins_is_refused(planner: Actor) -> None:
    project = writing.create_project(planner, "Radweg")

    with pytest.raises(Invalid) as caught:
        phases.add_phase(planner, project, make_phase_input(5, 4))

    assert caught.value.field == "ends_on"


def test_a_published_project_keeps_its_last_dated_phase(planner: Actor) -> None:
    project = make_ready(planner)
    states.publish(planner, project)
    phase = phases.get_phase(project, read_page(project.page).phases[0].id)

    with pytest.raises(Invalid):
        phases.remove_phase(planner, project, phase)


def test_a_published_project_never_loses_what_readers_rely_on(planner: Actor) -> None:
    project = make_ready(planner)
    states.publish(planner, project)

    with pytest.raises(Invalid) as caught:
        writing.save_framework(planner, project, decidable=[], fixed=["das Geld"], decider="Rat")

    assert caught.value.field == "decidable"


def test_closing_needs_to_say_what_came_of_it_and_ends_participation(planner: Actor) -> None:
    project = make_ready(planner)
    states.publish(planner, project)

    with pytest.raises(Invalid):
        states.close(planner, project, " ")
    states.close(planner, project, "Der Weg kommt.\n\n- am Wasser")

    assert project.scope.state == ScopeState.CLOSED
    assert list_windows(project.scope_id) == []
    assert read_page(project.page).result == "Der Weg kommt. am Wasser"


def test_a_project_opened_again_runs_as_its_phases_say(planner: Actor) -> None:
    project = make_ready(planner)
    states.publish(planner, project)
    states.close(planner, project, "Zu früh.")

    states.reopen(planner, project)

    assert is_open(list_windows(project.scope_id), Act.DISCUSS, now())
    assert project.closed_at is None


def test_the_archive_can_be_left_again(planner: Actor) -> None:
    project = make_ready(planner)
    states.publish(planner, project)
    with pytest.raises(Conflict):
        states.archive(planner, project)
    states.close(planner, project, "Der Weg kommt.")

    states.archive(planner, project)
    states.bring_back(planner, project)

    assert project.scope.state == ScopeState.CLOSED
    with pytest.raises(Conflict):
        states.bring_back(planner, project)


def test_a_preview_link_shows_the_draft_until_it_is_renewed_or_published(planner: Actor) -> None:
    project = make_ready(planner)
    slug = project.scope.slug
    assert reading.preview_token(project) == ""
    states.renew_preview(planner, project)
    first = reading.preview_token(project)
    assert reading.get_preview(slug, first) is project

    states.renew_preview(planner, project)
    second = reading.preview_token(project)
    with pytest.raises(NotFound):
        reading.get_preview(slug, first)
    assert reading.get_preview(slug, second) is project

    states.publish(planner, project)
    for token in (first, second, ""):
        with pytest.raises(NotFound):
            reading.get_preview(slug, token)


def test_the_page_copy_follows_every_change(planner: Actor) -> None:
    project = make_ready(planner)
    news = events.add_news(planner, project, "Der Kran", "Er **bleibt**.")
    starts = now() + DAY
    meeting = events.add_meeting(
        planner, project, events.MeetingInput("Rundgang", "Am Kran", "", starts)
    )

    page = read_page(project.page)
    assert [item.title for item in page.news] == ["Der Kran"]
    assert "<strong>bleibt</strong>" in page.news[0].html
    assert page.meetings[0].ends_at - page.meetings[0].starts_at == events.USUAL
    assert page.place is not None
    assert (page.place.lat, page.place.lon) == (54.0587, 10.4021)

    events.remove_news(planner, project, news)
    events.remove_meeting(planner, project, meeting)
    page = read_page(project.page)
    assert not page.news
    assert not page.meetings


def test_only_the_latest_news_are_copied(planner: Actor) -> None:
    project = make_ready(planner)
    for number in range(8):
        events.add_news(planner, project, f"Neues {number}", "…", now() - number * DAY)

    page = read_page(project.page)

    assert [item.title for item in page.news] == [f"Neues {number}" for number in range(5)]
    assert page.news_count == 8


def test_a_place_goes_when_it_is_emptied(planner: Actor) -> None:
    project = make_ready(planner)
    place = db.session.scalars(select(Place)).one()
    assert json.loads(place.geojson) == {"type": "Point", "coordinates": [10.4021, 54.0587]}

    writing.save_place(project, "", None)
    db.session.flush()

    assert db.session.scalars(select(Place)).all() == []


def test_text_is_rendered_once_and_harmless(planner: Actor) -> None:
    project = make_ready(planner)
    basics = writing.Basics("Radweg", "Satz", "<script>alert(1)</script>", "Amt", "A", "", "")

    writing.save_basics(planner, project, basics)

    assert "<script" not in project.html


def test_the_address_stays_once_people_know_it(planner: Actor) -> None:
    project = make_ready(planner)
    basics = writing.Basics("Radweg", "Satz", "Text", "Amt", "A", "", "", slug="neuer-name")
    writing.save_basics(planner, project, basics)
    assert project.scope.path == "/beteiligung/neuer-name"

    states.publish(planner, project)
    basics = writing.Basics("Radweg", "Satz", "Text", "Amt", "A", "", "", slug="noch-einer")
    with pytest.raises(Conflict):
        writing.save_basics(planner, project, basics)


def test_invited_projects_are_in_no_card_and_found_by_their_people_only(planner: Actor) -> None:
    project = make_ready(planner)
    states.publish(planner, project)
    projects = registry()[PROJECT_KEY]
    assert project.id in projects.cards([project.id])
    assert projects.documents([project.id])[0].audience == "public"

    writing.save_access(
        planner, project, visibility=Visibility.INVITED, moderation=project.scope.moderation
    )

    assert projects.cards([project.id]) == {}
    assert projects.documents([project.id])[0].audience == f"scope:{project.scope_id}"
    hidden = select(OutboxEntry.name).where(OutboxEntry.content_key == PROJECT_KEY)
    assert "hidden" in db.session.scalars(hidden).all()


def test_a_draft_is_in_no_index(planner: Actor) -> None:
    project = make_ready(planner)
    projects = registry()[PROJECT_KEY]

    assert project.id not in set(projects.public_ids())
    assert projects.documents([project.id]) == []
    assert projects.cards([project.id]) == {}
    assert projects.find_titles is not None
    assert project.id not in projects.find_titles("Radweg", 10)


def test_a_project_is_found_by_its_words_and_its_news(planner: Actor) -> None:
    project = make_ready(planner)
    events.add_news(planner, project, "Der Kran", "Er wird saniert.")
    states.publish(planner, project)

    (document,) = registry()[PROJECT_KEY].documents([project.id])

    for word in ("Weg für alle", "das Geld", "Der Kran", "saniert", "Tiefbauamt"):
        assert word in document.body


@pytest.mark.parametrize("actor_roles", [(), (Role.CITIZEN,), (Role.MODERATOR,), (Role.PLANNER,)])
def test_the_lists_show_what_the_gate_lets_through(
    planner: Actor, actor_roles: tuple[Role, ...]
) -> None:
    made = [
        make_project(title=f"{state} {visibility}", state=state, visibility=visibility)
        for state in ScopeState
        for visibility in Visibility
    ]
    actor = make_actor(*actor_roles) if actor_roles else guest()

    listed = {
        card.id
        for standing in Standing
        for card in reading.list_cards(actor, standing, now()).cards
    }

    assert listed == {project.id for project in made if may_read(actor, project.scope)}


def test_a_full_list_goes_on_at_the_next_page(planner: Actor) -> None:
    for _ in range(reading.PER_PAGE + 2):
        make_project(state=ScopeState.CLOSED)

    first = reading.list_cards(guest(), Standing.CLOSED, now())
    second = reading.list_cards(guest(), Standing.CLOSED, now(), first.next)

    assert len(first.cards) == reading.PER_PAGE
    assert len(second.cards) == 2
    assert second.next is None
    assert not {card.id for card in first.cards} & {card.id for card in second.cards}
    assert first.counts[Standing.CLOSED] == reading.PER_PAGE + 2


def test_the_next_to_end_stands_first(planner: Actor) -> None:
    for title, end in (("spät", 30), ("bald", 2)):
        project = make_ready(planner, title)
        phase = phases.get_phase(project, read_page(project.page).phases[0].id)
        phases.change_phase(planner, project, phase, make_phase_input(-1, end))
        states.publish(planner, project)

    assert [card.title for card in reading.list_published(guest(), now())] == ["bald", "spät"]


def test_every_copy_can_be_made_again_from_the_rows(planner: Actor) -> None:
    project = make_ready(planner)
    events.add_news(planner, project, "Der Kran", "Er **bleibt**.")
    states.publish(planner, project)
    project.page = {**project.page, "bundled_picture": {"name": "radweg", "alt": "Ein Weg"}}
    before, html = project.page, project.html
    windows = len(list_windows(project.scope_id))
    project.page = {"bundled_picture": before["bundled_picture"]}
    project.html, project.plain = "", ""
    replace_windows(project.scope_id, [])

    assert list(rebuilding.rebuild_pages(rebuilding.list_ids())) == [project.id]

    assert project.page == before
    assert project.html == html
    assert len(list_windows(project.scope_id)) == windows
