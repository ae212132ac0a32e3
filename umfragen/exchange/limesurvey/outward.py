"""Each of our questions as rows of LimeSurvey's tables, as near as it can come."""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape

from kern.text import render
from umfragen.definition import Definition, Option, Required, Row, Text
from umfragen.definition.questions import (
    AnyQuestion,
    Cell,
    Clock,
    Computed,
    Consent,
    Contact,
    Display,
    Files,
    Format,
    LongText,
    Matrix,
    Multiple,
    Number,
    NumberList,
    Place,
    Ranking,
    Scale,
    Shape,
    ShortText,
    Single,
    Slider,
    TotalRule,
    When,
)
from umfragen.engine.piping import MARK, pieces_of, with_marks
from umfragen.engine.piping import Place as Spot
from umfragen.exchange.limesurvey.codes import SLIDER_ROW, AllCodes
from umfragen.exchange.limesurvey.texts import EASY
from umfragen.exchange.report import Loss, Note

Tables = dict[str, list[Mapping[str, str]]]
MANDATORY = {Required.YES: "Y", Required.SOFT: "S", Required.NO: "N"}
FORMATS = {Clock.DATE: "dd.mm.yyyy", Clock.TIME: "HH:MM", Clock.BOTH: "dd.mm.yyyy HH:MM"}
TOTALS = {
    TotalRule.EXACT: "equals_num_value",
    TotalRule.AT_MOST: "max_num_value",
    TotalRule.AT_LEAST: "min_num_value",
}
EMAIL = r"/^[^@\s]+@[^@\s]+\.[^@\s]+$/"
PHONE = r"/^[0-9 +()\/.-]{4,25}$/"
AGREED = Text.of({"de": "Ich stimme zu", "en": "I agree"})
FIVE = (1, 5)

_ONE_PARAGRAPH = re.compile(r"<p>((?:(?!<p>).)*)</p>", re.DOTALL)
# Most texts are words; only the others are worth the millisecond that Markdown takes.
_FORMATTED = re.compile(r"[\\*_`\[\]<>#|~\n]|://|www\.|^\s*(?:[-+]|[0-9]+\.)\s")
_BRACE = re.compile(r"\{(?=\S)")


