"""What somebody shows to be let in, and the admission that goes along with the half-filled answers.

An admission holds the mark and is signed; it stands in the form and is stored nowhere. So the draft
of the answers knows nothing of the address, account or code.
"""

import base64
import binascii
import hmac
from hashlib import sha256

from kern.actor import Actor
from kern.db import db
from kern.errors import Conflict, DomainError, Invalid, LoginRequired
from kern.town import current_town
from umfragen.models import InviteCode, Level, Survey
from umfragen.models.access import MARK_BYTES
from umfragen.store import codes, ledger, peppers

SIGNATURE_BYTES = 16
CODE_SIGNS = 10  # 50 random bits


class AlreadyAnswered(Conflict):
    """This address, account, code or device has taken part."""


class AdmissionMissing(DomainError):
    """The survey is not for everybody, and nothing was shown."""

    status = 403


def admission_for_address(survey: Survey, address: str) -> str:
    """Of an address that its owner has just confirmed. Raises AlreadyAnswered."""
    _require_level(survey, Level.ADDRESS)
    return _issue(survey, ledger.mark_of(survey.id, "address", fold_address(address)))


def admission_for_account(survey: Survey, actor: Actor) -> str:
    """Raises LoginRequired, AlreadyAnswered."""
    _require_level(survey, Level.ACCOUNT)
    if actor.account_id is None:
        raise LoginRequired("Bitte melden Sie sich an, um an dieser Umfrage teilzunehmen.")
    return _issue(survey, ledger.mark_of(survey.id, "account", str(actor.account_id)))


def admission_for_code(survey: Survey, typed: str) -> str:
    """Raises Invalid at "code", AlreadyAnswered."""
    _require_level(survey, Level.CODE)
    code = codes.read(typed, CODE_SIGNS)
    if code is None:
        raise Invalid("Dieser Code ist nicht vollständig oder vertippt.", field="code")
    mark = ledger.mark_of(survey.id, "code", code)
    found = db.session.get(InviteCode, (survey.id, mark))
    if found is None:
        raise Invalid("Diesen Code gibt es nicht. Bitte sehen Sie noch einmal nach.", field="code")
    return _issue(survey, mark)


def device_value(survey: Survey) -> str:
    """What the cookie of a device holds that has answered: of the survey, not of the device."""
    return digest_of(f"geraet:{survey.id}")[:SIGNATURE_BYTES].hex()


def is_known_device(survey: Survey, value: str) -> bool:
    return hmac.compare_digest(value.encode(), device_value(survey).encode())


def require_new_device(survey: Survey, value: str) -> None:
    """`value` of the cookie, or empty. Raises AlreadyAnswered on level 1."""
    if survey.level == Level.DEVICE and value and is_known_device(survey, value):
        raise AlreadyAnswered("Von diesem Gerät wurde schon geantwortet.")


def read_admission(survey: Survey, admission: str) -> bytes | None:
    """The mark; None on the levels that leave none. Raises AdmissionMissing."""
    if survey.level in {Level.OPEN, Level.DEVICE}:
        return None
    try:
        raw = base64.urlsafe_b64decode(admission.encode() + b"==")
    except (binascii.Error, ValueError):
        raw = b""
    mark, signature = raw[:MARK_BYTES], raw[MARK_BYTES:]
    if len(mark) != MARK_BYTES or not hmac.compare_digest(signature, _sign(survey, mark)):
        raise AdmissionMissing("Bitte zeigen Sie zuerst, dass Sie teilnehmen dürfen.")
    return mark


def take_part(survey: Survey, mark: bytes | None) -> None:
    """Uses it up, in the transaction of the answer. Raises AlreadyAnswered."""
    if mark is None:
        return
    stratum = ""
    if survey.level == Level.CODE:
        used = ledger.use_code(survey.id, mark)
        if used is None:
            raise AlreadyAnswered(ANSWERED_SENTENCES[Level.CODE])
        stratum = used
    if not ledger.leave_mark(survey.id, mark, stratum):
        raise AlreadyAnswered(ANSWERED_SENTENCES[Level(survey.level)])


ANSWERED_SENTENCES = {
    Level.ADDRESS: "Mit dieser E-Mail-Adresse wurde schon geantwortet.",
    Level.ACCOUNT: "Sie haben schon geantwortet.",
    Level.CODE: "Mit diesem Code wurde schon geantwortet.",
}


def fold_address(address: str) -> str:
    """One person, one spelling: case and what stands behind a plus do not count."""
    local, _, host = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}@{host}"


def digest_of(subject: str) -> bytes:
    """Under the town's own secret: for what has to outlive the survey's key."""
    return hmac.new(current_town().secret, f"umfragen\0{subject}".encode(), sha256).digest()


def _issue(survey: Survey, mark: bytes) -> str:
    if ledger.has_mark(survey.id, mark):
        raise AlreadyAnswered(ANSWERED_SENTENCES[Level(survey.level)])
    raw = mark + _sign(survey, mark)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _sign(survey: Survey, mark: bytes) -> bytes:
    pepper = peppers.pepper_of(survey.id)
    return hmac.new(pepper, b"admission\0" + mark, sha256).digest()[:SIGNATURE_BYTES]


def _require_level(survey: Survey, level: Level) -> None:
    if survey.level != level:
        raise Conflict("Diese Umfrage geht anders. Bitte beginnen Sie auf ihrer Startseite.")
