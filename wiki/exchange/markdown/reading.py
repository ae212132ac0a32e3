"""Names and texts of files, as pages with titles, parents, order, tags and what is attached."""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kern.text import clean_line
from wiki.exchange.foreign import Attached, Foreign, ForeignPage, Lost, Refused, Version, echo
from wiki.exchange.frontmatter import Fields, several, split_front, words
from wiki.exchange.markdown.addresses import Linked, Places, with_our_links
from wiki.exchange.markdown.tidying import Tidy
from wiki.exchange.trees import Tree
from wiki.linking import fold_title

MAX_TITLE = 200
MAX_TEXT = 2_000_000  # characters of one page
MAX_DEPTH = 6
MAX_ORDER = 10**9
MAX_ATTACHED = 200  # files of one page
_ENDINGS = (".md", ".markdown", ".mdown")
_NUMBER = re.compile(r"^(?P<number>\d{1,6})[-_. ]+(?=\D)")
_FIRST_HEADING = re.compile(r"\A\s*#[ \t]+(?P<title>[^\n]{1,300})\n?")
_SIGNS = re.compile(r"[*`]|(?<!\w)_|_(?!\w)|\s*#+\s*$|[\[\]|]|\]\([^)]*\)")
UNTITLED = "Ohne Titel"
_TOP_HEADINGS = re.compile(r"^#[ \t]", re.MULTILINE)
_INDEXES = frozenset({"index", "readme", "_index", "home"})
_TAGS = ("tags", "keywords", "categories", "schlagworte", "schlagwörter")
_ORDER = ("order", "number", "weight", "nav_order", "position")
_OURS = frozenset(
    {
        *_TAGS,
        *_ORDER,
        *("title", "titel", "parent", "aliases", "language", "place", "attachments"),
        *("dialect", "slug", "authors", "licence", "changed", "checked"),
    }
)
OUR_DIALECT = "dorflinde"


@dataclass(slots=True)
class _Draft:
    """A page while the others are not known yet."""

    path: str
    fields: Fields
    body: str
    title: str
    versions: Sequence[Version] = ()
    parent: str = ""
    order: int = 0
    lost: list[Lost] = field(default_factory=list)


def is_page(name: str) -> bool:
    return name.lower().endswith(_ENDINGS)


def read_markdown(tree: Tree) -> Foreign:
    """Every page of a folder or archive. Raises `Refused` where there is none."""
    return read_pages(tree, {}, {})


def read_pages(
    tree: Tree, histories: Mapping[str, Sequence[Version]], moved: Mapping[str, str]
) -> Foreign:
    """The same, with versions by the names of files, the newest last and as they stood in the
    files, and the present names of files that had others."""
    names = [name for name in tree.files if is_page(name)]
    if not names:
        raise Refused("Hier ist keine Seite in Markdown (Dateien mit der Endung .md).")
    lost = list(tree.lost)
    drafts = [_draft(name, tree.files[name](), histories.get(name, ())) for name in names]
    _tell_titles_apart(drafts)
    folders = _folder_pages(drafts)
    drafts += _missing_folder_pages(drafts, folders)
    places = _places(drafts, frozenset(tree.files), moved)
    _arrange(drafts, folders)
    _fill_empty(drafts)
    return Foreign([_made(draft, places, tree) for draft in drafts], tuple(lost))


def _draft(path: str, data: bytes, versions: Sequence[Version]) -> _Draft:
    fields, body = split_front(_decoded(data))
    found: list[Lost] = []
    if len(body) > MAX_TEXT:
        body = body[:MAX_TEXT]
        found.append(Lost("Die Seite ist zu lang; ihr Ende fehlt."))
    title = words(fields.get("title", fields.get("titel", "")))
    heading = _FIRST_HEADING.match(body)
    if not title and heading and len(_TOP_HEADINGS.findall(body)) == 1:
        title = heading["title"]  # one of several is a chapter
    title = _plain(title)
    return _Draft(path, fields, body, title or _words_of(path) or UNTITLED, versions, lost=found)


def _plain(title: str) -> str:
    return clean_line(_SIGNS.sub("", title), MAX_TITLE)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _words_of(path: str) -> str:
    """The title that a file without one has: its name, or that of its folder."""
    stem = posixpath.splitext(posixpath.basename(path))[0]
    if stem.casefold() in _INDEXES and posixpath.dirname(path):
        stem = posixpath.basename(posixpath.dirname(path))
    return _folder_words(stem)


