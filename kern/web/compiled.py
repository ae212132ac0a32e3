"""Templates are compiled once and lie beside them, as Python's own code does: compiling those of
the start page took a seventh of a start, and each process compiled every other for itself.
"""

import sys
from contextlib import suppress
from pathlib import Path

import jinja2
from jinja2 import Environment
from jinja2.bccache import Bucket, FileSystemBytecodeCache

from kern.config import ROOT

FOLDER = ROOT / "templates" / "__pycache__"


class Compiled(FileSystemBytecodeCache):
    """One file per template, written over when the template or what compiles it is another one.
    `compiler` is the code of ours that has a say in how templates are compiled."""

    def __init__(self, compiler: Path, folder: Path = FOLDER) -> None:
        super().__init__(str(folder), "%s.jinja")
        self._compiler = f"{jinja2.__version__} {compiler.read_text(encoding='utf-8')}"

    def get_bucket(
        self, environment: Environment, name: str, filename: str | None, source: str
    ) -> Bucket:
        """A setting that changes what is made of a template is one of its lexer, or an extension's
        mark on the environment."""
        made_by = (self._compiler, _settings_of(environment), source)
        return super().get_bucket(environment, name, filename, "\n".join(made_by))

    def load_bytecode(self, bucket: Bucket) -> None:
        """What is damaged is as good as missing."""
        try:
            super().load_bytecode(bucket)
        except Exception:  # noqa: BLE001 - pickle and marshal have a dozen ways to say it
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Nothing is lost where the program's folder belongs to somebody else."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                Path(self.directory).mkdir(exist_ok=True)
                super().dump_bytecode(bucket)


def _settings_of(environment: Environment) -> str:
    extensions = sorted(environment.extensions)
    newstyle = getattr(environment, "newstyle_gettext", None)
    lines = (environment.trim_blocks, environment.lstrip_blocks, environment.keep_trailing_newline)
    return f"{extensions} {newstyle} {lines} {environment.optimized} {environment.is_async}"
