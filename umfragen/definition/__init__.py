"""What a survey is: an immutable version as data, read from and written to JSON. Pure."""

from umfragen.definition.documents import dump, dumps, fingerprint, load, loads
from umfragen.definition.findings import DefinitionRefused, Finding, Path, Severity, describe
from umfragen.definition.model import (
    Definition,
    Member,
    Page,
    Quota,
    QuotaAct,
    keys_of,
    next_key,
    question_keys,
)
from umfragen.definition.parts import OTHER_CODE, Option, Other, Remark, Required, Row
from umfragen.definition.structure import check_structure
from umfragen.definition.texts import NOTHING, Text
from umfragen.definition.translation import completeness, texts, untranslated

__all__ = [
    "NOTHING",
    "OTHER_CODE",
    "Definition",
    "DefinitionRefused",
    "Finding",
    "Member",
    "Option",
    "Other",
    "Page",
    "Path",
    "Quota",
    "QuotaAct",
    "Remark",
    "Required",
    "Row",
    "Severity",
    "Text",
    "check_structure",
    "completeness",
    "describe",
    "dump",
    "dumps",
    "fingerprint",
    "keys_of",
    "load",
    "loads",
    "next_key",
    "question_keys",
    "texts",
    "untranslated",
]
