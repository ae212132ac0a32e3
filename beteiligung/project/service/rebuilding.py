"""Every copy that projects keep, from their rows: rendered texts, windows, what the page shows."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from beteiligung.project.models import News, Project
from beteiligung.project.service.page import refresh_page
from beteiligung.project.service.windows import write_windows
from kern import outbox, text
from kern.db import db


def list_ids() -> list[int]:
    return list(db.session.scalars(select(Project.id).order_by(Project.id)))


def rebuild_pages(ids: list[int]) -> Iterator[int]:
    """One project at a time, so that a progress bar can follow. Flushes, never commits."""
    for id_ in ids:
        project = db.session.get_one(Project, id_, options=[joinedload(Project.scope)])
        render_texts(project)
        write_windows(project)
        refresh_page(project)
        outbox.bump(f"scope:{project.scope_id}", "projects")
        yield id_


def render_texts(project: Project) -> None:
    """Of all it says the HTML and the plain words, from what was typed."""
    whole = text.render(project.text, headings=True)
    project.html = text.outline(whole.html, 3)
    project.plain, project.renderer = whole.plain, whole.version
    project.result_html = text.outline(text.render(project.result, headings=True).html, 3)
    for news in db.session.scalars(select(News).where(News.project_id == project.id)):
        part = text.render(news.text)
        news.html, news.plain = part.html, part.plain
