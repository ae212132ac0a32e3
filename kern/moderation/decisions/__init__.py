"""Decide about cases: one wins, reasons are kept, half a minute later it is final.

Everything goes through the verbs of the thing's ContentType; the case itself settles who was first.
"""

from kern.moderation.decisions.anew import decide_anew
from kern.moderation.decisions.answering import AGAIN_MAIL, ANSWER_MAIL
from kern.moderation.decisions.choices import (
    ANEW,
    DECIDE,
    HIDE,
    LONGEST_REASON,
    MOVED_ON,
    NOT_HERE,
    PUBLIC_KINDS,
    TOO_LATE,
    WAITING_VERDICTS,
    AlreadyDecided,
    Decision,
    needed,
    no_for,
    verdicts_for,
    yes_for,
)
from kern.moderation.decisions.deciding import decide
from kern.moderation.decisions.joint import (
    Claimed,
    JointVerdict,
    decide_group,
    decide_marked,
    take_back_joint,
)
from kern.moderation.decisions.undo import may_take_back, take_back
from kern.moderation.statements import UNDO

__all__ = [
    "AGAIN_MAIL",
    "ANEW",
    "ANSWER_MAIL",
    "DECIDE",
    "HIDE",
    "LONGEST_REASON",
    "MOVED_ON",
    "NOT_HERE",
    "PUBLIC_KINDS",
    "TOO_LATE",
    "UNDO",
    "WAITING_VERDICTS",
    "AlreadyDecided",
    "Claimed",
    "Decision",
    "JointVerdict",
    "decide",
    "decide_anew",
    "decide_group",
    "decide_marked",
    "may_take_back",
    "needed",
    "no_for",
    "take_back",
    "take_back_joint",
    "verdicts_for",
    "yes_for",
]
