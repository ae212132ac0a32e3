"""Projects at the desk: handed in, released, refused, hidden, restored, passages taken out."""

from collections.abc import Sequence

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from beteiligung.project.content import PROJECTS
from beteiligung.project.models import Project
from beteiligung.project.rules import PROJECT_KEY
from beteiligung.project.service import events, moderating, states, writing
from beteiligung.project.service.changes import ref_of
from beteiligung.project.service.events import MeetingInput
from beteiligung.project.service.reading import get_preview, preview_token
from beteiligung.project.service.states import Incomplete
from kern.accounts.permissions import Role
from kern.accounts.service.leaving import delete_account
from kern.actor import Actor
from kern.clock import now
from kern.content import DeskItem, Document, Redaction, Verdict
from kern.db import db
from kern.errors import Conflict, Invalid, NotAllowed, NotFound
from kern.files import service as files
from kern.files.models import File
from kern.moderation import decisions
from kern.moderation.decisions import Decision
from kern.moderation.models import Case, CaseKind, CaseState, CaseVerdict
from kern.moderation.redaction import MARK, SEAM
from kern.scope import Act, Scope, ScopeState, is_open, list_windows
from tests.beteiligung.projects import DAY, EDIT, PATH, make_ready
from tests.builders import actor_of, make_account, make_actor, make_post, make_thread
from tests.visitors import Visitor

pytestmark = pytest.mark.usefixtures("town")


@pytest.fixture
def editor(town: object) -> Actor:
    return make_actor(Role.EDITOR, name="Ole Brandt")


@pytest.fixture
def moderator(town: object) -> Actor:
    return make_actor(Role.MODERATOR)


@pytest.fixture
def project(editor: Actor) -> Project:
    """Complete, not handed in yet."""
    return make_ready(editor)


def open_cases(project: Project, kind: CaseKind = CaseKind.RELEASE) -> list[Case]:
    query = select(Case).where(
        Case.content_key == PROJECT_KEY,
        Case.content_id == project.id,
        Case.kind == kind,
        Case.state == CaseState.OPEN,
    )
    return list(db.session.scalars(query))


def item_of(project: Project) -> DeskItem:
    return PROJECTS.desk_items([project.id])[project.id]


def documents_of(project: Project) -> Sequence[Document]:
    return PROJECTS.documents([project.id])


def redact(project: Project, actor: Actor, text: str, title: str | None = None) -> None:
    assert PROJECTS.redact is not None
    PROJECTS.redact(project.id, actor, Redaction(text, title))


# Handing in


def test_who_may_not_publish_hands_in_and_others_release(
    editor: Actor, moderator: Actor, project: Project
) -> None:
    with pytest.raises(NotAllowed):
        states.publish(editor, project)
    moderating.submit(editor, project)

    (case,) = open_cases(project)
    assert (case.revision, case.author_id) == (project.revision, editor.party_id)
    with pytest.raises(NotAllowed):
        moderating.decide(project, project.revision, editor, Verdict.RELEASE)
    moderating.decide(project, project.revision, moderator, Verdict.RELEASE)

    assert project.scope.state == ScopeState.PUBLISHED
    assert project.published_at is not None


def test_what_lacks_something_is_not_handed_in(editor: Actor) -> None:
    with pytest.raises(Incomplete):
        moderating.submit(editor, writing.create_project(editor, "Nur ein Titel"))


def test_what_waits_may_be_worked_on_but_stays_complete_and_is_decided_as_it_reads_now(
    editor: Actor, moderator: Actor, project: Project
) -> None:
    moderating.submit(editor, project)
    read = project.revision
    writing.save_framework(editor, project, decidable=["die Farbe"], fixed=["x"], decider="Rat")

    with pytest.raises(Conflict):
        moderating.decide(project, read, moderator, Verdict.RELEASE)
    assert [case.revision for case in open_cases(project)] == [read + 1]
    with pytest.raises(Invalid):
        writing.save_framework(editor, project, decidable=[], fixed=["x"], decider="Rat")


def test_handing_in_can_be_taken_back_and_whoever_may_publish_needs_nobody(
    editor: Actor, project: Project
) -> None:
    moderating.submit(editor, project)
    moderating.take_back(editor, project)
    assert (project.scope.state, open_cases(project)) == (ScopeState.DRAFT, [])

    moderating.submit(editor, project)
    states.publish(make_actor(Role.PLANNER), project)
    assert (project.scope.state, open_cases(project)) == (ScopeState.PUBLISHED, [])


