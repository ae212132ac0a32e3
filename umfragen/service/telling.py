"""What people are told about a survey: that it runs, that it runs longer, that it may run."""

from kern import notify
from kern.actor import Actor
from kern.clock import now
from kern.content import Ref, Within, registry
from kern.notify import NoticeKind
from kern.notify.telling import UNDO
from umfragen.models import Survey
from umfragen.service.changes import ref_of

RELEASED = "umfragen.freigegeben"
OPENED = "umfragen.beginnt"
EXTENDED = "umfragen.verlaengert"
RESULTS = "umfragen.ergebnis"
PROJECT_KEY = "beteiligung.project"


def tell_released(survey: Survey) -> None:
    """Whoever made it; who refuses it writes a statement of reasons."""
    if survey.author_id is not None:
        notify.tell(
            survey.author_id,
            NoticeKind.FATE,
            ref_of(survey),
            _release_event(survey),
            what=RELEASED,
            not_before=now() + UNDO,
        )


def take_back_release(survey: Survey) -> None:
    notify.take_back(_release_event(survey))


def tell_opened(actor: Actor, survey: Survey) -> None:
    """Whoever follows the project; once, however often it is paused and goes on."""
    notify.announce(ref_of(survey), OPENED, within=_project(survey), by=actor.party_id)


def tell_extended(actor: Actor, survey: Survey) -> None:
    event = f"{ref_of(survey)}:extended:{len(survey.extensions)}"
    notify.announce(
        ref_of(survey), EXTENDED, within=_project(survey), by=actor.party_id, event=event
    )


def tell_results(actor: Actor, survey: Survey) -> None:
    """Whoever follows the project: what came out can be read. Once, however often it is changed."""
    notify.announce(
        ref_of(survey),
        RESULTS,
        within=_project(survey),
        by=actor.party_id,
        event=_results_event(survey),
    )


def take_back_results(survey: Survey) -> None:
    notify.take_back(_results_event(survey))


def _results_event(survey: Survey) -> str:
    return f"{ref_of(survey)}:results"


def _project(survey: Survey) -> list[Ref]:
    """What the scope stands for, where that is a project whose room is there."""
    type_ = registry().get(PROJECT_KEY)
    if type_ is None or type_.newest is None:
        return []
    found = type_.newest(Within(scope_id=survey.scope_id), 1)
    return list(dict.fromkeys(entry.ref for entry in found))


def _release_event(survey: Survey) -> str:
    return f"{ref_of(survey)}:{survey.revision}:released"