def _folder_words(name: str) -> str:
    text = re.sub(r"[-_]+", " ", _NUMBER.sub("", name)).strip()
    return text[:1].upper() + text[1:]


def _tell_titles_apart(drafts: Sequence[_Draft]) -> None:
    """Two pages of one title get the name of their folder, or a number."""
    taken: set[str] = set()
    for draft in drafts:
        title, number = draft.title, 2
        folder = _folder_words(posixpath.basename(posixpath.dirname(draft.path)))
        if fold_title(title) in taken and folder:
            title = f"{draft.title} ({folder})"
        while fold_title(title) in taken:
            title, number = f"{draft.title} ({number})", number + 1
        if title != draft.title:
            draft.lost.append(
                Lost(
                    "Den Titel „%(title)s“ gab es schon; diese Seite heißt jetzt anders.",
                    (("title", echo(draft.title)),),
                )
            )
            draft.title = title
        taken.add(fold_title(title))


def _folder_pages(drafts: Sequence[_Draft]) -> dict[str, str]:
    """Paths of the pages that stand for folders: an index, or one that is called like it."""
    found: dict[str, str] = {}
    paths = [draft.path for draft in drafts]
    filled = {posixpath.dirname(path) for path in paths}
    for path in paths:
        folder, name = posixpath.split(path)
        stem = posixpath.splitext(name)[0]
        own = _NUMBER.sub("", posixpath.basename(folder))
        if folder and (stem.casefold() in _INDEXES or fold_title(stem) == fold_title(own)):
            found.setdefault(folder, path)
        beside = posixpath.join(folder, stem)
        if beside in filled:
            found[beside] = path
    return found


def _missing_folder_pages(drafts: Sequence[_Draft], folders: dict[str, str]) -> list[_Draft]:
    """Folders without a page of their own get one that lists what is in them. The outermost folder
    needs none, nor does one that holds only another folder."""
    made: list[_Draft] = []
    taken = {fold_title(draft.title) for draft in drafts}
    listed_in: dict[str, list[str]] = {}
    for draft in drafts:
        listed_in.setdefault(posixpath.dirname(draft.path), []).append(draft.title)
    for folder in sorted(listed_in.keys() - folders.keys() - {""}):
        title, number = _folder_words(posixpath.basename(folder)) or "Seiten", 2
        while fold_title(title) in taken:
            title, number = f"{_folder_words(posixpath.basename(folder))} {number}", number + 1
        taken.add(fold_title(title))
        listed = "\n".join(f"- [[{one}]]" for one in listed_in[folder])
        made.append(_Draft(f"{folder}/", {}, listed, title))
        folders[folder] = f"{folder}/"
    return made


def _places(drafts: Sequence[_Draft], files: frozenset[str], moved: Mapping[str, str]) -> Places:
    titles = {draft.path: draft.title for draft in drafts}
    by_name: dict[str, str] = {}
    for draft in drafts:
        stem = posixpath.splitext(posixpath.basename(draft.path.rstrip("/")))[0]
        by_name.setdefault(fold_title(stem.replace("-", " ")), draft.title)
    by_name |= {fold_title(draft.title.replace("-", " ")): draft.title for draft in drafts}
    return Places(titles, by_name, files, moved)


def _arrange(drafts: Sequence[_Draft], folders: Mapping[str, str]) -> None:
    """Parents, and the order as one count through all pages."""
    titles = {fold_title(draft.title): draft.path for draft in drafts}
    numbers = {number: draft.path for draft in drafts if (number := _number(draft))}
    for draft in drafts:
        draft.parent = _parent(draft, titles, numbers, folders)
    ordered = sorted(drafts, key=lambda draft: (_number(draft) or (MAX_ORDER,), draft.path))
    for place, draft in enumerate(ordered, 1):
        draft.order = place
    paths = {draft.path: draft for draft in drafts}
    for draft in drafts:
        if _goes_round(draft, paths):
            draft.parent = ""


def _fill_empty(drafts: Sequence[_Draft]) -> None:
    """A chapter that is a title only says what stands in it."""
    below: dict[str, list[_Draft]] = {}
    for draft in sorted(drafts, key=lambda one: one.order):
        below.setdefault(draft.parent, []).append(draft)
    for draft in drafts:
        if not draft.body.strip():
            draft.body = "\n".join(f"- [[{one.title}]]" for one in below.get(draft.path, ()))


def _goes_round(draft: _Draft, paths: Mapping[str, _Draft]) -> bool:
    seen, at = {draft.path}, draft.parent
    while at:
        if at in seen:
            return True
        seen.add(at)
        at = paths[at].parent
    return False


