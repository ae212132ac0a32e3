"""What can be decided about which case, by whom, and what a decision has to say."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from kern.actor import Actor
from kern.content import Redaction
from kern.errors import Conflict, Invalid, NotAllowed
from kern.moderation import netiquette
from kern.moderation.models import Case, CaseKind, CaseVerdict

DECIDE = "moderation.decide"
HIDE = "moderation.hide"
LONGEST_REASON = 2_000
LONGEST_LAW = 200

WAITING_VERDICTS = (
    CaseVerdict.RELEASE,
    CaseVerdict.RELEASE_WITHOUT_PICTURE,
    CaseVerdict.REDACT,
    CaseVerdict.REJECT,
)
PUBLIC_VERDICTS = (CaseVerdict.FINE, CaseVerdict.REDACT, CaseVerdict.HIDE)
OBJECTION_VERDICTS = (CaseVerdict.UPHELD, CaseVerdict.DISMISSED)
PUBLIC_KINDS = (CaseKind.REPORT, CaseKind.REVIEW)
ANEW: Mapping[CaseVerdict, tuple[CaseVerdict, ...]] = {
    CaseVerdict.REJECT: (CaseVerdict.RELEASE, CaseVerdict.RELEASE_WITHOUT_PICTURE),
    CaseVerdict.HIDE: (CaseVerdict.RESTORE,),
    CaseVerdict.RELEASE: (CaseVerdict.HIDE,),
    CaseVerdict.RELEASE_WITHOUT_PICTURE: (CaseVerdict.HIDE,),
    CaseVerdict.REDACT: (CaseVerdict.HIDE,),
    CaseVerdict.FINE: (CaseVerdict.HIDE,),
    CaseVerdict.RESTORE: (CaseVerdict.HIDE,),
    CaseVerdict.UPHELD: (CaseVerdict.HIDE,),
    CaseVerdict.DISMISSED: (),
    CaseVerdict.WARN: (),
    CaseVerdict.BAR: (),
    CaseVerdict.LIFT: (),
}
RESTRICTIONS = frozenset(
    {
        CaseVerdict.REJECT,
        CaseVerdict.HIDE,
        CaseVerdict.REDACT,
        CaseVerdict.RELEASE_WITHOUT_PICTURE,
    }
)
"""What takes something away from its author: needs a rule and a sentence, makes a statement."""
_HIDING = frozenset({CaseVerdict.HIDE, CaseVerdict.RESTORE})

MOVED_ON = "Inzwischen gibt es eine neuere Fassung. Bitte lesen Sie zuerst diese."
NOT_HERE = "Diese Entscheidung passt hier nicht. Bitte laden Sie die Seite neu."
TOO_LATE = (
    "Zurücknehmen geht nur 30 Sekunden lang. Im Protokoll können Sie die Entscheidung "
    "jederzeit ändern; wer den Text geschrieben hat, bekommt dann eine neue Nachricht."
)


class AlreadyDecided(Conflict):
    """Somebody was faster, or the author changed the text; the page says who and what."""

    def __init__(self, case_id: int) -> None:
        super().__init__("Darüber wurde inzwischen schon entschieden.")
        self.case_id = case_id


class OfKind(Protocol):
    """A case, or the columns of one."""

    @property
    def kind(self) -> CaseKind: ...


@dataclass(frozen=True, slots=True)
class Decision:
    """What a moderator wants. `revision` is the wording they read; `rule` or `law` says why."""

    verdict: CaseVerdict
    revision: int
    rule: int | None = None
    text: str = ""
    law: str = ""
    wording: Redaction | None = None  # what remains, with REDACT

    @property
    def restricts(self) -> bool:
        return self.verdict in RESTRICTIONS

    @property
    def needs_sentence(self) -> bool:
        return self.restricts or self.verdict == CaseVerdict.DISMISSED


def verdicts_for(case: Case) -> tuple[CaseVerdict, ...]:
    """What can be decided about an open case."""
    if case.kind == CaseKind.OBJECTION:
        return OBJECTION_VERDICTS
    return PUBLIC_VERDICTS if case.kind in PUBLIC_KINDS else WAITING_VERDICTS


def yes_for(case: OfKind) -> CaseVerdict:
    """What lets the text be read."""
    if case.kind == CaseKind.OBJECTION:
        return CaseVerdict.UPHELD
    return CaseVerdict.FINE if case.kind in PUBLIC_KINDS else CaseVerdict.RELEASE


def no_for(case: OfKind) -> CaseVerdict:
    if case.kind == CaseKind.OBJECTION:
        return CaseVerdict.DISMISSED
    return CaseVerdict.HIDE if case.kind in PUBLIC_KINDS else CaseVerdict.REJECT


def needed(case: OfKind, verdict: CaseVerdict) -> str:
    """The permission this decision asks for. Taking passages from what is public hides them."""
    redacts_public = verdict == CaseVerdict.REDACT and case.kind in PUBLIC_KINDS
    return HIDE if verdict in _HIDING or redacts_public else DECIDE


def checked(actor: Actor, case: Case, decision: Decision) -> Decision:
    """As it will be kept. Raises NotAllowed, or Invalid at the field that lacks something."""
    if not actor.may(needed(case, decision.verdict), case.scope_id):
        raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")
    if decision.verdict == CaseVerdict.REDACT and decision.wording is None:
        raise Invalid("Bitte streichen Sie die Stellen, die fehlen sollen.", field="wording")
    text = checked_sentence(decision.text, needs_one=decision.needs_sentence)
    if not decision.restricts:
        return Decision(decision.verdict, decision.revision, text=text)
    rule, law = checked_ground(decision.rule, decision.law)
    return replace(decision, rule=rule, law=law, text=text)


def checked_sentence(words: str, *, needs_one: bool) -> str:
    text = words.replace("\r\n", "\n").strip()
    if not text and needs_one:
        raise Invalid("Bitte schreiben Sie einen Satz dazu, warum.", field="text")
    if len(text) > LONGEST_REASON:
        raise Invalid("Bitte höchstens %(limit)s Zeichen.", field="text", limit=LONGEST_REASON)
    return text


def checked_ground(rule: int | None, law: str) -> tuple[int | None, str]:
    """A rule of the town or a law; a town without rules needs neither."""
    named = " ".join(law.split())
    if len(named) > LONGEST_LAW:
        raise Invalid("Bitte höchstens %(limit)s Zeichen.", field="law", limit=LONGEST_LAW)
    if named and not any(letter.isdigit() for letter in named):
        raise Invalid("Bitte nennen Sie auch den Paragrafen, etwa „§ 185 StGB“.", field="law")
    numbers = {one.number for one in netiquette.rules()}
    if rule is not None and rule not in numbers and numbers:
        raise Invalid("Bitte wählen Sie die Regel, um die es geht.", field="rule")
    if rule is None and numbers and not named:
        raise Invalid("Bitte wählen Sie die Regel, um die es geht.", field="rule")
    return rule if numbers else None, named
