"""Files while somebody answers: looked into, and waiting until the answers are sent."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kern.errors import Invalid
from kern.files import waiting
from kern.files.pdf import Document, accept_pdf
from kern.files.picture import Picture
from kern.later import Later
from umfragen.definition.questions import Files
from umfragen.engine import Answers, Fault, Plan, Value
from umfragen.models import Survey
from umfragen.store import files as store

if TYPE_CHECKING:
    from kern.files import images
else:
    images = Later("kern.files.images")

PDF = "pdf"
PICTURES = frozenset({"jpg", "jpeg", "png", "webp", "gif"})
ENDINGS = frozenset({PDF, *PICTURES})  # what we can look into
MEGABYTE = 1_000_000


def accept(question: Files, data: bytes, filename: str) -> str:
    """Look into it and let it wait; returns its token. Takes a while: before the transaction.
    Raises Fault."""
    ending = filename.rpartition(".")[2].lower()
    allowed = set(question.extensions) & ENDINGS
    if "jpg" in allowed:
        allowed.add("jpeg")
    if ending not in allowed:
        raise Fault(
            "Diese Art von Datei geht hier nicht. Möglich: %(kinds)s.",
            question.key,
            kinds=", ".join(sorted(allowed)),
        )
    if len(data) > question.megabytes * MEGABYTE:
        raise Fault(
            "Diese Datei ist zu groß. Möglich sind %(n)s MB.", question.key, n=question.megabytes
        )
    try:
        accepted: Picture | Document = (
            accept_pdf(data, filename) if ending == PDF else images.accept_picture(data, filename)
        )
    except Invalid as error:
        raise _fault(error, question.key) from error
    return waiting.put(accepted)


def _fault(error: Invalid, key: int) -> Fault:
    found = Fault(error.message, key)
    found.params = error.params
    return found


def find(token: str) -> Picture | Document | None:
    return waiting.find(token, Picture) or waiting.find(token, Document)


def names_of(plan: Plan, answers: Answers) -> dict[str, str]:
    """Token -> the name the file had, of those that still wait."""
    return {
        token: found.filename
        for token in _tokens(plan, answers)
        if (found := find(token)) is not None
    }


def without_lost(
    survey: Survey, plan: Plan, answers: Answers
) -> tuple[dict[int, Value], list[Fault]]:
    """Answers without files that are gone by now, and a sentence at each of their questions."""
    kept = dict(answers)
    faults = []
    for key, tokens in _by_question(plan, answers).items():
        left = tuple(token for token in tokens if is_kept(survey, token) or find(token))
        if left == tokens:
            continue
        faults.append(
            Fault("Bitte wählen Sie die Datei noch einmal. Wir haben sie nicht mehr.", key)
        )
        if left:
            kept[key] = left
        else:
            del kept[key]
    return kept, faults


def are_asked(plan: Plan) -> bool:
    """Most surveys want no files, and need not look for any."""
    return any(isinstance(question, Files) for question in plan.questions.values())


def keep_all(survey: Survey, plan: Plan, answers: Answers) -> dict[int, Value]:
    """The answers with the names under which files wait with them."""
    kept = dict(answers)
    for key, tokens in _by_question(plan, answers).items():
        kept[key] = tuple(_keep(survey, token) for token in tokens)
    return kept


def is_kept(survey: Survey, token: str) -> bool:
    """Whether it was sent with these answers before, which are changed now."""
    return store.is_put_by(token) or store.find_file(survey.id, token) is not None


def _keep(survey: Survey, token: str) -> str:
    name = token if is_kept(survey, token) else store.put_by(token)
    if name is None:
        raise Invalid("Bitte wählen Sie die Datei noch einmal. Wir haben sie nicht mehr.")
    return name


def _tokens(plan: Plan, answers: Answers) -> list[str]:
    return [token for tokens in _by_question(plan, answers).values() for token in tokens]


def _by_question(plan: Plan, answers: Answers) -> Mapping[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for key, value in answers.items():
        if isinstance(plan.questions.get(key), Files) and isinstance(value, tuple):
            found[key] = tuple(token for token in value if isinstance(token, str))
    return found
