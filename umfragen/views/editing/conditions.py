"""„Anzeigen, wenn …“: built from questions and answers, or written as an expression."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from kern.i18n import _, say
from kern.ids import parse_id
from kern.web import commits, shows_again
from umfragen.checks import check_survey
from umfragen.definition import DefinitionRefused, Finding, Path
from umfragen.editing.conditions import (
    PRESENCE,
    Comparison,
    Condition,
    Kind,
    Operator,
    Subject,
    operator_words,
    subjects_before,
)
from umfragen.editing.draft import Draft, Missing
from umfragen.editing.pages import change_page
from umfragen.editing.parts import change_part, get_part
from umfragen.editing.questions import change_question
from umfragen.editing.sources import read_condition, write_condition
from umfragen.forms.survey import ConditionForm
from umfragen.views.editing.blueprint import Desk, blueprint, is_stale, section_page, to, to_desk
from umfragen.views.editing.shown import short

WHATS = frozenset({"frage", "seite", "options", "rows", "columns"})


class Target:
    """Whose condition it is: of a page, a question, or an option, row or column of one."""

    def __init__(self, draft: Draft, what: str, key: int, number: int) -> None:
        if what not in WHATS:
            raise Missing("Diese Seite gibt es nicht.")
        self.draft, self.what, self.key, self.number = draft, what, key, number
        if what == "seite":
            page = draft.page(key)
            self.source = page.show_if
            self.path: Path = ("pages", draft.page_place(key), "show_if")
            self.text = page.title
        elif what == "frage":
            question = draft.question(key)
            self.source = question.show_if
            self.path = (*draft.question_path(key), "show_if")
            self.text = question.text
        else:
            part = get_part(draft.question(key), what, number)
            self.source, self.text = part.show_if, part.text
            at = getattr(draft.question(key), what).index(part)
            self.path = (*draft.question_path(key), what, at, "show_if")

    @property
    def stand(self) -> str:
        """Also of no condition at all."""
        return f"={self.source}"

    def with_source(self, source: str) -> Draft:
        if self.what == "seite":
            return change_page(self.draft, self.key, {"show_if": source})
        if self.what == "frage":
            return change_question(self.draft, self.key, {"show_if": source})
        return change_part(self.draft, self.key, self.what, self.number, show_if=source)


@blueprint.get("/<slug>/bearbeiten/bedingung/<what>/<int:key>")
@blueprint.get("/<slug>/bearbeiten/bedingung/<what>/<int:key>/<int:number>")
def edit_condition(slug: str, what: str, key: int, number: int = 0) -> ResponseReturnValue:
    desk = to_desk(slug)
    target = Target(desk.draft, what, key, number)
    form = ConditionForm(formdata=None, data={"stand": target.stand, "source": target.source})
    condition = read_condition(target.source, _subjects(desk, key))
    is_expert = condition is None or "experte" in request.args
    return _page(desk, target, form, _rows(condition or Condition()), is_expert=is_expert)


@blueprint.post("/<slug>/bearbeiten/bedingung/<what>/<int:key>")
@blueprint.post("/<slug>/bearbeiten/bedingung/<what>/<int:key>/<int:number>")
@shows_again
@commits
def save_condition(slug: str, what: str, key: int, number: int = 0) -> ResponseReturnValue:
    """`tun` says what the button wants: one row more or less, its answers, or to save."""
    desk = to_desk(slug)
    target = Target(desk.draft, what, key, number)
    form = ConditionForm()
    is_expert = "experte" in request.form
    rows = _sent_rows(request.form)
    act = request.form.get("tun", "sichern")
    if act != "sichern" and not is_expert:
        return _page(desk, target, form, _with_act(rows, act), is_expert=False)
    if is_stale(form, target.stand):
        return _page(desk, target, form, rows, is_expert=is_expert), 409
    if not form.is_ok():
        return _page(desk, target, form, rows, is_expert=is_expert), 422
    findings, source = _written(desk, target, form, rows, is_expert=is_expert)
    if findings:
        return _page(desk, target, form, rows, is_expert=is_expert, findings=findings), 422
    desk.keep(target.with_source(source), _("Bedingung geändert"))
    if what == "seite":
        return to(desk, "overview", f"seite-{key}")
    return to(desk, "edit_question", "bedingung", key=key)


def _subjects(desk: Desk, key: int) -> tuple[Subject, ...]:
    return subjects_before(desk.draft.definition, key)


def _written(
    desk: Desk,
    target: Target,
    form: ConditionForm,
    rows: Sequence[Mapping[str, str]],
    *,
    is_expert: bool,
) -> tuple[Sequence[Finding], str]:
    """The expression, or what is wrong with it."""
    try:
        source = (
            (form.source.data or "").strip()
            if is_expert
            else write_condition(_condition(rows), _subjects(desk, target.key))
        )
        changed = target.with_source(source)
    except DefinitionRefused as refused:
        return refused.findings, ""
    known = {str(finding) for finding in check_survey(target.draft.definition)}
    found = check_survey(changed.definition)
    wrong = [
        finding
        for finding in found
        if finding.is_error and finding.path == target.path and str(finding) not in known
    ]
    return wrong, source


# Rows of the form


def _sent_rows(form: MultiDict[str, str]) -> list[dict[str, str]]:
    lists = [form.getlist(name)[:40] for name in ("verbindung", "frage", "vergleich", "wert")]
    return [
        {"join": join, "subject": subject, "operator": operator, "value": value}
        for join, subject, operator, value in zip(*lists, strict=False)
    ]


def _with_act(rows: list[dict[str, str]], act: str) -> list[dict[str, str]]:
    if act == "mehr":
        return [*rows, {"join": "und", "subject": "", "operator": "", "value": ""}]
    name, _colon, at = act.partition(":")
    if name == "weg":
        return [row for place, row in enumerate(rows) if place != parse_id(at)]
    return rows


def _condition(rows: Sequence[Mapping[str, str]]) -> Condition:
    groups: list[tuple[Comparison, ...]] = []
    for row in rows:
        known = {operator.value for operator in Operator}
        operator = Operator(row["operator"]) if row["operator"] in known else Operator.IS
        value = "" if operator in PRESENCE else row["value"]
        comparison = Comparison(row["subject"], operator, value)
        if groups and row["join"] != "oder":
            groups[-1] = (*groups[-1], comparison)
        else:
            groups.append((comparison,))
    return Condition(tuple(groups))


def _rows(condition: Condition) -> list[dict[str, str]]:
    return [
        {
            "join": "oder" if at == 0 else "und",
            "subject": comparison.subject,
            "operator": comparison.operator.value,
            "value": comparison.value,
        }
        for group in condition.groups
        for at, comparison in enumerate(group)
    ]


# Shown


def _page(
    desk: Desk,
    target: Target,
    form: ConditionForm,
    rows: Sequence[Mapping[str, str]],
    *,
    is_expert: bool,
    findings: Sequence[Finding] = (),
) -> str:
    subjects = _subjects(desk, target.key)
    known = {subject.name: subject for subject in subjects}
    if is_expert:
        form.source.errors = [say(finding) for finding in findings]
    elif form.is_submitted():
        form.form_errors += [say(finding) for finding in findings if not _at_row(finding)]
    return section_page(
        "condition.html",
        desk,
        "fragen",
        form=form,
        target=target,
        title=short(target.text.say(desk.language, desk.language)),
        subjects=[(subject.name, _subject_words(desk, subject)) for subject in subjects],
        rows=[
            _shown_row(desk, row, known.get(row["subject"]), at, findings)
            for at, row in enumerate(rows)
        ],
        is_expert=is_expert,
        can_build=read_condition(target.source, subjects) is not None,
        names=[(subject.name, _subject_words(desk, subject)) for subject in subjects],
    )


def _at_row(finding: Finding) -> bool:
    return bool(finding.path) and isinstance(finding.path[0], int)


def _subject_words(desk: Desk, subject: Subject) -> str:
    words = short(subject.question.text.say(desk.language, desk.language), 70) or subject.name
    if isinstance(subject.part, int):
        return f"{words} – {_('Platz %(n)s', n=subject.part)}"
    return f"{words} – {subject.part.say(desk.language, desk.language)}" if subject.part else words


def _shown_row(
    desk: Desk,
    row: Mapping[str, str],
    subject: Subject | None,
    at: int,
    findings: Sequence[Finding],
) -> dict[str, Any]:
    kind = subject.kind if subject else Kind.TEXT
    operators = subject.operators if subject else ()
    words = operator_words(kind)
    choices = subject.choices if subject else None
    return {
        **row,
        "at": at,
        "kind": kind.value,
        "known": subject is not None,
        "operators": [(operator.value, say(words[operator])) for operator in operators],
        "choices": [
            (name, text.say(desk.language, desk.language) or name) for name, text in choices.items()
        ]
        if choices is not None
        else None,
        "input": _input_type(subject),
        "needs_value": row["operator"] not in {operator.value for operator in PRESENCE},
        "errors": {
            str(finding.path[1]): say(finding)
            for finding in findings
            if _at_row(finding) and finding.path[0] == at and len(finding.path) > 1
        },
    }


def _input_type(subject: Subject | None) -> str:
    if subject is None or subject.clock is None:
        return "text"
    return {"date": "date", "time": "time"}.get(subject.clock.value, "datetime-local")
