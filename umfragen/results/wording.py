"""What questions, options and classes are called where results are read."""

from dataclasses import dataclass

from kern.i18n import _
from umfragen.definition import OTHER_CODE, Definition, Text
from umfragen.definition.items import AGREED, NO, YES
from umfragen.definition.questions import (
    AnyQuestion,
    Cell,
    Consent,
    Matrix,
    Multiple,
    NumberList,
    Scale,
    Single,
    When,
    YesNo,
)
from umfragen.engine.piping import Place, pieces_of, words_of
from umfragen.results.dates import words_of_span
from umfragen.results.figures import options_of
from umfragen.results.spans import Span

LONGEST = 300


@dataclass(frozen=True, slots=True)
class Wording:
    """Words of a definition in one language. Where answers stood in a text, there is a gap."""

    definition: Definition
    language: str

    def say(self, text: Text) -> str:
        said = text.say(self.language, self.definition.language)
        pieces = ("…" if isinstance(piece, Place) else piece for piece in pieces_of(said))
        return " ".join("".join(pieces).split())

    def title(self, question: AnyQuestion) -> str:
        words = self.say(question.text) or question.name
        return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"

    def label(self, question: AnyQuestion, code: int) -> str:
        """Of what somebody chose, by its code."""
        if isinstance(question, YesNo):
            return self._yes_no(question, code)
        if isinstance(question, Consent):
            return _("Zugestimmt") if code == AGREED else str(code)
        if isinstance(question, Scale):
            return self._step(question, code)
        if code == OTHER_CODE and isinstance(question, Single | Multiple) and question.other:
            return self.say(question.other.text) or _("Andere")
        for option in options_of(question):
            if option.code == code:
                return self.say(option.text) or option.name
        return str(code)

    def part(self, question: AnyQuestion, item: int, part: int = 0) -> str:
        """Of a row, with its column where cells hold numbers; empty for a whole question."""
        if not isinstance(question, Matrix | NumberList):
            return ""
        row = next((row for row in question.rows if row.key == item), None)
        words = (self.say(row.text) or row.name) if row else ""
        if isinstance(question, Matrix) and any(one.code == part for one in question.columns):
            return f"{words}: {self.label(question, part)}" if _has_numbers(question) else words
        return words

    def item(self, question: AnyQuestion, item: int) -> str:
        """Of a free line beside a choice, or of the question itself."""
        if isinstance(question, Single | Multiple):
            if question.other and question.other.key == item:
                return self.label(question, OTHER_CODE)
            if question.remark and question.remark.key == item:
                return self.say(question.remark.text) or _("Anmerkung")
            for option in question.options:
                if option.remark == item:
                    return self.label(question, option.code)
        return self.part(question, item)

    def span_of(self, question: AnyQuestion, span: Span) -> str:
        if isinstance(question, When):
            return words_of_span(question, span)
        return self.span(span, self.unit(question))

    def span(self, span: Span, unit: str = "") -> str:
        low, high = self.number(span.low), self.number(span.high)
        if span.low == span.high:
            words = low
        elif span.is_open:
            words = _("%(low)s bis unter %(high)s", low=low, high=high)
        else:
            words = _("%(low)s bis %(high)s", low=low, high=high)
        return f"{words} {unit}" if unit else words

    def number(self, value: float, digits: int | None = None) -> str:
        """As people of this language write it."""
        shown = round(value, digits) if digits is not None else value
        return words_of(float(shown), self.language)

    def unit(self, question: AnyQuestion) -> str:
        unit = getattr(question, "unit", None)
        return self.say(unit) if unit else ""

    def _yes_no(self, question: YesNo, code: int) -> str:
        own = {YES: question.yes_text, NO: question.no_text}.get(code)
        said = self.say(own) if own else ""
        return said or {YES: _("Ja"), NO: _("Nein")}.get(code, str(code))

    def _step(self, question: Scale, code: int) -> str:
        middle = (question.low + question.high) / 2
        words = {question.low: question.low_text, question.high: question.high_text}.get(code)
        if code == middle:
            words = question.middle_text
        said = self.say(words) if words else ""
        return f"{code} – {said}" if said else str(code)


def _has_numbers(question: Matrix) -> bool:
    return question.cell is Cell.NUMBER
