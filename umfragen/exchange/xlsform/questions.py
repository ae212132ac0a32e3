"""Lines of an XLSForm as questions of ours."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from umfragen.definition.parts import MAX_OPTIONS
from umfragen.definition.questions import MAX_LONG_TEXT, MAX_SCALE, MAX_SHORT_TEXT
from umfragen.definition.texts import ANY
from umfragen.exchange.names import Taken
from umfragen.exchange.report import Gone, Loss, Note, echo
from umfragen.exchange.xlsform.forms import Form, Line, kind_of
from umfragen.exchange.xlsform.lookups import Lookup, find_lookup
from umfragen.exchange.xlsform.texts import plain, said
from umfragen.exchange.xlsform.xpath import Find, NotPossible, Target, positioned, translate
from umfragen.expression import Mistake, Name, evaluate, parse, truth, walk

Doc = dict[str, Any]
META = frozenset(
    {"start", "end", "today", "deviceid", "subscriberid", "simserial", "phonenumber", "username",
     "email", "audit", "start-geopoint", "background-audio", "xml-external", "csv-external"}
)  # fmt: skip
GROUPS = frozenset({"begin_group", "end_group", "begin_repeat", "end_repeat"})
CHOICES = {"select_one": "single", "select_multiple": "multiple", "rank": "ranking"}
TRUE = frozenset({"yes", "true", "true()", "1"})
FALSE = frozenset({"", "no", "false", "false()", "0"})
NEVER = "0"
PICTURES = ["jpg", "jpeg", "png", "webp"]
SOUNDS = ["mp3", "m4a", "ogg", "wav", "amr"]
FILMS = ["mp4", "mov", "webm", "3gp"]
MAX_RANGE_DECIMALS = 6

_BOUND = r"\.\s*(?P<sign{0}>>=|<=)\s*(?P<value{0}>-?[0-9]+(?:\.[0-9]+)?)"
_BOUNDS = re.compile(rf"{_BOUND.format(1)}(?:\s+and\s+{_BOUND.format(2)})?")
_PICKS = re.compile(
    _BOUNDS.pattern.replace(r"\.\s*(?P<sign", r"count-selected\(\s*\.\s*\)\s*(?P<sign")
)
_BOUNDED = {
    "integer": ("low", "high"), "decimal": ("low", "high"),
    "select_multiple": ("least", "most"), "rank": ("least", "most"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a question is made. `turn`: which time of its repeat, 0 in none; `is_copy`: any but
    the first."""

    keys: Callable[[], int]
    find: Find
    taken: Taken
    turn: int = 0
    is_copy: bool = False