def test_what_everybody_reads_changes_only_who_may_publish(editor: Actor, project: Project) -> None:
    states.publish(make_actor(Role.PLANNER), project)

    with pytest.raises(NotAllowed):
        events.add_news(editor, project, "Der Kran", "Er bleibt.")


def test_a_refused_picture_comes_back_with_the_decision(
    editor: Actor, moderator: Actor, project: Project
) -> None:
    project.picture_id = _picture(project)
    moderating.submit(editor, project)
    moderating.decide(project, project.revision, moderator, Verdict.RELEASE_WITHOUT_PICTURE)
    assert project.picture_id is None

    moderating.reopen(project, project.revision, moderator)

    assert project.picture_id is not None
    assert (project.scope.state, project.published_at) == (ScopeState.SUBMITTED, None)


def _picture(project: Project) -> int:
    file = File(name="bild", kind="picture", title="Kran", sha256="0")
    db.session.add(file)
    db.session.flush()
    files.attach(file.id, ref_of(project))
    return file.id


def test_who_hands_in_works_with_the_pages_and_reads_there_why_it_was_refused(
    app: Flask, moderator: Actor
) -> None:
    account = make_account("Ole Brandt", (Role.EDITOR, None))
    make_ready(actor_of(account, [(Role.EDITOR, None)]))
    visitor = Visitor(app, account)
    assert "Zur Freigabe einreichen" in visitor.get(EDIT).text

    sent = visitor.post(f"{PATH}/einreichen")
    assert (sent.status_code, sent.location) == (303, EDIT)
    assert "Das Projekt wartet auf Freigabe" in visitor.get(EDIT).text
    assert "wartet auf Freigabe" in visitor.get("/beteiligung/?zeigen=entwuerfe").text
    project = _the_project()
    wanted = Decision(CaseVerdict.REJECT, project.revision, 1, "Bitte ohne Namen.")
    decisions.decide(moderator, open_cases(project)[0].id, wanted)
    db.session.commit()

    page = visitor.get(EDIT).text
    assert "Das Projekt ist nicht freigegeben" in page
    assert "Bitte ohne Namen." in page
    visitor.post(f"{PATH}/einreichen")
    visitor.post(f"{PATH}/doch-nicht-einreichen")
    assert "Zur Freigabe einreichen" in visitor.get(EDIT).text


def _the_project() -> Project:
    return moderating.get_project(db.session.scalars(select(Project.id)).one())


# Hiding


@pytest.mark.parametrize("state", [ScopeState.PUBLISHED, ScopeState.CLOSED, ScopeState.ARCHIVED])
def test_a_hidden_project_comes_back_as_it_was(
    state: ScopeState, project: Project, moderator: Actor
) -> None:
    planner = make_actor(Role.PLANNER)
    states.publish(planner, project)
    if state is not ScopeState.PUBLISHED:
        states.close(planner, project, "Der Weg kommt.")
    if state is ScopeState.ARCHIVED:
        states.archive(planner, project)

    moderating.hide(project, moderator, 3)
    assert not is_open(list_windows(project.scope_id), Act.DISCUSS, now())
    with pytest.raises(Conflict):
        states.publish(planner, project)
    moderating.restore(project, moderator)

    assert project.scope.state == state
    running = is_open(list_windows(project.scope_id), Act.DISCUSS, now())
    assert running == (state is ScopeState.PUBLISHED)


def test_in_place_of_a_hidden_project_stands_why_and_nothing_of_it_is_read(
    app: Flask, client: FlaskClient, project: Project, moderator: Actor
) -> None:
    account = make_account("Jana Planung", (Role.PLANNER, None))
    states.publish(make_actor(Role.PLANNER), project)
    thread = make_thread(project.scope, title="Frage im Projekt")
    path = f"/beteiligung/gespraech/{thread.id}"
    moderating.hide(project, moderator, 3)
    visitor = Visitor(app, account)

    gone = client.get(PATH)
    assert gone.status_code == 410
    assert "Entfernt: Regel 3, am " in gone.text
    assert "an der Kaimauer" not in gone.text
    assert client.get(path).status_code == 404
    for page in ("/", "/beteiligung/", f"{PATH}/beitraege", f"{PATH}/kalender.ics"):
        assert "an der Kaimauer" not in client.get(page).text
    assert visitor.get(PATH).status_code == 200
    assert "Das Projekt ist ausgeblendet" in visitor.get(EDIT).text


