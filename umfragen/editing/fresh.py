"""A new question of each kind, ready to be filled in. Pure."""

from collections.abc import Callable

from umfragen.definition import NOTHING, Option, Row, Text
from umfragen.definition.questions import (
    AnyQuestion,
    Computed,
    Consent,
    Contact,
    Files,
    Info,
    LongText,
    Matrix,
    Multiple,
    Number,
    NumberList,
    Place,
    Ranking,
    Scale,
    ShortText,
    Single,
    Slider,
    When,
    YesNo,
)
from umfragen.editing.draft import Keys

Maker = Callable[[int, str, Text, Keys], AnyQuestion]


def _options() -> tuple[Option, ...]:
    return Option(code=1, name="a1"), Option(code=2, name="a2")


def _rows(keys: Keys) -> tuple[Row, ...]:
    return Row(key=keys(), name="z1"), Row(key=keys(), name="z2")


_AGREEMENT = (
    ("stimme_voll_zu", "stimme voll zu", "strongly agree"),
    ("stimme_zu", "stimme eher zu", "rather agree"),
    ("teils", "teils, teils", "partly"),
    ("stimme_kaum_zu", "stimme eher nicht zu", "rather disagree"),
    ("stimme_nicht_zu", "stimme gar nicht zu", "strongly disagree"),
)


def _agreement() -> tuple[Option, ...]:
    return tuple(
        Option(code=code, name=name, text=Text.of({"de": german, "en": english}))
        for code, (name, german, english) in enumerate(_AGREEMENT, start=1)
    )


_MAKERS: dict[str, Maker] = {
    "single": lambda key, name, text, _: Single(key=key, name=name, text=text, options=_options()),
    "multiple": lambda key, name, text, _: Multiple(
        key=key, name=name, text=text, options=_options()
    ),
    "yes_no": lambda key, name, text, _: YesNo(key=key, name=name, text=text),
    "scale": lambda key, name, text, _: Scale(key=key, name=name, text=text),
    "matrix": lambda key, name, text, keys: Matrix(
        key=key, name=name, text=text, rows=_rows(keys), columns=_agreement()
    ),
    "ranking": lambda key, name, text, _: Ranking(
        key=key, name=name, text=text, options=_options()
    ),
    "number": lambda key, name, text, _: Number(key=key, name=name, text=text),
    "number_list": lambda key, name, text, keys: NumberList(
        key=key, name=name, text=text, rows=_rows(keys), low=0
    ),
    "slider": lambda key, name, text, _: Slider(key=key, name=name, text=text),
    "when": lambda key, name, text, _: When(key=key, name=name, text=text),
    "short_text": lambda key, name, text, _: ShortText(key=key, name=name, text=text),
    "long_text": lambda key, name, text, _: LongText(key=key, name=name, text=text),
    "contact": lambda key, name, text, _: Contact(key=key, name=name, text=text),
    "files": lambda key, name, text, _: Files(key=key, name=name, text=text),
    "place": lambda key, name, text, _: Place(key=key, name=name, text=text),
    "consent": lambda key, name, text, _: Consent(key=key, name=name, text=text),
    "info": lambda key, name, text, _: Info(key=key, name=name, text=text),
    "computed": lambda key, name, text, _: Computed(key=key, name=name, text=text, formula=""),
}


def fresh_question(
    kind: str, key: int, name: str, text: Text = NOTHING, *, keys: Keys
) -> AnyQuestion:
    return _MAKERS[kind](key, name, text, keys)


def is_kind(kind: str) -> bool:
    return kind in _MAKERS
