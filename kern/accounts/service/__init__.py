"""Accounts: come in, look after one's own, and leave. Flushes, never commits."""

from kern.accounts.parties import address_of_account
from kern.accounts.service.creating import create_account, get_account, is_staff
from kern.accounts.service.entering import (
    Door,
    Proof,
    check_own_password,
    check_password,
    door_of,
    enter_by_link,
    enter_by_password,
    look_at_link,
    request_link,
)
from kern.accounts.service.leaving import delete_account, export_account
from kern.accounts.service.profile import (
    change_name,
    confirm_mail,
    end_everything,
    has_password,
    look_at_mail_change,
    own_address,
    personal_words,
    request_mail_change,
    set_language,
    set_password,
)

__all__ = [
    "Door",
    "Proof",
    "address_of_account",
    "change_name",
    "check_own_password",
    "check_password",
    "confirm_mail",
    "create_account",
    "delete_account",
    "door_of",
    "end_everything",
    "enter_by_link",
    "enter_by_password",
    "export_account",
    "get_account",
    "has_password",
    "is_staff",
    "look_at_link",
    "look_at_mail_change",
    "own_address",
    "personal_words",
    "request_link",
    "request_mail_change",
    "set_language",
    "set_password",
]
