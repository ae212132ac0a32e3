"""The log of decisions."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from kern.content import registry
from kern.i18n import _, _l
from kern.moderation import log as records
from kern.moderation import netiquette, queue
from kern.moderation.filters import Filters
from kern.moderation.log import LogFilters
from kern.moderation.paging import Cursor
from portal.moderation import words
from portal.moderation.blueprint import blueprint, moderator
from portal.moderation.views.queue import Choice, choice_of, frame_of, name_of_person, tabs_of

CHOICES = {
    "freigegeben": _l("Freigegeben"),
    "abgelehnt": _l("Abgelehnt"),
    "ausgeblendet": _l("Ausgeblendet"),
    "geschwaerzt": _l("Geschwärzt"),
    "in-ordnung": _l("In Ordnung"),
    "einspruch": _l("Über Einsprüche"),
    "person": _l("Über Personen"),
}
NAMES = ("entscheidung", "projekt", "art", "von", "regel", "seit", "person", "zusammen")


@blueprint.get("/erledigt")
def log() -> ResponseReturnValue:
    actor = moderator()
    filters = words.log_filters_of(request.args)
    page = records.list_log(actor, filters, Cursor.parse(request.args.get("seite")))
    return render_template(
        "portal/moderation/log.html",
        log=page,
        tabs=tabs_of(queue.count_queue(actor), None),
        choices=_choices(records.list_scopes(actor), filters),
        narrowings=_narrowings(filters),
        is_narrow=filters != LogFilters(),
        here=_url(),
        unfolded=lambda joint_id: _url(zusammen=joint_id),
        previous=_url(seite=str(page.previous)) if page.previous else "",
        next=_url(seite=str(page.next)) if page.next else "",
        **{**frame_of(actor, Filters()), "seite": None},
    )


def _url(**changes: object) -> str:
    """This address with one filter changed; the page begins anew."""
    args: dict[str, Any] = {name: request.args.get(name) or None for name in NAMES}
    return url_for(".log", **{**args, **changes})


def _choices(scopes: Sequence[tuple[int, str]], filters: LogFilters) -> Sequence[Choice]:
    decided = {value: str(label) for value, label in CHOICES.items()}
    places = {str(id_): title for id_, title in scopes}
    types = [type_ for _key, type_ in sorted(registry().items()) if type_.hide or type_.decide]
    kinds = {type_.key: str(type_.plural) for type_ in types}
    rules = {str(one.number): _("Regel %(n)s", n=one.number) for one in netiquette.rules()}
    spans = {
        "1": _("Seit gestern"),
        "7": _("In sieben Tagen"),
        "30": _("In 30 Tagen"),
    }
    asked = request.args.get
    return [
        choice_of(
            "entscheidung",
            _("Entscheidung"),
            _("Alle Entscheidungen"),
            decided,
            asked("entscheidung"),
        ),
        choice_of("projekt", _("Projekt"), _("Alle Projekte"), places, filters.scope_id),
        choice_of("art", _("Art"), _("Alle Arten"), kinds, filters.key),
        choice_of("regel", _("Regel"), _("Alle Regeln"), rules, filters.rule),
        choice_of("seit", _("Zeitraum"), _("Seit Beginn"), spans, asked("seit")),
        choice_of("von", _("Von wem"), _("Von allen"), {"mir": _("Nur meine")}, asked("von")),
    ]


def _narrowings(filters: LogFilters) -> Sequence[tuple[str, str]]:
    found = []
    if filters.author_id is not None:
        name = name_of_person(filters.author_id)
        found.append((_("Von %(name)s", name=name), _url(person=None)))
    if filters.joint_id is not None:
        found.append((_("Zusammen entschieden"), _url(zusammen=None)))
    return found
