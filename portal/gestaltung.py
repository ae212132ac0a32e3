"""The living page of components, and the style sheet of a town's own colours."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    DecimalField,
    EmailField,
    FileField,
    Form,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Email, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from kern.clock import now
from kern.colours import style_sheet
from kern.i18n import _l
from kern.settings import town_settings
from kern.web.forms import OpenForm
from wiki.rendering import (
    Block,
    DifferenceView,
    Fold,
    Frame,
    Nobody,
    difference_view,
    render_page,
    rendered_difference,
)

blueprint = Blueprint("gestaltung", __name__)

YEAR_IN_SECONDS = 31_536_000
MISSING = _l("Bitte füllen Sie dieses Feld aus.")
CHOOSE = _l("Bitte wählen Sie eine Antwort.")
WAYS = {"mail": "Mit E-Mail", "ohne": "Ohne E-Mail"}
PARTS = {"": "Ganz Lindenau", "hafen": "Hafen", "nord": "Nordstadt"}
INTERESTS = {"weg": "Wege", "gruen": "Grün", "licht": "Licht"}


class SampleForm(OpenForm):
    """One field of every kind that a page may ask with."""

    name = StringField(_l("Name"), [Length(max=80)])
    text = TextAreaField(_l("Ihr Beitrag"), [DataRequired(MISSING), Length(max=500)])
    email = EmailField(
        _l("E-Mail"), [DataRequired(MISSING), Email(_l("Es fehlt der Teil nach dem @."))]
    )
    password = PasswordField(
        _l("Passwort"), [DataRequired(MISSING)], render_kw={"autocomplete": "new-password"}
    )
    part = SelectField(_l("Stadtteil"), choices=PARTS)
    way = RadioField(
        _l("Wie möchten Sie schreiben?"), [InputRequired(CHOOSE)], choices=WAYS, default=""
    )
    interests = SelectMultipleField(
        _l("Worum geht es?"),
        choices=INTERESTS,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    agreed = BooleanField(_l("Mein Name darf beim Beitrag stehen"), [InputRequired(MISSING)])
    day = DateField(_l("Tag"), [DataRequired(_l("Bitte geben Sie einen Tag an."))])
    opens = DateTimeLocalField(_l("Beginn"), [DataRequired(MISSING)], format="%Y-%m-%dT%H:%M")
    picture = FileField(_l("Bild"), [DataRequired(_l("Bitte wählen Sie eine Datei."))])


class PointForm(Form):
    lat = DecimalField(_l("Breite"))
    lon = DecimalField(_l("Länge"))


class Phase(NamedTuple):
    title: str
    when: str
    state: str


class Place(NamedTuple):
    title: str
    href: str
    note: str
    lat: float
    lon: float


class Waiting(NamedTuple):
    title: str
    href: str
    subject: str
    waiting: str
    note: str
    is_current: bool
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """What the examples are made of; they are texts of an invented town and stay German."""

    now: datetime
    empty: SampleForm
    refused: SampleForm
    point: PointForm
    phases: tuple[Phase, ...]
    places: tuple[Place, ...]
    queue: tuple[Waiting, ...]
    short: Markup
    long: Markup
    answer: Markup
    formatted: Markup
    page_text: Markup
    difference: DifferenceView
    beside: tuple[Block | Fold, ...]

    def ago(self, **span: int) -> datetime:
        return self.now - timedelta(**span)

    def page(self, number: int) -> str:
        return f"#seite-{number}"

    def ahead(self, **span: int) -> datetime:
        return self.now + timedelta(**span)


PHASES = (
    Phase("Wünsche sammeln", "März bis Mai 2026", "done"),
    Phase("Strecken prüfen", "Juni bis Oktober 2026", "done"),
    Phase("Strecke wählen", "bis 5. Dezember 2026", "now"),
    Phase("Rat entscheidet", "26. Januar 2027", "next"),
    Phase("Bauen", "ab Sommer 2027", "next"),
)
PLACES = (
    Place("Radweg an der Kaimauer", "#karte", "Diskussion, noch 12 Tage", 54.1702, 10.4221),
    Place("Spielplatz Ahornweg", "#karte", "Umfrage, noch 3 Tage", 54.1741, 10.4312),
    Place("Schulweg Nordstraße", "#karte", "Hinweise, noch 5 Wochen", 54.1768, 10.4187),
)
SHAPES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {},
            "geometry": {
                "type": "LineString",
                "coordinates": [[10.4171, 54.1689], [10.4221, 54.1702], [10.4298, 54.1711]],
            },
        }
    ],
}
CENTER = (54.172, 10.425)
QUEUE = (
    Waiting(
        "Cem Yildiz",
        "#tisch",
        "Am Wasser oder hinter den Schuppen?",
        "19 Std.",
        "Telefonnummer im Text?",
        is_current=True,
        is_late=True,
    ),
    Waiting("Jemand ohne Konto", "#tisch", "Spielplatz Ahornweg", "17 Std.", "", is_current=False),
    Waiting("Jugendbeirat", "#tisch", "Schulweg Nordstraße", "3 Std.", "", is_current=False),
)
SHORT = Markup("<p>Am Wasser sehe ich andere Menschen, das ist mir wichtig.</p>")
LONG = Markup(
    "<p>Ich bin 74 und fahre jeden Tag zum Markt. Hinter den Schuppen ist es im Winter"
    " stockdunkel.</p><p>Ein Geländer braucht es trotzdem, bei Ostwind drückt es einen Richtung"
    " Kante.</p>"
)
ANSWER = Markup(
    "<p>Wir haben nachgemessen: Am Kran bleiben 3,10 Meter. Rad- und Fußweg passen nebeneinander,"
    " wenn das Geländer um 40 Zentimeter versetzt wird.</p>"
)
FORMATTED = Markup(
    "<p>Drei Dinge fehlen mir am <strong>Hafen</strong>:</p>"
    "<ol><li>Licht ab <em>16 Uhr</em></li><li>eine Bank</li></ol>"
    "<blockquote><p>Die Kaimauer bleibt unter Denkmalschutz.</p></blockquote>"
    "<table><thead><tr><th>Weg</th><th>Breite</th></tr></thead>"
    "<tbody><tr><td>am Wasser</td><td>3,10 m</td></tr></tbody></table>"
    '<p>Mehr steht im <a href="#text">Gutachten</a>, Abschnitt <code>4.2</code>.</p>'
)


PAGE_BEFORE = """Die Kaimauer begrenzt seit 1884 den alten Hafen.[^1]

