"""What one moderator may do with one case now: buttons that act at once, others with a form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kern.actor import Actor
from kern.clock import now
from kern.i18n import _l
from kern.moderation.decisions import (
    ANEW,
    may_take_back,
    needed,
    verdicts_for,
)
from kern.moderation.desk import Look
from kern.moderation.handling import Handle, handles_for
from kern.moderation.models import CaseState, CaseVerdict
from portal.moderation import words

FIRST = frozenset({"schwaerzen", "ablehnen", "ausblenden", "stattgeben", "zurueckweisen"})


@dataclass(frozen=True, slots=True)
class Button:
    """`name` is the value of `tun`, in the form or in the address of the page with its form."""

    name: str
    label: object
    key: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Buttons:
    yes: Button | None = None  # at once
    forms: Sequence[Button] = ()
    undo: bool = False
    anew: bool = False  # it was decided before

    @property
    def first(self) -> Sequence[Button]:
        """In sight; the rest is in a menu."""
        return [one for one in self.forms if one.name in FIRST]

    @property
    def more(self) -> Sequence[Button]:
        return [one for one in self.forms if one.name not in FIRST]

    def form(self, name: str | None) -> Button | None:
        """The one whose form the address asks for."""
        return next((one for one in self.forms if one.name == name), None)


LOOKS: Mapping[CaseVerdict, tuple[object, str, str]] = {  # label, key, icon
    CaseVerdict.RELEASE: (_l("Freigeben"), "a", "check"),
    CaseVerdict.FINE: (_l("Ist in Ordnung"), "a", "check"),
    CaseVerdict.RESTORE: (_l("Wieder zeigen"), "a", "eye"),
    CaseVerdict.REDACT: (_l("Schwärzen"), "e", "pen"),
    CaseVerdict.RELEASE_WITHOUT_PICTURE: (_l("Ohne Bild"), "b", "image"),
    CaseVerdict.REJECT: (_l("Ablehnen"), "r", "eye-off"),
    CaseVerdict.HIDE: (_l("Ausblenden"), "r", "eye-off"),
    CaseVerdict.UPHELD: (_l("Einspruch stattgeben"), "a", "check"),
    CaseVerdict.DISMISSED: (_l("Einspruch zurückweisen"), "r", "cross"),
}
HANDLES: Mapping[Handle, tuple[object, str, str]] = {
    Handle.SPLIT: (_l("Teilen"), "t", "speech"),
    Handle.MOVE: (_l("Verschieben"), "m", "arrow-right"),
    Handle.LOCK: (_l("Gespräch schließen"), "s", "lock"),
    Handle.UNLOCK: (_l("Gespräch wieder öffnen"), "s", "lock"),
}
AT_ONCE = frozenset({CaseVerdict.RELEASE, CaseVerdict.FINE, CaseVerdict.RESTORE})


def buttons_for(actor: Actor, look: Look) -> Buttons:
    case, item = look.case, look.item
    if item is None:
        return Buttons()
    if case.state == CaseState.OPEN:
        found = _of(actor, look, verdicts_of(look))
        handles = [Button(str(one), *HANDLES[one]) for one in handles_for(actor, case, item)]
        return Buttons(found.yes, [*found.forms, *handles])
    undo = may_take_back(actor, case, now())
    if case.state != CaseState.DECIDED or case.verdict is None or not look.is_newest:
        return Buttons(undo=undo)
    found = _of(actor, look, ANEW.get(case.verdict, ()))
    return Buttons(found.yes, found.forms, undo=undo, anew=bool(found.yes or found.forms))


def verdicts_of(look: Look) -> Sequence[CaseVerdict]:
    """None for whoever may not decide about this objection."""
    if look.contested is not None and look.contested.refusal:
        return ()
    return verdicts_for(look.case)


def _of(actor: Actor, look: Look, verdicts: Sequence[CaseVerdict]) -> Buttons:
    case, item = look.case, look.item
    allowed = [one for one in verdicts if actor.may(needed(case, one), case.scope_id)]
    lacking = set()
    if item is None or not item.pictures:
        lacking.add(CaseVerdict.RELEASE_WITHOUT_PICTURE)
    if item is None or not item.source:
        lacking.add(CaseVerdict.REDACT)
    allowed = [one for one in allowed if one not in lacking]
    yes = next((_button(one) for one in allowed if one in AT_ONCE), None)
    return Buttons(yes, [_button(one) for one in allowed if one in LOOKS and one not in AT_ONCE])


def _button(verdict: CaseVerdict) -> Button:
    return Button(words.name_of(verdict), *LOOKS[verdict])


def keys_of(buttons: Buttons) -> Sequence[tuple[str, object]]:
    """What the keys do here, in the order of the buttons."""
    acts = [one for one in (buttons.yes, *buttons.forms) if one is not None]
    rest = [
        ("L", _l("später")),
        ("C", _l("übernehmen")),
        ("J", _l("nächster")),
        ("K", _l("voriger")),
        ("V", _l("auf der Seite ansehen")),
        ("Z", _l("zurücknehmen")),
    ]
    return [*((one.key.upper(), one.label) for one in acts), *rest]
