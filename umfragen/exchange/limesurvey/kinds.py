"""Each of LimeSurvey's kinds of questions as one of ours."""

import re
from collections.abc import Callable, Mapping

from umfragen.definition.questions import MAX_LONG_TEXT, MAX_SHORT_TEXT
from umfragen.engine.piping import Place, pieces_of
from umfragen.exchange.limesurvey.making import NUMBER, Doc, Making
from umfragen.exchange.limesurvey.naming import TEXT_COLUMN
from umfragen.exchange.limesurvey.phrases import ANSWER, spoken
from umfragen.exchange.limesurvey.tables import number
from umfragen.exchange.report import Gone, Loss, Note

MOST_DECIMALS = 6
MAP_SERVICES = frozenset({"1", "100"})
DROPDOWN_THEMES = frozenset({"bootstrap_dropdown"})
SHORT_FORMATS = {"1", "2", "5", "6", "9"}

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR = re.compile(r"[0-9]{4}")
_EXTENSION = re.compile(r"[a-z0-9]{1,8}")


def make(making: Making) -> list[Doc]:
    """One question, or two for a dual scale; none, with a note, where there is nothing like it."""
    maker = KINDS.get(making.source.kind)
    if maker is None:
        making.note(Gone("Diese Art von Frage gibt es hier nicht."))
        return []
    making.own_checks()
    docs = maker(making)
    _mention(making, docs)
    return docs


def _mention(making: Making, docs: list[Doc]) -> None:
    """What is said of every kind."""
    source = making.source
    if source.is_on("hidden") and source.kind != "*":
        making.note(Loss("Die Frage war unsichtbar. Hier ist sie stillgelegt."))
        for doc in docs:
            doc["retired"] = True
    if source.has_default:
        making.note(Note("Die Vorbelegung entfällt: Fragen beginnen hier leer."))
    if source.has_script:
        making.note(Loss("Das Skript der Frage entfällt."))
    if source.attribute("time_limit"):
        making.note(Note("Das Zeitlimit der Frage entfällt."))
    if source.theme == "browserdetect":
        making.note(Note("Der Browser wird nicht von selbst eingetragen."))
    if making.named.renamed:
        making.note(Loss("Kürzel von Antworten wurden geändert. Bitte prüfen Sie Bedingungen."))
    for doc in docs:
        if doc["name"] == making.named.name != source.code:
            making.note(Note("Das Kürzel heißt hier %(name)s.", name=doc["name"]))


# One answer


def _single(making: Making) -> list[Doc]:
    source = making.source
    is_dropdown = (
        source.kind == "!" or source.theme in DROPDOWN_THEMES or source.is_on("use_dropdown")
    )
    if source.kind in "L!" and source.attribute("other_numbers_only") == "1" and source.other:
        making.note(Loss("In „Andere“ sind hier nicht nur Zahlen möglich."))
    more: Doc = {"other": making.other()}
    if source.kind == "O":
        more = {"remark": {"key": making.keys()}}
    options = making.options(source.scale(0), making.named.options)
    display = "dropdown" if is_dropdown else "list"
    return [
        making.common("single", options=options, display=display, shuffle=making.shuffled(), **more)
    ]


def _gender(making: Making) -> list[Doc]:
    return [making.common("single", options=making.fixed("G"))]


def _yes_no(making: Making) -> list[Doc]:
    return [making.common("yes_no")]


def _scale(making: Making) -> list[Doc]:
    return [making.common("scale", low=1, high=5)]


def _multiple(making: Making) -> list[Doc]:
    source = making.source
    options = making.options(source.rows, making.named.options)
    if source.kind == "P":
        for option in options:
            option["remark"] = making.keys()
    other = making.other()
    if source.other and source.kind == "P":
        making.note(Loss("Die Bemerkung zu „Andere“ entfällt."))
    picks = making.picks()
    return [
        making.common("multiple", options=options, other=other, shuffle=making.shuffled(), **picks)
    ]


def _ranking(making: Making) -> list[Doc]:
    source = making.source
    parts = source.scale(0) or source.rows
    options = making.options(parts, making.named.options)
    picks = making.picks()
    ranks = number(source.attribute("max_subquestions"))
    if ranks > 0:
        picks["most"] = min(ranks, picks.get("most", ranks))
    return [making.common("ranking", options=options, shuffle=making.shuffled(), **picks)]


# Tables


def _matrix(making: Making) -> list[Doc]:
    kind = making.source.kind
    columns = making.fixed(kind) if kind in "ABCE" else _own_columns(making, 0)
    rows = making.rows()
    making.count_bounds()
    return [
        making.common("matrix", rows=rows, columns=making.cut(columns), shuffle=making.shuffled())
    ]


