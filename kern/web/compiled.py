"""Templates are compiled once and lie beside them, as Python's own code does: compiling those of
the start page took a seventh of a start, and each process compiled every other for itself.
"""

import os
import stat
import sys
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment
from jinja2.bccache import Bucket, FileSystemBytecodeCache

from kern.config import ROOT

FOLDER = ROOT / "templates" / "__pycache__"
_MAKERS = ("jinja2", "markupsafe", "flask")  # Flask says which templates are escaped
_SETTINGS = (
    *("block_start_string", "block_end_string", "variable_start_string", "variable_end_string"),
    *("comment_start_string", "comment_end_string", "line_statement_prefix"),
    *("line_comment_prefix", "trim_blocks", "lstrip_blocks", "newline_sequence"),
    *("keep_trailing_newline", "optimized", "is_async", "newstyle_gettext"),
)


class Compiled(FileSystemBytecodeCache):
    """One file per template, written over when the template or what compiles it is another one.
    `compiler` is the code of ours that has a say in how templates are compiled."""

    def __init__(self, compiler: Path, folder: Path = FOLDER) -> None:
        super().__init__(str(folder), "%s.jinja")
        self._compiler = f"{_versions()} {compiler.read_text(encoding='utf-8')}"

    def get_bucket(
        self, environment: Environment, name: str, filename: str | None, source: str
    ) -> Bucket:
        """What is made of a template also depends on filters where they get nothing but constants,
        and on `finalize`: the compiler calls both. Neither is in the key."""
        made_by = (self._compiler, _settings_of(environment, name), source)
        return super().get_bucket(environment, name, filename, "\n".join(made_by))

    def load_bytecode(self, bucket: Bucket) -> None:
        """What is damaged is as good as missing; so is what others may have written, for it is
        run."""
        try:
            with Path(self._get_cache_filename(bucket)).open("rb") as file:
                if _is_ours(os.fstat(file.fileno())):
                    bucket.load_bytecode(file)
        except Exception:  # noqa: BLE001 - pickle and marshal have a dozen ways to say it
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Nothing is lost where the program's folder belongs to somebody else."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                Path(self.directory).mkdir(exist_ok=True)
                super().dump_bytecode(bucket)
                Path(self._get_cache_filename(bucket)).chmod(0o644)  # whoever serves may read it


def _is_ours(found: os.stat_result) -> bool:
    others = stat.S_IWGRP | stat.S_IWOTH
    return found.st_uid in {0, os.geteuid()} and not found.st_mode & others


def _versions() -> list[str]:
    return [version(name) for name in _MAKERS]


def _settings_of(environment: Environment, name: str) -> str:
    """Those of the lexer, marks of extensions, and whether values are escaped."""
    escapes: Any = environment.autoescape
    said = [getattr(environment, setting, None) for setting in _SETTINGS]
    is_escaped = escapes(name) if callable(escapes) else escapes
    trimmed = environment.policies["ext.i18n.trimmed"]
    return f"{sorted(environment.extensions)} {said} {is_escaped} {trimmed}"
