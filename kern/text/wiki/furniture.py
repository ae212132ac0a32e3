"""The HTML that rendering adds to what people wrote. Not yet safe: the sanitiser comes last."""

from collections.abc import Iterable, Sequence
from html import escape

from kern.text.wiki.answers import Download, Link, Picture, Place, Places
from kern.text.wiki.section import Section
from kern.text.wiki.words import Words

MIN_CONTENTS = 3  # headings from which on a table of contents helps
_DEEP = 3  # levels that it shows


def link(answer: Link, label: str, words: Words) -> str:
    label = label or escape(answer.title)
    path = escape(answer.path)
    if not answer.is_missing:
        return f'<a href="{path}">{label}</a>'
    told = f'<span class="kern-sr-only"> ({words.no_such_page})</span>'
    return f'<a class="df-redlink" href="{path}" title="{words.start_page}">{label}{told}</a>'


def download(answer: Download, label: str) -> str:
    label = label or escape(answer.title)
    note = f' <span class="df-file__note">({escape(answer.note)})</span>'
    return f'<a class="df-file" href="{escape(answer.path)}">{label}</a>{note}'


def said(label: str, sentence: str) -> str:
    return f'{label} <span class="df-missing">({escape(sentence)})</span>'


def figure(answer: Picture) -> str:
    below = f"{escape(answer.caption)} " if answer.caption else ""
    credit = f'<small class="df-credit">{escape(answer.credit)}</small>' if answer.credit else ""
    caption = f"<figcaption>{below}{credit}</figcaption>" if below or credit else ""
    return f'<figure class="df-figure">{_img(answer, "df-pic")}{caption}</figure>'


def inline_picture(answer: Picture) -> str:
    told = " · ".join(part for part in (answer.caption, answer.credit) if part)
    credit = f' <small class="df-credit">({escape(told)})</small>' if told else ""
    return f'<span class="df-inset">{_img(answer, "df-inset__pic")}{credit}</span>'


def _img(answer: Picture, kind: str) -> str:
    return (
        f'<img class="{kind}" src="{escape(answer.path)}" alt="{escape(answer.alt)}"'
        f' width="{answer.width}" height="{answer.height}" loading="lazy">'
    )


def heading(level: int, anchor: str, title: str, edges: str = "") -> str:
    head = f'<h{level} id="{anchor}">{title}</h{level}>'
    return f'<div class="df-sub">{head}{edges}</div>'


def section_acts(section: Section, edit_path: str, words: Words) -> str:
    """The address of a section, and where it is edited."""
    named = escape(words.section_link % section.title)
    anchor = f'<a class="df-anchor" href="#{section.anchor}" aria-label="{named}">#</a>'
    edit = ""
    if edit_path:
        named = escape(words.edit_section % section.title)
        path = escape(f"{edit_path}?abschnitt={section.number}")
        edit = f' <a class="df-edit" href="{path}" aria-label="{named}">{words.edit}</a>'
    return f'<p class="df-sub__acts">{anchor}{edit}</p>'


def box(kind: str, title: str, words: Words) -> str:
    label: str = getattr(words, kind)
    head = f"<b>{label}:</b> {title}" if title else f"<b>{label}</b>"
    return (
        f'<div class="df-info df-info--{kind}" role="note" aria-label="{label}">'
        f'<p class="df-info__h">{head}</p>'
    )


def contents(sections: Sequence[Section], words: Words) -> str:
    """A list in a list, as deep as three levels of headings."""
    parts: list[str] = []
    levels: list[int] = []
    for section in sections:
        if section.level >= sections[0].level + _DEEP and levels:
            continue
        while levels and section.level < levels[-1] and len(levels) > 1:
            levels.pop()
            parts.append("</li></ol>")
        if not levels or section.level > levels[-1]:
            parts.append("<ol>")
            levels.append(section.level)
        else:
            parts.append("</li>")
        parts.append(f'<li><a href="#{section.anchor}">{escape(section.title)}</a>')
    parts.extend("</li></ol>" for _ in levels)
    title = f'<p class="df-toc__h"><b>{words.contents}</b></p>'
    head = f'<nav class="df-toc df-toc--inside" aria-label="{words.contents}">{title}'
    return f"{head}{''.join(parts)}</nav>" if parts else ""


def note_sign(number: int, use: int, words: Words) -> str:
    anchor = f"verweis-{number}" + (f"-{use}" if use > 1 else "")
    return (
        f'<sup class="df-noteref" id="{anchor}"><a href="#fussnote-{number}"'
        f' aria-label="{words.footnote} {number}">{number}</a></sup>'
    )


def notes(items: Iterable[tuple[int, str, bool]], said_in: Words) -> str:
    """(number, HTML, whether the text refers to it) of each note."""
    rows = []
    for number, html, is_used in items:
        back = (
            f' <a class="df-back" href="#verweis-{number}" aria-label="{said_in.back}">↩</a>'
            if is_used
            else ""
        )
        words, end = (html[:-4], "</p>") if html.endswith("</p>") else (html, "")
        rows.append(f'<li id="fussnote-{number}">{words}{back}{end}</li>')
    if not rows:
        return ""
    head = f'<section class="df-footnotes" aria-label="{said_in.footnotes}">'
    return f"{head}<ol>{''.join(rows)}</ol></section>"


def places(answer: Places, words: Words) -> str:
    label = escape(answer.label)
    if not answer.places:
        return f'<p class="df-quiet">{escape(answer.empty)}</p>'
    if not answer.is_map:
        rows = "".join(f"<li>{_plain_link(place)}</li>" for place in answer.places)
        return f'<ul class="df-pagelist" aria-label="{label}">{rows}</ul>'
    rows = "".join(_pin(number, place) for number, place in enumerate(answer.places, 1))
    return (
        f'<div class="df-map" data-map><div class="df-map__at" role="region"'
        f' aria-label="{words.map}: {label}" data-map-at hidden></div>'
        f'<ol class="df-map__list" aria-label="{label}">{rows}</ol></div>'
    )


def _plain_link(place: Place) -> str:
    return f'<a href="{escape(place.path)}">{escape(place.title)}</a>'


def _pin(number: int, place: Place) -> str:
    at = f' data-lat="{place.at[0]:.6f}" data-lon="{place.at[1]:.6f}"' if place.at else ""
    return (
        f'<li><a href="{escape(place.path)}"{at}><b aria-hidden="true">{number}</b>'
        f"<span>{escape(place.title)}</span></a></li>"
    )


def part(html: str, path: str, title: str, words: Words) -> str:
    """Another page's text, and where it comes from."""
    shown = escape(title)
    return (
        f'<section class="df-part" aria-label="{words.from_page} „{shown}“">{html}'
        f'<p class="df-part__from">{words.from_page} <a href="{escape(path)}">{shown}</a></p>'
        "</section>"
    )
