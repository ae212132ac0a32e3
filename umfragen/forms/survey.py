"""Forms around a survey's questions: new ones, pages, options, frame, dates, access."""

from wtforms import (
    BooleanField,
    DateField,
    FileField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than stubs
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from kern.i18n import _l
from kern.web import Form
from kern.web.uploads import PictureField
from umfragen import rules
from umfragen.forms.questions import CommaField
from umfragen.models import Level

MISSING = _l("Bitte füllen Sie dieses Feld aus.")
TIME = ["%H:%M", "%H:%M:%S"]


class NewForm(Form):
    title = StringField(
        _l("Titel"),
        [Optional(), Length(max=300)],
        description=_l("Leer: wie in der Vorlage. Die Adresse entsteht daraus."),
    )
    scope = SelectField(_l("Gehört zu"), coerce=int)
    template = RadioField(_l("Womit möchten Sie beginnen?"), default="")


class ImportForm(Form):
    file = FileField(
        _l("Datei"),
        description=_l(
            "LimeSurvey (.lss, .lsg, .lsq, .lsa), XLSForm aus Excel oder unsere eigene (.json),"
            " höchstens 32 MB. Antworten in der Datei bleiben außen vor."
        ),
    )
    scope = SelectField(_l("Gehört zu"), coerce=int)


class NewQuestionForm(Form):
    kind = RadioField(_l("Welche Art von Frage?"))
    text = TextAreaField(
        _l("Frage"), [Optional(), Length(max=10_000)], description=_l("Ändern geht jederzeit.")
    )
    bank = SelectField(
        _l("Oder fertig aus dem Vorrat"),
        [Optional()],
        description=_l("Deutsch und Englisch, mit Antworten."),
    )


class PartForm(Form):
    stand = HiddenField()
    name = StringField(
        _l("Kürzel"),
        [DataRequired(MISSING)],
        description=_l("So heißt die Antwort in Bedingungen und Ausgaben."),
    )
    exclusive = BooleanField(_l("Schließt die anderen Antworten aus"))
    stays = BooleanField(_l("Bleibt beim Mischen an ihrem Platz"))
    score = CommaField(_l("Punkte"), [Optional()], description=_l("Für Rechnungen mit .value."))


class PartsForm(Form):
    """The texts of the list and what is ticked are read beside it."""

    stand = HiddenField()
    pasted = TextAreaField(
        _l("Mehrere auf einmal einfügen"),
        [Optional(), Length(max=60_000)],
        description=_l(
            "Eine je Zeile, auch aus Word oder Excel. Was es schon gibt, kommt nicht doppelt."
        ),
    )


class PageForm(Form):
    stand = HiddenField()
    title = StringField(_l("Titel der Seite"), [Optional()])
    text = TextAreaField(_l("Text über den Fragen"), [Optional()])
    shuffle = BooleanField(_l("Fragen dieser Seite für jeden Menschen neu mischen"))
    block = StringField(
        _l("Block zum Mischen"),
        [Optional()],
        description=_l(
            "Seiten mit demselben Namen tauschen für jeden Menschen die Plätze. Leer: Die Seite"
            " bleibt, wo sie ist."
        ),
    )


class QuotaForm(Form):
    """Who counts is read beside it."""

    stand = HiddenField()
    name = StringField(
        _l("Name der Quote"),
        [DataRequired(MISSING), Length(max=100)],
        description=_l("Nur für Sie, zum Beispiel: Unter 18, Nord."),
    )
    limit = IntegerField(
        _l("Höchstens so viele Menschen"),
        [
            InputRequired(_l("Bitte eine ganze Zahl.")),
            NumberRange(min=0, max=10_000_000, message=_l("Bitte eine Zahl ab 0.")),
        ],
    )
    act = RadioField(
        _l("Wenn die Quote voll ist"),
        choices=[
            SelectChoice("end", _l("bedanken und keine Antworten mehr annehmen")),
            SelectChoice("count", _l("nur mitzählen, alle dürfen weiter antworten")),
        ],
    )
    text = TextAreaField(
        _l("Was Menschen dann lesen"),
        [Optional(), Length(max=500)],
        description=_l(
            "Leer: „Aus Ihrer Gruppe haben schon genug Menschen geantwortet. Vielen Dank.“"
        ),
    )
    active = BooleanField(_l("Die Quote gilt"))


class FrameForm(Form):
    """What people read before and after the questions, and who stands behind the survey."""

    stand = HiddenField()
    title = StringField(_l("Titel"), [DataRequired(MISSING)])
    welcome = TextAreaField(
        _l("Begrüßung"),
        [Optional()],
        description=_l("Worum geht es, und was geschieht mit den Antworten?"),
    )
    thanks = TextAreaField(_l("Dank nach dem Absenden"), [Optional()])
    slug = StringField(
        _l("Adresse"),
        [DataRequired(MISSING), Length(max=rules.MAX_SLUG)],
        description=_l("Der letzte Teil der Adresse. Nach dem Öffnen bleibt er fest."),
    )
    office = StringField(_l("Zuständige Stelle"), [Optional(), Length(max=120)])
    contact = StringField(
        _l("Kontakt für Fragen"),
        [Optional(), Length(max=300)],
        description=_l("Name, Telefon oder E-Mail."),
    )
    paper_hint = StringField(
        _l("Ohne Internet teilnehmen"),
        [Optional(), Length(max=500)],
        description=_l("Zum Beispiel: Bögen aus Papier liegen in der Bücherei."),
    )
    minutes = IntegerField(
        _l("Dauer in Minuten"),
        [Optional()],
        description=_l("Leer: Wir schätzen sie aus den Fragen."),
    )
    is_listed = BooleanField(_l("In der Liste der Umfragen zeigen"))


class LookForm(Form):
    accent = StringField(
        _l("Farbe der Knöpfe und Balken"),
        [Optional(), Length(max=7)],
        render_kw={"maxlength": 7, "placeholder": "#43600c"},
        description=_l(
            "Zum Beispiel #43600c. Leer: die Farbe des Ortes. Für die dunkle Ansicht hellen wir"
            " sie auf."
        ),
    )
    logo = PictureField(
        _l("Logo"),
        description=_l("Steht klein über dem Titel. PNG, JPEG oder WebP, höchstens 10 MB."),
        render_kw={"accept": "image/png,image/jpeg,image/webp"},
    )
    logo_alt = StringField(
        _l("Was auf dem Logo steht"),
        [Optional(), Length(max=200)],
        description=_l("Für Menschen, die es nicht sehen, zum Beispiel: Stadtwerke Lindenau."),
    )
    without_logo = BooleanField(_l("Logo wegnehmen"))


class DatesForm(Form):
    opens_on = DateField(_l("Beginnt am"), [Optional()], description=_l("Leer: beim Öffnen."))
    opens_time = TimeField(
        _l("Uhrzeit des Beginns"), [Optional()], format=TIME, description=_l("Leer: ab 0 Uhr.")
    )
    closes_on = DateField(_l("Endet am"), [Optional()])
    closes_time = TimeField(
        _l("Uhrzeit des Endes"),
        [Optional()],
        format=TIME,
        description=_l("Leer: Der ganze Tag zählt, bis 24 Uhr."),
    )
    grace = BooleanField(_l("Wer vor dem Ende begonnen hat, darf noch 15 Minuten lang absenden"))
    four_eyes = BooleanField(_l("Vier Augen: Eine zweite Person muss dem Öffnen zustimmen"))


class ExtendForm(Form):
    closes_on = DateField(_l("Neues Ende"), [InputRequired(_l("Bitte geben Sie einen Tag an."))])
    closes_time = TimeField(
        _l("Uhrzeit"),
        [Optional()],
        format=TIME,
        description=_l("Leer: Der ganze Tag zählt, bis 24 Uhr."),
    )
    reason = StringField(
        _l("Warum?"),
        [DataRequired(MISSING), Length(max=rules.MAX_REASON)],
        description=_l("Alle können das lesen."),
    )


class PublishForm(Form):
    note = StringField(
        _l("Was ist anders?"),
        [Optional(), Length(max=rules.MAX_NOTE)],
        description=_l("Ein Satz, den alle lesen können."),
    )
    same_meaning = BooleanField(_l("Der Sinn der geänderten Fragen bleibt derselbe."))


class AccessForm(Form):
    level = RadioField(
        _l("Wie oft kann man antworten?"),
        coerce=int,
        choices=[SelectChoice(level.value, rules.LEVEL_SENTENCES[level]) for level in Level],
    )
    sampling = RadioField(
        _l("Wer wird gefragt?"),
        choices=[
            SelectChoice(way.value, sentence) for way, sentence in rules.SAMPLING_SENTENCES.items()
        ],
    )
    population_n = IntegerField(
        _l("Wie viele Menschen sind es insgesamt?"),
        [Optional(), NumberRange(min=1, max=rules.MAX_POPULATION)],
        description=_l("Nur bei einer Auswahl oder wenn Sie alle fragen."),
    )
    k_total = IntegerField(_l("Ergebnisse erst ab so vielen Antworten"), [InputRequired(MISSING)])
    k_min = IntegerField(
        _l("Gruppen unter dieser Größe bleiben verborgen"), [InputRequired(MISSING)]
    )
    public_texts = SelectMultipleField(
        _l("Antworten in eigenen Worten, die wir veröffentlichen möchten"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_l(
            "Sie kommen einzeln an den Prüfplatz. Öffentlich wird nur, was dort freigegeben ist."
        ),
    )


class CodesForm(Form):
    stratum = StringField(
        _l("Gruppe"),
        [Optional(), Length(max=40)],
        description=_l("Zum Beispiel ein Stadtteil. Nie ein Name."),
    )
    count = IntegerField(
        _l("Wie viele Codes?"),
        [
            InputRequired(MISSING),
            NumberRange(min=1, max=20_000, message=_l("Bitte eine Zahl von 1 bis 20.000.")),
        ],
    )


class ReminderForm(Form):
    codes = TextAreaField(
        _l("Ihre Codes"),
        [DataRequired(_l("Bitte kopieren Sie die Codes hierher.")), Length(max=2_000_000)],
        description=_l("Die Spalte „Code“ Ihrer Liste oder die ganze Liste."),
    )


class ConditionForm(Form):
    """The rows of the condition are read beside it."""

    stand = HiddenField()
    source = TextAreaField(_l("Ausdruck"), [Optional(), Length(max=2_000)])


class LanguageForm(Form):
    """The texts of the table are read beside it."""

    stand = HiddenField()
