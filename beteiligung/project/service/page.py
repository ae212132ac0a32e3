"""The copy of everything a project's page shows beside its own row, so that it needs one query.

`Project.page` holds it as JSON; it is written at every change and rebuilt by a command.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from beteiligung.project.models import Meeting, News, Phase, Project
from beteiligung.project.rules import PROJECT_KEY
from kern import text
from kern.content import Ref
from kern.db import db
from kern.files import service as files
from kern.files.models import File, Place

LATEST = 5
EXCERPT = 220  # characters of the result on cards
_BULLET = re.compile(r"^(?:- |\d+\. )", re.MULTILINE)
KEPT = ("bundled_picture",)  # set from outside, survives every refresh


@dataclass(frozen=True, slots=True)
class PhaseCopy:
    id: int
    title: str
    note: str
    opens_at: datetime | None
    closes_at: datetime | None
    acts: Sequence[str]


@dataclass(frozen=True, slots=True)
class NewsCopy:
    id: int
    title: str
    html: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MeetingCopy:
    id: int
    title: str
    place: str
    note: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class DocumentCopy:
    name: str  # its address
    title: str
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class Picture:
    name: str  # its address, or the name of a drawing that comes with the program
    alt: str
    is_bundled: bool


@dataclass(frozen=True, slots=True)
class PlaceCopy:
    """`lat` and `lon` are degrees WGS 84, None when only words are known."""

    label: str
    lat: float | None
    lon: float | None
    geometry: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Page:
    phases: Sequence[PhaseCopy]
    news: Sequence[NewsCopy]
    news_count: int
    meetings: Sequence[MeetingCopy]
    documents: Sequence[DocumentCopy]
    picture: Picture | None
    place: PlaceCopy | None
    result: str  # plain, short


def refresh_page(project: Project) -> None:
    """Read everything again; at most six small queries."""
    db.session.flush()
    mine = Ref(PROJECT_KEY, project.id)
    kept = {key: project.page[key] for key in KEPT if project.page and key in project.page}
    project.page = kept | {
        "phases": [_phase(row) for row in list_phases(project.id)],
        "news": [_news(row) for row in list_news(project.id, LATEST)],
        "news_count": _count_news(project.id),
        "meetings": [_meeting(row) for row in list_meetings(project.id)],
        "documents": [_document(file) for file in files.list_files(mine, "pdf")],
        "picture": _picture(project.picture_id),
        "place": _place(mine),
        "result": text.excerpt(_without_bullets(project.result_html), EXCERPT),
    }
    db.session.flush()


def list_phases(project_id: int) -> Sequence[Phase]:
    """In order of their beginning; phases without one keep the place they were given."""
    query = select(Phase).where(Phase.project_id == project_id)
    return db.session.scalars(query.order_by(Phase.position, Phase.id)).all()


def list_news(project_id: int, limit: int | None = None) -> Sequence[News]:
    query = select(News).where(News.project_id == project_id)
    return db.session.scalars(query.order_by(News.at.desc(), News.id.desc()).limit(limit)).all()


def list_meetings(project_id: int) -> Sequence[Meeting]:
    query = select(Meeting).where(Meeting.project_id == project_id)
    return db.session.scalars(query.order_by(Meeting.starts_at, Meeting.id)).all()


def find_place(project_id: int) -> Place | None:
    query = select(Place).where(Place.content_key == PROJECT_KEY, Place.content_id == project_id)
    return db.session.scalar(query)


def _count_news(project_id: int) -> int:
    query = select(func.count()).select_from(News).where(News.project_id == project_id)
    return db.session.scalar(query) or 0


def _phase(row: Phase) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "note": row.note,
        "opens_at": _written(row.opens_at),
        "closes_at": _written(row.closes_at),
        "acts": row.acts,
    }


def _news(row: News) -> dict[str, Any]:
    return {"id": row.id, "title": row.title, "html": row.html, "at": _written(row.at)}


def _meeting(row: Meeting) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "place": row.place,
        "note": row.note,
        "starts_at": _written(row.starts_at),
        "ends_at": _written(row.ends_at),
    }


def _document(file: File) -> dict[str, Any]:
    return {"name": file.name, "title": file.title, "size": file.size}


def _picture(file_id: int | None) -> dict[str, Any] | None:
    file = db.session.get(File, file_id) if file_id is not None else None
    return {"name": file.name, "alt": file.title} if file and file.state != "gone" else None


def _place(ref: Ref) -> dict[str, Any] | None:
    place = find_place(ref.id)
    if place is None:
        return None
    geometry = json.loads(place.geojson) if place.geojson else None
    at = (place.south + place.north) / 2, (place.west + place.east) / 2
    return {"label": place.label, "at": at if geometry else None, "geometry": geometry}


def _without_bullets(html: str) -> str:
    """A list reads as sentences when it stands in one line."""
    return _BULLET.sub("", text.plain_text(html))


def _written(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def _read(at: str | None) -> datetime | None:
    return datetime.fromisoformat(at) if at is not None else None


def read_phases(page: Mapping[str, Any]) -> list[PhaseCopy]:
    return [
        PhaseCopy(
            row["id"],
            row["title"],
            row["note"],
            _read(row["opens_at"]),
            _read(row["closes_at"]),
            row["acts"],
        )
        for row in page.get("phases", ())
    ]


def read_picture(page: Mapping[str, Any]) -> Picture | None:
    """The uploaded picture, else the drawing that comes with the program."""
    if own := page.get("picture"):
        return Picture(own["name"], own["alt"], is_bundled=False)
    if drawn := page.get("bundled_picture"):
        return Picture(drawn["name"].removesuffix(".svg"), drawn["alt"], is_bundled=True)
    return None


def read_place(page: Mapping[str, Any]) -> PlaceCopy | None:
    row = page.get("place")
    if row is None:
        return None
    lat, lon = row["at"] or (None, None)
    return PlaceCopy(row["label"], lat, lon, row["geometry"])


def read_page(page: Mapping[str, Any]) -> Page:
    return Page(
        phases=read_phases(page),
        news=[
            NewsCopy(row["id"], row["title"], row["html"], datetime.fromisoformat(row["at"]))
            for row in page.get("news", ())
        ],
        news_count=page.get("news_count", 0),
        meetings=[
            MeetingCopy(
                row["id"],
                row["title"],
                row["place"],
                row["note"],
                datetime.fromisoformat(row["starts_at"]),
                datetime.fromisoformat(row["ends_at"]),
            )
            for row in page.get("meetings", ())
        ],
        documents=[DocumentCopy(**row) for row in page.get("documents", ())],
        picture=read_picture(page),
        place=read_place(page),
        result=page.get("result", ""),
    )
