"""A wiki from elsewhere becomes pages here: with history, names, files; again without doubling.

Pages come before those that stand under them. What a page says of redirects is led to where they
lead, so links of the import are whole; a second import of the same adds what is new.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from kern.actor import Actor
from kern.clock import now
from kern.db import db
from kern.errors import DomainError
from kern.files import service as files
from kern.files.documents import accept_document, is_document
from kern.files.models import File
from kern.files.pdf import Document
from kern.files.picture import Picture
from kern.i18n import say
from kern.later import Later
from kern.text import clean_line
from wiki import rules
from wiki.exchange.foreign import Attached, ForeignPage, Lost, Refused, Version
from wiki.linking import Link, Use, find_links, fold_title
from wiki.models import Address, Kind, Page, Revision, Space
from wiki.service.pages import find_page, free_slug
from wiki.service.publishing import Origin, find_imported, import_author, publish_import
from wiki.service.wordings import Wording

if TYPE_CHECKING:
    from kern.files import images
else:
    images = Later("kern.files.images")

MAX_KEY = 120
EMPTY = "…"  # of a page that was a title only
_ALT = re.compile(r"!\[(?P<alt>[^\[\]\n]{1,300})\]\(anhang:(?P<name>[^\s)]+)")
_TITLE_SIGNS = re.compile(r"[\[\]{}|#]+")


@dataclass(slots=True)
class Report:
    """What came, and per page what did not; sentences are German."""

    pages: int = 0
    versions: int = 0
    files: int = 0
    redirects: int = 0
    unchanged: int = 0
    lost: list[tuple[str, Lost]] = field(default_factory=list)

    def as_text(self, most: int = 40) -> str:
        facts = [
            _counted(self.pages, "Seite", "Seiten"),
            _counted(self.versions, "Fassung", "Fassungen"),
            _counted(self.files, "Datei", "Dateien"),
            _counted(self.redirects, "Weiterleitung", "Weiterleitungen"),
        ]
        lines = [f"Neu: {', '.join(facts)}."]
        if self.unchanged:
            lines.append(f"Unverändert: {_counted(self.unchanged, 'Seite', 'Seiten')}.")
        lines += [
            f"  {title}: {lost}" if title else f"  {lost}" for title, lost in self.lost[:most]
        ]
        if len(self.lost) > most:
            lines.append(f"  … und {len(self.lost) - most} weitere Hinweise")
        return "\n".join(lines)


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


@dataclass(frozen=True, slots=True)
class Plan:
    """`source` names the file in every version's note and keeps two imports apart."""

    space: Space
    source: str
    redirects: Mapping[str, str]  # folded title -> title it leads to

    def key(self, page: ForeignPage) -> str:
        return f"{self.space.scope.slug}:{self.source}:{page.key}"[-MAX_KEY:]


def read_redirects(pages: Iterable[ForeignPage]) -> dict[str, str]:
    """Where titles lead that have no page, followed to the end; circles lead nowhere."""
    direct = {fold_title(page.title): page.redirect for page in pages if page.redirect}
    found: dict[str, str] = {}
    for key, first in direct.items():
        title, seen = first, {key}
        while fold_title(title) in direct and fold_title(title) not in seen:
            seen.add(fold_title(title))
            title = direct[fold_title(title)]
        if fold_title(title) not in seen:
            found[key] = title
    return found


def parents_first(pages: Sequence[ForeignPage]) -> Iterator[ForeignPage]:
    """In their order, but none before the page it stands under."""
    by_key = {page.key: page for page in pages}
    done: set[str] = set()
    for page in sorted(pages, key=lambda one: one.order):
        line = [page]
        while (above := by_key.get(line[-1].parent)) and above not in line:
            line.append(above)
        for one in reversed(line):
            if one.key not in done:
                done.add(one.key)
                yield one


