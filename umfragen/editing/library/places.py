"""Templates about places: playground, cycling, village centre, town centre."""

from umfragen.editing.library.bank import AGE, ANYTHING, DISTRICT, MOBILITY
from umfragen.editing.library.writing import (
    IMPORTANT,
    OTHER,
    SATISFIED,
    ask,
    matrix,
    multiple,
    page,
    rows,
    single,
    survey,
)

THANKS = (
    "Vielen Dank! Wir werten alle Antworten aus und veröffentlichen die Ergebnisse hier."
    "|Thank you! We evaluate all answers and publish the results here."
)


PLAYGROUND = survey(
    "Unser Spielplatz|Our playground",
    "Der Spielplatz wird erneuert. Sagen Sie uns, was bleiben soll und was fehlt. Auch Kinder"
    " dürfen antworten."
    "|The playground is being renewed. Tell us what should stay and what is missing. Children"
    " may answer too.",
    THANKS,
    page(
        "Heute|Today",
        single(
            "wie_oft",
            "Wie oft sind Sie auf dem Spielplatz?|How often are you at the playground?",
            "taeglich=fast jeden Tag|almost every day",
            "woche=etwa einmal in der Woche|about once a week",
            "monat=etwa einmal im Monat|about once a month",
            "seltener=seltener|less often",
            "nie=nie|never",
            required="yes",
        ),
        multiple(
            "warum_nicht",
            "Warum kommen Sie nicht?|Why do you not come?",
            "weit=Der Weg ist zu weit.|It is too far.",
            "langweilig=Es gibt dort zu wenig zu tun.|There is too little to do.",
            "sicher=Ich fühle mich dort nicht sicher.|I do not feel safe there.",
            "kinder=Ich habe keine Kinder in dem Alter.|I have no children of that age.",
            other=OTHER,
            show_if='wie_oft == "nie"',
        ),
        matrix(
            "zufrieden",
            "Wie zufrieden sind Sie mit dem Spielplatz?|How satisfied are you with the playground?",
            SATISFIED,
            "geraete=Spielgeräte|Play equipment",
            "sauber=Sauberkeit|Cleanliness",
            "schatten=Schatten|Shade",
            "sitzen=Sitzplätze|Seating",
            show_if='wie_oft != "nie"',
        ),
    ),
    page(
        "Was fehlt|What is missing",
        multiple(
            "wuensche",
            "Was soll es auf dem Spielplatz geben?|What should there be at the playground?",
            "klettern=etwas zum Klettern|something to climb",
            "schaukel=Schaukeln|swings",
            "rutsche=eine lange Rutsche|a long slide",
            "wasser=Wasser und Matsch|water and mud",
            "sand=einen großen Sandkasten|a big sandpit",
            "inklusiv=Geräte für Kinder mit Behinderung|equipment for children with disabilities",
            "ball=Platz für Ballspiele|space for ball games",
            most=4,
            other=OTHER,
            help="Bitte wählen Sie höchstens vier.|Please choose up to four.",
            shuffle=True,
        ),
        ask(
            "place",
            "wo",
            "Wo auf dem Platz soll es das geben?|Where on the site should it be?",
            help="Tippen Sie auf die Karte.|Tap the map.",
            zoom=17,
        ),
        ask(
            "long_text",
            "idee",
            "Was ist Ihre beste Idee?|What is your best idea?",
            max_length=1000,
        ),
    ),
    page("Über Sie|About you", AGE, DISTRICT),
)


CYCLING = survey(
    "Radfahren im Ort|Cycling in town",
    "Wir planen sichere Wege für das Rad. Zeigen Sie uns, wo es heute hakt."
    "|We are planning safe routes for bikes. Show us where things go wrong today.",
    THANKS,
    page(
        "Ihr Weg|Your way",
        single(
            "wie_oft",
            "Wie oft fahren Sie Rad?|How often do you cycle?",
            "taeglich=fast jeden Tag|almost every day",
            "woche=mehrmals in der Woche|several times a week",
            "selten=selten|rarely",
            "nie=nie|never",
            required="yes",
        ),
        multiple(
            "wofuer",
            "Wofür nutzen Sie das Rad?|What do you use the bike for?",
            "arbeit=Weg zur Arbeit|getting to work",
            "schule=Weg zu Schule oder Kita|getting to school or day care",
            "einkauf=Einkaufen|shopping",
            "freizeit=Freizeit|leisure",
            other=OTHER,
            show_if='wie_oft != "nie"',
        ),
        multiple(
            "hindernis",
            "Was hält Sie vom Radfahren ab?|What keeps you from cycling?",
            "gefahr=Es ist mir zu gefährlich.|It is too dangerous for me.",
            "wege=Es fehlen gute Wege.|There are no good routes.",
            "rad=Ich habe kein Rad.|I have no bike.",
            "gesund=Ich kann nicht Rad fahren.|I cannot cycle.",
            other=OTHER,
            show_if='wie_oft == "nie" or wie_oft == "selten"',
        ),
    ),
    page(
        "Gute und schlechte Stellen|Good and bad places",
        ask(
            "place",
            "gefahr",
            "Wo ist es mit dem Rad gefährlich?|Where is cycling dangerous?",
            zoom=15,
        ),
        ask(
            "short_text",
            "gefahr_warum",
            "Was ist dort gefährlich?|What is dangerous there?",
            show_if="!is_empty(gefahr)",
        ),
        ask(
            "place",
            "strecke",
            "Welche Strecke soll zuerst besser werden?|Which route should be improved first?",
            shape="line",
            zoom=14,
        ),
        matrix(
            "massnahmen",
            "Wie wichtig ist Ihnen das?|How important is this to you?",
            IMPORTANT,
            "getrennt=Radwege getrennt vom Autoverkehr|Bike lanes separate from cars",
            "kreuzung=Sichere Kreuzungen|Safe crossings",
            "belag=Glatter Belag|Smooth surface",
            "licht=Beleuchtung|Lighting",
            "abstellen=Gute Abstellplätze|Good bike parking",
        ),
    ),
    page("Über Sie|About you", AGE, DISTRICT, ANYTHING),
)