Bis 1880 wurden Schiffe am offenen Ufer entladen.

1962 wurde der Hafenkran auf die Mauer gesetzt.

Der Granit kam auf Lastkähnen aus dem Steinbruch bei Hohenfelde.

::: hinweis
Die Mauer steht unter Denkmalschutz.
:::

[^1]: Stadtarchiv, Bauakte 1882/14.
"""
PAGE_AFTER = """Die Kaimauer begrenzt seit 1884 den alten Hafen.[^1]

Der Granit kam auf Lastkähnen aus dem Steinbruch bei [[Hohenfelde]].

Bis 1880 wurden Schiffe am offenen Ufer entladen.

1957 wurde der Hafenkran auf die Mauer gesetzt.

::: hinweis
Die Mauer steht unter Denkmalschutz.
:::

::: achtung Glatteis
Im Winter wird hier nicht gestreut.
:::

::: tipp
Am schönsten ist es am Abend.
:::

::: gut zu wissen
Der Kran hebt noch heute Boote.
:::

- [x] Poller gestrichen
- [ ] Bank erneuert

Kaje
: So heißt eine Kaimauer im Nordwesten.

[^1]: Stadtarchiv, Bauakte 1882/14.
"""


def _sample() -> Sample:
    refused = SampleForm(data={"email": "helga.martens@", "part": ""}, prefix="nein")
    refused.validate()
    return Sample(
        now=now(),
        empty=SampleForm(prefix="neu"),
        refused=refused,
        point=PointForm(prefix="ort"),
        phases=PHASES,
        places=PLACES,
        queue=QUEUE,
        short=SHORT,
        long=LONG,
        answer=ANSWER,
        formatted=FORMATTED,
        page_text=Markup(_rendered(PAGE_AFTER)),  # noqa: S704 - the renderer sanitises
        difference=difference_view(PAGE_BEFORE, PAGE_AFTER),
        beside=rendered_difference(_rendered(PAGE_BEFORE), _rendered(PAGE_AFTER)),
    )


def _rendered(source: str) -> str:
    """Of an invented town whose other pages are not written yet."""
    return render_page(source, Nobody(), Frame()).html


@blueprint.get("/gestaltung")
def components() -> ResponseReturnValue:
    return render_template("portal/gestaltung.html", sample=_sample(), shapes=SHAPES, center=CENTER)


@blueprint.get("/gestaltung/farben.css")
def colours() -> ResponseReturnValue:
    """The address carries the revision of the settings, so it may be kept for a year."""
    response = Response(style_sheet(town_settings().values), mimetype="text/css")
    response.cache_control.public = True
    response.cache_control.max_age = YEAR_IN_SECONDS
    response.cache_control.immutable = True
    return response
