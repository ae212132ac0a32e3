"""Take passages out of a project, wherever a copy of its words is kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from beteiligung.project import rules
from beteiligung.project.models import Meeting, News, Phase, Project
from beteiligung.project.service.changes import announce, ref_of
from beteiligung.project.service.page import find_place, list_meetings, list_news, list_phases
from beteiligung.project.service.rebuilding import render_texts
from beteiligung.project.service.states import publish_now
from kern.actor import SYSTEM, Actor
from kern.content import Redaction
from kern.db import db
from kern.errors import Invalid
from kern.files.models import File
from kern.ids import slugify
from kern.moderation import quotes, traces
from kern.moderation.redaction import Cut, cut, cut_parts, joined, without
from kern.outbox import Fact
from kern.scope import ScopeState

MAX_LINE = 200  # of the columns of titles


@dataclass(frozen=True, slots=True)
class Part:
    """One of the texts a project consists of; `limit` is that of its column, 0 for none."""

    text: str
    limit: int
    write: Callable[[str], None]


def source_of(project: Project, news: Sequence[News]) -> str:
    """Everything that a moderator can take passages out of, in one text."""
    return joined([part.text for part in _parts(project, news)])


def redact(project: Project, actor: Actor, left: Redaction) -> None:
    """Passages go for good. What waits is published so."""
    scope = project.scope
    rules.require_may_hide(actor, scope)
    taken = _rewrite(project, left)
    _rewrite_copies(project, taken)
    render_texts(project)
    announce(actor, project, "project.redact", Fact.HIDDEN)
    if scope.state == ScopeState.SUBMITTED:
        rules.require_may_decide(actor, scope)
        publish_now(actor, project)
    quotes.pursue(ref_of(project), ref_of(project), taken.passages)


def strike(project: Project, take_out: Callable[[str], str]) -> None:
    """Of a draft, or of what is hidden: nobody decides about it, so passages go at once."""
    for part in _parts(project, list_news(project.id)):
        part.write(take_out(part.text)[: part.limit or None])
    scope = project.scope
    scope.title = take_out(scope.title)[:MAX_LINE]
    db.session.flush()
    render_texts(project)
    announce(SYSTEM, project, "project.redact")


def _parts(project: Project, news: Sequence[News]) -> list[Part]:
    """Those that say something, in the order of the page; lists are one line each."""
    found = [
        _of(project, "summary", 400),
        _of(project, "text"),
        _lines(project, "decidable"),
        _lines(project, "fixed"),
        _of(project, "decider", 300),
        _of(project, "result"),
    ]
    for one in news:
        found += [_of(one, "title", MAX_LINE), _of(one, "text")]
    return [part for part in found if part.text]


def _of(row: Project | News, name: str, limit: int = 0) -> Part:
    return Part(getattr(row, name), limit, lambda words: setattr(row, name, words))


def _lines(project: Project, name: str) -> Part:
    points = "\n".join(getattr(project, name))
    return Part(points, 0, lambda words: setattr(project, name, words.splitlines()))


def _rewrite(project: Project, left: Redaction) -> Cut:
    scope = project.scope
    if not left.text.strip():
        raise Invalid(
            "Dann bliebe nichts übrig. Blenden Sie das Projekt stattdessen aus.", field="text"
        )
    parts = _parts(project, list_news(project.id))
    title = cut(scope.title, scope.title if left.title is None else left.title, "title")
    cuts = cut_parts([part.text for part in parts], left.text)
    taken = sum(cuts, title)
    if not taken.passages:
        raise Invalid("Bitte löschen Sie die Stellen, die wegmüssen.", field="text")
    for field, text, limit in [
        ("title", title.text, MAX_LINE),
        *(("text", one.text, part.limit) for one, part in zip(cuts, parts, strict=True)),
    ]:
        if limit and len(text) > limit:
            raise Invalid("Bitte löschen Sie in kurzen Texten weniger Stellen.", field=field)
    for one, part in zip(cuts, parts, strict=True):
        part.write(one.text)
    scope.title = title.text
    return taken


def _rewrite_copies(project: Project, taken: Cut) -> None:
    """Names of phases, dates, files, places; and the address, if it says what went."""
    rows: Sequence[Phase | Meeting] = [*list_phases(project.id), *list_meetings(project.id)]
    for row in rows:
        for name in ("title", "note", "place"):
            if isinstance(old := getattr(row, name, None), str):
                setattr(row, name, without(old, taken)[:MAX_LINE])
    ref = ref_of(project)
    mine = select(File).where(File.content_key == ref.key, File.content_id == ref.id)
    for file in db.session.scalars(mine):
        file.title = without(file.title, taken)[:MAX_LINE]
    place = find_place(project.id)
    if place is not None:
        place.label = without(place.label, taken)[:MAX_LINE]
    scope = project.scope
    if {slugify(word, "") for word in taken.telling} & set(scope.slug.split("-")):
        scope.slug = f"projekt-{project.id}"
        scope.path = f"/beteiligung/{scope.slug}"
    traces.take_out(ref, taken)
    db.session.flush()
