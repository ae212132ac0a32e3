"""E-mail addresses in the one form we keep, compare and write to."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from kern.errors import Invalid

LONGEST = 254  # RFC 5321, 4.5.3.1.3, without the angle brackets
SENTENCE = "Das sieht nicht wie eine E-Mail-Adresse aus. Sie hat die Form name@beispiel.de."


def fold_email(text: str) -> str:
    """`" Anna@Müller.DE"` -> `anna@xn--mller-kva.de`. Raises Invalid for the field `email`.

    The part before the @ may differ by case in theory (RFC 5321, 2.4), and nowhere in practice:
    two accounts for one mailbox would be worse.
    """
    composed = unicodedata.normalize("NFC", text).strip()
    if len(composed) > LONGEST or not composed.isprintable():
        raise Invalid(SENTENCE, field="email")
    try:
        found = validate_email(composed, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise Invalid(SENTENCE, field="email") from None
    address = (found.ascii_email or "").lower()
    if not address or len(address) > LONGEST:
        raise Invalid(SENTENCE, field="email")
    return address