class Making:
    """One question being made."""

    def __init__(self, line: Line, form: Form, target: Target, spot: Spot) -> None:
        self.line = line
        self.form = form
        self.target = target
        self.spot = spot
        self.keys = spot.keys
        self.find = spot.find
        self.notes: list[Note] = []
        self.beside: list[Doc] = []  # what one line of the form needs besides
        self.kind, self.list_name, self.with_other = kind_of(line)
        self.appearance = line["appearance"].split()

    def note(self, note: Note) -> None:
        self.notes.append(note)

    def expression(self, source: str, *, own: bool = False) -> str:
        if not source or source.lower() in TRUE:
            return ""
        if source.lower() in FALSE:  # a truth value of the workbook
            return "0"
        try:
            source = positioned(source, self.spot.turn)
            return translate(source, self.find, self.target if own else None)
        except NotPossible as error:
            self.note(Loss("Der Ausdruck %(source)s entfällt.", source=echo(source)))
            self.note(error)
            return ""

    def text(self, column: str) -> Mapping[str, str]:
        return said(self.line.text(column), self.find, self.notes)

    def made(self) -> list[Doc]:
        """The question, or nothing and a note that says why."""
        maker = MAKERS.get(self.kind)
        if self.line["calculation"] and self.kind in {"text", "integer", "decimal", "hidden"}:
            maker = _computed
        if maker is None:
            is_elsewhere = self.kind.startswith("select_") and "_from_file" in self.kind
            self.note(
                Gone("Die Liste der Antworten steht in einer anderen Datei.")
                if is_elsewhere
                else Gone("Diese Art von Frage gibt es hier nicht.")
            )
            return []
        doc = self.common() | maker(self)
        if doc["kind"] in {"info", "computed"}:
            for name in ("required", "check", "check_text", "required_text"):
                doc.pop(name, None)
        self.mention()
        return [doc, *self.beside]

    def common(self) -> Doc:
        line = self.line
        required = line["required"].lower()
        if required not in TRUE | FALSE:
            self.note(Loss("Wann eine Antwort Pflicht ist, wird hier nicht berechnet."))
        doc: Doc = {
            "key": self.keys(),
            "name": self.target.name,
            "text": self.text("label"),
            "help": self.help(),
            "required": "yes" if required in TRUE else "no",
            "show_if": self.expression(line["relevant"]),
            "check_text": plain(self.line.text("constraint_message")),
            "required_text": plain(self.line.text("required_message")),
        }
        return doc | self.constraint()

    def help(self) -> Mapping[str, str]:
        hint, guidance = self.text("hint"), self.text("guidance_hint")
        return {
            language: "\n\n".join(filter(None, [hint.get(language), guidance.get(language)]))
            for language in {**hint, **guidance}
        }

    def constraint(self) -> Doc:
        """Simple bounds as fields of the question, everything else as its check."""
        source = self.line["constraint"].strip()
        fields = _BOUNDED.get(self.kind)
        pattern = _PICKS if self.kind in {"select_multiple", "rank"} else _BOUNDS
        found = pattern.fullmatch(source) if fields else None
        if fields and found and found["sign1"] != found["sign2"]:
            return {
                fields[found[f"sign{at}"] == "<="]: _number(found[f"value{at}"])
                for at in (1, 2)
                if found[f"sign{at}"]
            }
        check = self.expression(source, own=True)
        if not check:
            return {}
        asked = self.target.name
        empty = (
            f"count({asked}) == 0"
            if self.target.kind in {"multiple", "ranking"}
            else f"is_empty({asked})"
        )
        return {"check": f"{empty} or ({check})"}

    def mention(self) -> None:
        line = self.line
        if line["default"] and not line["calculation"]:
            self.note(Note("Die Vorbelegung entfällt: Fragen beginnen hier leer."))
        if any(line.text(column) for column in ("image", "audio", "video")):
            self.note(Note("Bilder und Töne zur Frage entfallen."))
        if (
            line["read_only"].lower() in TRUE
            and self.kind not in {"note", "calculate"}
            and not line["calculation"]
        ):
            self.note(Loss("Die Frage war nur zum Lesen. Hier kann man sie beantworten."))
        if line["trigger"]:
            self.note(Loss("Der Auslöser einer Berechnung entfällt."))
        if self.target.name != line["name"] and not self.spot.is_copy:
            self.note(Note("Das Kürzel heißt hier %(name)s.", name=self.target.name))

    def parameter(self, name: str) -> str:
        found = re.search(rf"(?:^|[;,\s]){name}\s*=\s*([^;,\s]+)", self.line["parameters"].lower())
        return found[1] if found else ""


def _number(text: str) -> float:
    number = float(text)
    return int(number) if number == int(number) else number


# Choices


def names_of(line: Line, form: Form) -> Mapping[str, str]:
    """Names of choices there -> here."""
    _, list_name, _ = kind_of(line)
    taken = Taken()
    names: dict[str, str] = {}
    for choice in form.choices.get(list_name, ()):
        if choice["name"] not in names:
            names[choice["name"]] = taken.part(
                choice["name"], signed=kind_of(line)[0] != "select_multiple"
            )
    return names


def _choice(making: Making) -> Doc:
    options = _options(making)
    if not options:
        making.note(Gone("Die Liste %(name)s der Antworten fehlt.", name=echo(making.list_name)))
    if any(old != new for old, new in making.target.options.items()):
        making.note(Note("Kürzel von Antworten heißen hier anders."))
    doc: Doc = {
        "kind": CHOICES[making.kind],
        "options": options,
        "shuffle": making.parameter("randomize") == "true",
    }
    if {"minimal", "quick", "autocomplete"} & set(making.appearance) and making.kind != "rank":
        doc["display"] = "dropdown"
    if making.with_other:
        doc["other"] = {"key": making.keys()}
    return doc


