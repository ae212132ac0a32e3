"""A definition as a JSON document, and back."""

import hashlib
import json
from typing import Any

from umfragen.definition.codec import REFUSED, Reader, write
from umfragen.definition.findings import DefinitionRefused, Finding
from umfragen.definition.model import Definition
from umfragen.definition.questions import KINDS
from umfragen.definition.structure import check_identity

MAX_DOCUMENT = 4_000_000
"""Characters. The largest survey we know has 1.25 million as LimeSurvey XML."""


def load(document: object) -> Definition:
    """Raises `DefinitionRefused` with everything that is wrong. Drafts may be unfinished: texts
    may be missing and expressions broken; see `check_structure` and `umfragen.checks`."""
    reader = Reader(KINDS)
    definition = reader.read(Definition, document, ())
    findings = list(reader.findings)
    if definition is not REFUSED and not findings:
        findings += check_identity(definition)
    if findings:
        raise DefinitionRefused(tuple(findings))
    found: Definition = definition
    return found


def loads(text: str) -> Definition:
    """The same from the text of a document."""
    broken = Finding("Das ist keine gültige Umfrage: Die Datei lässt sich nicht lesen.")
    if len(text) > MAX_DOCUMENT:
        raise DefinitionRefused((Finding("Diese Datei ist zu groß für eine Umfrage."),))
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DefinitionRefused((broken,)) from error
    return load(document)


def dump(definition: Definition) -> dict[str, Any]:
    """Smallest document that `load` makes the same definition of."""
    found: dict[str, Any] = write(definition)
    return found


def dumps(definition: Definition) -> str:
    """Canonical: the same definition gives the same text."""
    return json.dumps(dump(definition), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def fingerprint(definition: Definition) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(dumps(definition).encode()).hexdigest()
