"""Quotas: a list of them, and a form for each."""

from dataclasses import dataclass

from flask import request
from flask.typing import ResponseReturnValue

from kern.i18n import _
from kern.ids import parse_id
from kern.web import commits, notice, shows_again
from umfragen.definition import NOTHING, DefinitionRefused, Quota, QuotaAct
from umfragen.editing.quotas import (
    Countable,
    conditions,
    countables,
    get_quota,
    members_of,
    put_quota,
    remove_quota,
)
from umfragen.editing.stands import stand_of
from umfragen.editing.wording import words_in
from umfragen.forms.questions import own_words
from umfragen.forms.survey import QuotaForm
from umfragen.store.tallies import quota_counts
from umfragen.views.editing.blueprint import (
    Desk,
    blame,
    blueprint,
    is_stale,
    section_page,
    to,
    to_desk,
)

NEW = "neu"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the form; `open` where something of it counts already."""

    countable: Countable
    chosen: frozenset[int]


@blueprint.get("/<slug>/bearbeiten/quoten")
def quotas(slug: str) -> ResponseReturnValue:
    desk = to_desk(slug)
    definition = desk.draft.definition
    counts = quota_counts(desk.survey.id) if desk.survey.has_answers else {}
    listed = [
        (at, quota, conditions(definition, quota), counts.get(quota.name, 0))
        for at, quota in enumerate(definition.quotas)
    ]
    return section_page(
        "quotas.html", desk, "quoten", quotas=listed, can_count=any(countables(definition))
    )


@blueprint.get("/<slug>/bearbeiten/quoten/<number>")
def edit_quota(slug: str, number: str) -> ResponseReturnValue:
    desk = to_desk(slug)
    at = _place(number)
    if at is None:
        form = QuotaForm(formdata=None, data={"act": QuotaAct.END.value, "active": True})
        return _page(desk, form, at, {})
    quota = get_quota(desk.draft, at)
    text = own_words(quota.text, desk.language)
    data = {"name": quota.name, "limit": quota.limit, "act": quota.act.value, "text": text}
    data |= {"active": quota.active, "stand": stand_of(quota)}
    chosen: dict[int, set[int]] = {}
    for member in quota.members:
        chosen.setdefault(member.key, set()).add(member.code)
    return _page(desk, QuotaForm(formdata=None, data=data), at, chosen)


@blueprint.post("/<slug>/bearbeiten/quoten/<number>")
@shows_again
@commits
def save_quota(slug: str, number: str) -> ResponseReturnValue:
    desk = to_desk(slug)
    at = _place(number)
    old = None if at is None else get_quota(desk.draft, at)
    form = QuotaForm()
    if old is not None and is_stale(form, stand_of(old)):
        return _page(desk, form, at, _sent(desk)), 409
    if not form.is_ok():
        return _page(desk, form, at, _sent(desk)), 422
    try:
        draft = put_quota(desk.draft, at, _quota(desk, form, old))
    except DefinitionRefused as refused:
        blame(form, refused, ("quotas", 0), {})
        return _page(desk, form, at, _sent(desk)), 422
    desk.keep(draft, _("Quote „%(name)s“ geändert", name=form.name.data))
    return to(desk, "quotas")


@blueprint.post("/<slug>/bearbeiten/quoten/<number>/entfernen")
@commits
def drop_quota(slug: str, number: str) -> ResponseReturnValue:
    desk = to_desk(slug)
    at = _place(number)
    quota = get_quota(desk.draft, -1 if at is None else at)
    desk.keep(remove_quota(desk.draft, at or 0), _("Quote „%(name)s“ entfernt", name=quota.name))
    notice(_("Die Quote ist entfernt. „Zurück“ holt sie wieder."))
    return to(desk, "quotas")


def _place(number: str) -> int | None:
    """None for a new one; a place that cannot be for what is no number."""
    if number == NEW:
        return None
    place = parse_id(number)
    return -1 if place is None else place


def _quota(desk: Desk, form: QuotaForm, old: Quota | None) -> Quota:
    chosen = {
        one.key: request.form.getlist(f"wer-{one.key}") for one in countables(desk.draft.definition)
    }
    text = words_in(old.text if old else NOTHING, desk.language, (form.text.data or "").strip())
    return Quota(
        name=(form.name.data or "").strip(),
        limit=form.limit.data or 0,
        members=members_of(desk.draft.definition, chosen),
        act=QuotaAct(form.act.data),
        text=text,
        active=bool(form.active.data),
    )


def _sent(desk: Desk) -> dict[int, set[int]]:
    return {
        one.key: {
            code
            for typed in request.form.getlist(f"wer-{one.key}")
            if (code := parse_id(typed)) is not None
        }
        for one in countables(desk.draft.definition)
    }


def _page(desk: Desk, form: QuotaForm, at: int | None, chosen: dict[int, set[int]]) -> str:
    asked = [
        Asked(one, frozenset(chosen.get(one.key, ()))) for one in countables(desk.draft.definition)
    ]
    return section_page("quota.html", desk, "quoten", form=form, asked=asked, is_new=at is None)