class Outward:
    """Collects rows; gives out numbers for what has none here."""

    def __init__(self, definition: Definition, codes: AllCodes, tables: Tables, sid: str) -> None:
        self.definition = definition
        self.codes = codes
        self.tables = tables
        self.sid = sid
        used = [0, definition.last_key, *codes.plan.items, *codes.plan.pages, *codes.plan.order]
        self.last = max(used)
        self.answers = 0
        self.groups: dict[int, str] = {}  # of each question

    def number(self) -> str:
        self.last += 1
        return str(self.last)

    def add(self, table: str, **row: str) -> None:
        self.tables.setdefault(table, []).append(row)

    # Texts

    def languages(self) -> Iterator[tuple[str, str]]:
        """Our word for each language, and LimeSurvey's."""
        there = {here: name for name, here in EASY.items()}
        for language in self.definition.languages:
            yield language, there.get(language, language)

    def spoken(self, line: Text, body: Text) -> Iterator[tuple[str, str, str]]:
        for here, there in self.languages():
            yield there, self.line(line, here), self.body(body, here)

    def _said(self, text: Text, language: str) -> str:
        here = EASY.get(language, language)
        return text.say(here, self.definition.language)

    def body(self, text: Text, language: str) -> str:
        """HTML, with places for answers."""
        said = self._said(text, language)
        if not said:
            return ""
        marked = with_marks(said)
        html = _braced(
            render(marked).html if _FORMATTED.search(marked) else escape(marked, quote=False)
        )
        alone = _ONE_PARAGRAPH.fullmatch(html)
        return self._placed(alone[1] if alone else html, said)

    def line(self, text: Text, language: str) -> str:
        said = self._said(text, language)
        return self._placed(_braced(escape(with_marks(said), quote=False)), said)

    def _placed(self, html: str, said: str) -> str:
        spots = [piece for piece in pieces_of(said) if isinstance(piece, Spot)]

        def put(found: re.Match[str]) -> str:
            source = self.codes.expression(spots[int(found[1])].source)
            return "{" + escape(source, quote=False) + "}"

        return MARK.sub(put, html)

    # Rows

    def question(
        self, question: AnyQuestion, kind: str, gid: int, order: int, *, other: bool = False
    ) -> None:
        shown = "0" if question.retired else self.codes.expression(question.show_if) or "1"
        self.groups[question.key] = str(gid)
        self.add(
            "questions",
            qid=str(question.key),
            parent_qid="0",
            sid=self.sid,
            gid=str(gid),
            type=kind,
            title=self.codes[question].title,
            preg=_pattern(question),
            other="Y" if other else "N",
            mandatory=MANDATORY[question.required],
            question_order=str(order),
            scale_id="0",
            same_default="0",
            relevance=shown,
            encrypted="N",
            modulename="",
            same_script="0",
        )
        for there, _, text in self.spoken(Text(), question.text):
            self.add(
                "question_l10ns",
                qid=str(question.key),
                question=text,
                help=self.body(question.help, there),
                script="",
                language=there,
            )
        self.attribute(question, "hidden", "1" if question.retired else "")
        if question.check:
            self.attribute(question, "em_validation_q", self.codes.expression(question.check))
        self.texts(question, "em_validation_q_tip", question.check_text)

    def attribute(
        self, question: AnyQuestion, name: str, value: object, language: str = ""
    ) -> None:
        if value not in {None, ""}:
            written = f"{value:g}" if isinstance(value, float) else str(value)
            self.add(
                "question_attributes",
                qid=str(question.key),
                attribute=name,
                value=written,
                language=language,
            )

    def texts(self, question: AnyQuestion, name: str, text: Text) -> None:
        if text:
            for there, words, _ in self.spoken(text, Text()):
                self.attribute(question, name, words, there)

    def part(
        self, question: AnyQuestion, part: Option | Row, code: str, order: int, scale: int = 0
    ) -> None:
        """A subquestion: a row, a column, or an option of a multiple choice. Without its group
        LimeSurvey leaves it out without a word."""
        qid = str(part.key) if isinstance(part, Row) else self.number()
        self.add(
            "subquestions",
            qid=qid,
            parent_qid=str(question.key),
            sid=self.sid,
            gid=self.groups[question.key],
            type="T",
            title=code,
            preg="",
            other="N",
            mandatory="N",
            question_order=str(order),
            scale_id=str(scale),
            same_default="0",
            relevance=self.codes.expression(part.show_if) or "1",
            encrypted="N",
            modulename="",
            same_script="0",
        )
        for there, words, _ in self.spoken(part.text, Text()):
            self.add("question_l10ns", qid=qid, question=words, help="", script="", language=there)

    def answer(
        self, question: AnyQuestion, code: str, text: Text, order: int, score: float | None = None
    ) -> None:
        self.answers += 1
        self.add(
            "answers",
            aid=str(self.answers),
            qid=str(question.key),
            code=code,
            sortorder=str(order),
            assessment_value=str(int(score or 0)),
            scale_id="0",
        )
        for there, words, _ in self.spoken(text, Text()):
            self.add("answer_l10ns", aid=str(self.answers), answer=words, language=there)


def _braced(html: str) -> str:
    """Braces that are no place for an answer, said to be braces."""
    return _BRACE.sub(r"\\{", html)


def _pattern(question: AnyQuestion) -> str:
    if not isinstance(question, Contact):
        return ""
    own = question.pattern if question.pattern.startswith("/") else f"/{question.pattern}/"
    return {Format.EMAIL: EMAIL, Format.PHONE: PHONE, Format.PATTERN: own}[question.format]


