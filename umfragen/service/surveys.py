"""Make, copy, find and set up surveys."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import contains_eager, joinedload

from kern import text
from kern.actor import Actor
from kern.colours import HEX, unreadable
from kern.db import PREPARED, db
from kern.errors import Conflict, Invalid, NotFound
from kern.ids import slugify
from kern.scope import Scope, get_scope, list_windows
from kern.scope.rules import readable
from umfragen import rules
from umfragen.definition import Definition, Page, Text, dump
from umfragen.models import DraftStep, Level, Sampling, State, Survey
from umfragen.rules import Settings
from umfragen.service.changes import announce, announce_rewritten
from umfragen.store.plans import draft_of

MAX_TRIES = 50
MAX_TITLE = 300


def create_survey(
    actor: Actor,
    scope: Scope,
    title: str,
    *,
    definition: Definition | None = None,
    slug: str = "",
) -> Survey:
    """A draft: blank, or with the pages and texts of `definition`, whose title stays as it is
    when `title` is empty. Without `slug` the address is made from the title."""
    rules.require_may_create(actor, scope.id)
    checked = _title(title, definition)
    started = definition or blank(checked)
    survey = Survey(
        scope_id=scope.id,
        slug=_checked_slug(slug) if slug else _free_slug(checked),
        title=checked,
        settings=Settings().dump(),
        author_id=actor.party_id,
    )
    survey.scope = scope
    db.session.add(survey)
    db.session.flush()
    db.session.add(DraftStep(survey_id=survey.id, step=1, definition=dump(started)))
    db.session.flush()
    announce(actor, survey, "survey.create")
    return survey


def blank(title: str, language: str = "de") -> Definition:
    """One empty page."""
    page = Page(key=1, questions=())
    words = Text.of({language: title})
    return Definition(title=words, pages=(page,), languages=(language,), last_key=1)


def copy_survey(actor: Actor, survey: Survey, scope: Scope, title: str = "") -> Survey:
    """Questions and settings, no dates and no answers. Whoever copies can read the original."""
    definition = draft_of(survey)
    language = definition.language
    wanted = title or f"{definition.title.say(language)[: MAX_TITLE - 10]} (Kopie)"
    words = Text.of({**dict(definition.title), language: wanted})
    copied = create_survey(actor, scope, wanted, definition=replace(definition, title=words))
    copied.level = survey.level
    # The picture goes with the original.
    copied.settings = {**survey.settings, "logo": "", "logo_alt": ""}
    copied.k_min, copied.k_total = survey.k_min, survey.k_total
    db.session.flush()
    return copied


def find_survey(slug: str) -> Survey | None:
    """For commands and the worker; pages use the gate below."""
    return db.session.scalar(_BY_SLUG, {"slug": slug})


_BY_SLUG = (
    select(Survey)
    .where(Survey.slug == bindparam("slug"))
    .options(joinedload(Survey.scope))
    .execution_options(**{PREPARED: True})
)


def get_survey(slug: str) -> Survey:
    return _found(find_survey(slug))


def get_survey_by_id(survey_id: int) -> Survey:
    query = select(Survey).where(Survey.id == survey_id).options(joinedload(Survey.scope))
    return _found(db.session.scalar(query))


def may_read_files(actor: Actor, survey_id: int) -> bool:
    """Those that people uploaded with their answers."""
    survey = db.session.get(Survey, survey_id)
    return survey is not None and actor.may(rules.RESULTS, survey.scope_id)


def get_survey_for(actor: Actor, slug: str) -> Survey:
    """The gate: what the actor may not read answers like what is not there."""
    survey = get_survey(slug)
    if not rules.may_read(actor, survey, survey.scope):
        raise NotFound("Diese Umfrage gibt es nicht.")
    return survey


def get_survey_to_edit(actor: Actor, slug: str) -> Survey:
    survey = get_survey_for(actor, slug)
    rules.require_may_edit(actor, survey)
    return survey


def list_surveys(actor: Actor, scope_id: int | None = None) -> Sequence[Survey]:
    """What the actor may read, newest first; surveys that are not listed only for who edits."""
    query = select(Survey).join(Scope, Scope.id == Survey.scope_id).where(readable(actor))
    query = query.options(contains_eager(Survey.scope)).order_by(Survey.id.desc())
    if scope_id is not None:
        query = query.where(Survey.scope_id == scope_id)
    return [
        survey
        for survey in db.session.scalars(query)
        if rules.may_read(actor, survey, survey.scope) and _is_listed(actor, survey)
    ]


def settings_of(survey: Survey) -> Settings:
    return Settings.of(survey.settings)


def save_settings(actor: Actor, survey: Survey, settings: Settings) -> None:
    rules.require_may_change(actor, survey)
    checked = _checked(settings)
    rules.require_promises(survey, checked)
    if survey.state in rules.RUNNING and settings_of(survey).four_eyes and not checked.four_eyes:
        raise Conflict("Das Vier-Augen-Prinzip lässt sich vor dem Ende nicht abschalten.")
    survey.settings = checked.dump()
    announce_rewritten(actor, survey, "survey.settings")


def save_dates(
    actor: Actor, survey: Survey, opens_at: datetime | None, closes_at: datetime | None
) -> None:
    """UTC instants, the end exclusive. A running survey is extended instead, with a reason."""
    rules.require_may_change(actor, survey)
    if survey.state not in rules.BEFORE:
        raise Conflict("Die Umfrage läuft schon. Bitte verlängern Sie sie, mit einem Grund.")
    rules.require_order(opens_at, closes_at)
    survey.opens_at, survey.closes_at = opens_at, closes_at
    announce_rewritten(actor, survey, "survey.dates")


def save_access(
    actor: Actor,
    survey: Survey,
    level: Level,
    *,
    sampling: Sampling = Sampling.SELF,
    population_n: int | None = None,
) -> None:
    """How often one may answer, and who was asked. Fixed with the first answer."""
    rules.require_may_change(actor, survey)
    rules.require_level_may_change(survey, level)
    if population_n is not None and not 1 <= population_n <= rules.MAX_POPULATION:
        raise Invalid("Bitte eine Zahl von Menschen.", field="population_n")
    survey.level, survey.sampling, survey.population_n = level, sampling, population_n
    announce_rewritten(actor, survey, "survey.access")


def save_thresholds(actor: Actor, survey: Survey, k_min: int, k_total: int) -> None:
    """Smallest cell and smallest survey whose results are public."""
    rules.require_may_change(actor, survey)
    rules.require_threshold(survey, k_min, k_total)
    survey.k_min, survey.k_total = k_min, k_total
    announce_rewritten(actor, survey, "survey.thresholds")


def move_slug(actor: Actor, survey: Survey, slug: str) -> None:
    """Another address, while nobody knows the old one."""
    rules.require_may_change(actor, survey)
    if survey.state not in {State.DRAFT, State.SUBMITTED}:
        raise Conflict("Die Adresse einer veröffentlichten Umfrage bleibt, wie sie ist.")
    if slug != survey.slug:
        survey.slug = _checked_slug(slug)
    announce_rewritten(actor, survey, "survey.slug")


def list_gaps(survey: Survey, at: datetime) -> list[rules.Gap]:
    """What is missing before it may open."""
    return rules.gaps(survey, list_windows(survey.scope_id), at)


def scope_of(survey: Survey) -> Scope:
    return get_scope(survey.scope_id)


def _is_listed(actor: Actor, survey: Survey) -> bool:
    return settings_of(survey).is_listed or actor.may(rules.EDIT, survey.scope_id)


def _found(survey: Survey | None) -> Survey:
    if survey is None:
        raise NotFound("Diese Umfrage gibt es nicht.")
    return survey


def _title(title: str, definition: Definition | None) -> str:
    given = title or (definition.title.say(definition.language) if definition else "")
    checked = text.clean_line(given, MAX_TITLE)
    if not checked:
        raise Invalid("Bitte geben Sie der Umfrage einen Titel.", field="title")
    return checked


def _checked(settings: Settings) -> Settings:
    if settings.grace_minutes not in rules.GRACE_MINUTES:
        raise Invalid("Erlaubt sind 0 oder 15 Minuten.", field="grace_minutes")
    for field, least, most in (("pepper_days", 1, 90), ("retention_days", 30, 3_650)):
        if not least <= getattr(settings, field) <= most:
            raise Invalid(
                "Bitte eine Zahl von %(least)s bis %(most)s.", field=field, least=least, most=most
            )
    _require_readable(settings.accent)
    if settings.minutes is not None and not 1 <= settings.minutes <= 240:  # noqa: PLR2004 - hours
        raise Invalid("Bitte eine Zahl von 1 bis 240.", field="minutes")
    return replace(
        settings,
        office=text.clean_line(settings.office, 120),
        contact=text.clean_line(settings.contact, 300),
        paper_hint=text.clean_line(settings.paper_hint, 500),
    )


def _require_readable(accent: str) -> None:
    if accent and not HEX.fullmatch(accent):
        raise Invalid("Bitte eine Farbe wie #43600c.", field="accent")
    if accent and unreadable({"action": accent}):
        raise Invalid(
            "Diese Farbe ist als Schrift zu schwach zu lesen. Bitte wählen Sie eine dunklere.",
            field="accent",
        )


def _checked_slug(slug: str) -> str:
    if slugify(slug, "") != slug:
        raise Invalid("Nur Kleinbuchstaben, Ziffern und Bindestriche sind möglich.", field="slug")
    if slug in rules.RESERVED:
        raise Invalid("Diese Adresse braucht die Seite selbst.", field="slug")
    if find_survey(slug) is not None:
        raise Invalid("Diese Adresse hat schon eine andere Umfrage.", field="slug")
    return slug


def _free_slug(title: str) -> str:
    stem = slugify(title, "umfrage")
    for number in range(1, MAX_TRIES):
        slug = stem if number == 1 else f"{stem[:56]}-{number}"
        if slug not in rules.RESERVED and find_survey(slug) is None:
            return slug
    raise Invalid("So heißen schon sehr viele Umfragen. Bitte ändern Sie den Titel.", field="title")
