"""Robots that answer a survey at random, to see the report early and to time the way. Pure.

The same seed gives the same answers. Robots go page by page as people do, and put right what the
engine refuses.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from umfragen.definition import OTHER_CODE, Required
from umfragen.definition.items import Holds, Item, Part
from umfragen.definition.questions import (
    AnyQuestion,
    Clock,
    Contact,
    Files,
    Format,
    Matrix,
    Multiple,
    Number,
    NumberList,
    Place,
    Ranking,
    Shape,
    Slider,
    TotalRule,
    When,
)
from umfragen.engine import Geometry, Plan, Sheet, Value, fill, find_faults, first_page, next_page

ATTEMPTS = 12
SKIPS = 0.12  # share of what is not required
CENTRE = (10.45, 51.16)  # longitude and latitude of Germany's middle
SPREAD = 0.02  # degrees around it

SENTENCES: Mapping[str, tuple[str, ...]] = {
    "de": (
        "Testantwort: Mehr Schatten wäre schön.",
        "Testantwort: Bitte denken Sie auch an Menschen mit Rollstuhl.",
        "Testantwort: So gefällt es mir gut.",
        "Testantwort: Abends ist es dort zu dunkel.",
        "Testantwort: Ich komme meistens mit dem Rad.",
    ),
    "en": (
        "Test answer: More shade would be nice.",
        "Test answer: Please think of wheelchair users too.",
        "Test answer: I like it as it is.",
    ),
}
CONTACTS = {
    Format.EMAIL: ("test@beispiel.example",),
    Format.PHONE: ("0228 000000",),
    Format.PATTERN: ("12345", "1234", "12", "1", "abc", "ABC", "A1", "AB-12", "2026"),
}
MOMENTS = {
    Clock.DATE: "2026-06-{day:02}",
    Clock.TIME: "{hour:02}:30",
    Clock.BOTH: "2026-06-{day:02}T{hour:02}:30",
}


@dataclass(frozen=True, slots=True)
class Walk:
    """`stuck`: key of the page a robot could not get past, None when it came to the end."""

    sheet: Sheet
    stuck: int | None = None


def walk_robots(
    plan: Plan,
    count: int = 20,
    *,
    seed: str = "robots",
    centre: tuple[float, float] = CENTRE,
    language: str = "",
) -> tuple[Walk, ...]:
    return tuple(
        _Robot(plan, Random(f"{seed}-{at}"), centre, language).walk()  # noqa: S311 - no secret
        for at in range(count)
    )


class _Robot:
    def __init__(self, plan: Plan, rng: Random, centre: tuple[float, float], language: str) -> None:
        self.plan = plan
        self.rng = rng
        self.centre = centre
        self.language = language or plan.definition.language
        self.answers: dict[int, Value] = {}

    def fill(self) -> Sheet:
        """Costs a walk through the whole survey: once for many answers."""
        return fill(self.plan, self.answers, language=self.language)

    def walk(self) -> Walk:
        sheet = self.fill()
        page = first_page(sheet)
        while page is not None:
            sheet = self.answer_page(page)
            if self.wrong(sheet, page):
                return Walk(sheet, page)
            page = next_page(sheet, page)
        return Walk(sheet)

    def answer_page(self, page: int) -> Sheet:
        sheet = self.answer_shown(page)
        for _ in range(ATTEMPTS):
            wrong = self.wrong(sheet, page)
            if not wrong:
                return sheet
            for question in wrong:
                self.answer(question, sheet, must=True)
            sheet = self.fill()
        for question in self.wrong(sheet, page):  # what is not required may stay open
            self.clear(question)
        return self.fill()

    def answer_shown(self, page: int) -> Sheet:
        """In rounds: answers may bring up further questions of the same page."""
        asked: set[int] = set()
        while True:
            sheet = self.fill()
            pending = [
                question
                for question in self.plan.pages[page].questions
                if question.key in sheet.shown and question.key not in asked
            ]
            if not pending:
                return sheet
            for question in pending:
                self.answer(question, sheet)
                asked.add(question.key)

    def wrong(self, sheet: Sheet, page: int) -> list[AnyQuestion]:
        """Files cannot be made up; a robot is let past them."""
        items = self.plan.items
        keys = {
            items[fault.item].question if fault.item in items else fault.item
            for fault in find_faults(sheet, page)
        }
        return [
            question
            for question in self.plan.pages[page].questions
            if question.key in keys and not isinstance(question, Files)
        ]

    def clear(self, question: AnyQuestion) -> None:
        for item in self.plan.items_of[question.key]:
            self.answers.pop(item.key, None)

    def answer(self, question: AnyQuestion, sheet: Sheet, *, must: bool = False) -> None:
        self.clear(question)
        is_free = question.required is not Required.YES
        if not must and is_free and self.rng.random() < SKIPS:
            return
        if isinstance(question, NumberList):
            self.share_out(question, sheet)
            return
        for item in self.plan.items_of[question.key]:
            if self.takes(item, sheet):
                value = self.value(question, item, sheet)
                if value is not None:
                    self.answers[item.key] = value

    def takes(self, item: Item, sheet: Sheet) -> bool:
        """A free line of a choice is there only while that choice is made."""
        chosen = self.answers.get(item.question)
        codes = chosen if isinstance(chosen, tuple) else (chosen,)
        if item.part is Part.OTHER:
            return OTHER_CODE in codes
        if item.part is Part.REMARK:
            return item.option is None or item.option in codes
        return item.part is Part.WHOLE or item.key in sheet.shown

    def value(  # noqa: PLR0911 - one per form of answer
        self, question: AnyQuestion, item: Item, sheet: Sheet
    ) -> Value | None:
        match item.holds:
            case Holds.CODE:
                codes = self.codes(item, sheet)
                return self.rng.choice(codes) if codes else None
            case Holds.CODES:
                return self.picks(question, self.codes(item, sheet))
            case Holds.ORDER:
                return self.order(question, self.codes(item, sheet))
            case Holds.NUMBER:
                return self.number(question)
            case Holds.NUMBERS:
                return {code: self.number(question) for code in self.codes(item, sheet)}
            case Holds.TEXTS:
                return {code: self.sentence()[:30] for code in self.codes(item, sheet)}
            case Holds.GEOMETRY:
                return self.geometry(question)
            case Holds.TOKENS | Holds.RESULT:
                return None
        return self.text(question, item)

    def codes(self, item: Item, sheet: Sheet) -> list[int]:
        offered = sheet.options.get(item.question)
        if offered is None:
            return sorted(item.codes)
        other = {OTHER_CODE} & item.codes
        return [*offered, *other]

    def picks(self, question: AnyQuestion, codes: list[int]) -> Value | None:
        if not isinstance(question, Multiple):
            return (
                tuple(sorted(self.rng.sample(codes, self.rng.randint(1, len(codes)))))
                if codes
                else None
            )
        alone = {option.code for option in question.options if option.exclusive}
        single = [code for code in codes if code in alone]
        rest = [code for code in codes if code not in alone]
        if single and (not rest or self.rng.random() < SKIPS):
            return (self.rng.choice(single),)
        most = min(question.most or len(rest), len(rest))
        least = min(max(1, question.least), most)
        return tuple(sorted(self.rng.sample(rest, self.rng.randint(least, most)))) if rest else None

    def order(self, question: AnyQuestion, codes: list[int]) -> Value | None:
        if not isinstance(question, Ranking) or not codes:
            return None
        most = min(question.most or len(codes), len(codes))
        return tuple(self.rng.sample(codes, most))

    def number(self, question: AnyQuestion) -> float:
        low, high, step = _range(question)
        steps = int((high - low) / step)
        return _tidy(low + self.rng.randint(0, max(0, steps)) * step)

    def share_out(self, question: NumberList, sheet: Sheet) -> None:
        """Numbers for the rows that are shown; with a total they add up to it."""
        rows = [row.key for row in question.rows if row.key in sheet.shown]
        if question.total is None or not rows:
            self.answers.update({key: self.number(question) for key in rows})
            return
        least, most = question.low or 0.0, question.high
        rest = question.total - least * len(rows)
        if question.total_rule is TotalRule.AT_MOST:
            rest *= self.rng.random()
        shares = dict.fromkeys(rows, least)
        unit = 10.0**-question.decimals
        parts = min(20, max(1, int(rest / unit)))
        for at in range(parts):
            amount = int(rest / parts / unit) * unit if at < parts - 1 else None
            key = self.rng.choice([k for k in rows if most is None or shares[k] < most] or rows)
            shares[key] += (
                rest - (parts - 1) * int(rest / parts / unit) * unit if amount is None else amount
            )
        self.answers.update(
            {key: _tidy(round(value, question.decimals)) for key, value in shares.items()}
        )

    def text(self, question: AnyQuestion, item: Item) -> Value:
        if item.part is Part.WHOLE and isinstance(question, When):
            return self.moment(question)
        if item.part is Part.WHOLE and isinstance(question, Contact):
            return self.rng.choice(CONTACTS[question.format])
        return self.sentence()[: getattr(question, "max_length", 250)]

    def moment(self, question: When) -> str:
        bounds = [bound for bound in (question.earliest, question.latest) if bound]
        if bounds:
            return self.rng.choice(bounds)
        return MOMENTS[question.clock].format(
            day=self.rng.randint(1, 28), hour=self.rng.randint(8, 20)
        )

    def sentence(self) -> str:
        base = self.language.partition("-")[0]
        return self.rng.choice(SENTENCES.get(base, SENTENCES["de"]))

    def geometry(self, question: AnyQuestion) -> Geometry | None:
        if not isinstance(question, Place):
            return None
        west, south, east, north = question.within or _around(self.centre)
        count = {Shape.POINT: 1, Shape.LINE: 3, Shape.AREA: 4}[question.shape]
        points = [
            (round(self.rng.uniform(west, east), 6), round(self.rng.uniform(south, north), 6))
            for _ in range(count)
        ]
        if question.shape is Shape.AREA:
            (a, b), (c, d) = points[0], points[2]
            points = [(a, b), (c, b), (c, d), (a, d)]
        return Geometry(question.shape, tuple(points))


def _around(centre: tuple[float, float]) -> tuple[float, float, float, float]:
    longitude, latitude = centre
    return longitude - SPREAD, latitude - SPREAD, longitude + SPREAD, latitude + SPREAD


def _range(question: AnyQuestion) -> tuple[float, float, float]:
    """Lowest, highest and step."""
    if isinstance(question, Slider):
        return question.low, question.high, question.step
    if isinstance(question, Number | NumberList | Matrix):
        low = question.low if question.low is not None else min(0.0, (question.high or 0) - 20)
        high = question.high if question.high is not None else low + 20
        return low, high, 1.0 if question.decimals == 0 else 10.0**-question.decimals
    return 0, 1, 1


def _tidy(number: float) -> float:
    number = float(re.sub(r"0+$", "", f"{number:.6f}").rstrip("."))
    return int(number) if number == int(number) else number