def run(
    actor: Actor,
    plan: Plan,
    pages: Iterable[ForeignPage],
    report: Report,
    after_each: Callable[[], object] = lambda: None,
) -> None:
    """Raises NotAllowed; whatever one page alone suffers is told in the report.

    `after_each` may commit: a large wiki is no single transaction."""
    ids: dict[str, int] = {}
    redirects: list[ForeignPage] = []
    for page in pages:
        if page.redirect:
            redirects.append(page)
        else:
            _Importing(actor, plan, report).take(page, ids)
        after_each()
    for page in redirects:
        _redirect(plan, page, report)
    after_each()


class _Importing:
    """One page."""

    def __init__(self, actor: Actor, plan: Plan, report: Report) -> None:
        self.actor, self.plan, self.report = actor, plan, report

    def take(self, foreign: ForeignPage, ids: dict[str, int]) -> None:
        title = _title(foreign)
        self.report.lost += [(title, lost) for lost in foreign.lost]
        page = find_imported(self.plan.key(foreign))
        is_new = page is None
        page = page or find_page(self.plan.space, fold_title(title))
        try:
            kept = self._files(foreign, title, page)
            page = self._versions(foreign, title, page, kept, ids, with_history=is_new)
        except Refused as error:
            self.report.lost.append((title, Lost(str(error))))
            return
        except DomainError as error:
            self.report.lost.append((title, Lost(say(error))))
            return
        if page is None:
            return
        ids[foreign.key] = page.id
        page.position = foreign.order
        if foreign.language == "de-x-leicht":
            page.language = foreign.language
        for alias in foreign.aliases:
            self._alias(page, alias)

    def _versions(
        self,
        foreign: ForeignPage,
        title: str,
        page: Page | None,
        kept: Sequence[Mapping[str, object]],
        ids: Mapping[str, int],
        *,
        with_history: bool,
    ) -> Page | None:
        """The newest one alone where the page came before: its past is here already."""
        versions = [one for one in foreign.versions if one.source.strip()]
        versions = versions or [replace(one, source=EMPTY) for one in foreign.versions[-1:]]
        before = page.lock_version if page is not None else 0
        for version in versions if with_history else versions[-1:]:
            is_last = version is versions[-1]
            wording = self._wording(foreign, version, title, ids, kept if is_last else ())
            if page is None:
                wording = replace(wording, kind=Kind.CREATE)
            revision = publish_import(
                self.actor,
                self.plan.space,
                page,
                wording,
                self._origin(version),
                external_key=self.plan.key(foreign),
            )
            page = page or db.session.get_one(Page, revision.page_id)
        if page is not None:
            added = page.lock_version - before
            self.report.pages += bool(added)
            self.report.versions += added
            self.report.unchanged += not added
        return page

    def _wording(
        self,
        foreign: ForeignPage,
        version: Version,
        title: str,
        ids: Mapping[str, int],
        kept: Sequence[Mapping[str, object]],
    ) -> Wording:
        """Titles of older versions are today's: links of the import mean the page by that one."""
        return Wording(
            title,
            led_on(version.source, self.plan.redirects)[: rules.MAX_TEXT],
            _tags(version.tags or foreign.tags),
            ids.get(foreign.parent),
            foreign.place,
            tuple(kept),
            clean_line(version.summary, rules.MAX_SUMMARY),
            version.is_minor,
            Kind.EDIT,
        )

    def _origin(self, version: Version) -> Origin:
        return Origin(
            author_id=import_author(version.author) if version.author else None,
            written_at=version.at or now(),
            approved_by=self.actor.party_id,
            source_note=clean_line(f"Übernommen aus {self.plan.source}", 300),
            original=version.original or None,
        )

    def _files(
        self, foreign: ForeignPage, title: str, page: Page | None
    ) -> list[Mapping[str, object]]:
        """Pictures and PDFs, checked like all uploads; those the page has already are taken."""
        newest = foreign.versions[-1].source if foreign.versions else ""
        present = _present(page)
        shown = {found["name"]: found["alt"] for found in _ALT.finditer(newest)}
        kept: list[Mapping[str, object]] = []
        for file in foreign.attached[: rules.MAX_FILES]:
            try:
                kept.append(self._file(file, shown.get(file.name, ""), present))
            except (DomainError, Refused) as error:
                reason = say(error) if isinstance(error, DomainError) else str(error)
                sentence = "Die Datei „%(name)s“ fehlt: %(reason)s"
                params = (("name", file.name), ("reason", reason))
                self.report.lost.append((title, Lost(sentence, params)))
        self.report.files += len(kept)
        return kept

    def _file(
        self, file: Attached, shown: str, present: Mapping[tuple[str, str], int]
    ) -> Mapping[str, object]:
        data = file.read()
        alt = file.alt or shown or re.sub(r"[-_]+", " ", file.name.rpartition(".")[0])
        accept = accept_document if is_document(data) else images.accept_picture
        accepted = accept(data, file.name)
        file_id = present.get((file.name, accepted.sha256)) or self._keep(accepted, alt)
        words = {"caption": file.caption, "author": file.author, "licence": file.licence}
        return {"name": file.name, "alt": alt, **words, "file_id": file_id}

    def _keep(self, accepted: Picture | Document, alt: str) -> int:
        if isinstance(accepted, Document):
            return files.keep_document(accepted, alt, self.actor.party_id).id
        return files.keep_picture(accepted, alt, self.actor.party_id).id

    def _alias(self, page: Page, slug: str) -> None:
        key = (page.space_id, slug[:80])
        if slug and db.session.get(Address, key) is None:
            db.session.add(Address(space_id=key[0], slug=key[1], page_id=page.id))
            db.session.flush()


