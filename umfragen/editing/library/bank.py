"""Questions every survey of a town needs sooner or later, ready to be put in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count

from umfragen.definition.codec import Reader
from umfragen.definition.questions import KINDS, AnyQuestion
from umfragen.editing.draft import Draft, Keys, Refused
from umfragen.editing.library.writing import (
    OTHER,
    SATISFIED,
    Doc,
    ask,
    keyed,
    matrix,
    multiple,
    single,
)
from umfragen.editing.parts import numbered
from umfragen.editing.questions import free_name, insert_question
from umfragen.words import Words

AGE = single(
    "alter",
    "Wie alt sind Sie?|How old are you?",
    "u14=unter 14 Jahre|under 14",
    "u18=14 bis 17 Jahre|14 to 17",
    "u30=18 bis 29 Jahre|18 to 29",
    "u45=30 bis 44 Jahre|30 to 44",
    "u60=45 bis 59 Jahre|45 to 59",
    "u75=60 bis 74 Jahre|60 to 74",
    "ab75=75 Jahre oder älter|75 or older",
    "*keine=keine Angabe|prefer not to say",
    help="Wir fragen nur nach Gruppen. So sehen wir, ob alle Altersgruppen zu Wort kommen."
    "|We only ask for groups, to see whether all ages are heard.",
)
DISTRICT = single(
    "stadtteil",
    "In welchem Stadtteil wohnen Sie?|Which part of town do you live in?",
    "mitte=Mitte|Centre",
    "nord=Nord|North",
    "ost=Ost|East",
    "sued=Süd|South",
    "west=West|West",
    "ausserhalb=Ich wohne nicht im Ort.|I do not live in this town.",
    "*keine=keine Angabe|prefer not to say",
    display="dropdown",
)
GENDER = single(
    "geschlecht",
    "Welches Geschlecht haben Sie?|What is your gender?",
    "weiblich=weiblich|female",
    "maennlich=männlich|male",
    "divers=divers|non-binary",
    "*keine=keine Angabe|prefer not to say",
)
MOBILITY = multiple(
    "verkehr",
    "Womit sind Sie im Ort meistens unterwegs?|How do you usually get around in town?",
    "fuss=zu Fuß|on foot",
    "rad=mit dem Rad|by bike",
    "bus=mit Bus oder Bahn|by bus or train",
    "auto=mit dem Auto|by car",
    "hilfe=mit Rollstuhl, Rollator oder Kinderwagen|with wheelchair, walker or pram",
    other=OTHER,
    help="Sie können mehrere Antworten wählen.|You can choose several answers.",
)
LIMITS = single(
    "einschraenkung",
    "Sind Sie im Alltag durch eine Behinderung oder Krankheit eingeschränkt?"
    "|Does a disability or illness limit you in daily life?",
    "stark=ja, stark|yes, strongly",
    "etwas=ja, etwas|yes, somewhat",
    "nein=nein|no",
    "*keine=keine Angabe|prefer not to say",
)
HOUSEHOLD = single(
    "kinder",
    "Leben Kinder unter 18 Jahren in Ihrem Haushalt?|Do children under 18 live in your household?",
    "ja=ja|yes",
    "nein=nein|no",
    "*keine=keine Angabe|prefer not to say",
)
PRIVACY = ask(
    "consent",
    "datenschutz",
    "Ich habe die Hinweise zum Datenschutz gelesen und bin einverstanden, dass meine Antworten"
    " ausgewertet werden."
    "|I have read the privacy notice and agree that my answers are evaluated.",
    required="yes",
)
SATISFACTION = matrix(
    "zufrieden",
    "Wie zufrieden sind Sie damit?|How satisfied are you with this?",
    SATISFIED,
    "sauber=Sauberkeit|Cleanliness",
    "sicher=Sicherheit|Safety",
    "gruen=Grün und Schatten|Greenery and shade",
    "wege=Wege ohne Hindernisse|Paths without obstacles",
)
RECOMMEND = ask(
    "scale",
    "empfehlung",
    "Wie wahrscheinlich empfehlen Sie uns weiter?|How likely are you to recommend us?",
    low=0,
    high=10,
    look="nps",
    low_text="sehr unwahrscheinlich|very unlikely",
    high_text="sehr wahrscheinlich|very likely",
)
CHANNEL = multiple(
    "erfahren",
    "Wie haben Sie von dieser Umfrage erfahren?|How did you hear about this survey?",
    "zeitung=aus der Zeitung|from the newspaper",
    "post=durch einen Brief|by letter",
    "netz=im Internet|on the internet",
    "aushang=durch ein Plakat|from a poster",
    "leute=von anderen Menschen|from other people",
    other=OTHER,
)
ANYTHING = ask(
    "long_text",
    "sonst",
    "Was möchten Sie uns noch sagen?|What else would you like to tell us?",
    help="Bitte nennen Sie keine Namen.|Please do not mention any names.",
    max_length=2000,
)


@dataclass(frozen=True, slots=True)
class Banked:
    words: Words
    question: Doc


BANK: Mapping[str, Banked] = {
    "alter": Banked(Words("Alter in Gruppen"), AGE),
    "stadtteil": Banked(Words("Stadtteil"), DISTRICT),
    "geschlecht": Banked(Words("Geschlecht"), GENDER),
    "verkehr": Banked(Words("Mobilität: womit man unterwegs ist"), MOBILITY),
    "einschraenkung": Banked(Words("Behinderung oder Krankheit"), LIMITS),
    "kinder": Banked(Words("Kinder im Haushalt"), HOUSEHOLD),
    "datenschutz": Banked(Words("Einwilligung zum Datenschutz"), PRIVACY),
    "zufrieden": Banked(Words("Zufriedenheit als Tabelle"), SATISFACTION),
    "empfehlung": Banked(Words("Weiterempfehlung von 0 bis 10"), RECOMMEND),
    "erfahren": Banked(Words("Wie man von der Umfrage erfahren hat"), CHANNEL),
    "sonst": Banked(Words("Offene Frage zum Schluss"), ANYTHING),
}


def take_from_bank(
    draft: Draft, page_key: int, name: str, *, to: int | None = None
) -> tuple[Draft, int]:
    """Put into the page under keys of its own; also the key of the question."""
    if name not in BANK:
        raise Refused("Diese Frage gibt es im Vorrat nicht.")
    reader = Reader(KINDS)
    read: AnyQuestion = reader.read(AnyQuestion, keyed(BANK[name].question, count(1)), ())
    keys = Keys(draft.definition)
    question = replace(numbered(read, keys), name=free_name(draft, read.name))
    return insert_question(draft, page_key, question, keys, to=to), question.key