CENTRE = survey(
    "Unsere Ortsmitte|The heart of our village",
    "Die Ortsmitte soll schöner werden. Was ist Ihnen wichtig?"
    "|The village centre is to become nicer. What matters to you?",
    THANKS,
    page(
        "Heute|Today",
        single(
            "besuch",
            "Wie oft sind Sie in der Ortsmitte?|How often are you in the centre?",
            "taeglich=fast jeden Tag|almost every day",
            "woche=etwa einmal in der Woche|about once a week",
            "selten=seltener|less often",
        ),
        multiple(
            "wozu",
            "Was machen Sie dort?|What do you do there?",
            "einkauf=Einkaufen|Shopping",
            "treffen=Menschen treffen|Meeting people",
            "amt=Zum Arzt oder Amt gehen|Seeing a doctor or an office",
            "durch=Nur durchgehen oder durchfahren|Just passing through",
            other=OTHER,
        ),
        ask(
            "scale",
            "wohl",
            "Wie wohl fühlen Sie sich dort?|How comfortable do you feel there?",
            look="faces",
            low_text="gar nicht wohl|not at all",
            high_text="sehr wohl|very",
        ),
    ),
    page(
        "Morgen|Tomorrow",
        ask(
            "ranking",
            "ziele",
            "Was ist am wichtigsten? Bitte ordnen Sie.|What matters most? Please put in order.",
            options=[
                {
                    "code": 1,
                    "name": "gruen",
                    "text": {"de": "Bäume und Grün", "en": "Trees and greenery"},
                },
                {
                    "code": 2,
                    "name": "sitzen",
                    "text": {"de": "Sitzplätze", "en": "Places to sit"},
                },
                {
                    "code": 3,
                    "name": "verkehr",
                    "text": {"de": "weniger Autos", "en": "fewer cars"},
                },
                {"code": 4, "name": "parken", "text": {"de": "Parkplätze", "en": "parking"}},
                {
                    "code": 5,
                    "name": "leben",
                    "text": {"de": "Märkte und Feste", "en": "markets and events"},
                },
            ],
            shuffle=True,
        ),
        ask(
            "place",
            "lieblingsort",
            "Welche Stelle gefällt Ihnen am besten?|Which spot do you like best?",
            zoom=16,
        ),
        ask(
            "place",
            "problem",
            "Welche Stelle muss besser werden?|Which spot needs to improve?",
            zoom=16,
        ),
        ask(
            "long_text",
            "problem_warum",
            "Was soll sich dort ändern?|What should change there?",
            show_if="!is_empty(problem)",
            max_length=1500,
        ),
    ),
    page("Über Sie|About you", MOBILITY, AGE, DISTRICT),
)


SHOPPING = survey(
    "Unsere Innenstadt|Our town centre",
    "Was zieht Sie in die Innenstadt, und was fehlt Ihnen?"
    "|What brings you to the town centre, and what do you miss?",
    THANKS,
    page(
        "Ihr Besuch|Your visit",
        MOBILITY,
        multiple(
            "anlass",
            "Wozu kommen Sie in die Innenstadt?|Why do you come to the town centre?",
            "einkauf=Einkaufen|Shopping",
            "essen=Essen und Trinken|Eating and drinking",
            "kultur=Kultur und Veranstaltungen|Culture and events",
            "amt=Arzt, Bank oder Amt|Doctor, bank or office",
            "arbeit=Arbeit oder Schule|Work or school",
            "*nie=Ich komme nie.|I never come.",
            other=OTHER,
        ),
        ask(
            "number",
            "dauer",
            "Wie viele Stunden bleiben Sie meistens?|How many hours do you usually stay?",
            low=0,
            high=12,
            decimals=1,
            unit="Stunden|hours",
            show_if='anlass_nie != "Y"',
        ),
    ),
    page(
        "Ihr Urteil|Your opinion",
        matrix(
            "urteil",
            "Wie zufrieden sind Sie damit?|How satisfied are you with this?",
            SATISFIED,
            "auswahl=Auswahl an Geschäften|Choice of shops",
            "oeffnung=Öffnungszeiten|Opening hours",
            "anfahrt=Erreichbarkeit|Getting there",
            "parken=Parken|Parking",
            "aufenthalt=Sitzplätze und Grün|Seating and greenery",
            "sauber=Sauberkeit|Cleanliness",
        ),
        ask("short_text", "fehlt", "Welches Angebot fehlt Ihnen?|What offer do you miss?"),
        ask(
            "number_list",
            "geld",
            "Sie haben 100 Punkte. Wofür soll die Stadt sie einsetzen?"
            "|You have 100 points. What should the town spend them on?",
            rows=rows(
                "gruen=Grün und Schatten|Greenery and shade",
                "wege=Wege und Plätze|Paths and squares",
                "kultur=Veranstaltungen|Events",
                "laeden=Hilfe für neue Läden|Help for new shops",
            ),
            low=0,
            total=100,
            unit="Punkte|points",
        ),
    ),
    page("Über Sie|About you", AGE, DISTRICT, ANYTHING),
)
