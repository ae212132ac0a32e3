"""Templates about what a town offers: budget, satisfaction, day care."""

from umfragen.editing.library.bank import AGE, ANYTHING, DISTRICT, RECOMMEND
from umfragen.editing.library.places import THANKS
from umfragen.editing.library.writing import (
    AGREE,
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

FIELDS = (
    "schule=Schulen und Kitas|Schools and day care",
    "strasse=Straßen und Wege|Roads and paths",
    "klima=Klima und Grün|Climate and greenery",
    "kultur=Kultur und Sport|Culture and sports",
    "soziales=Hilfe für Menschen in Not|Help for people in need",
)


BUDGET = survey(
    "Haushalt: Wofür soll Geld da sein?|Budget: what should money be there for?",
    "Das Geld reicht nicht für alles. Sagen Sie uns, was Ihnen wichtig ist. Der Rat entscheidet"
    " und erfährt Ihre Antworten."
    "|There is not enough money for everything. Tell us what matters to you. The council"
    " decides and gets to know your answers.",
    THANKS,
    page(
        "Verteilen|Sharing out",
        ask(
            "number_list",
            "verteilung",
            "Sie haben 100 Euro für den Ort. Wie verteilen Sie sie?"
            "|You have 100 euros for the town. How do you share them out?",
            rows=rows(*FIELDS),
            low=0,
            total=100,
            unit="Euro|euros",
            help="Zusammen sollen es genau 100 Euro sein.|It should add up to exactly 100 euros.",
        ),
        matrix(
            "wichtig",
            "Wie wichtig sind Ihnen diese Bereiche?|How important are these areas to you?",
            IMPORTANT,
            *FIELDS,
        ),
    ),
    page(
        "Sparen|Saving",
        single(
            "sparen",
            "Wenn Geld fehlt: Was ist Ihnen lieber?|If money is short: what do you prefer?",
            "weniger=weniger Angebote, aber keine höheren Gebühren"
            "|fewer services but no higher fees",
            "mehr=gleiche Angebote und höhere Gebühren|the same services and higher fees",
            "beides=von beidem etwas|a bit of both",
            "*unbekannt=kann ich nicht sagen|cannot say",
        ),
        multiple(
            "sparen_wo",
            "Wo kann am ehesten gespart werden?|Where can money most likely be saved?",
            *FIELDS,
            "*nirgends=nirgends|nowhere",
            most=2,
            help="Bitte wählen Sie höchstens zwei.|Please choose up to two.",
        ),
        ask(
            "long_text",
            "vorschlag",
            "Ihr Vorschlag zum Sparen|Your proposal for saving",
            max_length=2000,
        ),
    ),
    page("Über Sie|About you", AGE, DISTRICT),
)


SATISFACTION = survey(
    "Wie zufrieden sind Sie?|How satisfied are you?",
    "Ihre Meinung hilft uns, besser zu werden. Es dauert nur wenige Minuten."
    "|Your opinion helps us get better. It only takes a few minutes.",
    THANKS,
    page(
        "Ihr Eindruck|Your impression",
        ask(
            "scale",
            "gesamt",
            "Wie zufrieden sind Sie insgesamt?|How satisfied are you overall?",
            look="stars",
            low_text="gar nicht|not at all",
            high_text="sehr|very",
            required="yes",
        ),
        ask(
            "long_text",
            "warum",
            "Was hat Ihnen nicht gefallen?|What did you not like?",
            show_if="gesamt < 3",
            max_length=2000,
        ),
        matrix(
            "einzeln",
            "Wie zufrieden sind Sie im Einzelnen?|How satisfied are you in detail?",
            SATISFIED,
            "freundlich=Freundlichkeit|Friendliness",
            "verstaendlich=Verständliche Auskunft|Clear information",
            "wartezeit=Wartezeit|Waiting time",
            "ergebnis=Ergebnis|Outcome",
        ),
    ),
    page(
        "Wie es war|How it was",
        multiple(
            "kanal",
            "Wie hatten Sie mit uns zu tun?|How were you in touch with us?",
            "vor_ort=vor Ort|on site",
            "telefon=am Telefon|by phone",
            "mail=per E-Mail|by e-mail",
            "netz=auf unserer Internetseite|on our website",
        ),
        ask("yes_no", "erledigt", "Ist Ihr Anliegen erledigt?|Has your matter been settled?"),
        ask(
            "short_text",
            "offen",
            "Was ist noch offen?|What is still open?",
            show_if='erledigt == "N"',
        ),
        RECOMMEND,
    ),
    page("Über Sie|About you", AGE, ANYTHING),
)


DAYCARE = survey(
    "Kita: Was brauchen Familien?|Day care: what do families need?",
    "Wir planen die Kita-Plätze der nächsten Jahre. Bitte antworten Sie für Ihr jüngstes Kind."
    "|We are planning day care for the coming years. Please answer for your youngest child.",
    THANKS,
    page(
        "Ihr Kind|Your child",
        single(
            "kind_alter",
            "Wie alt ist Ihr Kind?|How old is your child?",
            "u1=unter 1 Jahr|under 1",
            "u3=1 bis 2 Jahre|1 to 2",
            "u6=3 bis 5 Jahre|3 to 5",
            "ab6=6 Jahre oder älter|6 or older",
            required="yes",
        ),
        ask(
            "yes_no",
            "in_kita",
            "Geht Ihr Kind in eine Kita?|Does your child go to day care?",
            required="yes",
        ),
        single(
            "warum_nicht",
            "Warum geht Ihr Kind nicht in eine Kita?|Why does your child not go to day care?",
            "kein_platz=Wir haben keinen Platz bekommen.|We did not get a place.",
            "spaeter=Wir möchten erst später.|We want to start later.",
            "anders=Unser Kind wird anders betreut.|Our child is looked after elsewhere.",
            other=OTHER,
            show_if='in_kita == "N"',
        ),
    ),
    page(
        "Betreuung|Care",
        ask(
            "matrix",
            "zeiten",
            "Wann brauchen Sie Betreuung?|When do you need care?",
            cell="multiple",
            rows=rows(
                "mo=Montag|Monday",
                "di=Dienstag|Tuesday",
                "mi=Mittwoch|Wednesday",
                "do=Donnerstag|Thursday",
                "fr=Freitag|Friday",
            ),
            columns=[
                {"code": 1, "name": "frueh", "text": {"de": "vor 8 Uhr", "en": "before 8"}},
                {
                    "code": 2,
                    "name": "vormittag",
                    "text": {"de": "8 bis 12 Uhr", "en": "8 to 12"},
                },
                {
                    "code": 3,
                    "name": "nachmittag",
                    "text": {"de": "12 bis 16 Uhr", "en": "12 to 4"},
                },
                {"code": 4, "name": "spaet", "text": {"de": "nach 16 Uhr", "en": "after 4"}},
            ],
        ),
        matrix(
            "urteil",
            "Stimmen diese Sätze für Ihre Kita?|Are these sentences true for your day care?",
            AGREE,
            "wohl=Mein Kind geht gern hin.|My child likes to go there.",
            "team=Das Team nimmt sich Zeit.|The team takes its time.",
            "essen=Das Essen ist gut.|The food is good.",
            "info=Ich werde gut informiert.|I am kept well informed.",
            show_if='in_kita == "Y"',
        ),
        single(
            "weg",
            "Wie lange dürfen Sie zur Kita höchstens unterwegs sein?"
            "|How long may the way to day care take at most?",
            "m5=5 Minuten|5 minutes",
            "m10=10 Minuten|10 minutes",
            "m20=20 Minuten|20 minutes",
            "egal=Das ist nicht so wichtig.|That is not so important.",
        ),
    ),
    page("Zum Schluss|Finally", DISTRICT, ANYTHING),
)
