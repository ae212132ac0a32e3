"""The one form that may be open on the page of a case, and what it needs beside its fields."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from kern.actor import Actor
from kern.content import Card, DeskItem, Redaction
from kern.errors import Invalid
from kern.moderation import handling
from kern.moderation.handling import Handle
from kern.moderation.models import Case, CaseVerdict
from kern.moderation.redaction import MARK, remains
from kern.web import Form
from portal.moderation import words
from portal.moderation.forms import LockForm, MoveForm, ReasonForm, RedactForm, SplitForm

REDACT = words.name_of(CaseVerdict.REDACT)


@dataclass(frozen=True, slots=True)
class Preview:
    """How a text reads with its marks; pieces alternate between what stays and a mark."""

    title: str
    pieces: Sequence[str]
    digest: str


@dataclass(frozen=True, slots=True)
class Panel:
    """`act` is a verdict or a handle by its name in addresses."""

    act: str
    form: Form
    preview: Preview | None = None
    targets: Sequence[Card] = ()
    asked: str = ""  # words to look for targets


def open_panel(actor: Actor, case: Case, item: DeskItem, act: str) -> Panel:
    """Empty, as it is opened by its button."""
    if act == REDACT:
        redact = RedactForm(formdata=None)
        redact.begin_with(item)
        return Panel(act, redact)
    if act == Handle.SPLIT:
        data = {"first": item.source, "fassung": str(item.revision)}
        return Panel(act, SplitForm(formdata=None, data=data))
    if act == Handle.MOVE:
        return move_panel(actor, case, MoveForm(formdata=None))
    if act in {Handle.LOCK, Handle.UNLOCK}:
        return Panel(act, LockForm(formdata=None))
    return Panel(act, ReasonForm(formdata=None))


def move_panel(actor: Actor, case: Case, form: MoveForm) -> Panel:
    asked = " ".join(request.values.get("q", "").split())[:80]
    targets = handling.list_targets(actor, case, asked)
    form.offer(targets)
    return Panel(Handle.MOVE, form, targets=targets, asked=asked)


def preview_of(item: DeskItem, redaction: Redaction) -> Preview:
    """Raises Invalid at "wording" or "title" for words that were not there."""
    if not redaction.text.strip():
        raise Invalid(
            "Dann bliebe nichts übrig. Lehnen Sie den Text ab, oder blenden Sie ihn aus.",
            field="wording",
        )
    text = remains(item.source, redaction.text, "wording")
    title = item.title if redaction.title is None else remains(item.title, redaction.title, "title")
    if (text, title) == (item.source, item.title):
        raise Invalid("Bitte löschen Sie die Stellen, die wegmüssen.", field="wording")
    pieces = [piece for part in text.split(MARK) for piece in (part, MARK)][:-1]
    return Preview(title, pieces, RedactForm.digest(redaction))
