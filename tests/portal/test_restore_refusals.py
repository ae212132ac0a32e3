"""What a backup or a restore leaves out or cannot do, said in a sentence."""

from pathlib import Path

import pytest

from kern.config import Settings
from portal.betrieb import postgres
from portal.betrieb.brought_settings import bring_settings
from portal.betrieb.orte import Refused


@pytest.mark.parametrize("written", ['redis = """\nredis://fern"""\nport = 8123\n', "port = "])
def test_settings_that_cannot_be_sorted_stay_out(
    written: str, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "dorflinde.toml").write_text(written, encoding="utf-8")
    target = settings.data / "dorflinde.toml"
    bring_settings(tmp_path / "dorflinde.toml", target, settings)

    assert not target.exists()
    assert "Nicht übernommen ist dorflinde.toml" in capsys.readouterr().out


def test_a_missing_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Refused, match="pg_dump"):
        postgres.dump("postgresql+psycopg://127.0.0.1/x", tmp_path / "dump")
