"""What tests of the editor share: its addresses, its draft, what a browser would send."""

from typing import Any

from tests.umfragen.surveys import Doc, keys_by_name, options, question
from tests.visitors import Visitor
from umfragen import service
from umfragen.definition import Definition
from umfragen.models import State

PLAIN: list[Doc] = [
    question("single", "weg", options=options("rad", "bus")),
    question("number", "alter", low=0),
    question("long_text", "wunsch"),
]


def draft(slug: str = "spielplatz-ahornweg") -> Definition:
    return service.draft_of(service.get_survey(slug))


def state(slug: str = "spielplatz-ahornweg") -> State:
    return service.get_survey(slug).state


EDIT = "/umfragen/spielplatz-ahornweg/bearbeiten"
ACCESS = "/umfragen/spielplatz-ahornweg/zugang"


def names_in_order() -> list[str]:
    return [asked.name for asked in draft().questions()]


def key_of(name: str) -> int:
    return keys_by_name(draft())[name]


def form_of(office: Visitor, path: str) -> dict[str, Any]:
    """What a browser would send of the form as it stands: only hidden marks and texts."""
    page = office.get(path).text
    stand = page.split('name="stand"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    return {"stand": stand}


def weg(office: Visitor, **values: Any) -> dict[str, Any]:
    stand = form_of(office, f"{EDIT}/frage/{key_of('weg')}")
    texts = {"options-1": "Mit dem Rad", "options-2": "Mit dem Bus"}
    basic = {"text": "Wie kommen Sie?", "required": "no", "display": "list", "name": "weg"}
    return {**stand, **basic, **texts, **values}