def described(out: Outward, question: AnyQuestion, gid: int, order: int) -> list[Note]:
    """Writes a question; answers what is lost on people who use LimeSurvey."""
    notes: list[Note] = []
    if out.codes[question].changed:
        notes.append(Note("Kürzel sind in LimeSurvey kürzer."))
    if question.required_text or question.invalid_text:
        notes.append(Note("Eigene Hinweise zu Fehlern zeigt LimeSurvey nicht."))
    match question:
        case Single():
            _single(out, question, gid, order, notes)
        case Multiple():
            _multiple(out, question, gid, order, notes)
        case Scale():
            _scale(out, question, gid, order, notes)
        case Matrix():
            _matrix(out, question, gid, order, notes)
        case Ranking():
            out.question(question, "R", gid, order)
            _answers(out, question, question.options, notes)
            _picks(out, question)
        case NumberList() | Slider():
            _numbers(out, question, gid, order, notes)
        case Consent():
            out.question(question, "L", gid, order)
            out.answer(question, "Y", AGREED, 1)
            notes.append(Loss("Die Zustimmung ist in LimeSurvey eine Auswahl mit einer Antwort."))
        case _:
            _field(out, question, gid, order, notes)
    return notes


def _live(parts: Sequence[Option]) -> list[Option]:
    return [part for part in parts if not part.retired] or list(parts)


def _answers(
    out: Outward, question: Single | Ranking | Matrix, options: Sequence[Option], notes: list[Note]
) -> None:
    codes = out.codes[question].options
    for at, option in enumerate(_live(options), 1):
        out.answer(question, codes[option.name], option.text, at, option.score)
    _lost(options, notes, conditions=True)
    if question.shuffle and not isinstance(question, Matrix):
        out.attribute(question, "answer_order", "random")


def _lost(options: Sequence[Option], notes: list[Note], *, conditions: bool) -> None:
    if conditions and any(option.show_if for option in options):
        notes.append(Loss("Bedingungen einzelner Antworten kennt LimeSurvey hier nicht."))
    if any(option.image for option in options):
        notes.append(Loss("Bilder zu Antworten kommen nicht mit."))
    if any(option.score is not None and option.score != int(option.score) for option in options):
        notes.append(Loss("Punkte sind in LimeSurvey ganze Zahlen."))


def _single(out: Outward, question: Single, gid: int, order: int, notes: list[Note]) -> None:
    kind = "!" if question.display is Display.DROPDOWN else "L"
    if question.remark and not question.other:
        kind = "O"
    elif question.remark:
        notes.append(Loss("Die Bemerkung kommt nicht mit."))
    out.question(question, kind, gid, order, other=question.other is not None)
    _answers(out, question, question.options, notes)
    if question.other:
        out.texts(question, "other_replace_text", question.other.text)
        if question.other.text_required:
            out.attribute(question, "other_comment_mandatory", "1")


def _multiple(out: Outward, question: Multiple, gid: int, order: int, notes: list[Note]) -> None:
    remarks = [option.remark is not None for option in question.options]
    kind = "P" if any(remarks) else "M"
    if any(remarks) and not all(remarks):
        notes.append(Loss("In LimeSurvey hat jede Antwort eine Bemerkung."))
    if question.remark:
        notes.append(Loss("Die Bemerkung kommt nicht mit."))
    out.question(question, kind, gid, order, other=question.other is not None)
    codes = out.codes[question].options
    for at, option in enumerate(_live(question.options), 1):
        out.part(question, option, codes[option.name], at)
    alone = [codes[option.name] for option in question.options if option.exclusive]
    out.attribute(question, "exclude_all_others", ";".join(alone))
    _lost(question.options, notes, conditions=False)
    if question.shuffle:
        out.attribute(question, "subquestion_order", "random")
    if question.other:
        out.texts(question, "other_replace_text", question.other.text)
    _picks(out, question)


def _picks(out: Outward, question: Multiple | Ranking) -> None:
    out.attribute(question, "min_answers", question.least or "")
    out.attribute(question, "max_answers", question.most or "")


def _scale(out: Outward, question: Scale, gid: int, order: int, notes: list[Note]) -> None:
    if (question.low, question.high) == FIVE:
        out.question(question, "5", gid, order)
        if question.low_text or question.high_text:
            notes.append(Loss("Die Worte an den Enden der Skala zeigt LimeSurvey nicht."))
        return
    out.question(question, "L", gid, order)
    ends = {question.low: question.low_text, question.high: question.high_text}
    for at, step in enumerate(range(question.low, question.high + 1), 1):
        words = {language: f"{step} – {said}" for language, said in ends.get(step, Text())}
        out.answer(question, str(step), Text.of(words or str(step)), at)
    notes.append(Note("Die Skala ist in LimeSurvey eine Liste."))


