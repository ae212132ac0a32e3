"""The demo town's surveys: one that runs and one that is over, with answers of robots."""

from dataclasses import replace
from datetime import timedelta

from kern import clock
from kern.scope import Scope, town_scope
from portal.betrieb.demo.scene import Scene, dice
from umfragen import service
from umfragen.definition import Text
from umfragen.definition.items import Holds
from umfragen.editing.library import get_template
from umfragen.editing.robots import walk_robots
from umfragen.engine import Answers, Plan
from umfragen.models import Source, Survey
from umfragen.rules import Settings
from umfragen.service.submitting import count

LEFT = timedelta(days=2)  # within the phase of the project that allows surveys
RAN = timedelta(days=9)
OVER = timedelta(days=24)
LASTED = timedelta(days=30)
RUNNING_ANSWERS, CLOSED_ANSWERS = 34, 64
PAPER_SHARE = 0.2
WISHES = (
    "Mehr Schatten über dem Sand, bitte.",
    "Eine Bank, von der aus man die Kinder sieht.",
    "Ein Trinkbrunnen wäre schön.",
    "Bitte an Kinder im Rollstuhl denken.",
    "Die Rutsche war das Beste, kommt sie wieder?",
    "Abends ist es am Weg zu dunkel.",
)
SETTINGS = Settings(
    office="Stabsstelle Bürgerbeteiligung",
    contact="Stabsstelle Bürgerbeteiligung, 04555 01 20",
    paper_hint="Papierbögen liegen im Rathaus und in der Bibliothek, dort geben Sie sie auch ab.",
)


def make_surveys(scene: Scene) -> None:
    project = scene.projects.get("spielplatz-ahornweg")
    scope = project.scope if project is not None else town_scope()
    with clock.at(scene.ago(RAN)):
        survey = _open(scene, scope, "spielplatz", "Spielplatz Ahornweg: Ihre Wünsche", RAN + LEFT)
        _answer(survey, RUNNING_ANSWERS)
    with clock.at(scene.ago(OVER + LASTED)):
        name = "Wie zufrieden sind Sie mit dem Bürgerbüro?"
        over = _open(scene, town_scope(), "zufriedenheit", name, LASTED + timedelta(days=1))
        _answer(over, CLOSED_ANSWERS)
    with clock.at(scene.ago(OVER)):
        service.close(scene.cast.administrator, over)


def _open(scene: Scene, scope: Scope, template: str, title: str, lasts: timedelta) -> Survey:
    actor = scene.cast.administrator
    definition = replace(get_template(template).definition, title=Text.of({"de": title}))
    survey = service.create_survey(actor, scope, title, definition=definition)
    service.save_settings(actor, survey, SETTINGS)
    service.save_dates(actor, survey, None, clock.now() + lasts)
    service.publish_version(actor, survey)
    service.open_survey(actor, survey)
    return survey


def _answer(survey: Survey, many: int) -> None:
    plan = service.plan_of(survey)
    rolled = dice(survey.slug)
    for at, walk in enumerate(walk_robots(plan, many, seed=survey.slug)):
        answers = _in_words(plan, walk.sheet.answers, at)
        filling = service.Filling(survey, plan, answers, "de", is_test=False, is_change=False)
        source = Source.PAPER if rolled.random() < PAPER_SHARE else Source.WEB
        count(survey, filling, filling.sheet(), source, f"demo-{survey.slug}-{at}")


def _in_words(plan: Plan, answers: Answers, at: int) -> Answers:
    """Robots write that they are robots; people in Lindenau write something now and then."""
    found = dict(answers)
    for key in answers:
        if plan.items[key].holds is Holds.TEXT:
            del found[key]
            if at % 4 == 0:
                found[key] = WISHES[(at // 4) % len(WISHES)]
    return found
