"""A page rendered: read, everything asked at once, filled, and said what it depends on."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from hashlib import sha256

from kern.text import POLICY_VERSION, RENDERER_VERSION, WIKI_VERSION, Use, fill_wiki, read_wiki
from wiki.linking import LISTS, Target
from wiki.rendering.answering import Answering, Found, ask
from wiki.rendering.asking import Frame, Reference, Rendered, Resolver, Wanted
from wiki.rendering.gathering import Gathered, Named, file_key, gather, wanted_by

MIN_CONTENTS = 3
"""Headings from which on a page has contents at its side."""


def render_page(source: str, resolver: Resolver, frame: Frame) -> Rendered:
    """Raises nothing but `TextTooLong`, whatever the source is."""
    text = read_wiki(source, language=frame.language)
    top = Gathered(text, None, (frame.page_id,))
    included = gather(top, resolver, frame.language)
    wanted = wanted_by(top)
    found = ask(wanted, resolver, included)
    answers = Answering(found, resolver, frame.language).answers(top)
    filled = fill_wiki(text, answers, edit_path=frame.edit_path)
    headed = filled.sections[1:]
    return Rendered(
        html=filled.html,
        plain=filled.plain,
        sections=filled.sections,
        toc=headed if len(headed) >= MIN_CONTENTS else (),
        references=tuple(dict.fromkeys(_references(top, found))),
        includes=tuple(sorted({(one.page_id, one.revision_id) for one in included.values()})),
        files=wanted.files,
        missing=tuple(dict.fromkeys(_missing(top, found))),
        wanted=wanted,
        depends=_hash(source, frame, wanted, found, resolver),
    )


def depends_now(source: str, wanted: Wanted, resolver: Resolver, frame: Frame) -> str:
    """What `Rendered.depends` would be today, from what was wanted when it was rendered."""
    included = resolver.includes(wanted.includes) if wanted.includes else {}
    return _hash(source, frame, wanted, ask(wanted, resolver, included), resolver)


def _references(top: Gathered, found: Found) -> Iterator[Reference]:
    for named in top.named:
        target = named.target
        if named.slot.use in {Use.FILE, Use.PICTURE}:
            yield Reference("file", file_key(named.slot, None)[1])
        elif target is None or not target.name:
            continue
        elif target.room in LISTS:
            yield Reference("tag", target.folded)
        elif target.room:
            yield Reference("ref", target.folded, target.room)
        else:
            page_id = _page_id(named, top, found)
            yield Reference(
                "include" if named.is_include else "page", target.folded, page_id=page_id
            )


def _page_id(named: Named, top: Gathered, found: Found) -> int | None:
    key = named.target.folded if named.target else ""
    page = top.found.get(key) if named.is_include else found.pages.get(key)
    return page.page_id if page else None


def _missing(top: Gathered, found: Found) -> Iterator[Target]:
    for named in top.named:
        target = named.target
        if target and target.name and not target.room and _page_id(named, top, found) is None:
            yield Target(target.name)


def _hash(source: str, frame: Frame, wanted: Wanted, found: Found, resolver: Resolver) -> str:
    """Everything the HTML is made from. A text that was hidden keeps its revision, so included
    texts count by their words."""
    red = {key: resolver.start_path(key) for key in wanted.pages if key not in found.pages}
    red |= {key: resolver.start_path(key) for key in wanted.includes if key not in found.includes}
    parts = [
        [RENDERER_VERSION, WIKI_VERSION, POLICY_VERSION],
        _digest(source),
        asdict(frame),
        [[key, asdict(found.pages[key])] for key in wanted.pages if key in found.pages],
        [[key, asdict(found.refs[key])] for key in wanted.refs if key in found.refs],
        [[key, asdict(found.files[key])] for key in wanted.files if key in found.files],
        [[key, list(map(asdict, found.tags.get(key, ())))] for key in wanted.tags],
        [
            [key, one.page_id, one.revision_id, one.path, one.title, _digest(one.source)]
            for key, one in sorted(found.includes.items())
        ],
        red,
    ]
    return _digest(json.dumps(parts, sort_keys=True, default=str))


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
