"""Make a project and fill it in: what and where it is, what is open and fixed, who may look."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select

from beteiligung.project import rules
from beteiligung.project.models import Project
from beteiligung.project.rules import KIND, PROJECT_KEY, Gap
from beteiligung.project.service.changes import announce, announce_readers, ref_of
from beteiligung.project.service.page import find_place, list_phases
from kern import text
from kern.actor import Actor
from kern.db import db
from kern.errors import Conflict, Invalid
from kern.files import service as files
from kern.files.models import File, Place
from kern.files.picture import Picture
from kern.ids import slugify
from kern.outbox import Fact
from kern.scope import Moderation, Scope, ScopeState, Visibility

MAX_TRIES = 50


@dataclass(frozen=True, slots=True)
class Basics:
    """What the first section of the form holds; texts as typed."""

    title: str
    summary: str
    text: str
    office: str
    contact_name: str
    contact_phone: str
    contact_email: str
    slug: str = ""  # empty: stays as it is
    place: str = ""
    point: tuple[float, float] | None = None  # degrees: north, east


def create_project(actor: Actor, title: str, summary: str = "", slug: str = "") -> Project:
    """A draft with its scope. Without `slug` the address is made from the title."""
    rules.require_may_create(actor)
    checked = _line(title, rules.MAX_TITLE, "title")
    if not checked:
        raise Invalid("Bitte geben Sie dem Projekt einen Titel.", field="title")
    slug = _checked_slug(slug) if slug else _free_slug(checked)
    scope = Scope(kind=KIND, slug=slug, title=checked, path=f"/beteiligung/{slug}")
    db.session.add(scope)
    db.session.flush()
    line = _line(summary, rules.MAX_SUMMARY, "summary")
    project = Project(scope_id=scope.id, summary=line, author_id=actor.party_id)
    project.scope = scope
    db.session.add(project)
    db.session.flush()
    announce(actor, project, "project.create")
    return project


def save_basics(actor: Actor, project: Project, basics: Basics) -> None:
    rules.require_may_edit(actor, project.scope)
    rendered = text.render(basics.text, headings=True, max_length=rules.MAX_TEXT)
    with kept_complete(project):
        _fill_basics(project, basics)
        project.text, project.html = basics.text.strip(), text.outline(rendered.html, 3)
        project.plain, project.renderer = rendered.plain, rendered.version
    announce(actor, project, "project.edit")


def _fill_basics(project: Project, basics: Basics) -> None:
    scope, title = project.scope, _line(basics.title, rules.MAX_TITLE, "title")
    if not title:
        raise Invalid("Bitte geben Sie dem Projekt einen Titel.", field="title")
    scope.title = title
    if basics.slug and basics.slug != scope.slug:
        _move(scope, basics.slug)
    project.summary = _line(basics.summary, rules.MAX_SUMMARY, "summary")
    project.office = _line(basics.office, 120, "office")
    project.contact_name = _line(basics.contact_name, 120, "contact_name")
    project.contact_phone = _line(basics.contact_phone, 40, "contact_phone")
    project.contact_email = _line(basics.contact_email, 254, "contact_email")
    save_place(project, basics.place, basics.point)


def save_framework(
    actor: Actor, project: Project, *, decidable: Sequence[str], fixed: Sequence[str], decider: str
) -> None:
    """What people can decide, what is settled, and who decides when."""
    rules.require_may_edit(actor, project.scope)
    with kept_complete(project):
        project.decidable = _points(decidable, "decidable")
        project.fixed = _points(fixed, "fixed")
        project.decider = _line(decider, 300, "decider")
    announce(actor, project, "project.edit")


def save_picture(actor: Actor, project: Project, picture: Picture, alt: str) -> None:
    """`picture` comes from `kern.files.images.accept_picture`, called before the transaction."""
    rules.require_may_edit(actor, project.scope)
    old, refused = project.picture_id, project.refused_picture_id
    file = files.keep_picture(picture, alt, actor.party_id)
    files.attach(file.id, ref_of(project))
    project.picture_id, project.refused_picture_id = file.id, None
    if project.scope.is_public:
        files.publish([file.id])
    _remove_file(old)
    _remove_file(refused)
    announce(actor, project, "project.picture")


def save_alt(actor: Actor, project: Project, alt: str) -> None:
    """Other words for the same picture."""
    rules.require_may_edit(actor, project.scope)
    file = _picture(project)
    cleaned = text.clean_line(alt, files.MAX_ALT)
    if file is None:
        raise Conflict("Dieses Projekt hat kein Bild.")
    if not cleaned:
        raise Invalid("Bitte sagen Sie in einem Satz, was zu sehen ist.", field="picture_alt")
    file.title = cleaned
    announce(actor, project, "project.picture")


def remove_picture(actor: Actor, project: Project) -> None:
    rules.require_may_edit(actor, project.scope)
    old, project.picture_id = project.picture_id, None
    db.session.flush()
    _remove_file(old)
    announce(actor, project, "project.picture")


def save_access(
    actor: Actor,
    project: Project,
    *,
    visibility: Visibility,
    moderation: Moderation,
    trust_after: int | None = None,
    trust_days: int | None = None,
) -> None:
    """Who may read, and how posts are released. Somebody is known after `trust_after` released
    texts while none was rejected within `trust_days`; None keeps the number."""
    rules.require_may_edit(actor, project.scope)
    scope = project.scope
    if visibility != scope.visibility and scope.state not in rules.DRAFTED:
        rules.require_may_publish(actor, scope)
    was_public, scope.moderation = scope.is_public, moderation
    scope.trust_after = trust_after or scope.trust_after
    scope.trust_days = trust_days or scope.trust_days
    if visibility != scope.visibility:
        scope.visibility = visibility
        share_files(project)
        announce_readers(project)
    gone = was_public and not scope.is_public
    announce(actor, project, "project.access", Fact.HIDDEN if gone else Fact.CHANGED)


def share_files(project: Project) -> None:
    """Files are as public as their project."""
    documents = files.list_files(ref_of(project), "pdf")
    ids = [project.picture_id, *(file.id for file in documents)]
    change = files.publish if project.scope.is_public else files.unpublish
    change(ids)


def save_place(project: Project, label: str, point: tuple[float, float] | None) -> None:
    """One place per project: words, and a point (north, east) if it is known."""
    place = find_place(project.id)
    label = _line(label, 200, "place")
    if not label and point is None:
        if place is not None:
            db.session.delete(place)
        return
    if place is None:
        place = Place(content_key=PROJECT_KEY, content_id=project.id)
        db.session.add(place)
    place.label = label
    if point is None:
        place.geojson, place.west, place.south, place.east, place.north = "", 0, 0, 0, 0
        return
    north, east = point
    place.west = place.east = east
    place.south = place.north = north
    place.geojson = json.dumps({"type": "Point", "coordinates": [east, north]})


def list_gaps(project: Project) -> list[Gap]:
    """What is missing before it may be published."""
    file = _picture(project)
    alt = file.title if file is not None else None
    return rules.gaps(project, project.scope.title, list_phases(project.id), alt)


@contextmanager
def kept_complete(project: Project) -> Iterator[None]:
    """Raises Invalid when the change inside takes from a published project what it must have."""
    is_draft = project.scope.state == ScopeState.DRAFT
    before = [] if is_draft else list_gaps(project)
    yield
    if not is_draft:
        rules.require_no_new_gap(before, list_gaps(project))


def _picture(project: Project) -> File | None:
    if project.picture_id is None:
        return None
    return db.session.get(File, project.picture_id)


def _remove_file(file_id: int | None) -> None:
    file = db.session.get(File, file_id) if file_id is not None else None
    if file is not None:
        files.remove(file)


def _move(scope: Scope, slug: str) -> None:
    if scope.state not in rules.DRAFTED:
        raise Conflict("Die Adresse eines veröffentlichten Projekts bleibt, wie sie ist.")
    scope.slug = _checked_slug(slug)
    scope.path = f"/beteiligung/{scope.slug}"


def _checked_slug(slug: str) -> str:
    if slugify(slug, "") != slug:
        raise Invalid("Nur Kleinbuchstaben, Ziffern und Bindestriche sind möglich.", field="slug")
    if slug in rules.RESERVED:
        raise Invalid("Diese Adresse braucht die Seite selbst.", field="slug")
    if _is_taken(slug):
        raise Invalid("Diese Adresse hat schon ein anderes Projekt.", field="slug")
    return slug


def _free_slug(title: str) -> str:
    stem = slugify(title, "projekt")
    for number in range(1, MAX_TRIES):
        slug = stem if number == 1 else f"{stem[:56]}-{number}"
        if slug not in rules.RESERVED and not _is_taken(slug):
            return slug
    raise Invalid("So heißen schon sehr viele Projekte. Bitte ändern Sie den Titel.", field="title")


def _is_taken(slug: str) -> bool:
    query = select(Scope.id).where(Scope.kind == KIND, Scope.slug == slug)
    return db.session.scalar(query) is not None


def _line(value: str, limit: int, field: str) -> str:
    cleaned = text.clean_line(value, limit + 1)
    if len(cleaned) > limit:
        raise Invalid("Bitte höchstens %(limit)s Zeichen.", field=field, limit=limit)
    return cleaned


def _points(lines: Sequence[str], field: str) -> list[str]:
    found = [_line(line, rules.MAX_POINT, field) for line in lines if line.strip()]
    if len(found) > rules.MAX_POINTS:
        raise Invalid("Bitte höchstens %(n)s Punkte.", field=field, n=rules.MAX_POINTS)
    return found
