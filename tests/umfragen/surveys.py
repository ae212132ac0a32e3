"""Builders of surveys: documents as an editor would save them, keys given out in order."""

from collections.abc import Mapping
from typing import Any

from umfragen.definition import Definition, load

Doc = dict[str, Any]


class Keys:
    """Gives out keys; `names` tells afterwards who got which."""

    def __init__(self) -> None:
        self.last = 0
        self.names: dict[str, int] = {}

    def __call__(self, name: str = "") -> int:
        self.last += 1
        if name:
            self.names[name] = self.last
        return self.last


def option(code: int, name: str, **more: Any) -> Doc:
    return {"code": code, "name": name, "text": f"Antwort {name}", **more}


def options(*names: str) -> list[Doc]:
    return [option(code, name) for code, name in enumerate(names, 1)]


def make_survey(*pages: list[Doc] | Doc, **more: Any) -> Definition:
    """Questions without keys; a page is a list of questions, or a dict with `questions`."""
    return load(make_document(*pages, **more))


def make_document(*pages: list[Doc] | Doc, **more: Any) -> Doc:
    keys = Keys()
    found = []
    for page in pages:
        whole: Doc = dict(page) if isinstance(page, dict) else {"questions": page}
        whole.setdefault("key", keys())
        whole["questions"] = [_keyed(question, keys) for question in whole["questions"]]
        found.append(whole)
    return {"title": "Umfrage", "pages": found, **more}


def _keyed(question: Doc, keys: Keys) -> Doc:
    found = {"key": keys(question["name"]), "text": f"Frage {question['name']}?", **question}
    if "rows" in found:
        found["rows"] = [
            {"key": keys(), "text": f"Zeile {row['name']}", **row} for row in found["rows"]
        ]
    for extra in ("other", "remark"):
        if extra in found:
            found[extra] = {"key": keys(), **found[extra]}
    if "options" in found:
        found["options"] = [
            {**entry, "remark": keys()} if entry.get("remark") else entry
            for entry in found["options"]
        ]
    return found


def question(kind: str, name: str, **more: Any) -> Doc:
    return {"kind": kind, "name": name, **more}


def rows(*names: str) -> list[Doc]:
    return [{"name": name} for name in names]


def every_kind() -> list[Doc]:
    """One question of each kind, and of some two."""
    q = question
    return [
        q("single", "weg", options=options("rad", "bus", "auto"), other={}, remark={}),
        q(
            "multiple",
            "wo",
            options=[*options("park", "markt"), option(9, "nie", exclusive=True)],
            other={},
        ),
        q("multiple", "was", options=[option(1, "bank", remark=True), option(2, "baum")]),
        q("yes_no", "hier"),
        q("scale", "note", low=1, high=5),
        q("scale", "empfehlung", low=0, high=10, look="nps"),
        q("matrix", "zufrieden", rows=rows("wege", "licht"), columns=options("gut", "schlecht")),
        q(
            "matrix",
            "wann",
            cell="multiple",
            rows=rows("mo", "di"),
            columns=options("frueh", "spaet"),
        ),
        q("matrix", "wieviel", cell="number", rows=rows("rein", "raus"), columns=options("a", "b")),
        q("matrix", "wie", cell="text", rows=rows("eins"), columns=options("a")),
        q("ranking", "folge", options=options("x", "y", "z")),
        q("number", "alter", low=0, high=120),
        q("number_list", "geld", rows=rows("spiel", "gruen"), total=100, low=0),
        q("slider", "regler"),
        q("when", "tag"),
        q("when", "zeit", clock="time"),
        q("when", "termin", clock="both"),
        q("short_text", "kurz"),
        q("long_text", "lang"),
        q("contact", "mail"),
        q("contact", "telefon", format="phone"),
        q("contact", "plz", format="pattern", pattern="^[0-9]{5}$"),
        q("files", "fotos", most=2),
        q("place", "punkt"),
        q("place", "linie", shape="line"),
        q("place", "flaeche", shape="area"),
        q("consent", "einverstanden"),
        q("info", "hinweis"),
        q("computed", "doppelt", formula="alter * 2"),
    ]


def keys_by_name(definition: Definition) -> Mapping[str, int]:
    return {found.name: found.key for found in definition.questions()}
