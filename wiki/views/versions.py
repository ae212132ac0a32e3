"""A page's past: its versions, two of them side by side, its source, who wrote what."""

from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from kern.errors import NotFound
from kern.i18n import _
from kern.ids import parse_id
from kern.web import current_actor, depends_on_everything
from wiki import rules, service
from wiki.models import Page, PageState, Revision
from wiki.service import reading
from wiki.service.rendering import preview
from wiki.views.blueprint import blueprint, kind_words, name_of, to_page
from wiki.views.comparing import compared
from wiki.views.renamed import for_readers

HIDDEN = "Der Text dieser Fassung ist nicht mehr öffentlich."


def _page(space: str, slug: str) -> Page:
    """Only of public pages: of what is gone, nothing is told."""
    depends_on_everything()
    _actor, page = to_page(space, slug)
    if page.state != PageState.PUBLIC:
        raise NotFound("Diese Seite gibt es nicht.")
    return page


def _shown(template: str, page: Page, **values: Any) -> str:
    return render_template(f"wiki/{template}", page=page, name_of=name_of, **values)


@blueprint.get("/<space>/<slug>/geschichte")
def history(space: str, slug: str) -> ResponseReturnValue:
    page = _page(space, slug)
    versions = reading.list_history(page, parse_id(request.args.get("vor")), reading.LENGTH + 1)
    more = versions[reading.LENGTH - 1].number if len(versions) > reading.LENGTH else None
    shown = versions[: reading.LENGTH]
    actor = current_actor()
    return _shown(
        "history.html",
        page,
        versions=shown,
        more=more,
        kinds=kind_words(),
        may_hide=actor.may(rules.HIDE, page.space_id),
        renamed=for_readers(actor, page),
    )


@blueprint.get("/<space>/<slug>/vergleich")
def compare(space: str, slug: str) -> ResponseReturnValue:
    page = _page(space, slug)
    numbers = [parse_id(request.args.get(name)) for name in ("von", "bis")]
    if None in numbers:
        raise NotFound("Bitte wählen Sie zwei Fassungen.")
    found = service.get_revisions(page, {number or 0 for number in numbers})
    older, newer = found[0], found[-1]
    sides = ((_source(one), one.files) for one in (older, newer))
    shown = compared(page.space, page, *sides)
    return _shown("compare.html", page, older=older, newer=newer, compared=shown)


def _source(revision: Revision) -> str:
    """Raises NotFound when it is hidden or erased."""
    if revision.hide_text or revision.stored is None:
        raise NotFound(HIDDEN)
    return revision.stored.source


@blueprint.get("/<space>/<slug>/fassung/<int:number>")
def version(space: str, slug: str, number: int) -> ResponseReturnValue:
    page = _page(space, slug)
    revision = service.get_revision(page, number)
    made = preview(page.space, _source(revision), revision.files, page)
    html = Markup(made.html)  # noqa: S704 - kern.text has sanitised it
    return _shown("version.html", page, revision=revision, html=html)


@blueprint.get("/<space>/<slug>/quelltext")
def source(space: str, slug: str) -> ResponseReturnValue:
    page = _page(space, slug)
    return Response(_source(service.get_published(page)), mimetype="text/plain")


@blueprint.get("/<space>/<slug>/wer-schrieb-was")
def authors(space: str, slug: str) -> ResponseReturnValue:
    page = _page(space, slug)
    lines, names = reading.who_wrote(page)
    shown = [
        (
            line.text,
            [names.get(author) or _("nicht genannt") for author, count in line.words if count],
        )
        for line in lines
        if line.text.strip()
    ]
    return _shown("authors.html", page, lines=shown)


@blueprint.get("/<space>/<slug>/links")
def links(space: str, slug: str) -> ResponseReturnValue:
    page = _page(space, slug)
    after = parse_id(request.args.get("nach")) or 0
    pages = service.backlinks(page, after, reading.LENGTH + 1)
    more = pages[reading.LENGTH - 1].id if len(pages) > reading.LENGTH else None
    return _shown("links.html", page, pages=pages[: reading.LENGTH], more=more)