def _own_columns(making: Making, scale: int) -> list[Doc]:
    names = making.named.more if scale else making.named.options
    return making.options(making.source.scale(scale), names)


def _dual(making: Making) -> list[Doc]:
    """Two tables of the same rows; what stood above each scale stands above its table."""
    making.note(Note("Die beiden Skalen stehen jetzt als zwei Tabellen untereinander."))
    docs = []
    for scale, (name, header) in enumerate(
        [(making.named.name, "dualscale_headerA"), (making.named.second, "dualscale_headerB")]
    ):
        columns = making.cut(_own_columns(making, scale))
        doc = making.common(
            "matrix", name, rows=making.rows(), columns=columns, shuffle=making.shuffled()
        )
        for language, words in making.speech.line(making.source.said(header)).items():
            before = doc["text"].get(language, "")
            doc["text"][language] = f"{before}\n\n**{words}**".strip()
        docs.append(doc)
    return docs


def _cells(making: Making) -> list[Doc]:
    source = making.source
    rows, columns = making.rows(), making.columns()
    more: Doc = {"cell": "text", "max_length": _length(making, MAX_SHORT_TEXT, 250)}
    if source.kind == ":" and source.is_on("multiflexible_checkbox"):
        more = {"cell": "multiple"}
    elif source.kind == ":" or source.is_on("numbers_only"):
        more = {"cell": "number", **_cell_bounds(making)}
    making.count_bounds()
    return [making.common("matrix", rows=rows, columns=columns, shuffle=making.shuffled(), **more)]


def _cell_bounds(making: Making) -> Doc:
    """LimeSurvey offers 1 to 10 where nobody said anything, and any number in a free field."""
    source = making.source
    is_free = source.is_on("input_boxes") or source.kind == ";"
    low, high = (making.figure(f"multiflexible_{end}")[0] for end in ("min", "max"))
    if not is_free:
        low, high = 1.0 if low is None else low, 10.0 if high is None else high
    step = making.figure("multiflexible_step")[0] or 1.0
    whole = not is_free and step == int(step)
    return {"low": low, "high": high, "decimals": 0 if whole else MOST_DECIMALS}


def _short_texts(making: Making) -> list[Doc]:
    """A table with one column. Numbers only make a list of numbers."""
    source = making.source
    if source.is_on("numbers_only"):
        column: Doc = {"cell": "number", "decimals": MOST_DECIMALS}
    else:
        column = {"cell": "text", "max_length": _length(making, MAX_SHORT_TEXT, MAX_SHORT_TEXT)}
    words = spoken(ANSWER, tuple(making.speech.languages.values()))
    columns = [{"code": 1, "name": TEXT_COLUMN, "text": words}]
    rows = making.rows()
    making.count_bounds()
    return [
        making.common("matrix", rows=rows, columns=columns, shuffle=making.shuffled(), **column)
    ]


def _numbers(making: Making) -> list[Doc]:
    low = making.bound("min_num_value_n", ">=")
    high = making.bound("max_num_value_n", "<=")
    more: Doc = {}
    if making.source.is_on("slider_layout"):
        low = making.figure("slider_min")[0] if low is None else low
        high = making.figure("slider_max")[0] if high is None else high
        low, high = 0.0 if low is None else low, 100.0 if high is None else high
        making.note(Note("Statt Schiebereglern stehen hier Felder für Zahlen."))
    more = {"low": low, "high": high, "decimals": _decimals(making), **_total(making)}
    more["unit"] = making.speech.line(making.source.said("suffix"))
    rows = making.rows()
    making.count_bounds()
    return [making.common("number_list", rows=rows, shuffle=making.shuffled(), **more)]


def _total(making: Making) -> Doc:
    """The sum of a list: one rule as the question's own, further ones as checks."""
    found: Doc = {}
    for attribute, rule, sign in (
        ("equals_num_value", "exact", "=="),
        ("max_num_value", "at_most", "<="),
        ("min_num_value", "at_least", ">="),
    ):
        value, worked_out = making.figure(attribute)
        if value is not None and not found:
            found = {"total": value, "total_rule": rule}
        elif worked_out or value is not None:
            making.checks.append(
                f"count(self) == 0 or sum(self) {sign} ({worked_out or f'{value:g}'})"
            )
    return found


# Fields


def _number(making: Making) -> list[Doc]:
    low = making.bound("min_num_value_n", ">=")
    high = making.bound("max_num_value_n", "<=")
    unit = making.speech.line(making.source.said("suffix"))
    return [making.common("number", low=low, high=high, decimals=_decimals(making), unit=unit)]