def _options(making: Making) -> list[Doc]:
    """Choices with the same name and the same words are one, shown for any of their filters."""
    found: dict[str, Doc] = {}
    filters: dict[str, list[str]] = {}
    for choice in making.form.choices.get(making.list_name, ()):
        name = making.target.options[choice["name"]]
        text = plain(choice.text("label"))
        if name in found and found[name]["text"] != text:
            making.note(Loss("Von gleichnamigen Antworten gilt hier nur die erste."))
            continue
        if len(found) >= MAX_OPTIONS - 1 and name not in found:
            making.note(Loss("Antworten nach der %(most)s. entfallen.", most=MAX_OPTIONS - 1))
            break
        found.setdefault(name, {"code": len(found) + 1, "name": name, "text": text})
        filters.setdefault(name, []).append(_filter(making, choice))
    for name, conditions in filters.items():
        found[name]["show_if"] = _any_of(conditions)
        if found[name]["show_if"] == NEVER:
            del found[name]
    if any(choice.text("image") for choice in making.form.choices.get(making.list_name, ())):
        making.note(Note("Bilder zu Antworten entfallen."))
    return list(found.values())


def _any_of(conditions: Sequence[str]) -> str:
    """Conditions without a question in them are decided right away."""
    open_ones = []
    for condition in dict.fromkeys(conditions):
        tree = parse(condition) if condition else None
        if tree is None or any(isinstance(node, Name) for node in walk(tree)):
            open_ones.append(condition)
        elif truth(evaluate(tree, lambda _ref: "")):
            return ""
    if "" in open_ones:
        return ""
    return " or ".join(open_ones) or NEVER


def _filter(making: Making, choice: Line) -> str:
    """The filter of a list with the columns of this choice put in."""
    source = making.line["choice_filter"]
    if not source:
        return ""
    columns = {word: choice[word.lower()] for word in re.findall(r"[A-Za-z_][\w.-]*", source)}
    known = {key for line in making.form.choices[making.list_name] for key in line.cells}
    words = {word: value if word.lower() in known else word for word, value in columns.items()}
    try:
        condition = translate(source, making.find, making.target, words)
        parse(condition)
    except (NotPossible, Mistake) as error:
        making.note(Loss("Der Filter der Antworten entfällt."))
        making.note(Loss(error.message, **error.params))
        return ""
    return condition


# Everything else


def _text(making: Making) -> Doc:
    if "multiline" in making.appearance:
        return {"kind": "long_text", "max_length": MAX_LONG_TEXT}
    if any(word.startswith("ex:") for word in making.appearance):
        making.note(Note("Ein anderes Programm wird hier nicht gerufen."))
    return {"kind": "short_text", "max_length": MAX_SHORT_TEXT}


def _figures(decimals: int) -> Callable[[Making], Doc]:
    def make(making: Making) -> Doc:
        if any(word.startswith("ex:") for word in making.appearance):
            making.note(Note("Ein anderes Programm wird hier nicht gerufen."))
        return {"kind": "number", "decimals": decimals}

    return make


def _range(making: Making) -> Doc:
    start, end, step = (
        _figure(making.parameter(name), default)
        for name, default in (("start", 1.0), ("end", 10.0), ("step", 1.0))
    )
    if "rating" in making.appearance and start in {0, 1} and 2 <= end <= MAX_SCALE:  # noqa: PLR2004 - a scale
        return {"kind": "scale", "low": 1, "high": int(end), "look": "stars"}
    return {"kind": "slider", "low": start, "high": end, "step": abs(step) or 1}


def _figure(text: str, default: float) -> float:
    try:
        number = float(text)
    except ValueError:
        return default
    return (int(number) if number == int(number) else number) if abs(number) < 1e9 else default  # noqa: PLR2004 - any bound


