"""What rides along in a file of another program, so that it comes back to us exactly as it was.

Other programs have no place for our numbers of items, for hidden options or for a line on a map.
Their fields say what they can; beside them stands our own document. It counts only as long as
everything else in the file still reads as we wrote it: whoever changes it there is believed.
"""

import json

from umfragen.definition import Definition, DefinitionRefused, dump, fingerprint, load
from umfragen.exchange.fitting import Imported
from umfragen.exchange.report import Entry, Report


def companion(original: Definition, without: Definition) -> str:
    """`without`: what the file reads as without the companion."""
    return json.dumps(
        {"without": fingerprint(without), "definition": dump(original)},
        ensure_ascii=False,
        separators=(",", ":"),
    )


def reunited(imported: Imported, text: str) -> Imported:
    """The definition as it left us, if the file was not changed since."""
    try:
        found = json.loads(text)
        if found["without"] != fingerprint(imported.definition):
            return imported
        definition = load(found["definition"])
    except (ValueError, TypeError, KeyError, RecursionError, DefinitionRefused):
        return imported
    entries = tuple(Entry(question.name) for question in definition.questions())
    return Imported(definition, Report(entries), imported.source)
