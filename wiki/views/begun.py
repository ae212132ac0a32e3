"""What an editor was filled from, and what beside the text comes with it: place and draft."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from kern.actor import Actor
from kern.errors import Invalid
from kern.ids import parse_id
from wiki import service
from wiki.forms import EditForm
from wiki.linking import fold_title
from wiki.models import Draft, Page, Proposal, Space
from wiki.rendering import Cut
from wiki.service import Wording, places

DRAFTED = ("title", "text", "tags", "summary", "parent", "place", "lat", "lon", "minor")
FIGURES = "Bitte zwei Zahlen, etwa 54,1 und 10,2."


def mode() -> str:
    """One section, or a former version: as the address says it."""
    for name in ("abschnitt", "fassung"):
        number = parse_id(request.args.get(name))
        if number is not None:
            return f"?{name}={number}"
    return ""


@dataclass(frozen=True, slots=True)
class Begun:
    """What an editor was filled from. `cut` when one section alone is edited."""

    space: Space
    page: Page | None
    wording: Wording
    base_id: int | None
    cut: Cut | None = None
    waits: Proposal | None = None
    own_path: str = ""  # of an editor that hangs on a proposal

    @property
    def path(self) -> str:
        if self.own_path:
            return self.own_path
        if self.page is None:
            return f"{self.space.scope.path}/neu"
        return f"{self.space.scope.path}/{self.page.slug}/bearbeiten"


def place_of(begun: Begun, form: EditForm) -> Mapping[str, Any] | None:
    """By figures, else by a name the town knows. Raises Invalid at "lat" or "place"."""
    label = (form.place.data or "").strip()
    words = (form.lat.data or "").strip(), (form.lon.data or "").strip()
    former = begun.wording.place or {}
    if any(words):
        return _point(*words, label)
    if former.get("type") not in (None, "Point"):
        return {**former, "label": label}  # a line or an area cannot be typed in two figures
    if not label:
        return None
    known = places.find_known(begun.space, label)
    if known is None:
        raise Invalid(
            "Diesen Ort kennen wir noch nicht. Bitte setzen Sie den Punkt auf der Karte, oder"
            " tragen Sie Breite und Länge ein.",
            field="place",
        )
    return {"type": "Point", "coordinates": [known.lon, known.lat], "label": label}


def _point(north: str, east: str, label: str) -> Mapping[str, Any]:
    try:
        lat, lon = (float(word.replace(",", ".")) for word in (north, east))
    except ValueError as error:
        raise Invalid(FIGURES, field="lat") from error
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):  # noqa: PLR2004 - degrees of the globe
        raise Invalid(FIGURES, field="lat")
    return {"type": "Point", "coordinates": [lon, lat], "label": label}


def fill_from(draft: Draft, begun: Begun, form: EditForm) -> None:
    """What was typed, on top of the version it was typed on: what changed since is joined when the
    proposal is read."""
    kept = draft.payload
    for name in DRAFTED:
        if name in kept:
            form[name].data = kept[name]
    form.minor.data = bool(kept.get("minor"))
    if begun.cut is not None:
        form.text.data = kept.get("part", begun.cut.text)
    form.kept.data = kept.get("title", "")
    if draft.base_id is not None:
        form.base.data = str(draft.base_id)


def is_of(draft: Draft, kind: str) -> bool:
    """Whether this editor goes on with the draft: that of another section holds other words."""
    return str(draft.payload.get("mode") or "") == kind or not kind


def other_draft(actor: Actor, begun: Begun, form: EditForm) -> Draft | None:
    """Of another editor of the same page, which this one leaves alone."""
    key = fold_title(form.title.data or "")
    former = service.find_draft(actor, begun.space, begun.page, key)
    return former if former is not None and not is_of(former, mode()) else None


def keep(actor: Actor, begun: Begun, form: EditForm) -> bool:
    """In place of the draft of this editor, never of another one's. Raises Invalid at "text"."""
    if not actor.is_authenticated or begun.own_path:
        return False
    if other_draft(actor, begun, form) is not None:
        return False
    key = fold_title(form.title.data or "")
    payload = {name: str(form[name].data or "") for name in DRAFTED} | {"mode": mode()}
    if begun.cut is not None:
        payload |= {"part": payload["text"], "text": begun.cut.with_text(payload["text"])}
    service.save_draft(
        actor,
        begun.space,
        begun.page,
        key,
        payload=payload,
        base_id=begun.base_id,
        former_key=fold_title(form.kept.data or ""),
    )
    form.kept.data = form.title.data
    return True


def drop(actor: Actor, begun: Begun, form: EditForm) -> None:
    """Of a new page under every title it was kept by."""
    for title in {form.title.data or "", form.kept.data or ""}:
        service.discard_draft(actor, begun.space, begun.page, fold_title(title))
