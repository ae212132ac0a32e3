"""The shelf of templates: what one can begin a survey with."""

from collections.abc import Mapping
from dataclasses import dataclass

from umfragen.definition import Definition
from umfragen.editing.draft import Refused
from umfragen.editing.library import places, services
from umfragen.words import Words


@dataclass(frozen=True, slots=True)
class Template:
    words: Words
    purpose: Words
    definition: Definition


TEMPLATES: Mapping[str, Template] = {
    "spielplatz": Template(
        Words("Spielplatz"),
        Words(
            "Ein Spielplatz wird gebaut oder erneuert: was gefällt, was fehlt, was kommt zuerst."
        ),
        places.PLAYGROUND,
    ),
    "radweg": Template(
        Words("Radweg"),
        Words("Wo es mit dem Rad gut geht, wo es gefährlich ist und was helfen würde."),
        places.CYCLING,
    ),
    "ortsmitte": Template(
        Words("Ortsmitte"),
        Words("Was den Platz in der Mitte ausmacht und wie er werden soll."),
        places.CENTRE,
    ),
    "innenstadt": Template(
        Words("Innenstadt"),
        Words("Einkaufen, Aufenthalt und Erreichbarkeit der Innenstadt."),
        places.SHOPPING,
    ),
    "haushalt": Template(
        Words("Haushalt"),
        Words("Ein Budget verteilen und sagen, wo gespart werden kann."),
        services.BUDGET,
    ),
    "zufriedenheit": Template(
        Words("Zufriedenheit"),
        Words("Wie zufrieden Menschen mit einem Angebot oder einem Amt sind."),
        services.SATISFACTION,
    ),
    "kita": Template(
        Words("Kita"),
        Words("Welche Betreuung Familien brauchen und wie zufrieden sie sind."),
        services.DAYCARE,
    ),
}


def get_template(name: str) -> Template:
    if name not in TEMPLATES:
        raise Refused("Diese Vorlage gibt es nicht.")
    return TEMPLATES[name]
