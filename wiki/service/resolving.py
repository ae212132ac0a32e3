"""Answers for the renderer, in bulk: only what everybody may read."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from sqlalchemy import Select, func, or_, select

from kern.content import Ref, cards_of, registry
from kern.db import db
from kern.files.models import File
from kern.scope import Scope, Visibility
from kern.scope.rules import shown
from wiki.linking import fold_title
from wiki.models import Page, PageState, PageTag, Renaming, Revision, Space, StoredText
from wiki.rendering import (
    FileFound,
    FileKey,
    Included,
    Listed,
    PageFound,
    RefFound,
    RefKey,
    Resolver,
)

PROJECTS, SURVEYS = "projekt", "umfrage"
SURVEY_KEY = "umfragen.survey"
MOST_LISTED = 500
MOST_SURVEYS = 20  # of one page: each is looked up by its title


class SpaceResolver(Resolver):
    """`files` are those of the version that is rendered. Needs the space's scope loaded."""

    def __init__(self, space: Space, files: Iterable[Mapping[str, Any]] = ()) -> None:
        self._space, self._path = space.scope_id, space.scope.path
        self._files = list(files)

    def pages(self, keys: Collection[str]) -> Mapping[str, PageFound]:
        query = select(Page.id, Page.slug, Page.title, Page.title_key).where(
            *self._public(), Page.title_key.in_(keys)
        )
        found = {row.title_key: self._page(row) for row in db.session.execute(query)}
        missing = set(keys) - set(found)
        return {**found, **self._renamed(missing)} if missing else found

    def _public(self) -> tuple[Any, ...]:
        return Page.space_id == self._space, Page.state == PageState.PUBLIC

    def _page(self, row: Any) -> PageFound:
        return PageFound(row.id, f"{self._path}/{row.slug}", row.title)

    def _renamed(self, keys: Collection[str]) -> Mapping[str, PageFound]:
        """What names a former title that no page has today leads to the page that had it last."""
        query = select(Page.id, Page.slug, Page.title, Renaming.old_key)
        query = query.join(Renaming, Renaming.page_id == Page.id)
        query = query.where(*self._public(), Renaming.old_key.in_(keys))
        rows = db.session.execute(query.order_by(Renaming.id)).all()
        return {row.old_key: self._page(row) for row in rows}

    def includes(self, keys: Collection[str]) -> Mapping[str, Included]:
        found = self._included(Page.title_key, keys, select(Page.title_key))
        missing = set(keys) - set(found)
        if not missing:
            return found
        former = select(Renaming.old_key).join(Page, Renaming.page_id == Page.id)
        former = former.order_by(Renaming.id)
        return {**found, **self._included(Renaming.old_key, missing, former)}

    def _included(
        self, key: Any, keys: Collection[str], query: Select[Any]
    ) -> Mapping[str, Included]:
        query = (
            query.add_columns(Page, Revision.id, StoredText.source)
            .join(Revision, Revision.id == Page.published_id)
            .join(StoredText, StoredText.id == Revision.text_id)
            .where(*self._public(), key.in_(keys), ~Revision.hide_text)
        )
        return {
            named: Included(page.id, revision, f"{self._path}/{page.slug}", page.title, source)
            for named, page, revision, source in db.session.execute(query)
        }

    def refs(self, keys: Collection[RefKey]) -> Mapping[RefKey, RefFound]:
        found: dict[RefKey, RefFound] = {}
        names = [name for room, name in keys if room == PROJECTS]
        if names:
            found.update({(PROJECTS, name): ref for name, ref in _projects(names).items()})
        surveys = [name for room, name in keys if room == SURVEYS][:MOST_SURVEYS]
        found.update({(SURVEYS, name): ref for name, ref in _surveys(surveys).items()})
        return found

    def files(self, keys: Collection[FileKey]) -> Mapping[FileKey, FileFound]:
        pages = {page for page, _name in keys if page is not None}
        query = select(Page.id, Revision.files).join(Revision, Revision.id == Page.published_id)
        query = query.where(Page.id.in_(pages), Page.state == PageState.PUBLIC)
        of_page: dict[int | None, Sequence[Mapping[str, Any]]] = {None: self._files}
        if pages:
            of_page.update({row.id: row.files for row in db.session.execute(query)})
        rows = {
            (page, fold_title(str(file["name"]))): file
            for page, files in of_page.items()
            for file in files
        }
        wanted = {key: rows[key[0], fold_title(key[1])] for key in keys if _in(rows, key)}
        return _with_bytes(wanted)

    def tags(self, keys: Collection[str]) -> Mapping[str, Sequence[Listed]]:
        found: dict[str, list[Listed]] = {key: [] for key in keys}
        query = (
            select(PageTag.tag_key, Page.id, Page.slug, Page.title, Page.place)
            .join(Page, Page.id == PageTag.page_id)
            .where(PageTag.space_id == self._space, PageTag.tag_key.in_(keys))
            .where(Page.state == PageState.PUBLIC)
            .order_by(PageTag.title_key)
            .limit(MOST_LISTED)
        )
        for row in db.session.execute(query):
            path = f"{self._path}/{row.slug}"
            found[row.tag_key].append(Listed(row.id, path, row.title, row.place))
        return found

    def start_path(self, title: str) -> str:
        return f"{self._path}/neu?titel={quote(title)}"


