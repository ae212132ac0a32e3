"""How pages and proposals appear in search, on the desk, in feeds, notices and exports.

A proposal waits and is never public itself; what it becomes is a version of a page.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from markupsafe import Markup
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import defer, joinedload

from kern import text
from kern.accounts import nameless
from kern.accounts.models import Party
from kern.actor import GUEST
from kern.content import (
    Card,
    ContentType,
    DeskItem,
    Document,
    Entry,
    FoundAs,
    Ref,
    Within,
)
from kern.db import Quick, among, db
from kern.files.reading import words_of_files
from kern.i18n import _, _l
from kern.scope import Scope
from kern.scope.rules import audience_of, readable, shown
from wiki.models import (
    PAGE_KEY,
    PROPOSAL_KEY,
    Kind,
    Page,
    PageState,
    PageTag,
    Proposal,
    ProposalState,
    Revision,
    Snapshot,
    Space,
    StoredText,
)
from wiki.rendering import Frame, Nobody, render_page
from wiki.service import deciding, erasure, many, moderating, own_links, proposals, returning
from wiki.service.pages import get_page, page_path
from wiki.service.proposals import proposal_path

SHORT = 200
BEGINNING = 1_000  # characters of a text from which the short one is cut
SHOWN_AT_DESK = 20_000  # characters: the proposal's own page shows the rest

PAGE_STATES = {
    PageState.PUBLIC: _l("öffentlich"),
    PageState.DELETED: _l("gelöscht"),
    PageState.HIDDEN: _l("ausgeblendet"),
}
PROPOSAL_STATES = {
    ProposalState.SUBMITTED: _l("wartet auf Prüfung"),
    ProposalState.CHANGES_REQUESTED: _l("Änderung erbeten"),
    ProposalState.APPROVED: _l("angenommen"),
    ProposalState.REJECTED: _l("abgelehnt"),
    ProposalState.WITHDRAWN: _l("zurückgezogen"),
    ProposalState.EXPIRED: _l("abgelaufen"),
}
KIND_LABELS = {
    Kind.CREATE: _l("Neue Wikiseite"),
    Kind.EDIT: _l("Geänderte Wikiseite"),
    Kind.RENAME: _l("Neuer Titel einer Wikiseite"),
    Kind.MOVE: _l("Verschobene Wikiseite"),
    Kind.DELETE: _l("Löschung einer Wikiseite"),
    Kind.UNDELETE: _l("Wiederherstellung einer Wikiseite"),
    Kind.TAG: _l("Schlagwörter einer Wikiseite"),
    Kind.UPLOAD: _l("Dateien einer Wikiseite"),
    Kind.REVERT: _l("Rückkehr zu einer früheren Fassung"),
}


def name_of(party: Party | None) -> str:
    """The name under a version; a nameless one is said as everywhere."""
    if party is None or party.erased_at is not None:
        return str(nameless.GONE)
    return party.name or str(nameless.GUEST)


def _public() -> Select[Page]:
    query = select(Page).join(Scope, Scope.id == Page.space_id)
    query = query.where(Page.state == PageState.PUBLIC, shown())
    return query.options(joinedload(Page.space).joinedload(Space.scope))


_FOUND = Quick(
    select(
        *(Page.id, Page.slug, Page.title, Page.space_id, Page.changed_at, Page.plain),
        *(Scope.path, Scope.title.label("space"), Scope.visibility, Revision.files),
    )
    .join(Scope, Scope.id == Page.space_id)
    .outerjoin(Revision, Revision.id == Page.published_id)
    .where(among(Page.id, "ids"), Page.state == PageState.PUBLIC, shown())
)
_TAGS = Quick(select(PageTag.page_id, PageTag.tag).where(among(PageTag.page_id, "ids")))


def _cards(ids: Sequence[int]) -> Mapping[int, Card]:
    beginning = func.substr(Page.plain, 1, BEGINNING).label("plain")
    page = Page.id, Page.slug, Page.title, Page.space_id, Page.changed_at, beginning
    query = select(*page, Scope.path, Scope.title.label("space")).join(
        Scope, Scope.id == Page.space_id
    )
    query = query.where(Page.id.in_(ids), Page.state == PageState.PUBLIC, shown())
    return {row.id: _card(row) for row in db.session.execute(query)}


def _card(row: Any) -> Card:
    return Card(
        ref=Ref(PAGE_KEY, row.id),
        label=_("Wikiseite"),
        title=row.title,
        text=text.excerpt(row.plain[:BEGINNING], SHORT),
        path=f"{row.path}/{row.slug}",
        at=row.changed_at,
        scope_id=row.space_id,
        facts=(row.space,),
    )


def _documents(ids: Sequence[int]) -> Sequence[Document]:
    return _documents_of(_FOUND.named({"ids": ids}), ids)


def _found(ids: Sequence[int]) -> tuple[Sequence[Document], Mapping[int, Card]]:
    found = _FOUND.named({"ids": ids})
    return _documents_of(found, ids), {row.id: _card(row) for row in found}


def _documents_of(found: Sequence[Any], ids: Sequence[int]) -> Sequence[Document]:
    tags: dict[int, list[str]] = {}
    for page_id, tag in _TAGS.all({"ids": ids}):
        tags.setdefault(page_id, []).append(tag)
    read = words_of_files(int(file["file_id"]) for row in found for file in row.files or ())
    return [_document(row, tags.get(row.id, ()), read) for row in found]


def _document(row: Any, tags: Sequence[str], read: Mapping[int, str]) -> Document:
    return Document(
        key=PAGE_KEY,
        id=row.id,
        title=row.title,
        body="\n".join([row.plain, *tags, *_file_words(row.files or (), read)]).strip(),
        kind="wiki",
        scope=row.space_id,
        audience=audience_of(row.space_id, row.visibility),
        path=f"{row.path}/{row.slug}",
        at=row.changed_at,
        boost=1.3,
        tags=tuple(tags),
    )


def _file_words(files: Sequence[Mapping[str, Any]], read: Mapping[int, str]) -> list[str]:
    """What somebody says about each file, and what stands in it."""
    return [
        words
        for file in files
        for words in (
            *(str(file.get(name) or "") for name in ("name", "alt", "caption")),
            read.get(int(file["file_id"]), ""),
        )
        if words
    ]


def _public_ids() -> Iterator[int]:
    query = select(Page.id).join(Scope, Scope.id == Page.space_id)
    query = query.where(Page.state == PageState.PUBLIC, shown())
    yield from db.session.scalars(query.order_by(Page.id))


def _page_items(ids: Sequence[int]) -> Mapping[int, DeskItem]:
    query = (
        select(Page, Revision, StoredText.source)
        .join(Revision, Revision.id == Page.published_id)
        .outerjoin(StoredText, StoredText.id == Revision.text_id)
        .where(Page.id.in_(ids))
        .options(joinedload(Page.space).joinedload(Space.scope), joinedload(Revision.author))
    )
    return {
        page.id: DeskItem(
            ref=Ref(PAGE_KEY, page.id),
            revision=revision.number,
            label=_("Wikiseite"),
            title=page.title,
            html=page.html or _preview(source or ""),
            plain=page.plain or (source or ""),
            author=name_of(revision.author),
            author_party=revision.author_id,
            written_at=revision.written_at,
            path=page_path(page),
            scope_id=page.space_id,
            scope_title=page.space.scope.title,
            status=str(PAGE_STATES[PageState(page.state)]),
            source=source or "",
            owns_title=True,
        )
        for page, revision, source in db.session.execute(query)
    }


def _preview(source: str) -> str:
    """Asks the database nothing: a desk with a hundred of them stays quick."""
    return render_page(source[:SHOWN_AT_DESK], Nobody(), Frame()).html


def _proposal_items(ids: Sequence[int]) -> Mapping[int, DeskItem]:
    newest = and_(Snapshot.proposal_id == Proposal.id, Snapshot.number == Proposal.latest)
    query = (
        select(Proposal, Snapshot, StoredText.source)
        .join(Snapshot, newest)
        .join(StoredText, StoredText.id == Snapshot.text_id)
        .where(Proposal.id.in_(ids))
        .options(
            joinedload(Proposal.space).joinedload(Space.scope),
            joinedload(Proposal.page),
            joinedload(Proposal.author),
        )
    )
    rows = db.session.execute(query).all()
    back = {row[0].page_id or 0 for row in rows if row[0].kind == Kind.UNDELETE}
    coming = returning.list_versions(back) if back else {}
    return {
        proposal.id: _returning_item(proposal, snapshot, coming.get(proposal.page_id or 0))
        if proposal.kind == Kind.UNDELETE
        else _proposal_item(proposal, snapshot, source)
        for proposal, snapshot, source in rows
    }


def _returning_item(proposal: Proposal, snapshot: Snapshot, coming: Revision | None) -> DeskItem:
    """The author's own text is the reason. What comes back stands in the context, which only those
    who decide read."""
    item = _proposal_item(proposal, snapshot, "")
    reason = str(Markup("<p>{}</p>").format(snapshot.summary))
    if coming is None or coming.stored is None:
        return replace(item, html=reason, plain=snapshot.summary, context="")
    return replace(
        item,
        html=reason,
        plain=snapshot.summary,
        context=_("Was wiederkommt: %(title)s", title=coming.title),
        context_html=_preview(coming.stored.source),
    )


def _proposal_item(proposal: Proposal, snapshot: Snapshot, source: str) -> DeskItem:
    made = render_page(source[:SHOWN_AT_DESK], Nobody(), Frame())
    return DeskItem(
        ref=Ref(PROPOSAL_KEY, proposal.id),
        revision=proposal.latest,
        label=str(KIND_LABELS[Kind(proposal.kind)]),
        title=snapshot.title,
        html=made.html,
        plain=made.plain,
        author=name_of(proposal.author),
        author_party=proposal.author_id,
        written_at=snapshot.created_at,
        path=proposal_path(proposal.id),
        context=snapshot.summary,
        scope_id=proposal.space_id,
        scope_title=proposal.space.scope.title,
        status=str(PROPOSAL_STATES[ProposalState(proposal.state)]),
        source=source,
        owns_title=True,
        public_html=proposal.page.html if proposal.page is not None else "",
    )


def _find_titles(words: str, limit: int) -> Sequence[int]:
    query = select(Page.id).join(Scope, Scope.id == Page.space_id)
    query = query.where(Page.state == PageState.PUBLIC, shown())
    parts = [Page.title.icontains(word, autoescape=True) for word in words.split()[:6]]
    return db.session.scalars(query.where(or_(*parts)).order_by(Page.id.desc()).limit(limit)).all()


def _newest(within: Within, limit: int) -> Sequence[Entry]:
    if within.answers or within.host is not None:
        return ()
    query = _public().where(readable(GUEST))
    if within.scope_id is not None:
        query = query.where(Page.space_id == within.scope_id)
    query = query.options(defer(Page.plain), defer(Page.sections), defer(Page.wanted))
    pages = db.session.scalars(query.order_by(Page.changed_at.desc(), Page.id.desc()).limit(limit))
    return [
        Entry(
            ref=Ref(PAGE_KEY, page.id),
            title=page.title,
            html=page.html,
            author="",
            path=page_path(page),
            at=page.created_at,
            changed_at=page.changed_at,
        )
        for page in pages
    ]


PAGES = ContentType(
    key=PAGE_KEY,
    label=_l("Wikiseite"),
    plural=_l("Wikiseiten"),
    cards=_cards,
    documents=_documents,
    found=_found,
    public_ids=_public_ids,
    found_as=(FoundAs("wiki", _l("Wikiseite"), _l("Wikiseiten"), "list"),),
    desk_items=_page_items,
    hide=lambda id_, actor, rule: moderating.hide(get_page(id_), actor, rule),
    restore=lambda id_, actor: moderating.restore(get_page(id_), actor),
    redact=lambda id_, actor, left: moderating.redact_page(get_page(id_), actor, left),
    erase_author=erasure.forget_in_pages,
    export=erasure.export_pages,
    mentions=moderating.list_in_pages,
    strike=moderating.strike,
    find_titles=_find_titles,
    followed=True,
    newest=_newest,
)

PROPOSALS = ContentType(
    key=PROPOSAL_KEY,
    label=_l("Vorschlag für das Wiki"),
    plural=_l("Vorschläge für das Wiki"),
    cards=lambda _ids: {},
    documents=lambda _ids: (),
    public_ids=lambda: iter(()),
    desk_items=_proposal_items,
    decide=many.decide,
    decide_all=many.decide_all,
    reopen=lambda id_, snapshot, actor: deciding.take_back(
        actor, proposals.get_proposal(id_), snapshot
    ),
    redact=lambda id_, actor, left: moderating.redact_proposal(
        proposals.get_proposal(id_), actor, left
    ),
    erase_author=erasure.forget_in_proposals,
    export=erasure.export_proposals,
    own_paths=own_links.own_paths,
    mentions=moderating.list_in_proposals,
    strike=moderating.strike,
)
