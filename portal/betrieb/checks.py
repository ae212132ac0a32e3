"""What `los.py check` runs: style, form, types, floors, length of files.

Called by its path and not as a module, so that a broken import in the portal cannot hide what
the tools have to say about it.
"""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
LONGEST_FILE = 500
SUFFIXES = {".py", ".js", ".mjs", ".scss", ".html"}
TOOLS: dict[str, Sequence[str]] = {
    "Stil (ruff check)": ("-m", "ruff", "check", "--quiet"),
    "Form (ruff format)": ("-m", "ruff", "format", "--check", "--quiet"),
    "Typen (mypy)": ("-m", "mypy", "--no-error-summary"),
    "Aufbau (import-linter)": (str(BIN / "lint-imports"), "--no-logo"),
}


def spent(since: float) -> str:
    return f"{time.monotonic() - since:.1f} s".replace(".", ",")


def passes(title: str, words: Sequence[str]) -> bool:
    started = time.monotonic()
    print(f"{title} … ", end="", flush=True)
    result = subprocess.run(
        [sys.executable, *words], cwd=ROOT, check=False, capture_output=True, encoding="utf-8"
    )
    verdict = "nicht bestanden" if result.returncode else "bestanden"
    print(f"{verdict} nach {spent(started)}", flush=True)
    if result.returncode:
        print((result.stdout + result.stderr).rstrip(), flush=True)
    return not result.returncode


def tracked_files() -> list[Path]:
    """What belongs to the repository, new files included; empty outside a clone."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    result = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, encoding="utf-8")
    paths = (ROOT / name for name in result.stdout.split("\0") if name)
    return sorted({path for path in paths if path.is_file()})


def long_files() -> Iterator[tuple[Path, int]]:
    for path in tracked_files():
        if path.suffix in SUFFIXES:
            lines = len(path.read_bytes().splitlines())
            if lines > LONGEST_FILE:
                yield path.relative_to(ROOT), lines


def main() -> int:
    results = [passes(title, words) for title, words in TOOLS.items()]
    for path, lines in long_files():
        results.append(False)
        print(f"{path} hat {lines} Zeilen; erlaubt sind {LONGEST_FILE}.")
    good = all(results)
    print("Alles in Ordnung." if good else "Es gibt etwas zu verbessern.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