def _present(page: Page | None) -> dict[tuple[str, str], int]:
    """What the page shows already: ids by name and content."""
    if page is None or page.published_id is None:
        return {}
    revision = db.session.get_one(Revision, page.published_id)
    names = {int(file["file_id"]): str(file["name"]) for file in revision.files}
    rows = db.session.scalars(select(File).where(File.id.in_(names)))
    return {(names[row.id], row.sha256): row.id for row in rows}


def _title(page: ForeignPage) -> str:
    title = clean_line(_TITLE_SIGNS.sub(" ", page.title), rules.MAX_TITLE)
    return title or "Ohne Titel"


def _tags(tags: Sequence[str]) -> tuple[str, ...]:
    """As many and as long as a page may have."""
    cut = (clean_line(_TITLE_SIGNS.sub(" ", tag).replace(",", " "), rules.MAX_TAG) for tag in tags)
    unique = {fold_title(tag): tag for tag in cut if tag.strip()}
    return tuple(list(unique.values())[: rules.MAX_TAGS])


def _redirect(plan: Plan, page: ForeignPage, report: Report) -> None:
    """One address more of the page it leads to."""
    target = plan.redirects.get(fold_title(page.title))
    found = find_page(plan.space, fold_title(target)) if target else None
    if found is None:
        report.lost.append((page.title, Lost("Die Weiterleitung führt zu nichts, was mitkam.")))
        return
    report.lost += [(page.title, lost) for lost in page.lost]
    space_id = plan.space.scope_id
    slug = free_slug(space_id, page.title, found)
    if db.session.get(Address, (space_id, slug)) is None:
        db.session.add(Address(space_id=space_id, slug=slug, page_id=found.id))
        db.session.flush()
        report.redirects += 1


def led_on(source: str, redirects: Mapping[str, str]) -> str:
    """The source with links to titles that only lead on, naming where they lead. A reader sees the
    words of before."""
    if not redirects:
        return source
    parts, at = [], 0
    for link in find_links(source):
        target = redirects.get(link.target.folded) if not link.target.room else None
        if target is None:
            continue
        parts += [source[at : link.start], _led(link, target)]
        at = link.end
    return "".join([*parts, source[at:]])


def _led(link: Link, target: str) -> str:
    name = f"{target}#{link.target.anchor}" if link.target.anchor else target
    if link.use is Use.INCLUDE:
        return f"{{{{{name}}}}}"
    return f"[[{name}|{link.label or link.target.name}]]"
