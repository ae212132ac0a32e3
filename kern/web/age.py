"""How long a page was open before it was sent: robots answer at once, people read first."""

import hmac

from markupsafe import Markup

from kern.clock import now
from kern.town import current_town

MINIMUM_SECONDS = 1.0
FIELD = "geoeffnet"


def opened_field(subject: str) -> Markup:
    """A hidden field with the signed time; `subject` binds it to one page (a token's text)."""
    at = f"{now().timestamp():.3f}"
    value = f"{at}.{_signature(at, subject)}"
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, value)


def is_too_fast(value: str, subject: str) -> bool:
    """True as well for a missing, foreign or invented time."""
    at, _, signature = value.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(at, subject).encode()):
        return True
    return now().timestamp() - float(at) < MINIMUM_SECONDS


def _signature(at: str, subject: str) -> str:
    message = f"opened:{at}:{subject}".encode()
    return hmac.digest(current_town().secret, message, "sha256").hex()
