"""Rows of the table of rights: projects, their figures, their files, the start page."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from beteiligung.project.models import Project
from beteiligung.project.service import events, invitations, moderating, reading, states
from kern.accounts.permissions import Role
from kern.actor import SYSTEM
from kern.content import Ref
from kern.db import db
from kern.files import service as files
from kern.files.models import File
from kern.scope import ScopeState, Visibility
from tests.beteiligung.projects import make_ready
from tests.builders import make_project
from tests.rights_rows import Row, Visit, everybody, only


def _project(state: ScopeState, _visit: Visit) -> Mapping[str, Any]:
    return {"slug": _ready(state).scope.slug}


def _ready(state: ScopeState) -> Project:
    project = make_ready(SYSTEM)
    if state is not ScopeState.DRAFT:
        states.publish(SYSTEM, project)
    if state in {ScopeState.CLOSED, ScopeState.ARCHIVED}:
        states.close(SYSTEM, project, "Der Weg kommt.")
    if state is ScopeState.ARCHIVED:
        states.archive(SYSTEM, project)
    return project


_public = partial(_project, ScopeState.PUBLISHED)
_draft = partial(_project, ScopeState.DRAFT)
_closed = partial(_project, ScopeState.CLOSED)
_archived = partial(_project, ScopeState.ARCHIVED)


_NOBODY = {"guest": 404, "citizen": 404, "moderator": 404}
EDITORS = (Role.EDITOR, Role.PLANNER, Role.ADMINISTRATOR)


def _submitted(_visit: Visit) -> Mapping[str, Any]:
    project = _ready(ScopeState.DRAFT)
    moderating.submit(SYSTEM, project)
    return {"slug": project.scope.slug}


def _news(_visit: Visit) -> Mapping[str, Any]:
    project = _ready(ScopeState.PUBLISHED)
    news = events.add_news(SYSTEM, project, "Der Kran", "Er bleibt.")
    return {"slug": project.scope.slug, "section": "neuigkeiten", "item_id": news.id}


def _section(visit: Visit) -> Mapping[str, Any]:
    return {**_public(visit), "section": "neuigkeiten"}


def _preview(_visit: Visit) -> Mapping[str, Any]:
    project = _ready(ScopeState.DRAFT)
    states.renew_preview(SYSTEM, project)
    return {"slug": project.scope.slug, "token": reading.preview_token(project)}


def _invitation(visit: Visit) -> Mapping[str, Any]:
    project = make_project(visibility=Visibility.PUBLIC)
    invitations.invite(SYSTEM, project, [f"gast-{visit.role}@lindenau.example"])
    (guest,) = invitations.list_invited(project)
    return {"slug": project.scope.slug, "grant_id": guest.grant_id}


def _private_file(_visit: Visit) -> Mapping[str, Any]:
    project = _ready(ScopeState.DRAFT)
    file = File(name=f"entwurf-{project.id}", kind="pdf", sha256="0" * 64, title="Plan")
    db.session.add(file)
    db.session.flush()
    files.attach(file.id, Ref("beteiligung.project", project.id))
    path = files.path_of(file, "pdf")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"%PDF-1.7\n%%EOF\n")
    return {"name": file.name, "groesse": "pdf"}


def _basics(_visit: Visit) -> Mapping[str, Any]:
    return {
        "title": "Radweg",
        "summary": "Satz",
        "text": "Text",
        "office": "Amt",
        "contact_name": "Jana",
    }


def _framework(_visit: Visit) -> Mapping[str, Any]:
    return {"decidable": "der Weg", "fixed": "das Geld", "decider": "Der Rat"}


planners = partial(only, Role.PLANNER, Role.ADMINISTRATOR)

PROJECTS: dict[tuple[str, str], Row] = {
    ("start.start", "GET"): everybody(200),
    ("start.howto", "GET"): everybody(200),
    ("start.netiquette", "GET"): everybody(200),
    ("start.imprint", "GET"): everybody(200),
    ("start.privacy", "GET"): everybody(200),
    ("start.accessibility", "GET"): everybody(200),
    # A file of a draft: its office, and the desk, which looks at everything that is uploaded.
    ("dateien.file", "GET"): Row(
        {**_NOBODY, "moderator": 200, "editor": 200, "planner": 200, "administrator": 200},
        _private_file,
    ),
    ("projekte.list_projects", "GET"): everybody(200),
    ("projekte.project", "GET"): Row(
        {**_NOBODY, "editor": 200, "planner": 200, "administrator": 200},
        _draft,
    ),
    ("projekte.preview", "GET"): everybody(200, values=_preview),
    ("projekte.dates", "GET"): everybody(200, values=_public),
    ("projekte.feed", "GET"): everybody(200, values=_public),
    ("feeds.town", "GET"): everybody(200),
    ("feeds.answers", "GET"): everybody(200),
    ("feeds.dates", "GET"): everybody(200),
    ("feeds.overview", "GET"): everybody(200),
    ("projekte.new_project", "GET"): only(*EDITORS, status=200),
    ("projekte.create_project", "POST"): only(*EDITORS, status=303, data=_basics),
    ("projekte.edit", "GET"): planners(status=200, values=_public),
    ("projekte.edit_basics", "GET"): planners(status=200, values=_public),
    ("projekte.save_basics", "POST"): planners(status=303, values=_public, data=_basics),
    ("projekte.edit_framework", "GET"): planners(status=200, values=_public),
    ("projekte.save_framework", "POST"): planners(status=303, values=_public, data=_framework),
    ("projekte.edit_picture", "GET"): planners(status=200, values=_public),
    ("projekte.save_picture", "POST"): planners(status=422, values=_public),
    ("projekte.remove_picture", "POST"): planners(status=303, values=_public),
    ("projekte.edit_access", "GET"): planners(status=200, values=_public),
    ("projekte.save_access", "POST"): planners(
        status=303,
        values=_public,
        data=lambda _visit: {
            "visibility": "invited",
            "moderation": "before",
            "trust_after": "3",
            "trust_days": "180",
        },
    ),
    ("projekte.list_items", "GET"): planners(status=200, values=_section),
    ("projekte.add_item", "POST"): planners(
        status=303, values=_section, data=lambda _visit: {"title": "Der Kran", "text": "Bleibt."}
    ),
    ("projekte.edit_item", "GET"): planners(status=200, values=_news),
    ("projekte.save_item", "POST"): planners(
        status=303, values=_news, data=lambda _visit: {"title": "Der Kran", "text": "Bleibt."}
    ),
    ("projekte.ask_to_remove", "GET"): planners(status=200, values=_news),
    ("projekte.remove_item", "POST"): planners(status=303, values=_news),
    # What nobody may read is unknown to them, whatever they want to do with it.
    ("projekte.ask_to_publish", "GET"): Row(
        {**_NOBODY, "editor": 403, "planner": 200, "administrator": 200},
        _draft,
    ),
    ("projekte.publish", "POST"): Row(
        {**_NOBODY, "editor": 403, "planner": 303, "administrator": 303},
        _draft,
    ),
    ("projekte.submit", "POST"): Row(
        {**_NOBODY, "editor": 303, "planner": 303, "administrator": 303},
        _draft,
    ),
    ("projekte.take_back_submission", "POST"): Row(
        {**_NOBODY, "moderator": 403, "editor": 303, "planner": 303, "administrator": 303},
        _submitted,
    ),
    ("projekte.ask_to_close", "GET"): planners(status=200, values=_public),
    ("projekte.close", "POST"): planners(
        status=303, values=_public, data=lambda _visit: {"result": "Der Weg kommt."}
    ),
    ("projekte.reopen", "POST"): planners(status=303, values=_closed),
    ("projekte.archive", "POST"): planners(status=303, values=_closed),
    ("projekte.bring_back", "POST"): planners(status=303, values=_archived),
    ("projekte.renew_preview", "POST"): planners(status=303, values=_public),
    ("projekte.end_preview", "POST"): planners(status=303, values=_public),
    ("projekte.invite", "POST"): planners(
        status=303, values=_public, data=lambda _visit: {"emails": "gast@lindenau.example"}
    ),
    ("projekte.take_back", "POST"): planners(status=303, values=_invitation),
    ("zahlen.figures", "GET"): everybody(200, values=_public),
    ("zahlen.all_posts", "GET"): everybody(200, values=_public),
    ("zahlen.as_csv", "GET"): planners(status=200, values=_public),
    ("zahlen.as_xlsx", "GET"): planners(status=200, values=_public),
}
