"""What a project tells over time: news, dates on site, documents."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select

from beteiligung.project import rules
from beteiligung.project.models import Meeting, News, Project
from beteiligung.project.rules import PROJECT_KEY
from beteiligung.project.service import telling
from beteiligung.project.service.changes import announce, ref_of
from kern import text
from kern.actor import Actor
from kern.clock import now
from kern.db import db
from kern.errors import Invalid, NotFound
from kern.files import service as files
from kern.files.models import File
from kern.files.pdf import Document

USUAL = timedelta(hours=1)  # of a meeting whose end nobody knows


@dataclass(frozen=True, slots=True)
class MeetingInput:
    """Without `ends_at` it takes an hour."""

    title: str
    place: str
    note: str
    starts_at: datetime
    ends_at: datetime | None = None


def get_news(project: Project, news_id: int) -> News:
    query = select(News).where(News.id == news_id, News.project_id == project.id)
    news = db.session.scalar(query)
    if news is None:
        raise NotFound("Diese Neuigkeit gibt es nicht.")
    return news


def add_news(
    actor: Actor, project: Project, title: str, source: str, at: datetime | None = None
) -> News:
    rules.require_may_edit(actor, project.scope)
    news = News(project_id=project.id, at=at or now(), title="")
    _fill_news(news, title, source)
    db.session.add(news)
    announce(actor, project, "project.news")
    telling.tell_news(actor, project, news)
    return news


def change_news(actor: Actor, project: Project, news: News, title: str, source: str) -> None:
    rules.require_may_edit(actor, project.scope)
    _fill_news(news, title, source)
    announce(actor, project, "project.news")


def remove_news(actor: Actor, project: Project, news: News) -> None:
    rules.require_may_edit(actor, project.scope)
    db.session.delete(news)
    announce(actor, project, "project.news")


def _fill_news(news: News, title: str, source: str) -> None:
    news.title = text.clean_line(title, rules.MAX_TITLE)
    if not news.title:
        raise Invalid("Bitte geben Sie eine Überschrift an.", field="title")
    rendered = text.render(source, max_length=rules.MAX_NEWS)
    news.text, news.html, news.plain = source.strip(), rendered.html, rendered.plain


def get_meeting(project: Project, meeting_id: int) -> Meeting:
    query = select(Meeting).where(Meeting.id == meeting_id, Meeting.project_id == project.id)
    meeting = db.session.scalar(query)
    if meeting is None:
        raise NotFound("Diesen Termin gibt es nicht.")
    return meeting


def add_meeting(actor: Actor, project: Project, given: MeetingInput) -> Meeting:
    rules.require_may_edit(actor, project.scope)
    meeting = Meeting(project_id=project.id, uid=uuid4().hex, title="")
    _fill_meeting(meeting, given)
    db.session.add(meeting)
    announce(actor, project, "project.meetings")
    return meeting


def change_meeting(actor: Actor, project: Project, meeting: Meeting, given: MeetingInput) -> None:
    rules.require_may_edit(actor, project.scope)
    _fill_meeting(meeting, given)
    announce(actor, project, "project.meetings")


def remove_meeting(actor: Actor, project: Project, meeting: Meeting) -> None:
    rules.require_may_edit(actor, project.scope)
    db.session.delete(meeting)
    announce(actor, project, "project.meetings")


def _fill_meeting(meeting: Meeting, given: MeetingInput) -> None:
    rules.require_order(given.starts_at, given.ends_at)
    meeting.title = text.clean_line(given.title, rules.MAX_TITLE)
    if not meeting.title:
        raise Invalid("Bitte sagen Sie, worum es bei dem Termin geht.", field="title")
    meeting.place = text.clean_line(given.place, 200)
    meeting.note = text.clean_line(given.note, 500)
    meeting.starts_at = given.starts_at
    meeting.ends_at = given.ends_at or given.starts_at + USUAL
    meeting.changed_at = now()


def get_document(project: Project, file_id: int) -> File:
    query = select(File).where(
        File.id == file_id,
        File.content_key == PROJECT_KEY,
        File.content_id == project.id,
        File.kind == "pdf",
        File.state != "gone",
    )
    file = db.session.scalar(query)
    if file is None:
        raise NotFound("Diese Unterlage gibt es nicht.")
    return file


def list_documents(project: Project) -> list[File]:
    return files.list_files(ref_of(project), "pdf")


def add_document(actor: Actor, project: Project, document: Document, title: str) -> File:
    """`document` comes from `kern.files.pdf.accept_pdf`, checked before the transaction."""
    rules.require_may_edit(actor, project.scope)
    file = files.keep_document(document, title, actor.party_id)
    files.attach(file.id, ref_of(project))
    if project.scope.is_public:
        files.publish([file.id])
    announce(actor, project, "project.documents")
    return file


def rename_document(actor: Actor, project: Project, file: File, title: str) -> None:
    rules.require_may_edit(actor, project.scope)
    file.title = text.clean_line(title, files.MAX_ALT) or file.filename
    announce(actor, project, "project.documents")


def remove_document(actor: Actor, project: Project, file: File) -> None:
    rules.require_may_edit(actor, project.scope)
    files.remove(file)
    announce(actor, project, "project.documents")