def _matrix(out: Outward, question: Matrix, gid: int, order: int, notes: list[Note]) -> None:
    kinds = {Cell.SINGLE: "F", Cell.MULTIPLE: ":", Cell.NUMBER: ":", Cell.TEXT: ";"}
    out.question(question, kinds[question.cell], gid, order)
    codes = out.codes[question]
    rows = [row for row in question.rows if not row.retired] or list(question.rows)
    for at, row in enumerate(rows, 1):
        out.part(question, row, codes.rows[row.name], at)
    if question.cell is Cell.SINGLE:
        _answers(out, question, question.columns, notes)
    else:
        for at, column in enumerate(_live(question.columns), 1):
            out.part(question, column, codes.options[column.name], at, 1)
    if question.cell is Cell.MULTIPLE:
        out.attribute(question, "multiflexible_checkbox", "1")
    if question.cell is Cell.NUMBER:
        out.attribute(question, "input_boxes", "1")
        out.attribute(question, "multiflexible_min", question.low)
        out.attribute(question, "multiflexible_max", question.high)
    if question.cell is Cell.TEXT:
        out.attribute(question, "maximum_chars", question.max_length)
    if question.shuffle:
        out.attribute(question, "subquestion_order", "random")


def _numbers(
    out: Outward, question: NumberList | Slider, gid: int, order: int, notes: list[Note]
) -> None:
    out.question(question, "K", gid, order)
    out.texts(question, "suffix", question.unit)
    if isinstance(question, Slider):
        row = Row(key=int(out.number()), name=SLIDER_ROW, text=question.text)
        out.part(question, row, SLIDER_ROW, 1)
        out.attribute(question, "slider_layout", "1")
        out.attribute(question, "slider_min", question.low)
        out.attribute(question, "slider_max", question.high)
        out.attribute(question, "slider_accuracy", question.step)
        notes.append(Note("Der Regler ist in LimeSurvey eine Liste mit einer Zeile."))
        return
    codes = out.codes[question].rows
    rows = [row for row in question.rows if not row.retired] or list(question.rows)
    for at, row in enumerate(rows, 1):
        out.part(question, row, codes[row.name], at)
    _bounds(out, question)
    out.attribute(question, TOTALS[question.total_rule], question.total)
    if question.shuffle:
        out.attribute(question, "subquestion_order", "random")


def _bounds(out: Outward, question: Number | NumberList) -> None:
    out.attribute(question, "min_num_value_n", question.low)
    out.attribute(question, "max_num_value_n", question.high)
    out.attribute(question, "num_value_int_only", "" if question.decimals else "1")


def _field(out: Outward, question: AnyQuestion, gid: int, order: int, notes: list[Note]) -> None:
    """Questions without parts."""
    kinds = {"yes_no": "Y", "number": "N", "when": "D", "long_text": "T", "files": "|",
             "info": "X", "computed": "*"}  # fmt: skip
    kind = kinds.get(question.KIND, "S")
    if isinstance(question, Place) and question.shape is not Shape.POINT:
        kind = "T"
        notes.append(Loss("Linien und Flächen zeichnet man in LimeSurvey nicht; es ist ein Text."))
    out.question(question, kind, gid, order)
    match question:
        case Number():
            _bounds(out, question)
            out.texts(question, "suffix", question.unit)
        case When():
            out.attribute(question, "date_format", FORMATS[question.clock])
            out.attribute(question, "date_min", question.earliest.replace("T", " "))
            out.attribute(question, "date_max", question.latest.replace("T", " "))
        case ShortText() | LongText():
            out.attribute(question, "maximum_chars", question.max_length)
        case Place(shape=Shape.POINT):
            out.attribute(question, "location_mapservice", "100")
        case Files():
            out.attribute(question, "max_num_of_files", question.most)
            out.attribute(question, "max_filesize", question.megabytes * 1024)
            out.attribute(question, "allowed_filetypes", ", ".join(question.extensions))
        case Computed():
            out.attribute(question, "equation", _equation(out, question))
            out.attribute(question, "hidden", "" if question.shown else "1")


def _equation(out: Outward, question: Computed) -> str:
    return "{" + out.codes.expression(question.formula) + "}"
