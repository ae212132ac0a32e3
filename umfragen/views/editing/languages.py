"""Languages side by side, and how complete each one is."""

from flask import request
from flask.typing import ResponseReturnValue

from kern.i18n import _, say
from kern.ids import parse_id
from kern.web import commits, notice, shows_again
from umfragen.definition import DefinitionRefused, Path, Text, completeness, texts
from umfragen.definition.findings import describe
from umfragen.editing.stands import stand_of
from umfragen.editing.wording import (
    LANGUAGES,
    add_language,
    remove_language,
    set_default_language,
    set_texts,
)
from umfragen.forms.survey import LanguageForm
from umfragen.views.editing.blueprint import Desk, blueprint, is_stale, section_page, to, to_desk

PER_PAGE = 60


@blueprint.get("/<slug>/bearbeiten/sprachen")
def languages(slug: str) -> ResponseReturnValue:
    desk = to_desk(slug)
    definition = desk.draft.definition
    offered = [(tag, LANGUAGES.get(tag, tag)) for tag in definition.languages]
    return section_page(
        "languages.html",
        desk,
        "sprachen",
        offered=[(tag, words, completeness(definition, tag)) for tag, words in offered],
        others=[pair for pair in LANGUAGES.items() if pair[0] not in definition.languages],
    )


@blueprint.post("/<slug>/bearbeiten/sprachen")
@commits
def change_languages(slug: str) -> ResponseReturnValue:
    desk = to_desk(slug)
    tag = request.form.get("sprache", "")
    acts = {"neu": add_language, "weg": remove_language, "zuerst": set_default_language}
    act = acts.get(request.form.get("tun", ""))
    if act is None:
        return to(desk, "languages")
    try:
        draft = act(desk.draft, tag)
    except DefinitionRefused as refused:
        for finding in refused.findings:
            notice(say(finding), "warning")
        return to(desk, "languages")
    desk.keep(draft, _("Sprachen geändert"))
    if act is add_language:
        return to(desk, "translate", language=tag)
    return to(desk, "languages")


@blueprint.get("/<slug>/bearbeiten/sprachen/<language>")
def translate(slug: str, language: str) -> ResponseReturnValue:
    desk = to_desk(slug)
    if language not in desk.draft.definition.languages:
        return to(desk, "languages")
    form = LanguageForm(formdata=None, data={"stand": stand_of(desk.draft.definition)})
    return _page(desk, language, form)


@blueprint.post("/<slug>/bearbeiten/sprachen/<language>")
@shows_again
@commits
def save_translation(slug: str, language: str) -> ResponseReturnValue:
    desk = to_desk(slug)
    if language not in desk.draft.definition.languages:
        return to(desk, "languages")
    form = LanguageForm()
    if is_stale(form, stand_of(desk.draft.definition)):
        return _page(desk, language, form), 409
    if not form.is_ok():
        return _page(desk, language, form), 422
    sent: dict[Path, str] = {}
    for path, text in texts(desk.draft.definition):
        name = field_of(path)
        if name in request.form and request.form[name].strip() != dict(text).get(language, ""):
            sent[path] = request.form[name]
    try:
        draft = set_texts(desk.draft, language, sent)
    except DefinitionRefused as refused:
        errors = {field_of(finding.path): say(finding) for finding in refused.findings}
        return _page(desk, language, form, errors), 422
    desk.keep(draft, _("Übersetzung geändert"))
    return to(desk, "translate", language=language, teil=request.args.get("teil", 1))


def _has_words(text: Text) -> bool:
    """Numbers need no translation."""
    return any(sign.isalpha() for _tag, words in text for sign in words)


def field_of(path: Path) -> str:
    return "t-" + ".".join(str(step) for step in path)


def _page(
    desk: Desk, language: str, form: LanguageForm, errors: dict[str, str] | None = None
) -> str:
    """Long surveys in parts: every part is a form of its own."""
    definition = desk.draft.definition
    first = definition.languages[0] if language != definition.languages[0] else language
    found = [(path, text) for path, text in texts(definition) if _has_words(text)]
    parts = max(1, -(-len(found) // PER_PAGE))
    part = min(parts, max(1, parse_id(request.args.get("teil")) or 1))
    lines = []
    for path, text in found[(part - 1) * PER_PAGE : part * PER_PAGE]:
        name = field_of(path)
        words = dict(text)
        lines.append(
            {
                "name": name,
                "where": ", ".join(say(step) for step in describe(path)),
                "source": text.say(first, first),
                "words": request.form.get(name, words.get(language, "")),
                "is_long": any(len(said) > 60 or "\n" in said for said in words.values()),  # noqa: PLR2004 - a line
                "error": (errors or {}).get(name, ""),
            }
        )
    for sentence in (errors or {}).values():
        form.form_errors.append(sentence)
    return section_page(
        "translate.html",
        desk,
        "sprachen",
        form=form,
        lines=lines,
        language=language,
        words=LANGUAGES.get(language, language),
        first=first,
        first_words=LANGUAGES.get(first, first),
        share=completeness(definition, language),
        part=part,
        parts=parts,
    )
