"""Write a mail: templates/mail/<name>.txt and .html through one layout, in the reader's language.

An environment of its own, because a mail is written by the worker, outside of any request.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from kern.accounts import tokens
from kern.accounts.models import Account, AccountState, Party, Token
from kern.accounts.parties import address_of
from kern.accounts.pending import find_subject
from kern.clock import now
from kern.config import ROOT
from kern.db import db
from kern.i18n import _, _n, speaking
from kern.mail.kinds import Mail
from kern.mail.signed import Use, path_for
from kern.settings import town_settings
from kern.town import current_town


@dataclass(frozen=True, slots=True)
class Recipient:
    address: str
    language: str
    name: str = ""
    party_id: int | None = None


def recipient_of(subject: str) -> Recipient | None:
    """Who stands behind "account:7", "party:12" or "pending:3" now; None when nobody does."""
    kind, _colon, number = subject.partition(":")
    if kind == "pending":
        pending = find_subject(subject)
        return None if pending is None else Recipient(pending.email, pending.language)
    if kind == "account":
        account = db.session.get(Account, int(number))
        if account is None or account.state not in {AccountState.ACTIVE, AccountState.INVITED}:
            return None
        return _of_party(account.party_id)
    return _of_party(int(number)) if kind == "party" else None


def _of_party(party_id: int) -> Recipient | None:
    party = db.session.get(Party, party_id)
    address = address_of(party) if party is not None else None
    if party is None or address is None:
        return None
    return Recipient(address, party.language, party.name or "", party.id)


def link_of(payload: Mapping[str, Any], folder: str) -> str | None:
    """The address of the page of `payload["token"]`, `folder` such as "/konto/link".

    None once it is spent, and for a token that was not made for this recipient.
    """
    token = db.session.get(Token, payload["token"])
    if token is None or token.used_at is not None or token.expires_at <= now():
        return None
    if token.subject != payload["recipient"]:
        return None
    return f"{current_town().address}{folder}/{tokens.text_of(token)}"


def write(template: str, recipient: Recipient, *, about: str = "", **values: Any) -> Mail:
    """`template` is "konto/anmelden"; the first line of its text is the subject.

    `about` is the kind of notice that the recipient can end by the links of this mail, if any.
    """
    ways_out = _ways_out(recipient, about)
    known = {
        **values,
        **ways_out,
        "name": recipient.name,
        "lang": recipient.language,
        "town": town_settings(),
        "address": current_town().address,
    }
    with speaking(recipient.language):
        text = _environment.get_template(f"mail/{template}.txt").render(known)
        subject, _newline, body = text.strip().partition("\n")
        known["subject"] = subject.strip()
        html = _environment.get_template(f"mail/{template}.html").render(known)
    return Mail(recipient.address, known["subject"], _tidy(body), html, _headers(ways_out["end"]))


def _ways_out(recipient: Recipient, about: str) -> dict[str, str]:
    """The links at the end of a notice: to one's choices, and to have no more of these mails."""
    if recipient.party_id is None or not about:
        return {"choose": "", "end": ""}
    party, to, town = recipient.party_id, recipient.address, current_town().address
    return {
        "choose": town + path_for(Use.CHOOSE, party, to),
        "end": town + path_for(Use.END, party, to, about),
    }


def _headers(end: str) -> dict[str, str]:
    """One click in the mail program ends it (RFC 8058)."""
    if not end:
        return {}
    return {"List-Unsubscribe": f"<{end}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _tidy(text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines) + "\n"


def _build_environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # comes with the extension
        _, _n, newstyle=True
    )
    return environment


_environment = _build_environment()
