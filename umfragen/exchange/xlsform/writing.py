"""A definition as an XLSForm: every page a group, every row and cell of a table a question."""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kern.later import Later
from umfragen.definition import Definition, Option, Required, Text
from umfragen.definition.questions import (
    AnyQuestion,
    Cell,
    Clock,
    Computed,
    Contact,
    Display,
    Format,
    Matrix,
    Multiple,
    Number,
    NumberList,
    Place,
    Ranking,
    Scale,
    Shape,
    Single,
    Slider,
    When,
    YesNo,
)
from umfragen.engine.piping import Place as Spot
from umfragen.engine.piping import pieces_of
from umfragen.engine.plan import make_plan
from umfragen.engine.variables import choices_of
from umfragen.exchange.archives import read_archive
from umfragen.exchange.companion import companion
from umfragen.exchange.report import Entry, Loss, Note, Refused, Report, echo, unique
from umfragen.exchange.workbooks import MAX_CELL, read_xlsx
from umfragen.exchange.xlsform.forms import COMPANION, NAMES
from umfragen.exchange.xlsform.paths import Paths, quoted
from umfragen.exchange.xlsform.reading import read_workbook
from umfragen.exchange.xlsform.xpath import NotPossible

if TYPE_CHECKING:
    import xlsxwriter
else:
    xlsxwriter = Later("xlsxwriter")

Line = dict[str, str]
CHUNK = 30_000  # characters of our own document in one cell
TEXTS = ("label", "hint", "required_message", "constraint_message")
COLUMNS = ("type", "name", "relevant", "required", "constraint", "calculation", "appearance",
           "parameters")  # fmt: skip
SHAPES = {Shape.POINT: "geopoint", Shape.LINE: "geotrace", Shape.AREA: "geoshape"}
CLOCKS = {Clock.DATE: "date", Clock.TIME: "time", Clock.BOTH: "dateTime"}
PLAIN: Mapping[str, Line] = {
    "long_text": {"type": "text", "appearance": "multiline"},
    "files": {"type": "file"},
    "consent": {"type": "acknowledge"},
    "info": {"type": "note"},
}
EMAIL, PHONE = r"[^@\s]+@[^@\s]+\.[^@\s]+", r"[0-9 +()/.-]{4,25}"


def write_form(definition: Definition) -> tuple[bytes, Report]:
    """The workbook, and what XLSForm cannot say. Reading it back gives the same definition."""
    lines, choices, report = _Writing(definition).written()
    plain = _workbook(definition, lines, choices, "")
    try:
        without = read_workbook(read_xlsx(read_archive(plain))).definition
    except Refused:  # no question yet
        return plain, report
    return _workbook(definition, lines, choices, companion(definition, without)), report


