"""Forms of the project's office: read, checked at the door, shown again with what was typed."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any, cast

from wtforms import (
    DateField,
    EmailField,
    Field,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than stubs
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, ListWidget

from beteiligung.project import rules
from beteiligung.project.models import Meeting, News, Phase, Project
from beteiligung.project.rules import ACT_LABELS
from beteiligung.project.service.events import MeetingInput
from beteiligung.project.service.page import PlaceCopy
from beteiligung.project.service.phases import PhaseInput
from beteiligung.project.service.writing import Basics
from kern.calendar import NoSuchTime, to_local
from kern.files.models import File
from kern.i18n import _l, say
from kern.scope import Act, Moderation, Visibility
from kern.web import Form
from kern.web.uploads import PdfField, PictureField

MISSING = _l("Bitte füllen Sie dieses Feld aus.")
NO_FILE = _l("Bitte wählen Sie eine Datei.")
TIME = "%H:%M"


class NewForm(Form):
    title = StringField(
        _l("Titel"),
        [DataRequired(MISSING), Length(max=rules.MAX_TITLE)],
        description=_l("Kurz und so, wie man es im Ort nennt: „Radweg an der Kaimauer“."),
    )
    summary = TextAreaField(
        _l("Worum geht es in einem Satz?"),
        [Optional(), Length(max=rules.MAX_SUMMARY)],
        description=_l("Steht unter dem Titel und auf der Karte in der Liste."),
    )


class BasicsForm(NewForm):
    slug = StringField(
        _l("Adresse"),
        [Optional(), Length(max=60)],
        description=_l("Der letzte Teil der Adresse. Nach dem Veröffentlichen bleibt er fest."),
    )
    text = TextAreaField(
        _l("Worum geht es genau?"),
        [Optional(), Length(max=rules.MAX_TEXT)],
        description=_l(
            "Leerzeile: neuer Absatz. **fett**, - Liste, # Überschrift. Kurze Sätze lesen sich"
            " leichter."
        ),
    )
    office = StringField(_l("Zuständige Stelle"), [Optional(), Length(max=120)])
    contact_name = StringField(_l("Ansprechperson"), [Optional(), Length(max=120)])
    contact_phone = TelField(_l("Telefon"), [Optional(), Length(max=40)])
    contact_email = EmailField(_l("E-Mail"), [Optional(), Length(max=254)])
    place = StringField(
        _l("Ort in Worten"),
        [Optional(), Length(max=200)],
        description=_l("Zum Beispiel: Hafenstraße, vom Bahnhof bis zum Strandbad."),
    )
    lat = StringField(_l("Breite"), [Optional()])
    lon = StringField(_l("Länge"), [Optional()])

    @classmethod
    def of(cls, project: Project, place: PlaceCopy | None) -> "BasicsForm":
        point = (place.lat, place.lon) if place else (None, None)
        return cls(
            formdata=None,
            data={
                "title": project.scope.title,
                "slug": project.scope.slug,
                "place": place.label if place else "",
                "lat": _degrees(point[0]),
                "lon": _degrees(point[1]),
            },
            obj=project,
        )

    def validate_contact_email(self, field: Field) -> None:
        text = (field.data or "").strip()
        if text and ("@" not in text or " " in text or text.endswith("@")):
            raise ValidationError(_l("Das sieht nicht wie eine E-Mail-Adresse aus."))

    def validate_lat(self, field: Field) -> None:
        _check_degrees(field, 90, self.lon)

    def validate_lon(self, field: Field) -> None:
        _check_degrees(field, 180, self.lat)

    @property
    def basics(self) -> Basics:
        lat, lon = _number(self.lat.data), _number(self.lon.data)
        return Basics(
            title=self.title.data or "",
            summary=self.summary.data or "",
            text=self.text.data or "",
            office=self.office.data or "",
            contact_name=self.contact_name.data or "",
            contact_phone=self.contact_phone.data or "",
            contact_email=self.contact_email.data or "",
            slug=(self.slug.data or "").strip(),
            place=self.place.data or "",
            point=(lat, lon) if lat is not None and lon is not None else None,
        )


class FrameworkForm(Form):
    decidable = TextAreaField(
        _l("Das können Menschen mitentscheiden"),
        description=_l("Eine Sache je Zeile, zum Beispiel: wo die drei Querungen liegen."),
    )
    fixed = TextAreaField(
        _l("Das steht schon fest"),
        description=_l("Eine Sache je Zeile. Wer das ehrlich sagt, erspart allen Enttäuschung."),
    )
    decider = TextAreaField(
        _l("Wer entscheidet, wann"),
        [Length(max=300)],
        description=_l("Zum Beispiel: Der Stadtrat am 26. Januar 2027, öffentlich."),
    )

    @classmethod
    def of(cls, project: Project) -> "FrameworkForm":
        values = {"decidable": "\n".join(project.decidable), "fixed": "\n".join(project.fixed)}
        return cls(formdata=None, data=values | {"decider": project.decider})

    @property
    def values(self) -> dict[str, Any]:
        return {
            "decidable": (self.decidable.data or "").splitlines(),
            "fixed": (self.fixed.data or "").splitlines(),
            "decider": self.decider.data or "",
        }


class PictureForm(Form):
    picture = PictureField(
        _l("Bild"), description=_l("PNG, JPEG oder WebP, höchstens 10 MB, am besten quer.")
    )
    picture_alt = StringField(
        _l("Was ist zu sehen?"),
        [DataRequired(_l("Bitte sagen Sie in einem Satz, was zu sehen ist.")), Length(max=200)],
        description=_l("Ein Satz für Menschen, die das Bild nicht sehen."),
    )


class PhaseForm(Form):
    title = StringField(_l("Name der Phase"), [DataRequired(MISSING), Length(max=rules.MAX_TITLE)])
    note = StringField(_l("Ein Satz dazu"), [Optional(), Length(max=300)])
    starts_on = DateField(_l("Beginnt am"), [Optional()])
    starts_time = TimeField(
        _l("Uhrzeit des Beginns"),
        [Optional()],
        format=[TIME, "%H:%M:%S"],
        description=_l("Leer: ab 0 Uhr."),
    )
    ends_on = DateField(_l("Endet am"), [Optional()])
    ends_time = TimeField(
        _l("Uhrzeit des Endes"),
        [Optional()],
        format=[TIME, "%H:%M:%S"],
        description=_l("Leer: Der ganze Tag zählt, bis 24 Uhr."),
    )
    acts = SelectMultipleField(
        _l("In dieser Phase können Menschen"),
        choices=[SelectChoice(act.value, label) for act, label in ACT_LABELS.items()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    @classmethod
    def of(cls, phase: Phase) -> "PhaseForm":
        starts = to_local(phase.opens_at) if phase.opens_at else None
        ends = rules.typed_end(phase.closes_at) if phase.closes_at else (None, None)
        return cls(
            formdata=None,
            data={
                "title": phase.title,
                "note": phase.note,
                "starts_on": starts.date() if starts else None,
                "starts_time": _clock(starts),
                "ends_on": ends[0],
                "ends_time": ends[1],
                "acts": phase.acts,
            },
        )

    def validate_starts_on(self, field: Field) -> None:
        _check_pair(field.data, self.starts_time.data, rules.start_of)

    def validate_starts_time(self, _field: Field) -> None:
        _require_day(self.starts_on)

    def validate_ends_on(self, field: Field) -> None:
        _check_pair(field.data, self.ends_time.data, rules.end_of)

    def validate_ends_time(self, _field: Field) -> None:
        _require_day(self.ends_on)

    @property
    def given(self) -> PhaseInput:
        return PhaseInput(
            title=self.title.data or "",
            note=self.note.data or "",
            opens_at=_instant(self.starts_on, self.starts_time, rules.start_of),
            closes_at=_instant(self.ends_on, self.ends_time, rules.end_of),
            acts=[Act(value) for value in self.acts.data or ()],
        )


class NewsForm(Form):
    title = StringField(_l("Überschrift"), [DataRequired(MISSING), Length(max=rules.MAX_TITLE)])
    text = TextAreaField(_l("Text"), [DataRequired(MISSING), Length(max=rules.MAX_NEWS)])

    @classmethod
    def of(cls, news: News) -> "NewsForm":
        return cls(formdata=None, data={"title": news.title, "text": news.text})


class MeetingForm(Form):
    title = StringField(_l("Worum geht es?"), [DataRequired(MISSING), Length(max=rules.MAX_TITLE)])
    place = StringField(
        _l("Treffpunkt"),
        [DataRequired(MISSING), Length(max=200)],
        description=_l("Sagen Sie auch, ob man ohne Stufen hinkommt."),
    )
    note = StringField(_l("Ein Satz dazu"), [Optional(), Length(max=500)])
    starts_on = DateField(_l("Tag"), [DataRequired(_l("Bitte geben Sie einen Tag an."))])
    starts_time = TimeField(
        _l("Beginn"),
        [InputRequired(_l("Bitte geben Sie eine Uhrzeit an."))],
        format=[TIME, "%H:%M:%S"],
    )
    ends_time = TimeField(
        _l("Ende"),
        [Optional()],
        format=[TIME, "%H:%M:%S"],
        description=_l("Leer: nach einer Stunde."),
    )

    @classmethod
    def of(cls, meeting: Meeting) -> "MeetingForm":
        starts = to_local(meeting.starts_at)
        return cls(
            formdata=None,
            data={
                "title": meeting.title,
                "place": meeting.place,
                "note": meeting.note,
                "starts_on": starts.date(),
                "starts_time": _clock(starts),
                "ends_time": _clock(to_local(meeting.ends_at)),
            },
        )

    def validate_starts_time(self, field: Field) -> None:
        if self.starts_on.data is not None:
            _check_pair(self.starts_on.data, field.data, rules.start_of)

    def validate_ends_time(self, field: Field) -> None:
        if self.starts_on.data is None or field.data is None:
            return
        _check_pair(self.starts_on.data, field.data, rules.start_of)
        if self.starts_time.data is not None and field.data <= self.starts_time.data:
            raise ValidationError(_l("Das Ende liegt vor dem Beginn."))

    @property
    def given(self) -> MeetingInput:
        day = cast("date", self.starts_on.data)
        ends: time | None = self.ends_time.data
        return MeetingInput(
            title=self.title.data or "",
            place=self.place.data or "",
            note=self.note.data or "",
            starts_at=rules.start_of(day, self.starts_time.data),
            ends_at=rules.start_of(day, ends) if ends is not None else None,
        )


class DocumentForm(Form):
    document = PdfField(
        _l("PDF"), description=_l("Bis 20 MB, ohne Formulare und Kennwort, am besten barrierefrei.")
    )
    title = StringField(
        _l("Name der Unterlage"),
        [DataRequired(MISSING), Length(max=200)],
        description=_l("So steht sie auf der Seite: „Lageplan beider Strecken“."),
    )

    @classmethod
    def of(cls, file: File) -> "DocumentForm":
        return cls(formdata=None, data={"title": file.title})


class AccessForm(Form):
    visibility = RadioField(
        _l("Wer darf das Projekt lesen?"),
        choices=[
            SelectChoice(Visibility.PUBLIC.value, _l("Alle")),
            SelectChoice(Visibility.INVITED.value, _l("Nur eingeladene Menschen")),
        ],
    )
    moderation = RadioField(
        _l("Wann erscheinen Beiträge?"),
        choices=[
            SelectChoice(Moderation.BEFORE.value, _l("Nach der Prüfung")),
            SelectChoice(
                Moderation.TRUST.value, _l("Nach der Prüfung, bei bekannten Menschen sofort")
            ),
            SelectChoice(Moderation.AFTER.value, _l("Sofort, geprüft wird danach")),
        ],
    )
    trust_after = IntegerField(
        _l("Bekannt ist man nach so vielen freigegebenen Beiträgen"),
        [Optional(), NumberRange(1, rules.MAX_TRUST_AFTER, _l("Bitte eine Zahl von 1 bis 50."))],
    )
    trust_days = IntegerField(
        _l("und wenn in so vielen Tagen keiner abgelehnt wurde"),
        [Optional(), NumberRange(1, rules.MAX_TRUST_DAYS, _l("Bitte eine Zahl von 1 bis 730."))],
    )

    @classmethod
    def of(cls, project: Project) -> "AccessForm":
        keys = ("visibility", "moderation", "trust_after", "trust_days")
        return cls(formdata=None, data={key: getattr(project.scope, key) for key in keys})

    @property
    def values(self) -> dict[str, Any]:
        return {
            "visibility": Visibility(self.visibility.data),
            "moderation": Moderation(self.moderation.data),
            "trust_after": self.trust_after.data,
            "trust_days": self.trust_days.data,
        }


class InviteForm(Form):
    emails = TextAreaField(
        _l("E-Mail-Adressen"),
        [DataRequired(MISSING), Length(max=10_000)],
        description=_l("Eine je Zeile. Alle bekommen eine Nachricht mit einem Link."),
    )

    @property
    def addresses(self) -> list[str]:
        text = (self.emails.data or "").replace(",", "\n").replace(";", "\n")
        return [line.strip() for line in text.splitlines() if line.strip()]


class ResultForm(Form):
    result = TextAreaField(
        _l("Was ist daraus geworden?"),
        [
            DataRequired(_l("Bitte sagen Sie, was daraus geworden ist.")),
            Length(max=rules.MAX_RESULT),
        ],
        description=_l(
            "Was wurde entschieden, von wem, mit welchem Grund? Der erste Satz steht auf der"
            " Startseite."
        ),
    )


AtDay = Callable[[date, time | None], datetime]


def _instant(day: Field, clock: Field, at: AtDay) -> datetime | None:
    return at(day.data, clock.data) if day.data is not None else None


def _require_day(day: Field) -> None:
    if not (day.raw_data or [""])[0]:
        raise ValidationError(_l("Zu dieser Uhrzeit fehlt der Tag."))


def _check_pair(day: date | None, clock: time | None, at: AtDay) -> None:
    """A local time that does not exist is refused where it was typed."""
    if day is None:  # what was typed is no date, which is said already
        return
    try:
        at(day, clock)
    except NoSuchTime as error:
        raise ValidationError(say(error)) from None


def _clock(at: datetime | None) -> time | None:
    return at.time().replace(second=0, microsecond=0) if at else None


def _degrees(value: float | None) -> str:
    return "" if value is None else f"{value:.5f}"


def _number(text: str | None) -> float | None:
    try:
        return float((text or "").strip().replace(",", "."))
    except ValueError:
        return None


def _check_degrees(field: Field, limit: int, other: Field) -> None:
    """For a field that holds something; one degree alone is no place."""
    value = _number(field.data)
    if value is None or not -limit <= value <= limit:
        raise ValidationError(_l("Bitte eine Zahl in Grad, zum Beispiel 54,1702."))
    if not (other.data or "").strip():
        raise ValidationError(_l("Bitte geben Sie Breite und Länge an, oder keine von beiden."))
