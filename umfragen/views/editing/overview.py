"""The list of pages and questions, and every act on its order; going back and forth in time."""

from collections.abc import Callable, Mapping

from flask import request
from flask.typing import ResponseReturnValue

from kern.i18n import _, _l, say
from kern.ids import parse_id
from kern.web import commits, notice
from umfragen import service
from umfragen.definition import DefinitionRefused
from umfragen.editing.draft import Draft
from umfragen.editing.minutes import estimate_minutes
from umfragen.editing.pages import add_page, copy_page, move_page, remove_page
from umfragen.editing.parts import fields_with_parts
from umfragen.editing.questions import (
    copy_question,
    move_question,
    remove_question,
    retire_question,
    step_question,
)
from umfragen.views.editing.blueprint import Desk, blueprint, section_page, to, to_desk
from umfragen.views.editing.shown import all_findings, list_pages

Act = Callable[[Draft, int], Draft]
FAR = 10_000


@blueprint.get("/<slug>/bearbeiten")
def overview(slug: str) -> ResponseReturnValue:
    desk = to_desk(slug)
    definition = desk.draft.definition
    findings = all_findings(desk.survey, definition)
    return section_page(
        "overview.html",
        desk,
        "fragen",
        pages=list_pages(definition, findings),
        minutes=estimate_minutes(definition),
        findings=findings,
        has_unpublished=desk.survey.current_version > 0 and service.has_unpublished(desk.survey),
    )


@blueprint.post("/<slug>/bearbeiten/aufbau")
@commits
def arrange(slug: str) -> ResponseReturnValue:
    """One act on the order of things: `tun` says which, `key` on what."""
    desk = to_desk(slug)
    act = request.form.get("tun", "")
    key = _number("key")
    if act not in ACTS:
        return to(desk, "overview")
    words, anchor, do = ACTS[act]
    try:
        draft = do(desk.draft, key)
    except DefinitionRefused as refused:
        for finding in refused.findings:
            notice(say(finding), "warning")
        return to(desk, "overview", f"{anchor}-{key}")
    before = desk.draft
    desk.keep(draft, str(words))
    if act in GONE and draft.definition != before.definition:
        notice(words, undo=_undo_address(desk.slug, desk.survey.draft_revision))
    fresh = set(_keys(draft)) - set(_keys(before))
    if act in {"kopieren", "seite-kopieren", "seite"} and fresh:
        key = min(fresh) if act != "seite" else max(fresh)
    return to(desk, "overview", f"{anchor}-{key}")


def _undo_address(slug: str, revision: int) -> str:
    return f"/umfragen/{slug}/bearbeiten/zurueck?stand={revision}"


def _keys(draft: Draft) -> list[int]:
    pages = draft.definition.pages
    return [page.key for page in pages] + [q.key for page in pages for q in page.questions]


def _number(name: str) -> int:
    return parse_id(request.form.get(name)) or 0


def _moved(draft: Draft, key: int) -> Draft:
    """`ziel`: the page and the place on it, as `12-3`, or just the page: at its end."""
    page, _dash, place = request.form.get("ziel", "").partition("-")
    wanted = parse_id(place)
    at = FAR if wanted is None else wanted - 1
    return move_question(draft, key, parse_id(page) or 0, at)


def _paged(step: int) -> Act:
    return lambda draft, key: move_page(draft, key, draft.page_place(key) + step)


ACTS: Mapping[str, tuple[object, str, Act]] = {
    "hoch": (_l("Frage nach oben"), "frage", lambda draft, key: step_question(draft, key, -1)),
    "runter": (_l("Frage nach unten"), "frage", lambda draft, key: step_question(draft, key, 1)),
    "verschieben": (_l("Frage verschoben"), "frage", _moved),
    "kopieren": (_l("Frage kopiert"), "frage", lambda draft, key: copy_question(draft, key)[0]),
    "entfernen": (_l("Frage entfernt"), "frage", remove_question),
    "zeigen": (
        _l("Frage wieder da"), "frage", lambda draft, key: retire_question(draft, key, on=False)
    ),
    "seite": (_l("Neue Seite"), "seite", lambda draft, _key: add_page(draft)[0]),
    "seite-hoch": (_l("Seite nach oben"), "seite", _paged(-1)),
    "seite-runter": (_l("Seite nach unten"), "seite", _paged(1)),
    "seite-kopieren": (_l("Seite kopiert"), "seite", lambda draft, key: copy_page(draft, key)[0]),
    "seite-entfernen": (_l("Seite entfernt"), "seite", remove_page),
}  # fmt: skip
"""Act -> the words people undo it by, where to go then, and the act itself."""

GONE = frozenset({"entfernen", "seite-entfernen"})


@blueprint.post("/<slug>/bearbeiten/zurueck")
@commits
def undo(slug: str) -> ResponseReturnValue:
    return _step(slug, back=True)


@blueprint.post("/<slug>/bearbeiten/wieder")
@commits
def redo(slug: str) -> ResponseReturnValue:
    return _step(slug, back=False)


def _step(slug: str, *, back: bool) -> ResponseReturnValue:
    desk = to_desk(slug)
    stand = parse_id(request.args.get("stand"))
    revision = desk.kept.revision if stand is None else stand
    (service.undo if back else service.redo)(desk.actor, desk.survey, revision)
    note = desk.kept.undo if back else desk.kept.redo
    words = note or ""
    said = (
        _("Zurückgenommen: %(note)s", note=words) if back else _("Wieder da: %(note)s", note=words)
    )
    notice(said, "info")
    return _where_it_was(desk)


def _where_it_was(desk: Desk) -> ResponseReturnValue:
    """The page the button stood on, unless what it shows is gone."""
    where, key = request.args.get("bei", ""), request.args.get("frage", "")
    if where in {"quotas", "languages"}:
        return to(desk, where)
    there = {f"{question.key}": question for question in service.draft_of(desk.survey).questions()}
    if where == "edit_question" and key in there:
        return to(desk, where, key=int(key))
    field = request.args.get("feld", "")
    if where == "edit_parts" and key in there and field in fields_with_parts(there[key]):
        return to(desk, where, key=int(key), field=field)
    return to(desk, "overview")
