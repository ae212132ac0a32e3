"""What a wiki page may be made of, said apart from the sanitiser's own list; places to hide in."""

import re

from tests.kern.text.allow_list import TAGS, VALUES, faults

_TAGS = TAGS | {
    *("h2", "section", "nav", "div", "span", "figure", "figcaption", "img", "input", "sup"),
    *("small", "dl", "dt", "dd", "abbr", "b"),
}
_ID = r"(abschnitt|fussnote|verweis)-[\w-]+"
_PATH = r"/[a-z][\w%./?=~-]*"
_WORDS = re.compile(".*", re.DOTALL)
_NOTHING = re.compile("")
_VALUES = VALUES | {
    ("a", "href"): re.compile(
        rf"{VALUES['a', 'href'].pattern}|{_PATH}|({_PATH})?#{_ID}",
    ),
    ("*", "class"): re.compile(r"((df|kern)-[a-z_-]+ ?)+"),
    ("*", "id"): re.compile(_ID),
    ("*", "aria-label"): _WORDS,
    ("a", "title"): re.compile("Seite anlegen"),
    ("abbr", "title"): _WORDS,
    ("img", "alt"): _WORDS,
    ("img", "src"): re.compile(r"/dateien/[\w./-]+"),
    ("img", "loading"): re.compile("lazy"),
    ("img", "width"): re.compile(r"\d+"),
    ("img", "height"): re.compile(r"\d+"),
    ("input", "type"): re.compile("checkbox"),
    ("input", "disabled"): _NOTHING,
    ("input", "checked"): _NOTHING,
    ("div", "tabindex"): re.compile("0"),
    ("div", "role"): re.compile("region|note"),
    ("div", "data-map"): _NOTHING,
    ("div", "data-map-at"): _NOTHING,
    ("div", "hidden"): _NOTHING,
    ("b", "aria-hidden"): re.compile("true"),
    ("a", "data-lat"): re.compile(r"[\d.-]+"),
    ("a", "data-lon"): re.compile(r"[\d.-]+"),
}
_IDS = re.compile(r'<[a-z0-9]+(?: [a-z-]+="[^"]*")*? id="([^"]*)"')


def wiki_faults(html: str) -> list[str]:
    """What in the HTML of a page is not allowed, ids that stand twice included."""
    ids = _IDS.findall(html)
    twice = [f"{one} twice" for one in set(ids) if ids.count(one) > 1]
    bare = re.findall(r'<a href="(?:https?|mailto):', html, re.IGNORECASE)
    return [*faults(html, _TAGS, _VALUES), *twice, *(f"{one} without rel" for one in bare)]


def wiki_disguises(payload: str) -> list[str]:
    """The payload at each place of the wiki's own grammar, some places to a page."""
    line = payload.replace("\n", " ")
    return [
        f"[[{line}]] [[{line}|{line}]] [[Linde#{line}]] [[Projekt:{line}]] [[Linde|{line}]]",
        f"| a | b |\n|---|:-:|\n| [[{line}|{line}]] | {line} |\n",
        f"{{{{{line}}}}}\n\n{{{{Karte: {line}}}}}\n\n{{{{Seitenliste: {line}}}}}\n\n{{{{Teil}}}}\n",
        f"::: tipp {line}\n{payload}\n:::\n\n# {line}\n\n[[Inhalt]]\n\n- [x] {line}\n",
        f'![{line}](anhang:linde.jpg "{line}")\n\nx ![{line}](anhang:linde.jpg "{line}")',
        f"[{line}](anhang:satzung.pdf) ![{line}](anhang:{line}) [x](<anhang:{line}> '{line}')",
        f"x[^{line}] y[^1]\n\n[^{line}]: {line}\n[^1]: {line}\n{line}\n\n*[{line}]: {line}\n",
        f"{line}\n: {line}\n\n> # {line}\n> {line}\n\n*[Wort]: {line}\n\nein Wort\n",
        f'<wiki-slot n="0">{line}</wiki-slot> <wiki-stand n="0">{line}</wiki-stand> [[Linde]]',
    ]
