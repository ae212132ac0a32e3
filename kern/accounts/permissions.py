"""Every permission, its German label and the roles that hold it by default. One table, read here.

Roles are sets of permissions; a grant gives a role for the town or for one scope.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kern.i18n import _l


class Role(StrEnum):
    GUEST = "guest"
    CITIZEN = "citizen"
    MODERATOR = "moderator"
    EDITOR = "editor"
    PLANNER = "planner"
    ADMINISTRATOR = "administrator"


GUEST, CITIZEN = Role.GUEST, Role.CITIZEN
MODERATOR, EDITOR = Role.MODERATOR, Role.EDITOR
PLANNER, ADMINISTRATOR = Role.PLANNER, Role.ADMINISTRATOR

ROLE_LABELS: Mapping[Role, object] = {
    GUEST: _l("Gast"),
    CITIZEN: _l("Bürgerin oder Bürger"),
    MODERATOR: _l("Moderation"),
    EDITOR: _l("Vorbereitung von Projekten"),
    PLANNER: _l("Planung"),
    ADMINISTRATOR: _l("Verwaltung der Plattform"),
}
STAFF_ROLES = (MODERATOR, EDITOR, PLANNER, ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Permission:
    key: str
    label: object  # a lazy German string
    roles: frozenset[Role]


def _row(key: str, label: object, *roles: Role) -> Permission:
    return Permission(key, label, frozenset(roles))


_EVERYBODY = (GUEST, CITIZEN, MODERATOR, EDITOR, PLANNER, ADMINISTRATOR)
_LOGGED_IN = (CITIZEN, MODERATOR, EDITOR, PLANNER, ADMINISTRATOR)
_STAFF = (MODERATOR, PLANNER, ADMINISTRATOR)

PERMISSIONS: tuple[Permission, ...] = (
    _row("read", _l("Öffentliches lesen und suchen"), *_EVERYBODY),
    _row("report", _l("Beiträge melden"), *_EVERYBODY),
    _row("account.own", _l("Das eigene Konto führen"), *_LOGGED_IN),
    _row("discussion.post", _l("Beiträge schreiben"), *_LOGGED_IN),
    _row("discussion.vote", _l("Beiträge bewerten"), *_LOGGED_IN),
    _row("discussion.open_thread", _l("Gespräche beginnen, wo es erlaubt ist"), *_LOGGED_IN),
    _row("scope.read_invited", _l("Nichtöffentliche Projekte lesen"), EDITOR, *_STAFF),
    _row("moderation.desk", _l("Den Moderationstisch öffnen"), MODERATOR, ADMINISTRATOR),
    _row("moderation.decide", _l("Beiträge freigeben und ablehnen"), MODERATOR, ADMINISTRATOR),
    _row("moderation.hide", _l("Öffentliches ausblenden"), MODERATOR, ADMINISTRATOR),
    _row("moderation.bar", _l("Personen verwarnen und sperren"), MODERATOR, ADMINISTRATOR),
    _row("discussion.manage", _l("Gespräche öffnen, schließen, anheften"), *_STAFF),
    _row("discussion.answer", _l("Im Namen der Verwaltung antworten"), PLANNER, ADMINISTRATOR),
    _row("discussion.enter", _l("Beiträge für andere erfassen"), *_STAFF),
    _row("project.edit", _l("Projekte anlegen und bearbeiten"), EDITOR, PLANNER, ADMINISTRATOR),
    _row("project.publish", _l("Projekte veröffentlichen"), PLANNER, ADMINISTRATOR),
    _row("project.export", _l("Beiträge eines Projekts ausgeben"), PLANNER, ADMINISTRATOR),
    _row("survey.edit", _l("Umfragen anlegen und bearbeiten"), EDITOR, PLANNER, ADMINISTRATOR),
    _row("survey.publish", _l("Umfragen beginnen und beenden"), PLANNER, ADMINISTRATOR),
    _row("survey.results", _l("Antworten auf Umfragen auswerten"), PLANNER, ADMINISTRATOR),
    _row("survey.enter", _l("Antworten von Papier und Telefon erfassen"), *_STAFF),
    _row("wiki.propose", _l("Seiten des Wikis vorschlagen und ändern"), *_LOGGED_IN),
    _row("wiki.manage", _l("Das Wiki pflegen"), *_STAFF),
    _row("admin.open", _l("Die Verwaltung öffnen"), ADMINISTRATOR),
    _row("admin.settings", _l("Einstellungen des Ortes ändern"), ADMINISTRATOR),
    _row("admin.grants", _l("Rechte geben und nehmen"), ADMINISTRATOR),
    _row("admin.mails", _l("Ausgehende Mails lesen"), ADMINISTRATOR),
    _row("admin.audit", _l("Das Protokoll lesen"), ADMINISTRATOR),
    _row("admin.operations", _l("Den Zustand des Betriebs sehen"), ADMINISTRATOR),
)

KEYS = frozenset(row.key for row in PERMISSIONS)
BY_ROLE: Mapping[Role, frozenset[str]] = {
    role: frozenset(row.key for row in PERMISSIONS if role in row.roles) for role in Role
}
