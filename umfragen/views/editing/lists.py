"""All options, rows or columns of a question on one page: for lists that are long."""

from collections.abc import Callable, Mapping

from flask import request
from flask.typing import ResponseReturnValue

from kern.errors import NotFound
from kern.i18n import _
from kern.web import commits, shows_again
from umfragen.definition import DefinitionRefused
from umfragen.definition.questions import AnyQuestion
from umfragen.editing.draft import Draft, Refused
from umfragen.editing.lists import (
    by_alphabet,
    put_in_order,
    remove_parts,
    reword,
    show_parts,
    stepped,
    to_place,
    turned_round,
)
from umfragen.editing.parts import fields_with_parts, number_of_part, parts_in, paste_parts
from umfragen.editing.stands import stand_of
from umfragen.forms.survey import PartsForm
from umfragen.views.editing.blueprint import (
    Desk,
    blame,
    blueprint,
    is_stale,
    section_page,
    to,
    to_desk,
)
from umfragen.views.editing.questions import PART_FIELD, part_name, shown_parts

LAST = 1_000_000
Chosen = list[int]


@blueprint.get("/<slug>/bearbeiten/frage/<int:key>/<field>/liste")
def edit_parts(slug: str, key: int, field: str) -> ResponseReturnValue:
    desk, question = _found(slug, key, field)
    form = PartsForm(formdata=None, data={"stand": stand_of(parts_in(question, field))})
    return _page(desk, question, field, form)


@blueprint.post("/<slug>/bearbeiten/frage/<int:key>/<field>/liste")
@shows_again
@commits
def save_parts(slug: str, key: int, field: str) -> ResponseReturnValue:
    """Texts are saved first, then `tun` is done with what is ticked."""
    desk, question = _found(slug, key, field)
    form = PartsForm()
    if is_stale(form, stand_of(parts_in(question, field))):
        return _page(desk, question, field, form, typed=True), 409
    if not form.is_ok():
        return _page(desk, question, field, form, typed=True), 422
    try:
        draft = _done(desk, question, field, form)
    except DefinitionRefused as refused:
        blame(form, refused, desk.draft.question_path(key), {field: "pasted"})
        return _page(desk, question, field, form, typed=True), 422
    desk.keep(draft, _("Liste von „%(name)s“ geändert", name=question.name))
    kept = "-".join(str(number) for number in _chosen(question, field)) if _stays_chosen() else ""
    return to(desk, "edit_parts", key=key, field=field, gewaehlt=kept or None)


def _found(slug: str, key: int, field: str) -> tuple[Desk, AnyQuestion]:
    desk = to_desk(slug)
    question = desk.draft.question(key)
    if field not in fields_with_parts(question):
        raise NotFound("Diese Seite gibt es nicht.")
    return desk, question


def _done(desk: Desk, question: AnyQuestion, field: str, form: PartsForm) -> Draft:
    numbers = [number_of_part(part) for part in parts_in(question, field)]
    texts = {
        number: request.form[name]
        for number in numbers
        if (name := part_name(field, number)) in request.form
    }
    key, language = question.key, desk.language
    draft = reword(desk.draft, key, field, language, texts)
    act = request.form.get("tun", "")
    if act == "einfuegen" or (not act and (form.pasted.data or "").strip()):
        return paste_parts(draft, key, field, form.pasted.data or "", language)
    if act in ("az", "umkehren"):
        order = by_alphabet(language) if act == "az" else turned_round
        return put_in_order(draft, key, field, order)
    if act not in CHOSEN_ACTS:
        return draft
    chosen = _chosen(question, field)
    if not chosen:
        raise Refused("Bitte wählen Sie zuerst Einträge der Liste aus.")
    return CHOSEN_ACTS[act](draft, key, field, chosen)


def _chosen(question: AnyQuestion, field: str) -> Chosen:
    ticked = set(request.form.getlist("wahl"))
    numbers = (number_of_part(part) for part in parts_in(question, field))
    return [number for number in numbers if f"{number}" in ticked]


def _stays_chosen() -> bool:
    """Whoever moves something often moves it on."""
    return request.form.get("tun", "") in {"hoch", "runter", "platz"}


def _place() -> int:
    typed = request.form.get("platz", "").strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) < 6):  # noqa: PLR2004 - digits
        raise Refused("Bitte schreiben Sie die Nummer des Platzes, zum Beispiel 3.")
    return int(typed)


ChosenAct = Callable[[Draft, int, str, Chosen], Draft]
CHOSEN_ACTS: Mapping[str, ChosenAct] = {
    "oben": lambda draft, key, field, chosen: put_in_order(draft, key, field, to_place(chosen, 1)),
    "unten": lambda draft, key, field, chosen: put_in_order(
        draft, key, field, to_place(chosen, LAST)
    ),
    "hoch": lambda draft, key, field, chosen: put_in_order(draft, key, field, stepped(chosen, -1)),
    "runter": lambda draft, key, field, chosen: put_in_order(draft, key, field, stepped(chosen, 1)),
    "platz": lambda draft, key, field, chosen: put_in_order(
        draft, key, field, to_place(chosen, _place())
    ),
    "entfernen": remove_parts,
    "zeigen": show_parts,
}


def _page(
    desk: Desk, question: AnyQuestion, field: str, form: PartsForm, *, typed: bool = False
) -> str:
    ticked = request.form.getlist("wahl") if typed else request.args.get("gewaehlt", "").split("-")
    (group,) = (
        group
        for group in shown_parts(question, desk.language, typed=typed)
        if group["field"] == field
    )
    return section_page(
        "parts.html",
        desk,
        "fragen",
        form=form,
        question=question,
        field=field,
        label=PART_FIELD[field],
        entries=group["entries"],
        ticked=set(ticked),
        place=request.form.get("platz", ""),
    )
