"""Being told: follow things, hear of them in the app and by mail, at once or once a day."""

from kern.notify.following import follow, is_following, unfollow
from kern.notify.kinds import Line, NoticeType, fill, public_lines
from kern.notify.models import Frequency, NoticeKind
from kern.notify.telling import (
    Telling,
    announce,
    move_announcements,
    spare,
    take_back,
    tell,
    tell_each,
)

__all__ = [
    "Frequency",
    "Line",
    "NoticeKind",
    "NoticeType",
    "Telling",
    "announce",
    "fill",
    "follow",
    "is_following",
    "move_announcements",
    "public_lines",
    "spare",
    "take_back",
    "tell",
    "tell_each",
    "unfollow",
]