def _decimals(making: Making) -> int:
    return 0 if making.source.is_on("num_value_int_only") else MOST_DECIMALS


def _short_text(making: Making) -> list[Doc]:
    source = making.source
    if source.attribute("location_mapservice") in MAP_SERVICES and source.theme != "browserdetect":
        return [making.common("place", shape="point")]
    if source.is_on("numbers_only"):
        return [making.common("number", decimals=MOST_DECIMALS)]
    return [making.common("short_text", max_length=_length(making, MAX_SHORT_TEXT, MAX_SHORT_TEXT))]


def _long_text(making: Making) -> list[Doc]:
    return [making.common("long_text", max_length=_length(making, MAX_LONG_TEXT, MAX_LONG_TEXT))]


def _length(making: Making, most: int, default: int) -> int:
    asked = number(making.source.attribute("maximum_chars"))
    return min(asked, most) if asked > 0 else default


def _when(making: Making) -> list[Doc]:
    form = making.source.attribute("date_format")
    has_time, has_day = "H" in form, any(sign in form for sign in "dmyDMY")
    clock = "time" if has_time and not has_day and form else "both" if has_time else "date"
    more = {
        "earliest": _moment(making, "date_min", "01-01", clock),
        "latest": _moment(making, "date_max", "12-31", clock),
    }
    return [making.common("when", clock=clock, **more)]


def _moment(making: Making, attribute: str, day: str, clock: str) -> str:
    text = making.source.attribute(attribute)
    if not text or clock == "time":
        return ""
    if _YEAR.fullmatch(text):
        text = f"{text}-{day}"
    if not _DAY.fullmatch(text[:10]):
        making.note(Loss("Die Grenze für das Datum wird hier nicht berechnet und entfällt."))
        return ""
    hour = "00:00" if attribute == "date_min" else "23:59"
    return f"{text[:10]}T{hour}" if clock == "both" else text[:10]


def _files(making: Making) -> list[Doc]:
    source = making.source
    kinds = [
        kind.strip().lower().lstrip(".")
        for kind in source.attribute("allowed_filetypes").split(",")
    ]
    extensions = [kind for kind in kinds if _EXTENSION.fullmatch(kind)][:20]
    size = number(source.attribute("max_filesize"), 10_240)
    more: Doc = {
        "most": max(1, min(number(source.attribute("max_num_of_files"), 1), 10)),
        "megabytes": max(1, min(-(-size // 1024), 100)),
    }
    if extensions:
        more["extensions"] = extensions
    doc = making.common("files", **more)
    if number(source.attribute("min_num_of_files")) > 0:
        doc["required"] = "yes"
    if source.is_on("show_title") or source.is_on("show_comment"):
        making.note(Note("Titel und Bemerkung zu Dateien entfallen."))
    return [doc]


# Without an answer


def _info(making: Making) -> list[Doc]:
    return [making.common("info")]


def _computed(making: Making) -> list[Doc]:
    source = making.source
    equation = source.attribute("equation")
    written = equation or next(iter(source.texts.values()), "")
    doc = making.common("computed", formula=_formula(making, written))
    doc["shown"] = not source.is_on("hidden")
    if not equation:
        doc["text"] = {}
    return [doc]


def _formula(making: Making, written: str) -> str:
    """An equation is a text with expressions; a lone expression keeps its kind of value."""
    said = making.speech.line(dict.fromkeys(making.speech.languages, written))
    pieces = pieces_of(next(iter(said.values()), ""))
    parts = [
        piece.source if isinstance(piece, Place) else '"{}"'.format(piece.replace('"', "'"))
        for piece in pieces
        if isinstance(piece, Place) or piece.strip()
    ]
    if len(parts) == 1:
        only = parts[0].strip('"')
        return only if NUMBER.fullmatch(only) else parts[0]
    return f"join({', '.join(parts)})" if parts else '""'


def _language(making: Making) -> list[Doc]:
    making.note(Gone("Die Sprache wählt man hier auf jeder Seite; eine Frage braucht es nicht."))
    return []


KINDS: Mapping[str, Callable[[Making], list[Doc]]] = {
    **dict.fromkeys("L!O", _single),
    **dict.fromkeys("MP", _multiple),
    **dict.fromkeys("ABCEFH", _matrix),
    **dict.fromkeys(":;", _cells),
    **dict.fromkeys("TU", _long_text),
    "5": _scale,
    "Y": _yes_no,
    "G": _gender,
    "R": _ranking,
    "1": _dual,
    "Q": _short_texts,
    "K": _numbers,
    "N": _number,
    "S": _short_text,
    "D": _when,
    "|": _files,
    "X": _info,
    "*": _computed,
    "I": _language,
}
