"""One question: its form, its options, what it looks like, what is wrong with it."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from kern.i18n import _, _l, say
from kern.ids import parse_id
from kern.web import commits, notice, shows_again
from umfragen.definition import NOTHING, DefinitionRefused
from umfragen.definition.questions import AnyQuestion, Multiple, Single
from umfragen.editing.draft import Draft
from umfragen.editing.library import BANK, take_from_bank
from umfragen.editing.parts import (
    add_part,
    change_part,
    fields_with_parts,
    move_part,
    number_of_part,
    parts_in,
    paste_parts,
    remove_part,
    retire_part,
)
from umfragen.editing.questions import (
    add_question,
    change_kind,
    change_question,
    set_other,
    set_remark,
)
from umfragen.editing.stands import stand_of_question
from umfragen.editing.wording import words_in
from umfragen.forms.questions import QuestionForm, form_for
from umfragen.forms.survey import NewQuestionForm
from umfragen.views.editing.blueprint import (
    Desk,
    blame,
    blueprint,
    is_stale,
    section_page,
    to,
    to_desk,
)
from umfragen.views.editing.drawing import draw_question
from umfragen.views.editing.shown import KIND_HINTS, KIND_LABELS, all_findings, list_pages, short

PART_FIELD = {"options": _l("Antworten"), "rows": _l("Zeilen"), "columns": _l("Spalten")}


@blueprint.get("/<slug>/bearbeiten/frage/<int:key>")
def edit_question(slug: str, key: int) -> ResponseReturnValue:
    desk = to_desk(slug)
    question = desk.draft.question(key)
    stand = stand_of_question(desk.draft, key)
    return _page(desk, question, form_for(question, desk.language, stand, filled=False))


@blueprint.post("/<slug>/bearbeiten/frage/<int:key>")
@shows_again
@commits
def save_question(slug: str, key: int) -> ResponseReturnValue:
    """Everything on the page is saved first, then `tun` is done: nothing typed is lost."""
    desk = to_desk(slug)
    question = desk.draft.question(key)
    stand = stand_of_question(desk.draft, key)
    form = form_for(question, desk.language, stand, filled=True)
    if is_stale(form, stand):
        return _page(desk, question, form, typed=True), 409
    if not form.is_ok():
        return _page(desk, question, form, typed=True), 422
    try:
        draft = _done(_saved(desk.draft, key, form, desk.language), key, form, desk.language)
    except DefinitionRefused as refused:
        fields = {
            "other": "other_text",
            "remark": "remark_text",
            "show_if": "",
            "options": "pasted",
        }
        blame(form, refused, desk.draft.question_path(key), fields)
        return _page(desk, question, form, typed=True), 422
    desk.keep(draft, _("Frage „%(name)s“ geändert", name=draft.question(key).name))
    anchor = request.form.get("tun", "").partition(":")[0]
    return to(desk, "edit_question", anchor, key=key)


@blueprint.get("/<slug>/bearbeiten/frage/neu")
def new_question(slug: str) -> ResponseReturnValue:
    desk = to_desk(slug)
    return _new_page(desk, _with_choices(NewQuestionForm(formdata=None, data={"kind": "single"})))


@blueprint.post("/<slug>/bearbeiten/frage/neu")
@shows_again
@commits
def create_question(slug: str) -> ResponseReturnValue:
    desk = to_desk(slug)
    form = _with_choices(NewQuestionForm())
    page = _page_key(desk)
    if not form.is_ok():
        return _new_page(desk, form), 422
    try:
        if form.bank.data:
            draft, key = take_from_bank(desk.draft, page, form.bank.data)
        else:
            text = words_in(NOTHING, desk.language, (form.text.data or "").strip())
            draft, key = add_question(desk.draft, page, form.kind.data or "", text)
    except DefinitionRefused as refused:
        blame(form, refused, (), {})
        return _new_page(desk, form), 422
    desk.keep(draft, _("Neue Frage"))
    return to(desk, "edit_question", key=key)


@blueprint.post("/<slug>/bearbeiten/frage/<int:key>/art")
@commits
def convert_question(slug: str, key: int) -> ResponseReturnValue:
    desk = to_desk(slug)
    draft = change_kind(desk.draft, key, request.form.get("kind", ""))
    desk.keep(draft, _("Art der Frage geändert"))
    notice(_("Die Frage ist jetzt von anderer Art. Was beide gemeinsam haben, ist geblieben."))
    return to(desk, "edit_question", key=key)


# Saving


def _saved(draft: Draft, key: int, form: QuestionForm, language: str) -> Draft:
    question = draft.question(key)
    for field in fields_with_parts(question):
        draft = _parts_saved(draft, key, field, language)
    if isinstance(question, Single | Multiple):
        draft = _lines_saved(draft, key, form, language)
    return change_question(draft, key, form.values(question, language))


def _parts_saved(draft: Draft, key: int, field: str, language: str) -> Draft:
    """Texts of options that were sent; others stay."""
    for part in parts_in(draft.question(key), field):
        name = part_name(field, number_of_part(part))
        if name in request.form:
            text = words_in(part.text, language, request.form[name].strip())
            if text != part.text:
                draft = change_part(draft, key, field, number_of_part(part), text=text)
    return draft


def _lines_saved(draft: Draft, key: int, form: QuestionForm, language: str) -> Draft:
    question = draft.question(key)
    for line, act in (("other", set_other), ("remark", set_remark)):
        old = getattr(question, line)
        text = words_in(
            old.text if old else NOTHING, language, (form[f"{line}_text"].data or "").strip()
        )
        wanted = bool(form[f"has_{line}"].data)
        if wanted != (old is not None) or (old and wanted and old.text != text):
            draft = act(draft, key, on=wanted, text=text)
    return draft


def _done(draft: Draft, key: int, form: QuestionForm, language: str) -> Draft:
    """What the button asks for: `options:hoch:3`, `rows:neu`, `columns:einfuegen`."""
    field, _colon, rest = request.form.get("tun", "").partition(":")
    act, _colon, digits = rest.partition(":")
    number = parse_id(digits) or 0
    if field not in fields_with_parts(draft.question(key)):
        return draft
    if act == "einfuegen":
        return paste_parts(draft, key, field, form.pasted.data or "", language)
    return PART_ACTS[act](draft, key, field, number) if act in PART_ACTS else draft


def _stepped(by: int) -> Callable[[Draft, int, str, int], Draft]:
    def step(draft: Draft, key: int, field: str, number: int) -> Draft:
        places = [number_of_part(part) for part in parts_in(draft.question(key), field)]
        at = places.index(number) + by if number in places else 0
        return move_part(draft, key, field, number, at)

    return step


PART_ACTS: Mapping[str, Callable[[Draft, int, str, int], Draft]] = {
    "neu": lambda draft, key, field, _number: add_part(draft, key, field),
    "entfernen": remove_part,
    "zeigen": lambda draft, key, field, number: retire_part(draft, key, field, number, on=False),
    "hoch": _stepped(-1),
    "runter": _stepped(1),
}


# Shown


def part_name(field: str, number: int) -> str:
    return f"{field}-{number}"


def shown_parts(question: AnyQuestion, language: str, *, typed: bool) -> list[dict[str, Any]]:
    """Lists of options, rows and columns, with what was typed where it was refused."""
    found = []
    for field in fields_with_parts(question):
        entries = []
        for part in parts_in(question, field):
            name = part_name(field, number_of_part(part))
            words = dict(part.text)
            text = words.get(language, words.get("", ""))
            if typed and name in request.form:
                text = request.form[name]
            entries.append(
                {"part": part, "number": number_of_part(part), "name": name, "text": text}
            )
        found.append({"field": field, "label": PART_FIELD[field], "entries": entries})
    return found


def _page(desk: Desk, question: AnyQuestion, form: QuestionForm, *, typed: bool = False) -> str:
    definition = desk.draft.definition
    said = all_findings(desk.survey, definition)
    page, at = desk.draft.question_place(question.key)
    questions = [found for found in definition.questions() if not found.retired]
    places = [found.key for found in questions]
    here = places.index(question.key) if question.key in places else None
    return section_page(
        "question.html",
        desk,
        "fragen",
        form=form,
        question=question,
        kinds=KIND_LABELS,
        parts=shown_parts(question, desk.language, typed=typed),
        findings=[found for found in said if found.question == question.key],
        asking=draw_question(definition, question.key),
        pages=list_pages(definition, said),
        place=(page + 1, at + 1),
        previous=questions[here - 1] if here else None,
        following=questions[here + 1] if here is not None and here + 1 < len(questions) else None,
        is_fixed=desk.draft.is_published(question.key),
        short=short,
    )


def _page_key(desk: Desk) -> int:
    """The page a new question comes onto: the one asked for, else the last one."""
    wanted = parse_id(request.values.get("seite"))
    keys = [page.key for page in desk.draft.definition.pages]
    return wanted if wanted in keys else keys[-1]


def _with_choices(form: NewQuestionForm) -> NewQuestionForm:
    banked = [(name, say(entry.words)) for name, entry in BANK.items()]
    form.kind.choices = [(kind, str(label)) for kind, label in KIND_LABELS.items()]
    form.bank.choices = [("", _("eigene Frage")), *banked]
    return form


def _new_page(desk: Desk, form: NewQuestionForm) -> str:
    return section_page(
        "question_new.html", desk, "fragen", form=form, hints=KIND_HINTS, page_key=_page_key(desk)
    )
