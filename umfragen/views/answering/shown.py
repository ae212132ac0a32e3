"""A page of questions as it is handed to its template."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import render_template, request

from umfragen.definition.questions import Place
from umfragen.drawing import Asking
from umfragen.engine import (
    Fault,
    Progress,
    Reading,
    previous_page,
    progress,
    rules_for_browser,
    show_page,
)
from umfragen.rules import Settings
from umfragen.service import Filling, settings_of
from umfragen.service.files import names_of
from umfragen.service.places import Ground, ground_of


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """`p` in the template. `keep`: name under which the device keeps what is not sent yet."""

    filling: Filling
    asking: Asking
    token: str
    progress: Progress
    is_first: bool
    is_new: bool

    @property
    def slug(self) -> str:
        return self.filling.survey.slug

    @property
    def settings(self) -> Settings:
        return settings_of(self.filling.survey)

    @property
    def title(self) -> str:
        definition = self.filling.plan.definition
        return definition.title.say(self.filling.language, definition.language)

    @property
    def keep(self) -> str:
        return f"umfrage:{self.slug}"


def question_page(
    filling: Filling,
    token: str,
    page_key: int,
    *,
    faults: Iterable[Fault] = (),
    reading: Reading | None = None,
) -> str:
    sheet = filling.sheet()
    rules = rules_for_browser(sheet, page_key)
    shown = show_page(sheet, page_key, draft=filling.answers, faults=faults, reading=reading)
    has_map = any(isinstance(one.question, Place) for one in shown.questions)
    ground = ground_of(filling.survey.scope) if has_map else Ground()
    asking = Asking(
        sheet=sheet,
        page=shown,
        rules=rules if rules["steps"] or rules["vars"] else None,
        center=ground.center,
        shapes=ground.shapes,
        file_names=names_of(filling.plan, filling.answers),
    )
    page = QuestionPage(
        filling=filling,
        asking=asking,
        token=token,
        progress=progress(sheet, page_key),
        is_first=previous_page(sheet, page_key) is None,
        is_new="neu" in request.args,
    )
    return render_template("umfragen/ausfuellen/seite.html", p=page, a=asking)
