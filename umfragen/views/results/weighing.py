"""Figures of the population to weigh answers by."""

from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from wtforms import SelectField, TextAreaField

from kern.errors import DomainError
from kern.i18n import _, _l
from kern.web import Form, commits, current_actor, notice, shows_again
from umfragen.results import weighing
from umfragen.results.gathering import margins_of, weights_of, whole_counts
from umfragen.results.margins import MAX_BYTES, Read
from umfragen.store.cells import ANSWERED
from umfragen.views.results.blueprint import blueprint
from umfragen.views.results.pages import Office, office_for, office_page, weight_words


class MarginForm(Form):
    """Lines typed or pasted, or a file."""

    item = SelectField(_l("Nach welcher Frage?"), coerce=int, validators=[])
    figures = TextAreaField(
        _l("Zahlen"),
        description=_l(
            "Je Zeile eine Gruppe, wie sie in der Umfrage heißt, ein Semikolon und wie"
            " viele Menschen es sind: „18 bis 29;1.240“"
        ),
    )
    file = FileField(_l("Oder eine CSV-Datei mit diesen zwei Spalten"))


@blueprint.get("/<slug>/auswertung/gewichte")
def weights(slug: str) -> ResponseReturnValue:
    office = office_for(current_actor(), slug)
    return _page(office, _form(office, formdata=None))


@blueprint.post("/<slug>/auswertung/gewichte")
@shows_again
@commits
def add_margin(slug: str) -> ResponseReturnValue:
    office = office_for(current_actor(), slug)
    form = _form(office)
    if not form.is_ok():
        return _page(office, form), 422
    try:
        found = weighing.take_in(
            office.actor, office.survey, form.item.data, _given(form), office.wording
        )
    except DomainError as error:
        if getattr(error, "field", None) == "file" and not _has_file(form):
            error.field = "figures"  # type: ignore[attr-defined]  # it was typed, not sent
        form.blame(error)
        return _page(office, form), 422
    notice(_said(found))
    return redirect(f"{office.path}/gewichte", code=303)


@blueprint.post("/<slug>/auswertung/gewichte/<int:item>/entfernen")
@commits
def remove_margin(slug: str, item: int) -> ResponseReturnValue:
    office = office_for(current_actor(), slug)
    weighing.remove(office.actor, office.survey, item)
    notice(_("Die Zahlen sind entfernt."))
    return redirect(f"{office.path}/gewichte", code=303)


def _form(office: Office, **values: Any) -> MarginForm:
    form = MarginForm(**values)
    form.item.choices = [
        (question.key, office.wording.title(question))
        for question in weighing.offered(office.survey)
    ]
    return form


def _has_file(form: MarginForm) -> bool:
    return bool(getattr(form.file.data, "filename", ""))


def _given(form: MarginForm) -> bytes:
    if _has_file(form):
        found: bytes = request.files["file"].stream.read(MAX_BYTES + 1)
        return found
    return (form.figures.data or "").encode()


def _said(found: Read) -> str:
    words = _("Die Zahlen sind da; gewichtet wird, wo Sie es ankreuzen.")
    if found.unknown:
        words += " " + _("So heißt keine Antwort: %(names)s.", names=", ".join(found.unknown[:5]))
    if found.missing:
        words += " " + _("Ohne Zahl bleiben %(n)s Antworten der Frage; wer sie gab, behält das"
                         " Gewicht 1.", n=len(found.missing))  # fmt: skip
    return words


def _page(office: Office, form: MarginForm) -> str:
    counts = whole_counts(office.survey)
    note, warns = weight_words(office.wording, weights_of(office.survey, office.plan))
    page = {
        "margins": [
            {
                "item": item,
                "label": office.wording.title(office.plan.questions[item]),
                "rows": _rows(office, item, people, counts.of(item)),
            }
            for item, people in margins_of(office.survey).items()
            if item in office.plan.questions
        ],
        "note": note,
        "warns": warns,
        "can_add": bool(form.item.choices),
    }
    return office_page(office, "weights.html", "gewichte", page=page, form=form)


def _rows(office: Office, item: int, people: Any, found: Any) -> list[tuple[str, str, str, str]]:
    question = office.plan.questions[item]
    total, base = sum(people.values()), found.get(ANSWERED, 0)
    return [
        (
            office.wording.label(question, code),
            office.wording.number(n),
            f"{round(100 * n / total)} %" if total else "–",
            f"{round(100 * found.get(code, 0) / base)} %" if base else "–",
        )
        for code, n in people.items()
    ]
