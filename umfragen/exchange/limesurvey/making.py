"""What all kinds of questions have in common on their way here, and the parts they are made of."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from umfragen.definition.parts import MAX_COLUMNS, MAX_OPTIONS, MAX_ROWS
from umfragen.exchange.limesurvey.logic import Untranslatable, filtered, relevance, translate
from umfragen.exchange.limesurvey.naming import Named, Variables
from umfragen.exchange.limesurvey.phrases import FIXED, spoken
from umfragen.exchange.limesurvey.source import Answer, Source, Subquestion
from umfragen.exchange.limesurvey.texts import MAX_LABEL, Speech
from umfragen.exchange.report import Loss, Note, echo

Doc = dict[str, Any]
NUMBER = re.compile(r"[+-]?[0-9]{1,12}(?:[.,][0-9]{1,6})?")
REQUIRED = {"Y": "yes", "S": "soft"}
LARGEST_CODE = MAX_OPTIONS - 1


class Keys:
    """Numbers of items, each given out once."""

    def __init__(self) -> None:
        self.last = 0

    def __call__(self) -> int:
        self.last += 1
        return self.last


class Making:
    """One question being made. `notes` are for the report."""

    def __init__(self, named: Named, keys: Keys, speech: Speech, variables: Variables) -> None:
        self.named = named
        self.source: Source = named.source
        self.keys = keys
        self.speech = speech
        self.variables = variables
        self.notes: list[Note] = []
        self.checks: list[str] = []
        self.filters = dict(filtered(named.source, variables))

    def note(self, note: Note) -> None:
        self.notes.append(note)

    def expression(self, source: str) -> str:
        """In our names, or "" and a note that tells what is gone."""
        try:
            return translate(source, self.variables)
        except Untranslatable as error:
            self.note(Loss("Der Ausdruck %(source)s entfällt.", source=echo(source)))
            self.note(error)
            return ""

    def shown_if(self) -> str:
        try:
            return relevance(self.source, self.variables)
        except Untranslatable as error:
            self.note(Loss("Die Bedingung der Frage entfällt, sie wird immer gezeigt."))
            self.note(error)
            return ""

    def common(self, kind: str, name: str = "", **more: Any) -> Doc:
        """What every question has; call it last, it takes up all checks."""
        source = self.source
        doc: Doc = {
            "kind": kind,
            "key": self.keys(),
            "name": name or self.named.name,
            "text": self.speech.body(source.texts),
            "help": self.speech.body(source.helps),
            "required": REQUIRED.get(source.mandatory, "no"),
            "show_if": self.shown_if(),
            **more,
        }
        if kind in {"info", "computed"}:
            del doc["required"]
            return doc
        doc["check"] = " and ".join(
            check if len(self.checks) == 1 else f"({check})" for check in self.checks
        )
        doc["check_text"] = self.speech.line(source.said("em_validation_q_tip"))
        return doc

    # Bounds

    def figure(self, attribute: str) -> tuple[float | None, str]:
        """An attribute as a number, or as an expression where it is worked out."""
        text = self.source.attribute(attribute)
        if NUMBER.fullmatch(text):
            return float(text.replace(",", ".")), ""
        if not text:
            return None, ""
        return None, self.expression(text.removeprefix("{").removesuffix("}"))

    def bound(self, attribute: str, sign: str) -> float | None:
        """A bound of each number; one that is worked out becomes a check."""
        value, worked_out = self.figure(attribute)
        if worked_out:
            self.checks.append(
                f"is_empty(this) or is_empty({worked_out}) or this {sign} ({worked_out})"
            )
        return value

    def count_bounds(self) -> None:
        """How many parts have to be filled in, where the kind has no field for that."""
        for attribute, sign in (("min_answers", ">="), ("max_answers", "<=")):
            value, worked_out = self.figure(attribute)
            if worked_out or value is not None:
                bound = worked_out or f"{value:g}"
                self.checks.append(f"count(self.NAOK) {sign} {bound}")

    def picks(self) -> Doc:
        """How many options may be chosen."""
        found: Doc = {}
        for attribute, field, sign in (
            ("min_answers", "least", ">="),
            ("max_answers", "most", "<="),
        ):
            value, worked_out = self.figure(attribute)
            if worked_out:
                self.checks.append(f"count(self.nocomments.NAOK) {sign} ({worked_out})")
            elif value is not None and 0 < value <= LARGEST_CODE:
                found[field] = int(value)
        return found

    def own_checks(self) -> None:
        """Conditions an editor wrote, and the pattern of a question."""
        for attribute in ("em_validation_q", "em_validation_sq"):
            source = self.source.attribute(attribute)
            if source:
                check = self.expression(source)
                self.checks += [check] if check else []
        if self.source.pattern:
            check = self.expression(f"regexMatch({_quoted(self.source.pattern)}, this)")
            self.checks += [f"is_empty(this) or {check}"] if check else []

    # Parts

    def options(self, parts: Iterable[Answer | Subquestion], names: Mapping[str, str]) -> list[Doc]:
        parts = list(parts)
        scored = any(isinstance(part, Answer) and part.score for part in parts)
        exclusive = set(self.source.attribute("exclude_all_others").split(";"))
        found = []
        for code, part in enumerate(parts, 1):
            if code > LARGEST_CODE:
                self.note(Loss("Antworten nach der %(most)s. entfallen.", most=LARGEST_CODE))
                break
            doc: Doc = {
                "code": code,
                "name": names[part.code],
                "text": self.speech.line(part.texts),
                "show_if": self.part_shown_if(part),
                "exclusive": bool(part.code) and part.code in exclusive,
            }
            if scored and isinstance(part, Answer):
                doc["score"] = part.score
            found.append(doc)
        return found

    def fixed(self, kind: str) -> list[Doc]:
        """Options that LimeSurvey has built in."""
        languages = tuple(self.speech.languages.values())
        return [
            {"code": code, "name": name, "text": spoken(phrase, languages)}
            for code, (name, phrase) in enumerate(FIXED[kind], 1)
        ]

    def rows(self) -> list[Doc]:
        parts = self.source.rows
        if len(parts) > MAX_ROWS:
            self.note(Loss("Zeilen nach der %(most)s. entfallen.", most=MAX_ROWS))
        return [
            {
                "key": self.keys(),
                "name": self.named.rows[part.code],
                "text": self.speech.line(_without_label(part.texts)),
                "show_if": self.part_shown_if(part),
            }
            for part in parts[:MAX_ROWS]
        ]

    def columns(self) -> list[Doc]:
        return self.cut(self.options(self.source.columns, self.named.columns))

    def cut(self, columns: list[Doc]) -> list[Doc]:
        if len(columns) > MAX_COLUMNS:
            self.note(Loss("Spalten nach der %(most)s. entfallen.", most=MAX_COLUMNS))
        return columns[:MAX_COLUMNS]

    def part_shown_if(self, part: Answer | Subquestion) -> str:
        conditions = [self.filters.get(part.code, "")]
        if isinstance(part, Subquestion) and part.relevance not in {"", "1"}:
            conditions.append(self.expression(part.relevance))
        found = [condition for condition in conditions if condition]
        return found[0] if len(found) == 1 else " and ".join(f"({one})" for one in found)

    def other(self) -> Doc | None:
        if not self.source.other:
            return None
        text = self.speech.line(self.source.said("other_replace_text"), MAX_LABEL)
        needed = self.source.is_on("other_comment_mandatory") or self.source.kind in "MP"
        return {"key": self.keys(), "text": text, "text_required": needed}

    def shuffled(self) -> bool:
        source = self.source
        orders = {source.attribute("answer_order"), source.attribute("subquestion_order")}
        return source.is_on("random_order") or "random" in orders


def _without_label(texts: Mapping[str, str]) -> Mapping[str, str]:
    """`Left|Right`: the words on both sides of a line of numbers, as one."""
    return {
        language: " – ".join(filter(None, (side.strip() for side in text.split("|"))))
        for language, text in texts.items()
    }


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
