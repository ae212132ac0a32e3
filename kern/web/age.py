"""How long a page was open before it was sent: robots answer at once, people read first."""

import hmac
from math import floor

from flask import request
from markupsafe import Markup

from kern.clock import now
from kern.errors import Invalid
from kern.town import current_town
from kern.web.forms import Form

MINIMUM_SECONDS = 1.0
FIELD = "geoeffnet"


def opened_field(subject: str) -> Markup:
    """A hidden field with the signed time; `subject` binds it to one page (a token's text). A form
    that is shown again keeps its time: who mends a word has read it already."""
    value = request.form.get(FIELD, "") if request else ""
    if not _is_genuine(value, subject):
        at = f"{floor(now().timestamp() * 1000) / 1000:.3f}"  # rounded up it would lie ahead
        value = f"{at}.{_signature(at, subject)}"
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, value)


def is_too_fast(value: str, subject: str) -> bool:
    """True as well for a missing, foreign or invented time."""
    if not _is_genuine(value, subject):
        return True
    return now().timestamp() - float(value.rpartition(".")[0]) < MINIMUM_SECONDS


def require_read(form: Form, subject: str) -> bool:
    """For forms that strangers send: False, with a sentence above the form, when it came faster
    than anybody reads."""
    if is_too_fast(request.form.get(FIELD, ""), subject):
        form.blame(Invalid("Das ging sehr schnell. Bitte sehen Sie alles kurz an und senden dann."))
        return False
    return True


def _is_genuine(value: str, subject: str) -> bool:
    at, _, signature = value.rpartition(".")
    return hmac.compare_digest(signature.encode(), _signature(at, subject).encode())


def _signature(at: str, subject: str) -> str:
    message = f"opened:{at}:{subject}".encode()
    return hmac.digest(current_town().secret, message, "sha256").hex()
