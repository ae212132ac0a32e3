"""Surveys as files: one function for every format we write."""

from enum import StrEnum

from umfragen.definition import Definition, dumps
from umfragen.exchange.limesurvey.writing import write_survey
from umfragen.exchange.report import Report


class Format(StrEnum):
    LSS = "lss"
    JSON = "json"


def write_file(definition: Definition, form: Format) -> tuple[bytes, Report]:
    """The file, and what the other program cannot show."""
    if form is Format.LSS:
        return write_survey(definition)
    return dumps(definition).encode(), Report()
