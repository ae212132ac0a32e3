"""One option, row or column: what is rarely set."""

from typing import Any

from flask.typing import ResponseReturnValue

from kern.errors import NotFound
from kern.i18n import _
from kern.web import commits, shows_again
from umfragen.definition import DefinitionRefused, Option
from umfragen.definition.questions import AnyQuestion, Multiple
from umfragen.editing.draft import Draft
from umfragen.editing.parts import Part, change_part, fields_with_parts, get_part, parts_in
from umfragen.editing.questions import rename_option
from umfragen.editing.stands import stand_of
from umfragen.forms.survey import PartForm
from umfragen.views.editing.blueprint import (
    Desk,
    blame,
    blueprint,
    is_stale,
    section_page,
    to,
    to_desk,
)


@blueprint.get("/<slug>/bearbeiten/frage/<int:key>/<field>/<int:number>")
def edit_part(slug: str, key: int, field: str, number: int) -> ResponseReturnValue:
    desk, question, part = _found(slug, key, field, number)
    data = {name: getattr(part, name, None) for name in ("name", "stays", "exclusive", "score")}
    form = PartForm(formdata=None, data={**data, "stand": stand_of(part)})
    return _page(desk, question, part, _fitting(form, question, part))


@blueprint.post("/<slug>/bearbeiten/frage/<int:key>/<field>/<int:number>")
@shows_again
@commits
def save_part(slug: str, key: int, field: str, number: int) -> ResponseReturnValue:
    desk, question, part = _found(slug, key, field, number)
    form = _fitting(PartForm(), question, part)
    if is_stale(form, stand_of(part)):
        return _page(desk, question, part, form), 409
    if not form.is_ok():
        return _page(desk, question, part, form), 422
    try:
        draft = _saved(desk.draft, question, field, part, form)
    except DefinitionRefused as refused:
        at = parts_in(question, field).index(part)
        blame(form, refused, (*desk.draft.question_path(key), field, at), {})
        return _page(desk, question, part, form), 422
    desk.keep(draft, _("Antwort in „%(name)s“ geändert", name=question.name))
    return to(desk, "edit_question", field, key=key)


def _found(slug: str, key: int, field: str, number: int) -> tuple[Desk, AnyQuestion, Part]:
    desk = to_desk(slug)
    question = desk.draft.question(key)
    if field not in fields_with_parts(question):
        raise NotFound("Diese Seite gibt es nicht.")
    return desk, question, get_part(question, field, number)


def _fitting(form: PartForm, question: AnyQuestion, part: Part) -> PartForm:
    if not isinstance(part, Option):
        del form.score
    if not isinstance(question, Multiple):
        del form.exclusive
    return form


def _saved(draft: Draft, question: AnyQuestion, field: str, part: Part, form: PartForm) -> Draft:
    number = part.code if isinstance(part, Option) else part.key
    name = (form.name.data or "").strip()
    if name != part.name:
        draft = rename_option(draft, question.key, number, name)
    values: dict[str, Any] = {
        field_name: form[field_name].data
        for field_name in ("stays", "exclusive", "score")
        if field_name in form
    }
    return change_part(draft, question.key, field, number, **values)


def _page(desk: Desk, question: AnyQuestion, part: Part, form: PartForm) -> str:
    text = part.text.say(desk.language, desk.language)
    return section_page("part.html", desk, "fragen", form=form, question=question, text=text)
