"""What is registered: content types, mail kinds, blueprints, commands, the navigation."""

from datetime import timedelta

from flask import Blueprint, Flask

from beteiligung.discussion import acts, cli, panel
from beteiligung.discussion import content as discussion_content
from beteiligung.discussion import mails as discussion_mails
from beteiligung.discussion import notices as discussion_notices
from beteiligung.discussion import views as discussion
from beteiligung.discussion.service import erasure as discussion_erasure
from beteiligung.figures import views as figures
from beteiligung.project import content as project_content
from beteiligung.project import mails as project_mails
from beteiligung.project import notices as project_notices
from beteiligung.project import views as project
from beteiligung.project.service import telling as project_news
from kern import content, mail, notify, panels, search, worker
from kern.accounts import keeping, pending
from kern.accounts.keeping import Keeper
from kern.accounts.pending import PendingKind
from kern.content import ContentType
from kern.files import keeping as files_keeping
from kern.mail import MailKind
from kern.moderation import digest, forgetting
from kern.moderation import keeping as moderation_keeping
from kern.moderation.hints import making
from kern.notify import NoticeType, bounces, digests
from kern.notify import forgetting as notices_forgetting
from kern.notify import keeping as notices_keeping
from kern.notify import mails as notify_mails
from kern.panels import Panel
from portal import dateien, feeds, gestaltung, gesund, karten
from portal.begruendung import mails as statement_mails
from portal.begruendung import notices as statement_notices
from portal.begruendung import views as begruendung
from portal.konto import mails as konto_mails
from portal.konto import views as konto
from portal.mitteilungen import acts as notice_acts
from portal.mitteilungen import views as mitteilungen
from portal.moderation import cli as moderation_cli
from portal.moderation import mails as moderation_mails
from portal.moderation import notices as report_notices
from portal.moderation import views as moderation
from portal.rechenschaft import views as rechenschaft
from portal.seiten import content as page_content
from portal.start import views as start
from portal.suche import attachments
from portal.suche import saving as saved_searches
from portal.suche import views as suche
from portal.verwaltung import views as verwaltung
from umfragen import cli as survey_cli
from umfragen import content as survey_content
from umfragen import mails as survey_mails
from umfragen import notices as survey_notices
from umfragen.results import publication
from umfragen.service import answering as survey_drafts
from umfragen.service import states as survey_states
from umfragen.service import upkeep as survey_upkeep
from umfragen.views import answering as umfragen
from umfragen.views import editing as survey_editing
from umfragen.views import panel as survey_panel
from umfragen.views import paper as papier
from umfragen.views import results as ergebnisse
from wiki import acts as wiki_acts
from wiki import cli as wiki_cli
from wiki import content as wiki_content
from wiki import notices as wiki_notices
from wiki import views as wiki
from wiki.service import deciding as wiki_deciding
from wiki.service import drafts as wiki_drafts
from wiki.service import renaming as wiki_renaming
from wiki.service import rendering as wiki_rendering
from wiki.service import tallies as wiki_tallies
from wiki.views import panel as wiki_panel

CONTENT_TYPES: tuple[ContentType, ...] = (
    project_content.PROJECTS,
    discussion_content.THREADS,
    discussion_content.POSTS,
    survey_content.SURVEYS,
    survey_content.FREE_TEXTS,
    wiki_content.PAGES,
    wiki_content.PROPOSALS,
    page_content.PAGES,
)
MAIL_KINDS: tuple[MailKind, ...] = (
    *konto_mails.MAIL_KINDS,
    *discussion_mails.KINDS,
    *project_mails.KINDS,
    *moderation_mails.KINDS,
    *notify_mails.MAIL_KINDS,
    *statement_mails.KINDS,
    *survey_mails.KINDS,
)
NOTICE_TYPES: tuple[NoticeType, ...] = (
    *discussion_notices.TYPES,
    *project_notices.TYPES,
    *statement_notices.TYPES,
    *report_notices.TYPES,
    *survey_notices.TYPES,
    *wiki_notices.TYPES,
    *saved_searches.TYPES,
)
PENDING_KINDS: tuple[PendingKind, ...] = (
    acts.POST,
    acts.VOTE,
    notice_acts.FOLLOW,
    wiki_acts.PROPOSAL,
)
KEEPERS: tuple[Keeper, ...] = (
    discussion_erasure.VOTES,
    *files_keeping.KEEPERS,
    *moderation_keeping.KEEPERS,
    *notices_keeping.KEEPERS,
    *saved_searches.KEEPERS,
)
PANELS: tuple[Panel, ...] = (survey_panel.PANEL, panel.PANEL, wiki_panel.PANEL)
BLUEPRINTS: tuple[Blueprint, ...] = (
    gestaltung.blueprint,
    gesund.blueprint,
    karten.blueprint,
    konto.blueprint,
    konto.display,
    discussion.blueprint,
    mitteilungen.blueprint,
    moderation.blueprint,
    moderation.reports,
    begruendung.blueprint,
    rechenschaft.blueprint,
    project.blueprint,
    figures.blueprint,
    ergebnisse.blueprint,
    dateien.blueprint,
    feeds.blueprint,
    start.blueprint,
    suche.blueprint,
    umfragen.blueprint,
    papier.blueprint,
    verwaltung.blueprint,
    survey_editing.blueprint,
    wiki.blueprint,
)


def register(app: Flask) -> None:
    content.fill(CONTENT_TYPES)
    mail.fill(MAIL_KINDS)
    notify.fill(NOTICE_TYPES)
    digests.fill_standing((digest.STANDING,))
    pending.fill(PENDING_KINDS)
    keeping.fill(KEEPERS)
    panels.fill(PANELS)
    app.cli.add_command(cli.group)
    app.cli.add_command(moderation_cli.group)
    app.cli.add_command(survey_cli.group)
    app.cli.add_command(wiki_cli.group)
    worker.on_facts(search.follow)
    worker.on_facts(making.follow)
    worker.on_facts_later(attachments.follow)
    worker.on_tick(attachments.catch_up, timedelta(hours=1))
    worker.on_facts(saved_searches.follow)
    worker.on_tick(making.tidy)
    worker.on_tick(forgetting.forget, timedelta(hours=1))
    worker.on_tick(project_news.tell_phases)
    worker.on_tick(survey_states.pass_instants)
    worker.on_tick(survey_upkeep.fold_columns)
    worker.on_tick(publication.take_asked_snapshots)
    worker.on_tick(survey_upkeep.empty_inboxes)
    worker.on_tick(survey_upkeep.mix_marks)
    worker.on_tick(survey_upkeep.forget_texts)
    worker.on_tick(survey_upkeep.remove_lost_files, timedelta(hours=1))
    worker.on_tick(survey_upkeep.verify_counts)
    worker.on_tick(survey_upkeep.end_storage, timedelta(hours=1))
    worker.on_tick(survey_drafts.remove_old_drafts, timedelta(hours=1))
    worker.on_facts(wiki_renaming.follow)
    worker.on_facts(wiki_rendering.follow)
    worker.on_facts(wiki_tallies.follow)
    worker.on_tick(wiki_rendering.on_tick)
    worker.on_tick(wiki_tallies.on_tick)
    worker.on_tick(wiki_renaming.on_tick)
    worker.on_tick(wiki_deciding.on_tick, timedelta(hours=1))
    worker.on_tick(wiki_drafts.forget_old, timedelta(hours=1))
    worker.on_tick(digests.make_digests)
    worker.on_tick(digest.tell_at_once)
    worker.on_tick(notices_forgetting.forget, timedelta(hours=1))
    worker.on_tick(bounces.forget, timedelta(hours=1))
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
