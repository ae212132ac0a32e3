"""What is kept of somebody who answers, and what is not, said from the settings. Pure.

The page where people begin and the page where the office chooses say the same sentences.
"""

from dataclasses import dataclass

from kern.i18n import _, _n
from umfragen.models import Level
from umfragen.rules import DRAFT_DAYS, Settings

YEAR = 365
MONTH = 30


@dataclass(frozen=True, slots=True)
class Promises:
    """Sentences: what is kept, what is not, who sees it and for how long."""

    kept: tuple[str, ...]
    not_kept: str
    seen: tuple[str, ...]


def promises(
    level: Level,
    settings: Settings,
    *,
    k_min: int,
    k_total: int,
    asks_for_files: bool = False,
    asks_for_texts: bool = True,
) -> Promises:
    """`asks_for_texts`: there is room for people's own words, which may be published later."""
    return Promises(
        kept=tuple(_kept(level, settings, asks_for_files=asks_for_files)),
        not_kept=_(
            "Wir speichern nicht: Ihren Namen, Ihre Internet-Adresse (IP), die Uhrzeit und Ihr"
            " Gerät."
        ),
        seen=tuple(_seen(settings, k_min, k_total, asks_for_texts=asks_for_texts)),
    )


def _kept(level: Level, settings: Settings, *, asks_for_files: bool) -> list[str]:
    found = [
        _(
            "Ihre Antworten, den Tag ohne Uhrzeit, die Sprache und ob sie online oder auf Papier"
            " kamen"
        )
    ]
    if asks_for_files:
        found.append(_("die Dateien, die Sie hochladen"))
    mark = _(
        "getrennt von den Antworten und ohne Zeit, damit niemand zweimal antwortet. Den Schlüssel"
        " dazu vernichten wir %(days)s Tage nach dem Ende",
        days=settings.pepper_days,
    )
    by_level = {
        Level.DEVICE: [
            _(
                "auf Ihrem Gerät ein Cookie, dass von dort geantwortet wurde, bis zum Ende der"
                " Umfrage. Es nennt nur die Umfrage"
            )
        ],
        Level.ADDRESS: [
            _("einen Prüfwert Ihrer E-Mail-Adresse, %(mark)s", mark=mark),
            _("Ihre E-Mail-Adresse selbst höchstens einen Tag, um Ihnen den Link zu schicken"),
        ],
        Level.ACCOUNT: [_("einen Prüfwert Ihres Kontos, %(mark)s", mark=mark)],
        Level.CODE: [
            _(
                "dass Ihr Code benutzt ist und zu welcher Gruppe von Briefen er gehört, %(mark)s",
                mark=mark,
            )
        ],
    }
    found += by_level.get(level, [])
    found.append(
        _(
            "bis Sie absenden Ihren Zwischenstand ohne Namen, auf Ihrem Gerät und bei uns, bei uns"
            " höchstens %(days)s Tage",
            days=DRAFT_DAYS,
        )
    )
    return found


def _seen(settings: Settings, k_min: int, k_total: int, *, asks_for_texts: bool) -> list[str]:
    office = settings.office or _("die Verwaltung")
    found = [
        _("Einzelne Antworten sieht nur: %(office)s.", office=office),
        _(
            "Vorher warten sie verschlüsselt und werden mit mindestens neun anderen gemischt,"
            " längstens bis zum Ende der Umfrage."
        ),
    ]
    found.append(
        _(
            "Zahlen veröffentlichen wir erst ab %(total)s Antworten. Gruppen mit weniger als"
            " %(least)s Menschen zeigen wir nicht.",
            total=k_total,
            least=k_min,
        )
    )
    if asks_for_texts:
        found.append(
            _(
                "Manche Antworten in eigenen Worten veröffentlichen wir, nachdem sie jemand auf"
                " Namen geprüft hat, sonst nichts."
            )
        )
    else:
        found.append(_("Sonst veröffentlichen wir nichts."))
    if settings.with_receipt:
        found.append(
            _(
                "Am Ende bekommen Sie einen Code. Mit ihm können Sie Ihre Antworten bis zum Ende"
                " der Umfrage ändern oder zurückziehen. Ohne ihn findet sie niemand mehr, auch wir"
                " nicht."
            )
        )
    found.append(
        _(
            "Einzelne Antworten löschen wir %(time)s nach dem Ende.",
            time=time(settings.retention_days),
        )
    )
    return found


def time(days: int) -> str:
    """A span in the largest unit that gives a whole number."""
    if days >= YEAR and days % YEAR == 0:
        return _n("%(num)s Jahr", "%(num)s Jahre", days // YEAR)
    if days >= MONTH and days % MONTH == 0:
        return _n("%(num)s Monat", "%(num)s Monate", days // MONTH)
    return _n("%(num)s Tag", "%(num)s Tage", days)