def _in(rows: Mapping[FileKey, Any], key: FileKey) -> bool:
    return (key[0], fold_title(key[1])) in rows


def _projects(names: Sequence[str]) -> Mapping[str, RefFound]:
    query = select(Scope.slug, Scope.title, Scope.path).where(
        Scope.kind == "project",
        Scope.visibility == Visibility.PUBLIC,
        shown(),
        or_(Scope.slug.in_(names), func.lower(Scope.title).in_(names)),
    )
    found: dict[str, RefFound] = {}
    for row in db.session.execute(query):
        for name in (row.slug, fold_title(row.title)):
            found.setdefault(name, RefFound(row.path, row.title))
    return {name: found[name] for name in names if name in found}


def _surveys(names: Sequence[str]) -> Mapping[str, RefFound]:
    type_ = registry().get(SURVEY_KEY)
    if type_ is None or type_.find_titles is None or not names:
        return {}
    ids = {id_ for name in names for id_ in type_.find_titles(name.replace("-", " "), 20)}
    found: dict[str, RefFound] = {}
    for card in cards_of(Ref(SURVEY_KEY, id_) for id_ in ids).values():
        for name in (card.path.rpartition("/")[2], fold_title(card.title)):
            found.setdefault(name, RefFound(card.path, card.title))
    return {name: found[name] for name in names if name in found}


def _with_bytes(wanted: Mapping[FileKey, Mapping[str, Any]]) -> Mapping[FileKey, FileFound]:
    ids = {int(file["file_id"]) for file in wanted.values()}
    query = select(File).where(File.id.in_(ids), File.state != "gone")
    rows = {row.id: row for row in db.session.scalars(query)} if ids else {}
    return {
        key: _file(file, rows[int(file["file_id"])])
        for key, file in wanted.items()
        if int(file["file_id"]) in rows
    }


def _file(file: Mapping[str, Any], row: File) -> FileFound:
    is_picture = row.kind == "picture"
    return FileFound(
        path=f"/dateien/{row.name}/{'medium' if is_picture else row.kind}",
        version=row.sha256[:16],
        kind="WebP" if is_picture else row.kind.upper(),
        size=row.size,
        width=row.width if is_picture else 0,
        height=row.height if is_picture else 0,
        alt=str(file.get("alt") or ""),
        caption=str(file.get("caption") or ""),
        author=str(file.get("author") or ""),
        licence=str(file.get("licence") or ""),
    )
