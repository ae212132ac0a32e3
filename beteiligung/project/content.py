"""How projects appear in search, notices and lists of other rooms."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager

from beteiligung.project import rules
from beteiligung.project.models import News, Project
from beteiligung.project.rules import KIND, PROJECT_KEY
from beteiligung.project.service import feeds
from beteiligung.project.service.page import read_phases
from kern import text
from kern.clock import now
from kern.content import Card, ContentType, DeskItem, Document, Ref
from kern.db import db
from kern.i18n import _, _l
from kern.scope import Scope, ScopeState, Visibility
from kern.scope.rules import audience

SHORT = 200
STANDING_LABELS = {
    rules.Standing.RUNNING: _l("läuft"),
    rules.Standing.COMING: _l("beginnt bald"),
    rules.Standing.CLOSED: _l("abgeschlossen"),
    rules.Standing.ARCHIVED: _l("im Archiv"),
    rules.Standing.DRAFT: _l("Entwurf"),
}


def _released() -> Select[Project]:
    """Everything but drafts; who may find it is said by the audience."""
    query = select(Project).join(Scope, Scope.id == Project.scope_id)
    query = query.where(Scope.kind == KIND, Scope.state != ScopeState.DRAFT)
    return query.options(contains_eager(Project.scope))


def _cards(ids: Sequence[int]) -> Mapping[int, Card]:
    query = _released().where(Project.id.in_(ids), Scope.visibility == Visibility.PUBLIC)
    return {project.id: _card(project) for project in db.session.scalars(query)}


def _card(project: Project) -> Card:
    scope = project.scope
    standing = rules.standing(scope.state, read_phases(project.page), now())
    facts = [str(STANDING_LABELS[standing])]
    if scope.posts_count:
        facts.append(_("%(n)s Beiträge", n=scope.posts_count))
    return Card(
        ref=Ref(PROJECT_KEY, project.id),
        label=_("Projekt"),
        title=scope.title,
        text=text.excerpt(project.summary, SHORT),
        path=scope.path,
        at=project.published_at or scope.created_at,
        author=project.office,
        scope_id=scope.id,
        facts=tuple(facts),
    )


def _documents(ids: Sequence[int]) -> Sequence[Document]:
    projects = db.session.scalars(_released().where(Project.id.in_(ids))).all()
    news: dict[int, list[str]] = {}
    query = select(News.project_id, News.title, News.plain).where(
        News.project_id.in_([project.id for project in projects])
    )
    for row in db.session.execute(query.order_by(News.at, News.id)):
        news.setdefault(row.project_id, []).append(f"{row.title}\n{row.plain}")
    return [_document(project, news.get(project.id, [])) for project in projects]


def _document(project: Project, news: Sequence[str]) -> Document:
    parts = [
        project.summary,
        project.plain,
        *project.decidable,
        *project.fixed,
        project.decider,
        *news,
        text.plain_text(project.result_html),
        project.office,
    ]
    return Document(
        key=PROJECT_KEY,
        id=project.id,
        title=project.scope.title,
        body="\n".join(part for part in parts if part),
        kind="projekt",
        scope=project.scope_id,
        audience=audience(project.scope),
        path=project.scope.path,
        at=project.published_at or project.scope.created_at,
        boost=1.5,
    )


def _public_ids() -> Iterator[int]:
    query = select(Project.id).join(Scope, Scope.id == Project.scope_id)
    query = query.where(Scope.kind == KIND, Scope.state != ScopeState.DRAFT)
    yield from db.session.scalars(query.order_by(Project.id))


def _desk_items(_ids: Sequence[int]) -> Mapping[int, DeskItem]:
    """Projects are written by the office: nobody has to release them."""
    return {}


def _find_titles(words: str, limit: int) -> Sequence[int]:
    query = select(Project.id).join(Scope, Scope.id == Project.scope_id)
    query = query.where(Scope.kind == KIND, Scope.state != ScopeState.DRAFT)
    parts = [Scope.title.icontains(word, autoescape=True) for word in words.split()[:6]]
    return db.session.scalars(
        query.where(or_(*parts)).order_by(Project.id.desc()).limit(limit)
    ).all()


PROJECTS = ContentType(
    key=PROJECT_KEY,
    label=_l("Projekt"),
    plural=_l("Projekte"),
    cards=_cards,
    documents=_documents,
    public_ids=_public_ids,
    desk_items=_desk_items,
    export=lambda _party: iter(()),
    find_titles=_find_titles,
    followed=True,
    newest=feeds.newest,
    events=feeds.dates,
)
