"""The history of a git repository of Markdown pages: who wrote what when, through renames.

Read by a library and without the program, so no name of a file or branch becomes an argument.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from dulwich.diff_tree import CHANGE_COPY, RenameDetector, TreeChange
from dulwich.errors import NotGitRepository
from dulwich.object_store import iter_tree_contents
from dulwich.objects import Blob, Commit, ObjectID, Tag
from dulwich.repo import Repo

from kern.text import clean_line
from wiki.exchange.foreign import Foreign, Refused, Version
from wiki.exchange.markdown import is_page, read_pages
from wiki.exchange.trees import MAX_MEMBER, MAX_MEMBERS, Tree, tree_of

MAX_COMMITS = 200_000
MAX_NAME = 200
_SAME = 60  # percent of a file that is the same make it a renamed one
_RENAMES = 200  # files compared with files; beyond, only the same contents are renames
_MAIN = 0o100000


def read_git(folder: Path) -> Foreign:
    """Every page of the present branch, with all its versions. Raises `Refused`."""
    try:
        repository = Repo(str(folder))
        head = repository[repository.head()]
    except (NotGitRepository, KeyError, OSError, ValueError) as error:
        raise Refused("Dieser Ordner ist kein Verzeichnis von git mit einem Stand.") from error
    with repository:
        while isinstance(head, Tag):
            head = repository[head.object[1]]
        if not isinstance(head, Commit):
            raise Refused("Dieser Ordner ist kein Verzeichnis von git mit einem Stand.")
        tree = _tree(folder, repository, head)
        histories, moved = _histories(repository, head, [n for n in tree.files if is_page(n)])
        return read_pages(tree, histories, moved)


def _tree(folder: Path, repository: Repo, head: Commit) -> Tree:
    """The files of that commit, read when they are asked for."""
    found = {}
    entries = iter_tree_contents(repository.object_store, head.tree)
    for number, entry in enumerate(entries):
        if number > MAX_MEMBERS:
            raise Refused("In diesem Verzeichnis sind zu viele Dateien.")
        is_file = (entry.mode or 0) & 0o170000 == _MAIN
        if is_file and entry.path is not None and entry.sha is not None:
            name = entry.path.decode("utf-8", errors="replace")
            found[name] = partial(_file, folder, entry.sha)
    return tree_of(found)


def _file(folder: Path, sha: ObjectID) -> bytes:
    with Repo(str(folder)) as repository:
        return _data(repository, sha)


def _data(repository: Repo, sha: ObjectID) -> bytes:
    blob = repository[sha]
    data = blob.data if isinstance(blob, Blob) else b""
    if len(data) > MAX_MEMBER:
        raise Refused("Eine Datei in diesem Verzeichnis ist zu groß.")
    return data


def _histories(
    repository: Repo, head: Commit, names: Sequence[str]
) -> tuple[dict[str, Sequence[Version]], dict[str, str]]:
    """Versions by present names, the oldest first, and present names by former ones.

    Walked from the newest commit to the oldest, so a rename tells what a file was called before.
    """
    now = {name: name for name in names}  # what a file is called at this commit -> today
    found: dict[str, list[Version]] = {name: [] for name in names}
    moved: dict[str, str] = {}
    detector = RenameDetector(repository.object_store, rename_threshold=_SAME, max_files=_RENAMES)
    walker = repository.get_walker(include=[head.id], max_entries=MAX_COMMITS)
    for entry in walker:
        commit = entry.commit
        if len(commit.parents) > 1:
            continue  # what a merge joins was written in its parents
        for change in _changes(repository, commit, detector):
            name = _name(change.new)
            today = now.get(name)
            if today is None:
                continue
            found[today].append(_version(repository, commit, change))
            before = "" if change.type == CHANGE_COPY else _name(change.old)
            if before and before != name:
                moved.setdefault(before, today)
                now.setdefault(before, today)
            if before != name:
                now.pop(name, None)
    return {name: versions[::-1] for name, versions in found.items()}, moved


def _changes(repository: Repo, commit: Commit, detector: RenameDetector) -> Iterator[TreeChange]:
    before = None
    if commit.parents:
        parent = repository[commit.parents[0]]
        before = parent.tree if isinstance(parent, Commit) else None
    changes: Iterable[TreeChange] = detector.changes_with_renames(before, commit.tree)
    yield from (one for one in changes if one.new is not None and is_page(_name(one.new)))


def _name(entry: object) -> str:
    path = getattr(entry, "path", None)
    return path.decode("utf-8", errors="replace") if isinstance(path, bytes) else ""


def _version(repository: Repo, commit: Commit, change: TreeChange) -> Version:
    sha = change.new.sha if change.new is not None else None
    data = _data(repository, sha) if sha is not None else b""
    return Version(
        data.decode("utf-8", errors="replace"),
        _moment(commit),
        _author(commit.author),
        clean_line(commit.message.decode("utf-8", errors="replace").partition("\n")[0], MAX_NAME),
    )


def _moment(commit: Commit) -> datetime | None:
    try:
        return datetime.fromtimestamp(commit.author_time, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _author(line: bytes) -> str:
    """The name alone; an address is nothing that a page needs."""
    name = line.decode("utf-8", errors="replace").partition("<")[0]
    return "" if "@" in name else clean_line(name, MAX_NAME)