def test_a_hidden_project_gives_no_preview(project: Project, moderator: Actor) -> None:
    planner = make_actor(Role.PLANNER)
    states.publish(planner, project)
    moderating.hide(project, moderator, 3)

    states.renew_preview(planner, project)
    with pytest.raises(NotFound):
        get_preview(project.scope.slug, preview_token(project))


# Passages


def test_passages_go_from_every_part_and_copy(project: Project, moderator: Actor) -> None:
    planner = make_actor(Role.PLANNER)
    writing.save_framework(
        planner, project, decidable=["Weg von Petersen", "Bänke"], fixed=["Geld"], decider="Rat"
    )
    events.add_news(planner, project, "Petersen sagt ja", "Frau **Petersen** ist dafür.")
    given = MeetingInput("Treffen bei Petersen", "Hof Petersen", "", now() + DAY)
    events.add_meeting(planner, project, given)
    writing.save_place(project, "Hof Petersen", None)
    project.picture_id = _picture(project)
    db.session.get_one(File, project.picture_id).title = "Petersen mit Kran"
    project.scope.title, project.contact_name = "Petersens Weg", "Amt"
    states.publish(planner, project)

    item = item_of(project)
    redact(project, moderator, item.source.replace("Petersen", ""), "Weg")

    tables = (Project.__table__, Scope.__table__)
    kept = str([db.session.execute(select(table)).all() for table in tables])
    for words in (kept, str(item_of(project)), str(documents_of(project))):
        assert "etersen" not in words
    assert project.decidable == [f"Weg von {MARK}", "Bänke"]
    assert project.scope.title == f"{MARK} Weg"


def test_an_address_that_says_what_went_is_given_up(planner: Actor, moderator: Actor) -> None:
    project = make_ready(planner, "Das Haus von Petersen")
    states.publish(planner, project)
    assert "petersen" in project.scope.slug

    redact(project, moderator, item_of(project).source, "Das Haus von")

    assert project.scope.path == f"/beteiligung/projekt-{project.id}"


def test_seams_between_the_parts_mean_nothing(project: Project, moderator: Actor) -> None:
    states.publish(make_actor(Role.PLANNER), project)
    source = item_of(project).source
    start, end = source.index("Weg für"), source.index("Ein **Weg**")

    redact(project, moderator, source[:start] + source[end:].replace(SEAM, "\n"))

    assert project.summary == f"Ein {MARK}"
    assert project.text == f"{MARK}\n\nEin **Weg**."
    assert project.decidable == ["der Weg"]


def test_posts_that_quote_the_project_come_to_the_desk(project: Project, moderator: Actor) -> None:
    planner = make_actor(Role.PLANNER)
    events.add_news(planner, project, "Neues", "Der Hof von Petersen wird verkauft.")
    states.publish(planner, project)
    quote = make_post(make_thread(project.scope), text="> Der Hof von Petersen\n\nWirklich?")

    source = item_of(project).source
    redact(project, moderator, source.replace("Der Hof von Petersen", ""))

    reviews = select(Case.content_id).where(Case.kind == CaseKind.REVIEW)
    assert db.session.scalars(reviews).all() == [quote.id]


def test_what_waits_is_published_without_the_passage(
    project: Project, editor: Actor, moderator: Actor
) -> None:
    moderating.submit(editor, project)

    redact(project, moderator, item_of(project).source.replace("Ein **Weg**.", ""))

    assert project.scope.state == ScopeState.PUBLISHED
    assert MARK in project.html


# Who goes


def test_the_project_stays_without_the_name_of_who_made_it(editor: Actor) -> None:
    project = make_ready(editor)
    project.contact_name, project.contact_email = "ole brandt", "amt@lindenau.example"

    delete_account(editor, keep_posts=False)

    assert (project.author_id, project.contact_name) == (None, "")
    assert project.contact_email == "amt@lindenau.example"