class _Writing:
    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.plan = make_plan(definition)
        self.paths = Paths(self.plan)
        self.lines: list[Line] = []
        self.choices: list[Line] = []
        self.notes: list[Note] = []

    def written(self) -> tuple[list[Line], list[Line], Report]:
        entries = []
        for at, page in enumerate(self.definition.pages, 1):
            group = {"type": "begin_group", "name": f"seite_{at}", "appearance": "field-list"}
            self.lines.append(group | self.texts(label=page.title) | self.shown_if(page.show_if))
            if page.text:
                note = {"type": "note", "name": f"seite_{at}_text"}
                self.lines.append(note | self.texts(label=page.text))
            page_notes, self.notes = self.notes, []
            for question in page.questions:
                self.question(question)
                entries.append(Entry(question.name, unique(self.notes)))
                self.notes = []
            self.lines.append({"type": "end_group", "name": ""})
            self.notes = page_notes
        if self.definition.quotas:
            self.notes.append(Note("Quoten kennt ein XLSForm nicht."))
        return self.lines, self.choices, Report(tuple(entries), unique(self.notes))

    # Texts and expressions

    def texts(self, **texts: Text) -> Line:
        """`label::de (de)` and so on, in every language."""
        found = {}
        for column, text in texts.items():
            for language in self.definition.languages:
                said = self.said(text.say(language, self.definition.language))
                if said:
                    found[_header(column, language)] = said
        return found

    def said(self, text: str) -> str:
        return "".join(
            self.place(piece) if isinstance(piece, Spot) else piece for piece in pieces_of(text)
        )

    def place(self, spot: Spot) -> str:
        """An answer in a text; XLSForm has only whole questions there."""
        try:
            source = self.paths.write(spot.source.removesuffix(".shown"))
        except NotPossible:
            source = ""
        if source.startswith("${") and source.endswith("}") and source.count("{") == 1:
            return source
        self.notes.append(Loss("Im Text entfällt {%(source)s}.", source=echo(spot.source)))
        return "…"

    def expression(self, source: str) -> str:
        try:
            return self.paths.write(source)
        except NotPossible as error:
            self.notes += [Loss("Der Ausdruck %(source)s entfällt.", source=echo(source)), error]
            return ""

    def shown_if(self, *sources: str) -> Line:
        found = [self.expression(source) for source in sources if source not in {"", "1"}]
        kept = [source for source in found if source]
        joined = kept[0] if len(kept) == 1 else " and ".join(f"({one})" for one in kept)
        return {"relevant": joined} if joined else {}

    # Questions

    def question(self, question: AnyQuestion) -> None:
        if question.required is Required.SOFT:
            self.notes.append(Note("„Bitte noch einmal fragen“ kennt ein XLSForm nicht."))
        match question:
            case Matrix() | NumberList():
                self.rows(question)
            case Single() | Multiple() | Ranking() | YesNo() | Scale():
                self.choice(question)
            case _:
                self.lines.append(self.common(question) | self.field(question))

    def common(self, question: AnyQuestion, *more: str) -> Line:
        shown = "0" if question.retired else question.show_if
        line = {"name": question.name} | self.shown_if(shown, *more)
        if question.required is Required.YES:
            line["required"] = "yes"
        if question.check:
            self.notes.append(Loss("Die Prüfung der Antwort kommt nicht mit."))
        return line | self.texts(
            label=question.text or Text.of(question.name),  # a form is refused without one
            hint=question.help,
            required_message=question.required_text,
            constraint_message=question.check_text,
        )

    def list_of(self, name: str, options: Sequence[tuple[str, Text]]) -> None:
        for code, text in options:
            self.choices.append({"list_name": name, "name": code} | self.texts(label=text))

    def offered(self, options: Sequence[Option]) -> list[tuple[str, Text]]:
        if any(option.show_if for option in options):
            self.notes.append(Loss("Bedingungen einzelner Antworten kommen nicht mit."))
        live = [option for option in options if not option.retired] or list(options)
        return [(option.name, option.text) for option in live]

    def choice(self, question: Single | Multiple | Ranking | YesNo | Scale) -> None:
        kinds = {"multiple": "select_multiple", "ranking": "rank"}
        line = {"type": f"{kinds.get(question.KIND, 'select_one')} {question.name}"}
        if isinstance(question, Scale):
            ends = {question.low: question.low_text, question.high: question.high_text}
            steps = range(question.low, question.high + 1)
            self.list_of(question.name, [(str(s), _step(s, ends.get(s))) for s in steps])
        elif isinstance(question, YesNo):
            options = choices_of(question).values()
            self.list_of(question.name, [(choice.name, choice.text) for choice in options])
        else:
            self.list_of(question.name, self.offered(question.options))
            if question.shuffle:
                line["parameters"] = "randomize=true"
        if isinstance(question, Multiple | Ranking):
            line |= _constraint("count-selected(.)", question.least or None, question.most)
        if isinstance(question, Single | Multiple):
            if question.other:
                line["type"] += " or_other"
            if question.display is Display.DROPDOWN:
                line["appearance"] = "minimal"
        self.lines.append(self.common(question) | line)
        if isinstance(question, Single | Multiple) and question.remark:
            remark = {"type": "text", "name": f"{question.name}_comment"}
            self.lines.append(remark | self.texts(label=question.remark.text or question.text))

    def rows(self, question: Matrix | NumberList) -> None:
        """A question for each row, or each cell, with the text of the table before them."""
        self.notes.append(Note("Die Zeilen der Tabelle sind dort einzelne Fragen."))
        head = self.common(question) | {"type": "note", "name": f"{question.name}_text"}
        required = head.pop("required", "")
        self.lines.append(head)
        if isinstance(question, Matrix) and question.cell in {Cell.SINGLE, Cell.MULTIPLE}:
            self.list_of(question.name, self.offered(question.columns))
        for row in question.rows:
            if row.retired:
                continue
            base = self.shown_if(question.show_if, row.show_if)
            if required:
                base["required"] = required
            for line in self.cells(question, f"{question.name}_{row.name}", row.text):
                self.lines.append(base | line)

    def cells(self, question: Matrix | NumberList, name: str, text: Text) -> Iterator[Line]:
        bounds = _constraint(".", question.low, question.high)
        if isinstance(question, NumberList):
            line = {"type": _figure(question.decimals), "name": name}
            yield line | self.texts(label=text) | bounds
            return
        kinds = {Cell.SINGLE: "select_one", Cell.MULTIPLE: "select_multiple"}
        if question.cell in kinds:
            kind = f"{kinds[question.cell]} {question.name}"
            yield {"type": kind, "name": name} | self.texts(label=text)
            return
        kind = _figure(question.decimals) if question.cell is Cell.NUMBER else "text"
        for column in question.columns:
            both = {
                language: f"{text.say(language)} – {column.text.say(language)}"
                for language in self.definition.languages
            }
            line = {"type": kind, "name": f"{name}_{column.name}"}
            yield (
                line
                | self.texts(label=Text.of(both))
                | _constraint(".", question.low, question.high)
            )

    def field(self, question: AnyQuestion) -> Line:  # noqa: PLR0911 - one per kind
        """What a question without parts needs beyond what all have."""
        match question:
            case Number():
                bounds = _constraint(".", question.low, question.high)
                return {"type": _figure(question.decimals)} | bounds
            case Slider():
                span = f"start={question.low:g} end={question.high:g} step={question.step:g}"
                return {"type": "range", "parameters": span}
            case Contact():
                return {"type": "text", "constraint": f"regex(., {_quoted(_pattern(question))})"}
            case Computed():
                formula = self.expression(question.formula) or "''"
                return {"type": "calculate", "calculation": formula}
            case When():
                return {"type": CLOCKS[question.clock]}
            case Place():
                return {"type": SHAPES[question.shape]}
        return dict(PLAIN.get(question.KIND, {"type": "text"}))


