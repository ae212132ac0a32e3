"""The texts that searches are judged over: real participation, read from where tests find it.

None of it is in this repository; `bench/judged/` names the texts by ids and says how well each
answers a query. The ids are those of the sources, so they hold on any machine that has them.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from kern.content import Document

DATA = Path(__file__).parents[2] / "shared" / "data"
START = datetime(2026, 1, 1, tzinfo=UTC)
KEY = "korpus.text"
_HEADING = re.compile(r"^#{1,3}\s+(.+?)\s*#*$", re.MULTILINE)
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


class Text(NamedTuple):
    """`name` is `source:id`; a post has the title of what it stands in."""

    name: str
    title: str
    body: str
    kind: str
    has_own_title: bool = True


def is_there() -> bool:
    return (DATA / "participation").is_dir() and (DATA / "wiki").is_dir()


def read() -> list[Text]:
    """All texts in an order that never changes."""
    folder = DATA / "participation"
    texts = [text for number in range(1, 5) for text in _council(folder, number)]
    texts += _dialogue(folder / "raddialog-moers-sentences.tsv", "moers")
    texts += _dialogue(folder / "krefeld-massnahmen-sentences.tsv", "krefeld")
    texts += _answers(folder / "umfrage-bonn-freitext.tsv")
    texts += _handbook(DATA / "wiki" / "handbuch-jugend-hackathons")
    texts += _chapters(DATA / "wiki" / "handreichung-open-data.md")
    return texts


def documents(texts: Iterable[Text]) -> Iterator[Document]:
    """As the index takes them; the number of a text is its place in the list."""
    for number, text in enumerate(texts):
        yield Document(
            key=KEY,
            id=number,
            title=text.title,
            body=text.body,
            kind=text.kind,
            scope=None,
            audience="public",
            path=f"/korpus/{number}",
            at=START + timedelta(minutes=number),
            has_own_title=text.has_own_title,
        )


def _council(folder: Path, number: int) -> Iterator[Text]:
    """A topic and the statements on it that its moderators let pass."""
    with (folder / f"klimarat-{number}-summary.csv").open(encoding="utf-8-sig", newline="") as file:
        facts = {row[0]: row[1] for row in csv.reader(file) if len(row) > 1}
    topic, about = facts["topic"], facts["conversation-description"]
    yield Text(f"klimarat-{number}:thema", f"Klimarat: {topic}", about, "projekt")
    with (folder / f"klimarat-{number}-statements.csv").open(
        encoding="utf-8-sig", newline=""
    ) as file:
        for statement in csv.DictReader(file):
            if statement["moderated"] == "1":
                name, body = (
                    f"klimarat-{number}:{statement['comment-id']}",
                    statement["comment-body"],
                )
                yield Text(name, f"Klimarat: {topic}", body, "beitrag", has_own_title=False)


def _dialogue(path: Path, source: str) -> Iterator[Text]:
    """Contributions with a title of their own, put together from their sentences."""
    for name, rows in _sentences(path).items():
        title = " ".join(row["content"] for row in rows if row["title/text"] == "title")
        body = " ".join(row["content"] for row in rows if row["title/text"] != "title")
        yield Text(f"{source}:{name}", title, body, "gespraech")


def _answers(path: Path) -> Iterator[Text]:
    """Free answers to one question of a survey."""
    for name, rows in _sentences(path).items():
        body = " ".join(row["content"] for row in rows)
        yield Text(f"bonn:{name}", "Umfrage in Bonn", body, "freitext", has_own_title=False)


def _sentences(path: Path) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            found[row["document_id"]].append(row)
    return found


def _handbook(folder: Path) -> Iterator[Text]:
    for path in sorted(folder.rglob("*.md")):
        text = _FRONT.sub("", path.read_text(encoding="utf-8"))
        heading = _HEADING.search(text)
        title = heading[1] if heading else path.stem.replace("_", " ")
        yield Text(f"hackathon:{path.stem}", title, text, "wiki")


def _chapters(path: Path) -> Iterator[Text]:
    """One page for each of the first three levels of headings."""
    text = _FRONT.sub("", path.read_text(encoding="utf-8"))
    headings = list(_HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    for number, (heading, end) in enumerate(zip(headings, ends, strict=True)):
        yield Text(f"open-data:{number}", heading[1], text[heading.end() : end].strip(), "wiki")
