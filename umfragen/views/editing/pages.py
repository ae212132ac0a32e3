"""A page of the survey: its title and text."""

from typing import Any

from flask.typing import ResponseReturnValue

from kern.i18n import _
from kern.web import commits, shows_again
from umfragen.definition import DefinitionRefused
from umfragen.editing.pages import change_page
from umfragen.editing.stands import stand_of_page
from umfragen.editing.wording import words_in
from umfragen.forms.questions import own_words
from umfragen.forms.survey import PageForm
from umfragen.views.editing.blueprint import (
    Desk,
    blame,
    blueprint,
    is_stale,
    section_page,
    to,
    to_desk,
)


@blueprint.get("/<slug>/bearbeiten/seite/<int:key>")
def edit_page(slug: str, key: int) -> ResponseReturnValue:
    desk = to_desk(slug)
    page = desk.draft.page(key)
    texts = {name: own_words(getattr(page, name), desk.language) for name in ("title", "text")}
    data: dict[str, Any] = {**texts, "shuffle": page.shuffle, "block": page.block}
    data["stand"] = stand_of_page(desk.draft, key)
    return _page(desk, key, PageForm(formdata=None, data=data))


@blueprint.post("/<slug>/bearbeiten/seite/<int:key>")
@shows_again
@commits
def save_page(slug: str, key: int) -> ResponseReturnValue:
    desk = to_desk(slug)
    page = desk.draft.page(key)
    form = PageForm()
    if is_stale(form, stand_of_page(desk.draft, key)):
        return _page(desk, key, form), 409
    if not form.is_ok():
        return _page(desk, key, form), 422
    values: dict[str, Any] = {
        name: words_in(getattr(page, name), desk.language, (form[name].data or "").strip())
        for name in ("title", "text")
    }
    values |= {"shuffle": bool(form.shuffle.data), "block": (form.block.data or "").strip()}
    try:
        draft = change_page(desk.draft, key, values)
    except DefinitionRefused as refused:
        blame(form, refused, ("pages", desk.draft.page_place(key)), {})
        return _page(desk, key, form), 422
    desk.keep(draft, _("Seite geändert"))
    return to(desk, "overview", f"seite-{key}")


def _page(desk: Desk, key: int, form: PageForm) -> str:
    number = desk.draft.page_place(key) + 1
    page = desk.draft.page(key)
    return section_page("page.html", desk, "fragen", form=form, page=page, number=number)
