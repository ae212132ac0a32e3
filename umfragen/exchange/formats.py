"""Surveys as files: one function for every format we write."""

from enum import StrEnum

from umfragen.definition import Definition, dumps
from umfragen.exchange.limesurvey.writing import write_survey
from umfragen.exchange.report import Report
from umfragen.exchange.xlsform.writing import write_form


class Format(StrEnum):
    LSS = "lss"
    XLSFORM = "xlsform"
    JSON = "json"


def write_file(definition: Definition, form: Format) -> tuple[bytes, Report]:
    """The file, and what the other program cannot show."""
    if form is Format.LSS:
        return write_survey(definition)
    if form is Format.XLSFORM:
        return write_form(definition)
    return dumps(definition).encode(), Report()
