"""A page as it is drawn: texts filled in and escaped, options in this person's order, faults."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from umfragen.definition.model import Page
from umfragen.definition.parts import OTHER_CODE, Option, Row
from umfragen.definition.questions import AnyQuestion, Matrix, Multiple, Ranking, Single
from umfragen.definition.texts import Text
from umfragen.engine.answers import Answers, Value
from umfragen.engine.browser import live_spots, live_variables, spot_id
from umfragen.engine.faults import Fault
from umfragen.engine.piping import html
from umfragen.engine.plan import spot_of
from umfragen.engine.reading import Reading, form_fields
from umfragen.engine.sheet import Sheet, is_seen
from umfragen.engine.shuffling import ordered_options, ordered_questions, ordered_rows
from umfragen.engine.variables import choices_of


@dataclass(frozen=True, slots=True)
class ShownPart:
    """An option, column or row. `number`: its code, or the key of a row. `spot`: for `data-item`.
    What is not `visible` may still appear while the page is filled in."""

    number: int
    spot: str
    html: str
    visible: bool
    image: str = ""
    exclusive: bool = False
    remark: int | None = None


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    question: AnyQuestion
    html: str
    help_html: str
    visible: bool
    options: Sequence[ShownPart]
    rows: Sequence[ShownPart]
    faults: Mapping[int, Sequence[Fault]]
    """By key of the item to blame, the question's own key first."""


@dataclass(frozen=True, slots=True)
class ShownPage:
    """`fields`: what stands in the fields, also what was typed and refused. `seen`: value of the
    hidden field of that name."""

    key: int
    title_html: str
    html: str
    questions: Sequence[ShownQuestion]
    fields: Mapping[str, Sequence[str]]
    seen: str


def show_page(
    sheet: Sheet,
    page_key: int,
    *,
    draft: Answers,
    faults: Iterable[Fault] = (),
    reading: Reading | None = None,
) -> ShownPage:
    """`draft`: all answers ever given, so that a question that appears again still has its own.
    `reading`: of the form that is shown again with its faults."""
    page = sheet.plan.pages[page_key]
    drawing = _Drawing(sheet, page, tuple(faults))
    questions = tuple(
        drawing.question(question)
        for question in ordered_questions(page, sheet.seed)
        if drawing.may_appear(question.key, retired=question.retired) and is_seen(question)
    )
    fields: dict[str, Sequence[str]] = dict(form_fields(sheet.plan, _ranked(draft, questions)))
    for rejected in reading.rejected.values() if reading else ():
        fields.update({name: [typed] for name, typed in rejected.fields.items()})
    return ShownPage(
        key=page_key,
        title_html=html(sheet, page.title),
        html=html(sheet, page.text),
        questions=questions,
        fields=fields,
        seen=",".join(str(shown.question.key) for shown in questions if shown.visible),
    )


def _ranked(draft: Answers, questions: Iterable[ShownQuestion]) -> dict[int, Value]:
    """Places are given out among the options on the page: one that went with another answer would
    leave a gap, and the last place would find no line in a list that is shorter now."""
    found = dict(draft)
    for shown in questions:
        value = found.get(shown.question.key)
        if isinstance(shown.question, Ranking) and isinstance(value, tuple):
            offered = {part.number for part in shown.options}
            found[shown.question.key] = tuple(code for code in value if code in offered)
    return found


class _Drawing:
    def __init__(self, sheet: Sheet, page: Page, faults: tuple[Fault, ...]) -> None:
        self.sheet = sheet
        self.faults = faults
        self.spots = live_spots(sheet.plan, page)
        self.live = live_variables(sheet.plan, page)

    def may_appear(self, key: int, *, retired: bool) -> bool:
        return not retired and (key in self.sheet.shown or key in self.spots)

    def say(self, text: Text) -> str:
        return html(self.sheet, text, self.live)

    def question(self, question: AnyQuestion) -> ShownQuestion:
        keys = {question.key, *(item.key for item in self.sheet.plan.items_of[question.key])}
        found: dict[int, list[Fault]] = {}
        for fault in self.faults:
            if fault.item in keys:
                found.setdefault(fault.item, []).append(fault)
        return ShownQuestion(
            question=question,
            html=self.say(question.text),
            help_html=self.say(question.help),
            visible=question.key in self.sheet.shown,
            options=tuple(self.options(question)),
            rows=tuple(self.parts(question, ordered_rows(question, self.sheet.seed))),
            faults=found,
        )

    def options(self, question: AnyQuestion) -> list[ShownPart]:
        columns = question.columns if isinstance(question, Matrix) else ()
        options = (*ordered_options(question, self.sheet.seed), *columns)
        if options:
            found = self.parts(question, options)
            if isinstance(question, Single | Multiple) and question.other:
                found.append(self.named(question, OTHER_CODE))
            return found
        return [self.named(question, code) for code in choices_of(question)]

    def named(self, question: AnyQuestion, code: int) -> ShownPart:
        """A choice that is no option of the editor's: Ja, Nein, Andere."""
        text = choices_of(question)[code].text
        return ShownPart(code, f"{question.key}.{code}", self.say(text), visible=True)

    def parts(
        self, question: AnyQuestion, parts: Sequence[Option] | Sequence[Row]
    ) -> list[ShownPart]:
        return [
            self.part(question, part)
            for part in parts
            if not part.retired and self.is_offered(question, part)
        ]

    def is_offered(self, question: AnyQuestion, part: Option | Row) -> bool:
        waits = question.key not in self.sheet.shown
        return waits or self.is_visible(question, part) or spot_of(question, part) in self.spots

    def is_visible(self, question: AnyQuestion, part: Option | Row) -> bool:
        if isinstance(part, Row):
            return part.key in self.sheet.shown
        return part.code in self.sheet.options.get(question.key, ())

    def part(self, question: AnyQuestion, part: Option | Row) -> ShownPart:
        spot = spot_of(question, part)
        visible = self.is_visible(question, part) or spot not in self.spots
        if isinstance(part, Row):
            return ShownPart(part.key, spot_id(spot), self.say(part.text), visible)
        return ShownPart(
            part.code,
            spot_id(spot),
            self.say(part.text),
            visible,
            image=escape(part.image),
            exclusive=part.exclusive,
            remark=part.remark,
        )
