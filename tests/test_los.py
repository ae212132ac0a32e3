"""The one command: it does nothing twice and ends with one sentence when it cannot go on."""

import ast
import errno
import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

import los

ROOT = Path(los.__file__).parent
Usage = namedtuple("Usage", "total used free")  # noqa: PYI024 - stands for a shutil type
PYPI_PIN = re.compile(r"^([a-z0-9._-]+(?:\[[a-z,]+\])?)==(\S+)", re.MULTILINE)

OLD_PYTHON = """
import runpy, sys
sys.version_info = (3, 8, 18, "final", 0)
sys.argv = ["los.py", "setup"]
runpy.run_path("los.py", run_name="__main__")
"""


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Everything is set up already; returns a folder for the data."""
    monkeypatch.setattr(los, "prepare", lambda **_options: None)
    return tmp_path / "daten"


def test_an_old_python_can_read_the_command() -> None:
    ast.parse((ROOT / "los.py").read_text(encoding="utf-8"), feature_version=(3, 8))


def test_an_old_python_gets_one_sentence() -> None:
    result = subprocess.run(
        [sys.executable, "-c", OLD_PYTHON], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("Dorflinde braucht Python 3.11 oder neuer; hier läuft ")
    assert result.stderr.count("\n") == 1


def test_the_command_needs_only_the_standard_library() -> None:
    tree = ast.parse((ROOT / "los.py").read_text(encoding="utf-8"))
    names = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_windows_is_told_what_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(los, "os", SimpleNamespace(name="nt"))
    with pytest.raises(los.Stop, match=r"unter Windows hilft das Subsystem WSL\.$"):
        los.require_platform()


def test_a_missing_venv_module_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(los, "UV", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(
        los.Stop, match=r"fehlt das Modul venv.* sudo apt install python3\.\d+-venv"
    ):
        los.create_environment()


def test_a_taken_port_is_one_sentence(
    taken_port: int, prepared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert los.main(["run", "--data", str(prepared), "--port", str(taken_port)]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"Der Port {taken_port} ist schon belegt. ")
    assert error.count("\n") == 1


@pytest.mark.parametrize("port", ["0", "65536", "-1", "acht", "80.0", "²"])
def test_a_wrong_port_is_one_sentence(
    port: str, prepared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert los.main(["run", "--data", str(prepared), f"--port={port}"]) == 1
    assert "ist kein Port" in capsys.readouterr().err


def test_a_full_disk_is_seen_before_anything_is_written(
    monkeypatch: pytest.MonkeyPatch, prepared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**9, 10**9 - 10**6, 10**6))
    assert los.main(["run", "--data", str(prepared), "--port", "1"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("Der Speicher ist voll. In ")
    assert error.count("\n") == 1


def test_a_disk_that_fills_up_on_the_way_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def write(**_options: object) -> None:
        with Path("/dev/full").open("w", encoding="ascii") as file:
            file.write("x")

    monkeypatch.setattr(los, "prepare", write)
    assert los.main(["setup", "--data", str(tmp_path)]) == 1
    assert capsys.readouterr().err == los.DISK_FULL + "\n"


def test_a_tool_that_meets_a_full_disk_is_one_sentence() -> None:
    message = os.strerror(errno.ENOSPC)
    with pytest.raises(los.Stop) as caught:
        los.run_quietly([sys.executable, "-c", f"raise SystemExit('pip: {message}')"])
    assert str(caught.value) == los.DISK_FULL


def test_an_unknown_failure_shows_the_end_of_its_output(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(los, "LAST_FAILURE", tmp_path / "los" / "fehler.log")
    code = "print('anfang'); [print(n) for n in range(20)]; raise SystemExit('kaputt')"
    with pytest.raises(los.Stop, match="kaputt") as caught:
        los.run_quietly([sys.executable, "-c", code])
    assert "anfang" not in str(caught.value)
    assert "anfang" in (tmp_path / "los" / "fehler.log").read_text(encoding="utf-8")


def test_a_step_with_its_stamp_is_not_done_again(tmp_path: Path) -> None:
    stamp, log = tmp_path / "stempel", tmp_path / "log"
    command = [sys.executable, "-c", f"open({str(log)!r}, 'a').write('x')"]
    ran = [los.once(stamp, wanted, "Schritt", command) for wanted in ("a", "a", "b", "b")]
    assert ran == [True, False, True, False]
    assert log.read_text(encoding="ascii") == "xx"


def test_a_failed_step_leaves_no_stamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(los, "LAST_FAILURE", tmp_path / "fehler.log")
    with pytest.raises(los.Stop):
        los.once(
            tmp_path / "stempel", "a", "Schritt", [sys.executable, "-c", "raise SystemExit(1)"]
        )
    assert not (tmp_path / "stempel").exists()


def test_the_stamp_knows_lock_file_and_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(los, "ROOT", tmp_path)
    lock = tmp_path / "requirements.txt"
    lock.write_text("flask==1", encoding="ascii")
    before = los.digest([lock], "3.11.7")
    assert los.digest([lock], "3.11.7") == before
    assert los.digest([lock], "3.12.0") != before
    lock.write_text("flask==2", encoding="ascii")
    assert los.digest([lock], "3.11.7") != before


def test_two_commands_do_not_set_up_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import los, sys; from pathlib import Path; los.ROOT = Path(sys.argv[1])\n"
        "with los.alone(): print('dran', flush=True)"
    )
    monkeypatch.setattr(los, "ROOT", tmp_path)
    with los.alone():
        command = [sys.executable, "-c", code, str(tmp_path)]
        other = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert other.stdout
        assert other.stdout.readline().startswith("Ein anderer Aufruf richtet gerade ein")
        assert other.poll() is None
    assert other.communicate(timeout=30)[0] == "dran\n"


def test_the_data_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    env = los.prepare_data(tmp_path / "neu")
    assert stat.S_IMODE((tmp_path / "neu").stat().st_mode) == 0o700
    assert env["DORFLINDE_DATA"] == str(tmp_path / "neu")


def test_a_file_is_no_data_folder(tmp_path: Path) -> None:
    (tmp_path / "datei").touch()
    with pytest.raises(los.Stop, match="lässt sich nicht anlegen"):
        los.prepare_data(tmp_path / "datei")


def test_a_wrong_setting_ends_the_start_with_its_name(
    prepared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared.mkdir()
    (prepared / "dorflinde.toml").write_text("smtp_port = 'viele'\n", encoding="utf-8")
    assert los.main(["run", "--data", str(prepared)]) == 1
    error = capsys.readouterr().err
    assert "smtp_port" in error
    assert error.count("\n") == 1


def test_the_configured_port_is_taken_from_the_settings(tmp_path: Path) -> None:
    (tmp_path / "dorflinde.toml").write_text("port = 8123\n", encoding="utf-8")
    assert los.configured_port({**os.environ, "DORFLINDE_DATA": str(tmp_path)}) == "8123"


@pytest.mark.parametrize(
    "words",
    ["tanzen", "demo --fill medium", "run --prot 3", "restore", "build schnell", "backup a b"],
)
def test_a_wrong_call_is_one_german_sentence(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert los.main(words.split()) == 1
    assert (
        "verstehe ich nicht. Alle Befehle zeigt: python3 los.py --help" in capsys.readouterr().err
    )


def test_further_words_of_test_go_to_pytest() -> None:
    options = los.read_options(["test", "-k", "karte", "tests/portal", "--data", "anderswo"])
    assert options.more == ["-k", "karte", "tests/portal"]
    assert options.data == Path("anderswo").resolve()


def test_the_data_folder_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert los.read_options(["run", "--data", "/a"]).data == Path("/a")
    monkeypatch.setenv("DORFLINDE_DATA", "/b")
    assert los.read_options(["run"]).data == Path("/b")
    monkeypatch.delenv("DORFLINDE_DATA")
    assert los.read_options(["run"]).data == ROOT / "data"


def test_the_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert los.main([]) == 0
    shown = capsys.readouterr().out
    assert set(re.findall(r"^  python3 los\.py (\w+)", shown, re.MULTILINE)) == set(los.VERBS)


def test_the_doctor_helps_before_anything_is_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(los, "PYTHON", tmp_path / "python")
    monkeypatch.setattr(los, "BUILT", tmp_path)
    assert los.main(["doctor", "--data", str(tmp_path)]) == 1
    shown = capsys.readouterr().out
    assert "bitte ansehen  Die Gestaltung ist nicht gebaut." in shown
    assert "Das macht: python3 los.py setup" in shown


def test_a_missing_backup_is_named(prepared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert los.main(["restore", "gibt-es-nicht.tar.gz", "--data", str(prepared)]) == 1
    assert "gibt-es-nicht.tar.gz gibt es nicht" in capsys.readouterr().err


# ---------- lock files ----------

LOCKS = ("requirements", "requirements-gross", "requirements-dev", "requirements-node")


def pins(name: str) -> dict[str, str]:
    return dict(PYPI_PIN.findall((ROOT / name).read_text(encoding="utf-8")))


def test_the_lock_for_tests_holds_the_same_versions_as_the_one_for_running() -> None:
    assert pins("requirements.txt").items() <= pins("requirements-gross.txt").items()
    assert pins("requirements-gross.txt").items() <= pins("requirements-dev.txt").items()


@pytest.mark.parametrize("name", LOCKS)
def test_every_python_package_is_locked_by_hash(name: str) -> None:
    lock = (ROOT / f"{name}.txt").read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=\S)", lock) if PYPI_PIN.match(entry)]
    assert entries
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_wish_is_in_the_lock(name: str) -> None:
    text = (ROOT / f"{name}.in").read_text(encoding="utf-8")
    wished = re.findall(
        r"^([a-zA-Z0-9._-]+)", re.sub(r"^-r .*", "", text, flags=re.MULTILINE), re.MULTILINE
    )
    locked = {pin.partition("[")[0] for pin in pins(f"{name}.txt")}
    assert {wish.lower() for wish in wished} <= locked


def test_the_npm_lock_names_no_host_and_hashes_everything() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if "integrity" not in entry] == []
