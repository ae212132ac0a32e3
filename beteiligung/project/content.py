"""How projects appear in search, notices and lists of other rooms."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from beteiligung.project import rules
from beteiligung.project.models import News, Project
from beteiligung.project.rules import KIND, PROJECT_KEY
from beteiligung.project.service import erasure, feeds, moderating, redacting
from beteiligung.project.service.page import list_news, read_phases
from kern import text
from kern.clock import now
from kern.content import (
    FOREVER,
    LONG_AGO,
    Card,
    ContentType,
    DeskItem,
    Document,
    FoundAs,
    Mention,
    Ref,
)
from kern.db import Quick, among, db
from kern.files.reading import words_by_thing
from kern.i18n import _, _l
from kern.scope import Scope, ScopeState, Visibility
from kern.scope.rules import audience_of, shown

SHORT = 200
UNDECIDABLE = frozenset({ScopeState.DRAFT, ScopeState.HIDDEN})  # the desk has no say there
STANDING_LABELS = {
    rules.Standing.RUNNING: _l("läuft"),
    rules.Standing.COMING: _l("beginnt bald"),
    rules.Standing.CLOSED: _l("abgeschlossen"),
    rules.Standing.ARCHIVED: _l("im Archiv"),
    rules.Standing.DRAFT: _l("Entwurf"),
}


def _released(*columns: Any) -> Select[Any]:
    """Everything but drafts; who may find it is said by the audience."""
    query = select(Project.id, Project.scope_id, Scope.title, Scope.path, *columns)
    query = query.join(Scope, Scope.id == Project.scope_id)
    return query.where(among(Project.id, "ids"), Scope.kind == KIND, shown())


# Columns and no rows of the mapper, written once: a page of hits asks for all of these.
_DATES = (Project.published_at, Scope.created_at, Scope.state)
_SHOWN = (*_DATES, Scope.posts_count, Project.summary, Project.office, Project.page)
_CARDS = Quick(_released(*_SHOWN).where(Scope.visibility == Visibility.PUBLIC))
_FOUND = Quick(
    _released(
        *(*_SHOWN, Scope.visibility, Project.plain, Project.decidable, Project.fixed),
        *(Project.decider, Project.result_html),
    )
)
_NEWS = Quick(
    select(News.project_id, News.title, News.plain)
    .where(among(News.project_id, "ids"))
    .order_by(News.at, News.id)
)


def _cards(ids: Sequence[int]) -> Mapping[int, Card]:
    return {row.id: _card(row) for row in _CARDS.named({"ids": ids})}


def _card(row: Any) -> Card:
    standing = rules.standing(row.state, read_phases(row.page), now())
    facts = [str(STANDING_LABELS[standing])]
    if row.posts_count:
        facts.append(_("%(n)s Beiträge", n=row.posts_count))
    return Card(
        ref=Ref(PROJECT_KEY, row.id),
        label=_("Projekt"),
        title=row.title,
        text=text.excerpt(row.summary, SHORT),
        path=row.path,
        at=row.published_at or row.created_at,
        author=row.office,
        scope_id=row.scope_id,
        facts=tuple(facts),
    )


def _documents(ids: Sequence[int]) -> Sequence[Document]:
    return _documents_of(_FOUND.named({"ids": ids}), ids)


def _found(ids: Sequence[int]) -> tuple[Sequence[Document], Mapping[int, Card]]:
    found = _FOUND.named({"ids": ids})
    cards = {row.id: _card(row) for row in found if row.visibility == Visibility.PUBLIC}
    return _documents_of(found, ids), cards


def _documents_of(found: Sequence[Any], ids: Sequence[int]) -> Sequence[Document]:
    news: dict[int, list[str]] = {}
    for row in _NEWS.named({"ids": ids}):
        news.setdefault(row.project_id, []).append(f"{row.title}\n{row.plain}")
    files = words_by_thing(PROJECT_KEY, ids)
    return [_document(row, [*news.get(row.id, []), *files.get(row.id, [])]) for row in found]


def _document(row: Any, more: Sequence[str]) -> Document:
    parts = [
        row.summary,
        row.plain,
        *row.decidable,
        *row.fixed,
        row.decider,
        *more,
        text.plain_text(row.result_html) if row.result_html else "",
        row.office,
    ]
    return Document(
        key=PROJECT_KEY,
        id=row.id,
        title=row.title,
        body="\n".join(part for part in parts if part),
        kind="projekt",
        scope=row.scope_id,
        audience=audience_of(row.scope_id, row.visibility),
        path=row.path,
        at=row.published_at or row.created_at,
        boost=2.0,
        ends_at=FOREVER if row.state == ScopeState.PUBLISHED else LONG_AGO,
        is_answered=bool(row.result_html),
    )


def _public_ids() -> Iterator[int]:
    query = select(Project.id).join(Scope, Scope.id == Project.scope_id)
    query = query.where(Scope.kind == KIND, shown())
    yield from db.session.scalars(query.order_by(Project.id))


def _desk_items(ids: Sequence[int]) -> Mapping[int, DeskItem]:
    query = select(Project).where(Project.id.in_(ids))
    query = query.options(
        joinedload(Project.scope), joinedload(Project.author), joinedload(Project.picture)
    )
    projects = db.session.scalars(query).all()
    news: dict[int, list[News]] = {}
    for one in db.session.scalars(
        select(News)
        .where(News.project_id.in_([project.id for project in projects]))
        .order_by(News.at.desc(), News.id.desc())
    ):
        news.setdefault(one.project_id, []).append(one)
    return {project.id: _desk_item(project, news.get(project.id, [])) for project in projects}


def _desk_item(project: Project, news: Sequence[News]) -> DeskItem:
    scope = project.scope
    html = _whole(project, news)
    author = project.author.name if project.author is not None else ""
    return DeskItem(
        ref=Ref(PROJECT_KEY, project.id),
        revision=project.revision,
        label=_("Projekt"),
        title=scope.title,
        html=html,
        plain=text.plain_text(html),
        author=", ".join(part for part in (author, project.office) if part),
        author_party=project.author_id,
        written_at=project.published_at or scope.created_at,
        path=scope.path,
        scope_id=scope.id,
        scope_title=scope.title,
        status=str(rules.STATE_LABELS[scope.state]),
        source=redacting.source_of(project, news),
        owns_title=True,
        pictures=_pictures(project),
    )


def _whole(project: Project, news: Sequence[News]) -> str:
    """All that people read of it, as on its page; parts are sanitised already, or escaped here."""
    parts = [
        _paragraph(project.summary),
        Markup(project.html),  # noqa: S704 - made by kern.text
        _points(_("Das können Sie mitentscheiden"), project.decidable),
        _points(_("Das steht schon fest"), project.fixed),
        _paragraph(project.decider),
        Markup(project.result_html),  # noqa: S704 - made by kern.text
        *(
            Markup("<h3>{}</h3>{}").format(one.title, Markup(one.html))  # noqa: S704 - as above
            for one in news
        ),
    ]
    return "\n".join(part for part in parts if part)


def _paragraph(words: str) -> str:
    return f"<p>{escape(words)}</p>" if words else ""


def _points(heading: str, points: Sequence[str]) -> str:
    items = Markup("").join(Markup("<li>{}</li>").format(point) for point in points)
    return Markup("<h3>{}</h3><ul>{}</ul>").format(heading, items) if points else ""


def _pictures(project: Project) -> tuple[Mapping[str, Any], ...]:
    one = project.picture
    if one is None or one.state == "gone":
        return ()
    return ({"name": one.name, "alt": one.title, "width": one.width, "height": one.height},)


def _own_paths(ids: Sequence[int]) -> Mapping[int, str]:
    """Where it is worked on; that needs a login."""
    query = select(Project.id, Scope.path).join(Scope, Scope.id == Project.scope_id)
    rows = db.session.execute(query.where(Project.id.in_(ids)))
    return {id_: f"{path}/bearbeiten" for id_, path in rows}


def _mentions(words: Sequence[str], limit: int) -> Sequence[Mention]:
    """Of the newest projects, drafts as well; there are few, so each is read whole."""
    query = select(Project).join(Scope, Scope.id == Project.scope_id).where(Scope.kind == KIND)
    query = query.options(contains_eager(Project.scope)).order_by(Project.id.desc())
    mentions = map(_mention, db.session.scalars(query.limit(limit)).all())
    sought = [word.casefold() for word in words]
    return [one for one in mentions if any(word in one.plain.casefold() for word in sought)]


def _mention(project: Project) -> Mention:
    ref = Ref(PROJECT_KEY, project.id)
    source = redacting.source_of(project, list_news(project.id))
    whole = f"{project.scope.title}\n{source}"
    return Mention(ref, whole, ref, is_decidable=project.scope.state not in UNDECIDABLE)


def _find_titles(words: str, limit: int) -> Sequence[int]:
    query = select(Project.id).join(Scope, Scope.id == Project.scope_id)
    query = query.where(Scope.kind == KIND, shown())
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
    found=_found,
    public_ids=_public_ids,
    found_as=(FoundAs("projekt", _l("Projekt"), _l("Projekte"), "people"),),
    desk_items=_desk_items,
    decide=lambda id_, revision, actor, verdict: moderating.decide(
        moderating.get_project(id_), revision, actor, verdict
    ),
    reopen=lambda id_, rev, actor: moderating.reopen(moderating.get_project(id_), rev, actor),
    hide=lambda id_, actor, rule: moderating.hide(moderating.get_project(id_), actor, rule),
    restore=lambda id_, actor: moderating.restore(moderating.get_project(id_), actor),
    redact=lambda id_, actor, left: redacting.redact(moderating.get_project(id_), actor, left),
    erase_author=erasure.erase_author,
    export=erasure.export,
    mentions=_mentions,
    strike=lambda mention, take_out: redacting.strike(
        moderating.get_project(mention.ref.id), take_out
    ),
    own_paths=_own_paths,
    find_titles=_find_titles,
    followed=True,
    newest=feeds.newest,
    events=feeds.dates,
)
