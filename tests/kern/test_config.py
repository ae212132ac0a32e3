"""The operator's settings: environment over file over default, and no wrong value at all."""

from dataclasses import fields
from pathlib import Path

import pytest

from kern.config import TEXTS, SettingError, Settings, as_table, load


def loaded(data: Path, **environ: str) -> Settings:
    return load({"DORFLINDE_DATA": str(data), **environ})


def write(data: Path, text: str) -> None:
    (data / "dorflinde.toml").write_text(text, encoding="utf-8")


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    assert loaded(tmp_path) == Settings(data=tmp_path)


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    write(tmp_path, 'port = 9001\nsmtp_host = "datei.example"\nhttps = true\n')
    found = loaded(tmp_path, DORFLINDE_PORT="9002")

    assert (found.port, found.smtp_host, found.https, found.smtp_port) == (
        9002,
        "datei.example",
        True,
        587,
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("port", "0"),
        ("port", "70000"),
        ("port", "viele"),
        ("https", "vielleicht"),
        ("smtp_tls", "irgendwie"),
        ("trusted_proxies", "-1"),
        ("session_days", "0"),
        ("database", "postgresql://ohne-platzhalter"),
        ("datenbank_lesen", "postgresql://kopie/{ort}"),
        ("datenbank_direkt", "postgresql://daneben/{ort}"),
        ("own_data", "/srv/eigen"),
        ("redis", "127.0.0.1:6379"),
        ("upload_megabytes", "5000"),
    ],
)
def test_a_wrong_value_is_refused_with_its_name(tmp_path: Path, key: str, value: str) -> None:
    with pytest.raises(SettingError, match=key):
        loaded(tmp_path, **{f"DORFLINDE_{key.upper()}": value})


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('pord = "9001"', "pord"),
        ('port = "neun"', "port"),
        ("smtp_host = 5", "smtp_host"),
        ("port = ", "dorflinde.toml"),
    ],
)
def test_a_file_with_a_mistake_is_refused(tmp_path: Path, text: str, word: str) -> None:
    write(tmp_path, text)

    with pytest.raises(SettingError, match=word):
        loaded(tmp_path)


@pytest.mark.parametrize(("word", "value"), [("ja", True), ("1", True), ("nein", False)])
def test_yes_and_no_may_be_said_in_german(tmp_path: Path, word: str, value: object) -> None:
    assert loaded(tmp_path, DORFLINDE_PRODUCTION=word).production is value


def test_every_key_is_explained_in_the_table() -> None:
    assert set(TEXTS) == {field.name for field in fields(Settings)}
    assert all(f"`{field.name}`" in as_table() for field in fields(Settings))
