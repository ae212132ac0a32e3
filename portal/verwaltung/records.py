"""The audit log as pages: who did what, on what, when. Names come from the accounts."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select

from kern.accounts import nameless
from kern.accounts.models import Account, Party
from kern.audit import AuditEntry
from kern.db import db
from kern.i18n import _, _l

PER_PAGE = 50
AREAS: Mapping[str, Any] = {
    "settings": _l("Einstellungen"),
    "netiquette": _l("Regeln"),
    "grant": _l("Rechte"),
    "account": _l("Konten"),
    "project": _l("Projekte"),
    "thread": _l("Gespräche"),
    "case": _l("Moderation"),
    "text": _l("Texte"),
    "objection": _l("Einsprüche"),
    "person": _l("Personen"),
    "answer": _l("Antworten"),
    "outcome": _l("Ergebnisse"),
    "mail": _l("Mails"),
    "survey": _l("Umfragen"),
}
ACTS: Mapping[str, Any] = {
    "account.accept": _l("Einladung angenommen"),
    "account.bar": _l("Konto gesperrt"),
    "account.delete": _l("Konto gelöscht"),
    "account.first": _l("Ersten Zugang eingerichtet"),
    "account.invite": _l("Eingeladen"),
    "account.mail": _l("E-Mail geändert"),
    "account.password": _l("Passwort geändert"),
    "account.unbar": _l("Konto entsperrt"),
    "answer.edit": _l("Antwort geändert"),
    "answer.pin": _l("Antwort angeheftet"),
    "answer.publish": _l("Antwort veröffentlicht"),
    "answer.unpin": _l("Antwort gelöst"),
    "case.fine": _l("Für in Ordnung befunden"),
    "case.undo": _l("Entscheidung zurückgenommen"),
    "joint.undo": _l("Entscheidung über mehrere zurückgenommen"),
    "grant.give": _l("Recht gegeben"),
    "grant.take": _l("Recht genommen"),
    "mail.lift": _l("Wieder Mails an eine Adresse"),
    "mail.retry": _l("Mail noch einmal verschickt"),
    "mail.settle": _l("Mail für erledigt erklärt"),
    "mail.stop": _l("Keine Mails mehr an eine Adresse"),
    "netiquette.change": _l("Regeln geändert"),
    "objection.dismissed": _l("Einspruch zurückgewiesen"),
    "objection.upheld": _l("Einspruch stattgegeben"),
    "outcome.set": _l("Ergebnis gesetzt"),
    "person.bar": _l("Person gesperrt"),
    "person.lift": _l("Sperre aufgehoben"),
    "person.warn": _l("Person verwarnt"),
    "project.access": _l("Zugang zum Projekt geändert"),
    "project.archive": _l("Projekt ins Archiv gelegt"),
    "project.close": _l("Projekt abgeschlossen"),
    "project.create": _l("Projekt angelegt"),
    "project.documents": _l("Unterlagen geändert"),
    "project.edit": _l("Projekt geändert"),
    "project.hide": _l("Projekt ausgeblendet"),
    "project.invite": _l("Zu einem Projekt eingeladen"),
    "project.meetings": _l("Termine geändert"),
    "project.news": _l("Neuigkeiten geändert"),
    "project.phases": _l("Phasen geändert"),
    "project.picture": _l("Bild geändert"),
    "project.preview": _l("Vorschau für andere geändert"),
    "project.publish": _l("Projekt veröffentlicht"),
    "project.redact": _l("Stellen im Projekt entfernt"),
    "project.reject": _l("Projekt nicht freigegeben"),
    "project.reopen": _l("Projekt wieder geöffnet"),
    "project.result": _l("Ergebnis des Projekts geändert"),
    "project.restore": _l("Projekt wieder gezeigt"),
    "project.submit": _l("Projekt zur Freigabe eingereicht"),
    "project.unarchive": _l("Projekt aus dem Archiv geholt"),
    "project.undecide": _l("Entscheidung über ein Projekt zurückgenommen"),
    "project.uninvite": _l("Einladung zum Projekt genommen"),
    "project.unsubmit": _l("Projekt wieder Entwurf"),
    "settings.change": _l("Einstellungen geändert"),
    "survey.mend": _l("Zählungen einer Umfrage wichen ab und sind neu gemacht"),
    "text.hide": _l("Text ausgeblendet"),
    "text.move": _l("Text verschoben"),
    "text.redact": _l("Stellen in einem Text entfernt"),
    "text.reject": _l("Text abgelehnt"),
    "text.release": _l("Text freigegeben"),
    "text.reopen": _l("Entscheidung über einen Text geöffnet"),
    "text.split": _l("Text geteilt"),
    "text.restore": _l("Text wieder eingeblendet"),
    "thread.close": _l("Gespräch geschlossen"),
    "thread.details": _l("Gespräch geändert"),
    "thread.open": _l("Gespräch wieder geöffnet"),
    "thread.pin": _l("Gespräch angeheftet"),
    "thread.unpin": _l("Gespräch nicht mehr angeheftet"),
}


class Line(NamedTuple):
    entry: AuditEntry
    name: str


def list_entries(area: str, before: int | None) -> tuple[Sequence[Line], int | None]:
    """Newest first; the second value leads to the next page."""
    query = (
        select(AuditEntry, Party.name)
        .outerjoin(Account, Account.id == AuditEntry.account_id)
        .outerjoin(Party, Party.id == Account.party_id)
        .order_by(AuditEntry.id.desc())
        .limit(PER_PAGE + 1)
    )
    if area in AREAS:
        query = query.where(AuditEntry.act.startswith(f"{area}.", autoescape=True))
    if before is not None:
        query = query.where(AuditEntry.id < before)
    found = [Line(entry, _name(entry, name)) for entry, name in db.session.execute(query)]
    page = found[:PER_PAGE]
    return page, page[-1].entry.id if len(found) > PER_PAGE else None


def _name(entry: AuditEntry, name: str | None) -> str:
    if entry.account_id is None:
        return _("Das Programm")
    return name or str(nameless.GONE)


def act_label(act: str) -> str:
    return str(ACTS.get(act, act))
