"""The survey before anybody answers: on a phone and on a desk, and answered by robots."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from kern.i18n import _
from kern.ids import parse_id
from kern.web.headers import CSP
from umfragen.definition import Definition
from umfragen.definition.items import Holds, Item, Part
from umfragen.editing.minutes import estimate_minutes
from umfragen.editing.robots import Walk, walk_robots
from umfragen.engine import make_plan
from umfragen.engine.variables import choices_of
from umfragen.views.editing.blueprint import blueprint, section_page, to_desk
from umfragen.views.editing.drawing import draw_page
from umfragen.views.editing.shown import list_pages, short

ROBOTS = 20
FRAMED = CSP.replace("frame-ancestors 'none'", "frame-ancestors 'self'")


@blueprint.get("/<slug>/bearbeiten/vorschau")
def preview(slug: str) -> ResponseReturnValue:
    desk = to_desk(slug)
    definition = desk.draft.definition
    language = _language(definition)
    keys = [page.key for page in definition.pages]
    asked = request.args.get("seite", "")
    wanted = parse_id(asked)
    key = wanted if wanted in keys else keys[0]
    at = keys.index(key)
    return section_page(
        "preview.html",
        desk,
        "vorschau",
        pages=list_pages(definition, ()),
        key=key,
        before=keys[at - 1] if at else None,
        after=keys[at + 1] if at + 1 < len(keys) else None,
        number=at + 1,
        is_wide=request.args.get("breite") == "rechner",
        language=language,
        minutes=estimate_minutes(definition),
    )


@blueprint.get("/<slug>/bearbeiten/vorschau/seite/<int:key>")
def preview_page(slug: str, key: int) -> ResponseReturnValue:
    """Only the page, for the frame of the preview; nothing can be sent."""
    desk = to_desk(slug)
    desk.draft.page(key)
    definition = desk.draft.definition
    language = _language(definition)
    body = render_template(
        "umfragen/bearbeiten/preview_page.html",
        asking=draw_page(definition, key, language),
        page=desk.draft.page(key),
        language=language,
    )
    response = make_response(body)
    response.headers["Content-Security-Policy"] = FRAMED
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _language(definition: Definition) -> str:
    wanted = request.args.get("sprache", "")
    return wanted if wanted in definition.languages else definition.language


# Robots


@dataclass(frozen=True, slots=True)
class Counted:
    """How robots answered one item: labels with counts, or examples of what they wrote."""

    title: str
    n: int
    rows: Sequence[tuple[str, int]]
    examples: Sequence[str]


@blueprint.get("/<slug>/bearbeiten/probelauf")
def robots(slug: str) -> ResponseReturnValue:
    """Nothing is stored: the same robots walk each time."""
    desk = to_desk(slug)
    definition = desk.draft.definition
    plan = make_plan(definition)
    walks = walk_robots(plan, ROBOTS, seed=slug) if not plan.mistakes else ()
    numbers = {page.key: at for at, page in enumerate(definition.pages, start=1)}
    stuck = Counter(numbers[walk.stuck] for walk in walks if walk.stuck is not None)
    return section_page(
        "robots.html",
        desk,
        "vorschau",
        counted=list(_counted(definition, walks)),
        stuck=sorted(stuck.items()),
        n=len(walks),
        has_mistakes=bool(plan.mistakes),
    )


def _counted(definition: Definition, walks: Sequence[Walk]) -> Iterator[Counted]:
    if not walks:
        return
    plan = walks[0].sheet.plan
    for question in definition.questions():
        for item in plan.items_of[question.key]:
            values = [
                walk.sheet.answers[item.key] for walk in walks if item.key in walk.sheet.answers
            ]
            if values or item.part in {Part.WHOLE, Part.ROW}:
                yield _count(definition, question, item, values)


def _count(definition: Definition, question: Any, item: Item, values: Sequence[Any]) -> Counted:
    language = definition.language
    title = short(question.text.say(language, language))
    row = next((row for row in getattr(question, "rows", ()) if row.key == item.key), None)
    if row is not None:
        title = f"{title} – {row.text.say(language, language)}"
    if item.part in {Part.OTHER, Part.REMARK}:
        title = f"{title} – {_('eigene Worte')}"
    if item.holds in {Holds.CODE, Holds.CODES, Holds.ORDER}:
        codes = Counter(code for value in values for code in _codes(item, value))
        labels = {code: choice.text for code, choice in choices_of(question).items()}
        rows = [
            (labels[code].say(language, language) if code in labels else str(code), codes[code])
            for code in sorted(item.codes)
        ]
        return Counted(title, len(values), rows, ())
    examples = [_example(value) for value in values[:4]]
    return Counted(title, len(values), (), examples)


def _codes(item: Item, value: Any) -> Sequence[int]:
    """Of a ranking only the first place."""
    if item.holds is Holds.ORDER:
        return tuple(value[:1])
    return value if isinstance(value, tuple) else (value,)


def _example(value: Any) -> str:
    if hasattr(value, "points"):
        return _("%(n)s Punkte auf der Karte", n=len(value.points))
    if isinstance(value, dict):
        return ", ".join(map(str, value.values()))
    return str(value)