def _parent(
    draft: _Draft,
    titles: Mapping[str, str],
    numbers: Mapping[tuple[int, ...], str],
    folders: Mapping[str, str],
) -> str:
    """By the front matter, the number of a chapter, or the nearest folder that has a page."""
    named = titles.get(fold_title(words(draft.fields.get("parent", ""))), "")
    chapter = numbers.get(_number(draft)[:-1], "") if draft.fields else ""
    for wanted in (named, chapter):
        if wanted and wanted != draft.path:
            return wanted
    folder = posixpath.dirname(draft.path.rstrip("/"))
    while folder:
        page = folders.get(folder, "")
        if page and page != draft.path:
            return page
        folder = posixpath.dirname(folder)
    return ""


def _made(draft: _Draft, places: Places, tree: Tree) -> ForeignPage:
    tidy = Tidy()
    last = _converted(draft.body, draft, places, tidy)
    lost = [*draft.lost, *last.lost, *_lost(tidy)]
    if len(last.attached) > MAX_ATTACHED:
        lost.append(Lost("Die Seite hat zu viele Dateien; einige fehlen."))
    described = _described(draft.fields)
    named = {name: file for name, file in _listed(draft.fields) if file in tree.files}
    attached = [
        Attached(name, tree.files[path], **described.get(name, {}))
        for name, path in list((named | last.attached).items())[:MAX_ATTACHED]
    ]
    place = draft.fields.get("place")
    return ForeignPage(
        draft.path,
        draft.title,
        [*_older(draft, places), _newest(draft, last.source)],
        tags=tuple(dict.fromkeys(tag for name in _TAGS for tag in several(draft.fields.get(name)))),
        parent=draft.parent,
        order=draft.order,
        files=tuple(one.name for one in attached),
        lost=tuple(lost),
        attached=tuple(attached),
        aliases=several(draft.fields.get("aliases")),
        place=place if isinstance(place, dict) else None,
        language=words(draft.fields.get("language", "")),
        fields={
            name: words(value)
            for name, value in draft.fields.items()
            if name not in _OURS and words(value)
        },
    )


def _converted(body: str, draft: _Draft, places: Places, tidy: Tidy) -> Linked:
    if draft.fields.get("dialect") == OUR_DIALECT:
        return Linked(body)
    heading = _FIRST_HEADING.match(body)
    if heading and fold_title(_plain(heading["title"])) == fold_title(draft.title):
        body = body[heading.end() :]  # the page shows its title itself
    return with_our_links(tidy.tidied(body), draft.path, places)


def _older(draft: _Draft, places: Places) -> Iterator[Version]:
    for version in draft.versions[:-1]:
        _, body = split_front(version.source)
        source = _converted(body[:MAX_TEXT], draft, places, Tidy()).source
        yield replace(version, source=source)


def _newest(draft: _Draft, source: str) -> Version:
    return replace(draft.versions[-1], source=source) if draft.versions else Version(source)


def _described(fields: Fields) -> dict[str, dict[str, str]]:
    """What the front matter says of attached files: by name, alternative text, licence, ..."""
    listed = fields.get("attachments")
    found: dict[str, dict[str, str]] = {}
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and one.get("name"):
            known = ("alt", "caption", "author", "licence")
            found[words(one["name"])] = {key: words(one.get(key, "")) for key in known}
    return found


def _listed(fields: Fields) -> Iterator[tuple[str, str]]:
    """Names of attached files and where they lie, as our own export lists them."""
    listed = fields.get("attachments")
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and one.get("name") and one.get("file"):
            yield words(one["name"]), words(one["file"]).lstrip("/")


def _number(draft: _Draft) -> tuple[int, ...]:
    """ "3.10" as (3, 10), from the front matter or before the name of the file."""
    named = next((words(draft.fields[name]) for name in _ORDER if name in draft.fields), "")
    if named:
        return tuple(int(part) for part in re.findall(r"\d{1,9}", named)[:MAX_DEPTH])
    number = _NUMBER.match(posixpath.basename(draft.path.rstrip("/")))
    return (int(number["number"]),) if number else ()


def _lost(tidy: Tidy) -> Iterator[Lost]:
    for name, count in tidy.lost.items():
        yield Lost(
            "„%(name)s“ (%(count)s-mal) gibt es hier nicht; der Text darin blieb stehen.",
            (("name", echo(name)), ("count", count)),
        )
