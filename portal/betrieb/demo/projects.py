"""The demo town's projects, made by the same verbs as by hand: phases, news, dates, documents."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from beteiligung.project import rules
from beteiligung.project.models import Project
from beteiligung.project.rules import PROJECT_KEY
from beteiligung.project.service import events, moderating, phases, states, writing
from beteiligung.project.service.page import refresh_page
from kern import clock
from kern.actor import GUEST, Actor
from kern.calendar import to_local, to_utc
from kern.content import Ref
from kern.files.pdf import Document, accept_pdf
from kern.ids import slugify
from kern.moderation import decisions as desk
from kern.moderation.models import CaseVerdict
from kern.moderation.reports import Allegation, report
from kern.scope import ScopeState, Visibility
from portal.betrieb.demo.pdf import one_page
from portal.betrieb.demo.scene import Scene
from portal.betrieb.demo.texts import HiddenText, MeetingText, PhaseText, ProjectText

PREPARATION = timedelta(days=9)  # from the draft to the first thing that is public
HOUR = timedelta(hours=1)
HANDED_IN = timedelta(days=1, hours=3)  # ago: what waits for its release
INVENTED = (
    "Dies ist ein Muster der Demostadt Lindenau am See. Stadt, Menschen und Zahlen sind erfunden."
)
ENDED = frozenset({ScopeState.CLOSED, ScopeState.ARCHIVED})

Documents = Mapping[str, Document]


def print_documents(text: ProjectText) -> Documents:
    """By title; before the transaction, because every upload is looked into."""
    made = {}
    for title in text.documents:
        paragraphs = [
            f"Projekt: {text.title}. Herausgegeben von: {text.office}.",
            text.summary,
            *(f"Fest steht: {point}" for point in text.fixed),
            text.decision,
            INVENTED,
        ]
        made[title] = accept_pdf(one_page(title, paragraphs), f"{slugify(title)}.pdf")
    return made


def plan_project(scene: Scene, text: ProjectText, documents: Documents) -> None:
    """Make the draft at once, and plan everything that happens to it later."""
    opened = _opened_at(scene, text)
    with clock.at(opened - PREPARATION):
        project = _make(scene, text, documents)
    scene.projects[text.slug] = project
    actor = scene.cast.planner
    if text.state is ScopeState.SUBMITTED:
        hand_in = partial(moderating.submit, scene.cast.editor, project)
        scene.timeline.add(scene.ago(HANDED_IN), hand_in)
    elif text.state is not ScopeState.DRAFT:
        scene.timeline.add(opened - HOUR, partial(states.publish, actor, project))
    for news in text.news:
        step = partial(events.add_news, actor, project, news.title, news.text)
        scene.timeline.add(scene.ago(news.age), step)
    if text.state in ENDED:
        _plan_end(scene, text, project)
    if text.hidden is not None:
        hide = partial(_hide, scene, project, text.hidden)
        scene.timeline.add(scene.ago(text.hidden.age), hide)


def _hide(scene: Scene, project: Project, text: HiddenText) -> None:
    """Somebody says what is wrong with it, and the desk takes it away with a reason."""
    note = report(GUEST, Ref(PROJECT_KEY, project.id), Allegation(text.rule))
    decision = desk.Decision(CaseVerdict.HIDE, project.revision, text.rule, text.reason)
    desk.decide(scene.cast.moderator, note.case_id, decision)


def _plan_end(scene: Scene, text: ProjectText, project: Project) -> None:
    actor = scene.cast.planner
    closed = _day(scene, text.phases[-1].end) + timedelta(hours=10)
    scene.timeline.add(closed, partial(states.close, actor, project, text.result))
    if text.state is ScopeState.ARCHIVED:
        step = partial(states.archive, actor, project)
        scene.timeline.add(closed + (scene.now - closed) / 2, step)


def _opened_at(scene: Scene, text: ProjectText) -> datetime:
    """Before anything of it is public: phase, news, thread."""
    ages = [news.age for news in text.news] + [thread.age for thread in text.threads]
    begins = [_day(scene, phase.start) for phase in text.phases]
    return min([*(scene.ago(age) for age in ages), *begins]) - HOUR


def _maker(scene: Scene, text: ProjectText) -> Actor:
    """Whoever prepares it: of what is handed in somebody who cannot publish."""
    return scene.cast.editor if text.state is ScopeState.SUBMITTED else scene.cast.planner


def _make(scene: Scene, text: ProjectText, documents: Documents) -> Project:
    actor = _maker(scene, text)
    project = writing.create_project(actor, text.title, text.summary, text.slug)
    _save_basics(scene, project, text)
    writing.save_framework(
        actor, project, decidable=text.decidable, fixed=text.fixed, decider=text.decision
    )
    writing.save_access(actor, project, visibility=Visibility.PUBLIC, moderation=text.moderation)
    for phase in text.phases:
        phases.add_phase(actor, project, _phase(scene, phase))
    for meeting in text.dates:
        events.add_meeting(actor, project, _meeting(scene, meeting))
    for title, document in documents.items():
        events.add_document(actor, project, document, title)
    drawn = {"name": Path(text.picture).stem, "alt": text.picture_alt}
    project.page = {**project.page, "bundled_picture": drawn}
    refresh_page(project)
    return project


def _save_basics(scene: Scene, project: Project, text: ProjectText) -> None:
    basics = writing.Basics(
        title=text.title,
        summary=text.summary,
        text=text.text,
        office=text.office,
        contact_name=text.contact,
        contact_phone=text.phone,
        contact_email=text.mail,
        place=text.place.name,
        point=(text.place.lat, text.place.lon),
    )
    writing.save_basics(_maker(scene, text), project, basics)


def _phase(scene: Scene, text: PhaseText) -> phases.PhaseInput:
    return phases.PhaseInput(
        title=text.title,
        note="",
        opens_at=_day(scene, text.start),
        closes_at=phase_end(scene, text),
        acts=sorted(text.acts),
    )


def _meeting(scene: Scene, text: MeetingText) -> events.MeetingInput:
    starts = to_utc(datetime.combine(_date(scene, text.day), text.at))
    ends = starts + timedelta(minutes=text.minutes)
    return events.MeetingInput(text.title, text.place, "", starts, ends)


def phase_end(scene: Scene, text: PhaseText) -> datetime:
    """Exclusive."""
    return rules.end_of(_date(scene, text.end), None)


def _day(scene: Scene, day: int) -> datetime:
    return rules.start_of(_date(scene, day), None)


def _date(scene: Scene, day: int) -> date:
    return to_local(scene.now).date() + timedelta(days=day)
