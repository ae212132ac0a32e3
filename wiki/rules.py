"""Who may do what in the wiki, and when. Pure: values in, an error out, no database."""

from collections.abc import Collection
from datetime import datetime, timedelta

from kern.actor import Actor
from kern.errors import Conflict, Invalid, LoginRequired, NotAllowed
from kern.scope import Scope
from kern.scope.rules import may_read
from wiki.models import (
    OPEN,
    Kind,
    Page,
    PageState,
    Proposal,
    ProposalState,
    Protection,
    Review,
    Space,
)

PROPOSE = "wiki.propose"
MANAGE = "wiki.manage"  # spaces, protection, redirects, what was checked, what a version hides
DECIDE = "moderation.decide"
HIDE = "moderation.hide"

MAX_TITLE = 120
MAX_TEXT = 400_000  # characters; the longest handbook page known has 159 kB
MAX_TAGS = 20
MAX_TAG = 40
MAX_SUMMARY = 300
MAX_REMARK = 2_000
MAX_FILES = 50

EXPIRES_AFTER = timedelta(days=30)  # without an answer to a request for changes
REMINDED_AFTER = timedelta(days=23)
TRUST_AFTER = 5  # approved proposals ...
TRUST_DAYS = 90  # ... and none rejected within so many days

READ_ANEW = "Der Vorschlag ist geändert, bitte prüfen Sie ihn neu."
ALREADY_DECIDED = "Über diesen Vorschlag ist schon entschieden."

TRANSITIONS = frozenset(
    {
        (ProposalState.SUBMITTED, ProposalState.APPROVED),
        (ProposalState.SUBMITTED, ProposalState.REJECTED),
        (ProposalState.SUBMITTED, ProposalState.CHANGES_REQUESTED),
        (ProposalState.SUBMITTED, ProposalState.WITHDRAWN),
        (ProposalState.SUBMITTED, ProposalState.SUBMITTED),  # a new snapshot
        (ProposalState.CHANGES_REQUESTED, ProposalState.SUBMITTED),
        (ProposalState.CHANGES_REQUESTED, ProposalState.WITHDRAWN),
        (ProposalState.CHANGES_REQUESTED, ProposalState.EXPIRED),
        (ProposalState.REJECTED, ProposalState.SUBMITTED),  # reopened, or an appeal
        (ProposalState.APPROVED, ProposalState.SUBMITTED),  # taken back within the undo time
    }
)


def require_transition(old: ProposalState, new: ProposalState) -> None:
    if (old, new) not in TRANSITIONS:
        raise Conflict(ALREADY_DECIDED if old not in OPEN else READ_ANEW)


def is_staff(actor: Actor, space_id: int) -> bool:
    return actor.may(MANAGE, space_id) or actor.may(DECIDE, space_id)


def protection_of(space: Space, page: Page | None, at: datetime) -> Protection:
    """The page's own, while it holds; else the space's."""
    if page is None or page.protection is None:
        return Protection(space.protection)
    if page.protected_until is not None and page.protected_until <= at:
        return Protection(space.protection)
    return Protection(page.protection)


class Protected(NotAllowed):
    """The page takes no proposals from this person."""


def require_may_propose(
    actor: Actor, space: Space, page: Page | None, at: datetime, *, trusted: bool
) -> None:
    """For people with a login; everybody else confirms by mail, which is checked there."""
    if not actor.may(PROPOSE, space.scope_id):
        raise LoginRequired("Bitte melden Sie sich an, um am Wiki mitzuschreiben.")
    require_unprotected(actor, space, page, at, trusted=trusted)


def require_unprotected(
    actor: Actor, space: Space, page: Page | None, at: datetime, *, trusted: bool
) -> None:
    protection = protection_of(space, page, at)
    if protection == Protection.EVERYONE or is_staff(actor, space.scope_id):
        return
    if protection == Protection.STAFF:
        raise Protected("Diese Seite ändert nur die Verwaltung. Lesen können Sie sie weiterhin.")
    if not trusted:
        raise Protected(
            "Diese Seite ist geschützt: Ändern können sie alle, "
            "von denen schon mehrere Vorschläge angenommen sind."
        )


def may_publish_at_once(
    actor: Actor,
    space: Space,
    page: Page | None,
    proposal: Proposal,
    at: datetime,
    *,
    minor: bool,
    trusted: bool,
) -> bool:
    """Without a second person, unless a filter sees something in it.

    Staff who decide do so for their own work where four eyes are not asked for; other people for
    minor edits of an unprotected page, on the version they saw, where the space allows it.
    """
    if proposal.page_id is not None and page is None:
        return False
    current = page.published_id if page is not None else None
    if proposal.base_id != current:
        return False
    if actor.may(DECIDE, space.scope_id):
        return decides_alone(actor, space)
    is_open = protection_of(space, page, at) == Protection.EVERYONE == space.protection
    is_plain = proposal.kind == Kind.EDIT and page is not None and is_open
    if space.review != Review.TRUST or space.four_eyes or not is_plain:
        return False
    return minor and trusted


def decides_alone(actor: Actor, space: Space) -> bool:
    """What they send to this space needs no second person."""
    return actor.may(DECIDE, space.scope_id) and not space.four_eyes


def require_may_decide(actor: Actor, space: Space, proposal: Proposal) -> None:
    if not actor.may(DECIDE, space.scope_id):
        raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")
    if space.four_eyes and is_own(proposal, actor):
        raise NotAllowed("Über den eigenen Vorschlag entscheidet hier eine zweite Person.")


def is_own(proposal: Proposal, actor: Actor) -> bool:
    return actor.party_id is not None and proposal.author_id == actor.party_id


def may_see_proposal(actor: Actor, scope: Scope, proposal: Proposal) -> bool:
    """Its author, and whoever decides there."""
    if not may_read(actor, scope):
        return False
    return is_own(proposal, actor) or actor.may(DECIDE, scope.id)


def may_see_page(actor: Actor, scope: Scope, page: Page) -> bool:
    """Deleted and hidden ones are for whoever decides."""
    if not may_read(actor, scope):
        return False
    return page.state == PageState.PUBLIC or actor.may(DECIDE, scope.id)


def require_author(actor: Actor, proposal: Proposal) -> None:
    if not is_own(proposal, actor):
        raise NotAllowed("Das kann nur, wer den Vorschlag geschrieben hat.")


def require_may_ask_again(actor: Actor, proposal: Proposal) -> None:
    """Once."""
    require_author(actor, proposal)
    if proposal.appealed:
        raise Conflict("Um eine neue Prüfung haben Sie schon gebeten. Sie geht nur einmal.")
    if proposal.state != ProposalState.REJECTED:
        raise Conflict(READ_ANEW)


def checked_tags(tags: Collection[str]) -> list[str]:
    """Each once, in the order given. Raises Invalid at "tags"."""
    found: dict[str, str] = {}
    for tag in tags:
        words = " ".join(tag.split())
        if words:
            found.setdefault(words.casefold(), words)
    if len(found) > MAX_TAGS:
        raise Invalid("Bitte höchstens %(limit)s Schlagwörter.", field="tags", limit=MAX_TAGS)
    for words in found.values():
        if len(words) > MAX_TAG:
            raise Invalid("Ein Schlagwort hat höchstens %(limit)s Zeichen.", "tags", limit=MAX_TAG)
    return list(found.values())
