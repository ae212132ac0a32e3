"""The mails of notices: one at once, and the digest. Written when sent, nothing seen or hidden."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from kern.accounts.sessions import actor_of_party
from kern.actor import Actor
from kern.db import db
from kern.i18n import _, _l, _n, speaking
from kern.mail import Mail, MailKind
from kern.mail.compose import Recipient, recipient_of, write
from kern.mail.signed import DIGEST, Use, path_for
from kern.notify.choosing import CHOOSE_MAIL
from kern.notify.digests import DIGEST_MAIL, Section, standing
from kern.notify.grouping import Group, group, lines_of
from kern.notify.kinds import Line
from kern.notify.models import Digest, Frequency, Notice
from kern.notify.preferences import chosen_by
from kern.notify.telling import ONE_MAIL
from kern.settings import town_settings
from kern.text import excerpt
from kern.town import current_town

LONGEST = 1500  # characters of one text; the link leads to the rest
MOST_LINES = 30
STANDING_MAIL = "notify.stand"

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """A line of a mail: paragraphs of text, each a list of lines, and a whole address."""

    sentence: str
    paragraphs: Sequence[Sequence[str]]
    link: str


@dataclass(frozen=True, slots=True)
class ShownGroup:
    title: str
    link: str
    lines: Sequence[Shown]


def _one(payload: Payload) -> Mail | None:
    """A single notice at once, unless its reader has seen it meanwhile."""
    notice = db.session.get(Notice, int(payload["notice"]))
    recipient = recipient_of(payload["recipient"])
    if notice is None or recipient is None or notice.seen_at is not None:
        return None
    with speaking(recipient.language):
        line = lines_of([notice], actor_of_party(notice.party_id)).get(notice.id)
        if line is None:
            return None
        shown = _shown(line)
    about = payload.get("about", "")
    return write("notify/eine", recipient, about=about, line=shown, title=line.title)


def _digest(payload: Payload) -> Mail | None:
    """None when everything was seen, hidden or is not wanted any more: never an empty mail."""
    digest = db.session.get(Digest, int(payload["digest"]))
    recipient = recipient_of(payload["recipient"])
    if digest is None or recipient is None:
        return None
    wanted = chosen_by(digest.party_id)
    query = select(Notice).where(Notice.digest_id == digest.id, Notice.seen_at.is_(None))
    notices = [
        notice
        for notice in db.session.scalars(query.order_by(Notice.at, Notice.id))
        if wanted[notice.kind] is not Frequency.NEVER
    ]
    actor = actor_of_party(digest.party_id)
    with speaking(recipient.language):
        sections = _sections(digest, actor)
        groups = group(notices, lines_of(notices, actor))
        if not sections and not groups:
            return None
        return _write_digest(recipient, actor, sections, groups)


def _sections(digest: Digest, actor: Actor) -> list[Section]:
    wanted = chosen_by(digest.party_id)
    due = {Frequency.DAILY, Frequency.WEEKLY} if digest.is_weekly else {Frequency.DAILY}
    found = [one.section(actor) for one in standing() if wanted[one.kind] in due]
    return [section for section in found if section is not None]


def _write_digest(
    recipient: Recipient,
    actor: Actor,
    sections: Sequence[Section],
    groups: Sequence[Group],
    about: str = DIGEST,
) -> Mail:
    shown, left = _cut(groups)
    return write(
        "notify/tagespost",
        recipient,
        about=about,
        title=_subject(sections, groups),
        sections=sections,
        groups=shown,
        left=left,
        more=f"{current_town().address}/mitteilungen/" if actor.is_authenticated else "",
        base=current_town().address,
    )


def _cut(groups: Sequence[Group]) -> tuple[list[ShownGroup], int]:
    """As much as somebody reads in a mail, and how much more there is."""
    room, shown = MOST_LINES, []
    for one in groups:
        lines = [_shown(line) for line in one.lines[:room]]
        if lines:
            shown.append(ShownGroup(one.title, current_town().address + one.path, lines))
        room -= len(lines)
    return shown, sum(len(one.lines) for one in groups) - (MOST_LINES - room)


def _shown(line: Line) -> Shown:
    text = excerpt(line.text, LONGEST) if len(line.text) > LONGEST else line.text
    paragraphs = [part.strip().split("\n") for part in text.split("\n\n") if part.strip()]
    return Shown(line.sentence, paragraphs, current_town().address + line.path)


def _subject(sections: Sequence[Section], groups: Sequence[Group]) -> str:
    """Says what it is about, so that nobody has to open it to know."""
    if not groups:
        return sections[0].sentence
    count = sum(len(one.lines) for one in groups)
    if len(groups) == 1:
        return _n(
            "Neu zu „%(title)s“", "%(num)s Neuigkeiten zu „%(title)s“", count, title=groups[0].title
        )
    name = town_settings().name
    return _("%(count)s Neuigkeiten von %(name)s", count=count, name=name)


def _standing(payload: Payload) -> Mail | None:
    """What stands right now, for who wants to hear of it at once."""
    recipient = recipient_of(payload["recipient"])
    if recipient is None:
        return None
    actor = actor_of_party(int(payload["party"]))
    with speaking(recipient.language):
        found = [one.section(actor) for one in standing() if one.kind == payload["about"]]
        sections = [section for section in found if section is not None]
        if not sections:
            return None
        return _write_digest(recipient, actor, sections, (), payload["about"])


def _choose(payload: Payload) -> Mail | None:
    """The way to one's own choices, asked for on the page."""
    recipient = recipient_of(payload["recipient"])
    if recipient is None or recipient.party_id is None:
        return None
    path = path_for(Use.CHOOSE, recipient.party_id, recipient.address)
    return write("notify/einstellungen", recipient, link=current_town().address + path)


MAIL_KINDS = (
    MailKind(CHOOSE_MAIL, _l("Link zu den Mitteilungen"), _choose, asked=True),
    MailKind(ONE_MAIL, _l("Mitteilung"), _one),
    MailKind(DIGEST_MAIL, _l("Tagespost"), _digest),
    MailKind(STANDING_MAIL, _l("Stand der Moderation"), _standing),
)