def _date(making: Making) -> Doc:
    """Of a year or a month alone just that is asked. A month is written so that it sorts."""
    if "year" in making.appearance:
        making.note(Note("Das Jahr wird hier als Zahl gefragt."))
        return {"kind": "number", "decimals": 0, "low": 1, "high": 9999}
    if "month-year" in making.appearance:
        making.note(Note("Der Monat wird hier getippt, wie 2026-05."))
        shape = {"de": "JJJJ-MM, zum Beispiel 2026-05", ANY: "YYYY-MM, 2026-05"}
        return {
            "kind": "contact",
            "format": "pattern",
            "pattern": "[0-9]{4}-(0[1-9]|1[0-2])",
            "help": _after(making.help(), shape),
            "invalid_text": {"de": "Bitte schreiben Sie den Monat wie 2026-05.", ANY: shape[ANY]},
        }
    return {"kind": "when", "clock": "date"}


def _after(words: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """In every language that one of the two has."""
    return {
        language: "\n\n".join(
            filter(None, [words.get(language, words.get(ANY)), more.get(language, more.get(ANY))])
        )
        for language in {**more, **words}
    }


def _when(clock: str) -> Callable[[Making], Doc]:
    return lambda _making: {"kind": "when", "clock": clock}


def _place(shape: str) -> Callable[[Making], Doc]:
    return lambda _making: {"kind": "place", "shape": shape}


def _files(extensions: Sequence[str], megabytes: int) -> Callable[[Making], Doc]:
    def make(making: Making) -> Doc:
        if {"draw", "signature", "annotate"} & set(making.appearance):
            making.note(Loss("Gezeichnet wird hier nicht; man lädt ein Bild hoch."))
        return {"kind": "files", "extensions": list(extensions), "megabytes": megabytes}

    return make


def _barcode(making: Making) -> Doc:
    making.note(Note("Der Strichcode wird nicht gelesen, sondern eingetippt."))
    return {"kind": "short_text", "max_length": MAX_SHORT_TEXT}


def _computed(making: Making) -> Doc:
    lookup = find_lookup(making.line["calculation"], making.form, making.find)
    if lookup:
        return _looked_up(making, lookup)
    formula = making.expression(making.line["calculation"]) or '""'
    shown = making.kind not in {"calculate", "hidden"}
    return {"kind": "computed", "formula": formula, "shown": shown}


def _looked_up(making: Making, lookup: Lookup) -> Doc:
    """Words of a list for an answer. What people read is in their language; one is kept."""
    first = next(iter(making.form.languages), ANY)
    is_shown = making.kind not in {"calculate", "hidden"}
    languages = lookup.languages
    if not is_shown or len(languages) < 2:  # noqa: PLR2004 - in one language there is nothing to tell apart
        return {"kind": "computed", "formula": lookup.formula(first), "shown": is_shown}
    making.note(Note("Gespeichert wird der Text der Liste in der ersten Sprache."))
    label = making.text("label")
    read = {language: f"{{{lookup.formula(language)}}}" for language in languages}
    info: Doc = {
        "kind": "info",
        "key": making.keys(),
        "name": making.spot.taken.question(f"{making.target.name}_text"),
        "text": _after({language: label.get(language, "") for language in languages}, read),
        "show_if": making.expression(making.line["relevant"]),
    }
    making.beside.append(info)
    return {"kind": "computed", "formula": lookup.formula(first), "shown": False}


MAKERS: Mapping[str, Callable[[Making], Doc]] = {
    **dict.fromkeys(CHOICES, _choice),
    "text": _text,
    "integer": _figures(0),
    "decimal": _figures(MAX_RANGE_DECIMALS),
    "range": _range,
    "date": _date,
    "time": _when("time"),
    "datetime": _when("both"),
    "geopoint": _place("point"),
    "geotrace": _place("line"),
    "geoshape": _place("area"),
    "image": _files(PICTURES, 10),
    "audio": _files(SOUNDS, 20),
    "video": _files(FILMS, 100),
    "file": _files(["pdf", "jpg", "png", "docx", "xlsx", "odt", "ods", "csv", "txt", "zip"], 20),
    "barcode": _barcode,
    "note": lambda _making: {"kind": "info"},
    "calculate": _computed,
    "acknowledge": lambda _making: {"kind": "consent"},
}