def _figure(decimals: int) -> str:
    return "decimal" if decimals else "integer"


def _step(step: int, text: Text | None) -> Text:
    words = {language: f"{step} – {said}" for language, said in text or Text()}
    return Text.of(words or str(step))


def _constraint(what: str, low: float | None, high: float | None) -> Line:
    parts = [
        f"{what} {sign} {bound:g}"
        for sign, bound in ((">=", low), ("<=", high))
        if bound is not None
    ]
    return {"constraint": " and ".join(parts)} if parts else {}


def _pattern(question: Contact) -> str:
    own = question.pattern.strip("/")
    return {Format.EMAIL: EMAIL, Format.PHONE: PHONE, Format.PATTERN: own}[question.format]


def _quoted(text: str) -> str:
    try:
        return quoted(text)
    except NotPossible:
        return quoted(text.replace("'", "."))


def _header(column: str, language: str) -> str:
    name = next((name.capitalize() for name, code in NAMES.items() if code == language), language)
    return f"{column}::{name} ({language})"


# The workbook


def _workbook(
    definition: Definition, lines: Sequence[Line], choices: Sequence[Line], beside: str
) -> bytes:
    languages = definition.languages
    survey = [*COLUMNS, *(_header(column, tag) for column in TEXTS for tag in languages)]
    listed = ["list_name", "name", *(_header("label", tag) for tag in languages)]
    settings: Mapping[str, str] = {
        "form_title": definition.title.say(definition.language),
        "form_id": "umfrage",
        "default_language": _header("", definition.language).removeprefix("::"),
    }
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        _sheet(book, "survey", survey, lines)
        _sheet(book, "choices", listed, choices)
        _sheet(book, "settings", list(settings), [dict(settings)])
        if beside:
            sheet = book.add_worksheet(COMPANION)
            for at in range(0, len(beside), CHUNK):
                sheet.write_string(at // CHUNK, 0, beside[at : at + CHUNK])
    return out.getvalue()


def _sheet(book: Any, name: str, columns: Sequence[str], lines: Sequence[Line]) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(columns) - 1, 24)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column)
    for at, line in enumerate(lines, 1):
        for place, column in enumerate(columns):
            if line.get(column):
                sheet.write_string(at, place, line[column][:MAX_CELL])
