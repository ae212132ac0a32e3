"""Free texts: read and searched, sorted by tags, handed on to release."""

from urllib.parse import urlencode

from flask import redirect, request
from flask.typing import ResponseReturnValue

from kern.errors import DomainError
from kern.i18n import _, _l, _n, say
from kern.ids import parse_id
from kern.web import commits, current_actor, notice
from umfragen.models import FreeTextState
from umfragen.results import texts
from umfragen.results.figures import text_items
from umfragen.results.texts import Wanted
from umfragen.views.results.blueprint import blueprint
from umfragen.views.results.pages import Office, asked_item, office_for, office_page

STATES = {
    FreeTextState.KEPT: _l("nur für die Verwaltung"),
    FreeTextState.PENDING: _l("wartet auf Freigabe"),
    FreeTextState.PUBLIC: _l("öffentlich"),
    FreeTextState.REJECTED: _l("nicht freigegeben"),
    FreeTextState.HIDDEN: _l("ausgeblendet"),
}


@blueprint.get("/<slug>/auswertung/texte")
def free_texts(slug: str) -> ResponseReturnValue:
    return _page(office_for(current_actor(), slug))


@blueprint.post("/<slug>/auswertung/texte")
@commits
def sort_texts(slug: str) -> ResponseReturnValue:
    office = office_for(current_actor(), slug)
    try:
        notice(_done(office))
    except DomainError as error:
        return _page(office, say(error)), 422
    here = request.full_path.rstrip("?")
    return redirect(here, code=303)


def _done(office: Office) -> str:
    """The act of the button that was pressed, and what to say about it."""
    asked = request.form
    text, _dot, tag = asked.get("weg", "").partition(".")
    if text:
        texts.remove_tag(office.actor, office.survey, parse_id(text) or 0, parse_id(tag) or 0)
        return _("Das Schlagwort ist weg.")
    ticked = _ticked()
    if asked.get("tun") == "freigeben":
        count = texts.ask_for_release(office.actor, office.survey, ticked)
        return _n(
            "%(num)s Text liegt jetzt der Moderation vor.",
            "%(num)s Texte liegen jetzt der Moderation vor.",
            count,
        )
    found = texts.add_tag(office.actor, office.survey, ticked, asked.get("name", ""))
    return _("Das Schlagwort „%(name)s“ ist vergeben.", name=found.name)


def _ticked() -> list[int]:
    return [id_ for value in request.form.getlist("text") if (id_ := parse_id(value))]


def _page(office: Office, error: str = "") -> str:
    asked = request.args
    wanted = Wanted(
        item=asked_item("frage"),
        words=asked.get("q", "")[:100],
        tag=parse_id(asked.get("thema")),
        after=parse_id(asked.get("ab")) or 0,
    )
    found = texts.list_texts(office.survey, wanted)
    labels = _items(office)
    page = {
        "fields": [(item, label, 0) for item, label in labels.items()],
        "labels": labels,
        "wanted": wanted,
        "tags": texts.list_tags(office.survey),
        "texts": found.texts,
        "tags_of": found.tags,
        "count": texts.count_texts(office.survey, wanted),
        "following": _address(office, "ab", found.following) if found.following else "",
        "first": _address(office, "ab", None) if wanted.after else "",
        "states": STATES,
        "error": error,
        "ticked": _ticked(),
    }
    return office_page(office, "texts.html", "texte", page=page)


def _items(office: Office) -> dict[int, str]:
    """By key: the question, and which of its free lines."""
    found = {}
    for question in office.plan.questions.values():
        title = office.wording.title(question)
        for item in text_items(question):
            part = office.wording.item(question, item) if item != question.key else ""
            found[item] = f"{title} – {part}" if part else title
    return found


def _address(office: Office, name: str, value: int | None) -> str:
    kept = {key: word for key, word in request.args.items() if word and key != name}
    if value is not None:
        kept[name] = str(value)
    return f"{office.path}/texte?{urlencode(kept)}" if kept else f"{office.path}/texte"
