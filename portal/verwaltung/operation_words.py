"""What the state of the installation is called, for people who do not run computers."""

import signal
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from kern.i18n import _, _l, _n, language

PARTS: Mapping[str, tuple[Any, Any]] = {
    "web": (_l("Seiten"), _l("Zeigen, was Menschen aufrufen, und nehmen an, was sie schreiben.")),
    "worker": (
        _l("Hintergrunddienst"),
        _l("Verschickt E-Mails, hält die Suche aktuell und löscht, was abgelaufen ist."),
    ),
}
GIGABYTE = 1000  # megabytes
MINUTE, HOUR, DAY = 60, 3600, 86_400  # seconds
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def part(name: str) -> tuple[str, str]:
    """(what it is called, what it does)"""
    kind, _space, number = name.partition(" ")  # "web 2" is another one that does the same
    title, purpose = PARTS.get(kind, (kind, ""))
    if number:
        return _("%(title)s (%(n)s. Prozess)", title=title, n=number), str(purpose)
    return str(title), str(purpose)


def size(megabytes: int) -> str:
    """Decimal units, as on the box of a disk: "12,4 Gigabyte"."""
    if megabytes < GIGABYTE:
        return _("%(n)s Megabyte", n=megabytes)
    number = f"{megabytes / GIGABYTE:.{1 if megabytes < 100 * GIGABYTE else 0}f}"
    return _("%(n)s Gigabyte", n=number if language() == "en" else number.replace(".", ","))


def duration(seconds: float) -> str:
    """One unit, rounded down: "3 Minuten"."""
    whole = int(seconds)
    if whole < MINUTE:
        return _n("%(num)s Sekunde", "%(num)s Sekunden", whole)
    if whole < HOUR:
        return _n("%(num)s Minute", "%(num)s Minuten", whole // MINUTE)
    if whole < DAY:
        return _n("%(num)s Stunde", "%(num)s Stunden", whole // HOUR)
    return _n("%(num)s Tag", "%(num)s Tage", whole // DAY)


def cause(exit_code: int | None) -> str:
    """Why a process ended; negative codes are signals, as in `subprocess`."""
    if exit_code is None:
        return _("unbekannt")
    if exit_code == 0:
        return _("von selbst beendet")
    if exit_code == -signal.SIGKILL:
        return _("von außen beendet, meist weil der Arbeitsspeicher voll war")
    if exit_code < 0:
        name = str(-exit_code)
        with suppress(ValueError):
            name = signal.Signals(-exit_code).name
        return _("durch das Signal %(name)s beendet", name=name)
    return _("Fehler im Programm (Code %(n)s)", n=exit_code)
