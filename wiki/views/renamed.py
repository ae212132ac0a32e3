"""How far the links of other pages have followed a rename, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from kern.actor import Actor
from kern.i18n import _, _n, grouped
from wiki import rules, service
from wiki.models import Page, Renaming


@dataclass(frozen=True, slots=True)
class Followed:
    sentence: str
    done: int
    total: int
    is_done: bool
    failed: Sequence[Page]  # that still name the old title


def followed(renaming: Renaming | None) -> Followed | None:
    """None where no page led to the old title."""
    if renaming is None or not renaming.total:
        return None
    is_done = renaming.done_at is not None
    sentence = _all(renaming.total - len(renaming.failed)) if is_done else _so_far(renaming)
    failed = service.list_failed(renaming) if renaming.failed else ()
    return Followed(sentence, renaming.done, renaming.total, is_done, failed)


def _so_far(renaming: Renaming) -> str:
    return _(
        "Links anderer Seiten folgen dem neuen Titel: %(done)s von %(total)s Seiten.",
        done=grouped(renaming.done),
        total=grouped(max(renaming.total, renaming.done)),
    )


def _all(count: int) -> str:
    return _n(
        "Links auf %(count)s Seite sind dem neuen Titel gefolgt.",
        "Links auf %(count)s Seiten sind dem neuen Titel gefolgt.",
        count,
        count=grouped(count),
    )


def for_readers(actor: Actor, page: Page) -> Followed | None:
    """Staff and whoever renamed are told on the page's history."""
    renaming = service.find_renaming(page) if actor.is_authenticated else None
    if renaming is None:
        return None
    is_own = renaming.party_id is not None and renaming.party_id == actor.party_id
    return followed(renaming) if is_own or rules.is_staff(actor, page.space_id) else None
