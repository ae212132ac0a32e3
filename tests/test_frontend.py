"""What the build made: everything hashed, compressed, from our own house, and small."""

import json
import os
import re
from pathlib import Path

import pytest

BUILT = Path(__file__).resolve().parent.parent / "static" / "build"
HASHED = re.compile(r"\.[0-9a-f]{10}\.[a-z0-9]+$")
ALWAYS = (
    *("app.css", "survey.css", "wiki.css", "desk.css", "leaflet.css", "lizenzen.txt"),
    *("main.js", "map.js", "survey.js", "survey-map.js"),
)
# First visit: page (about 12 kB), styles, script, two fonts in at most 100 kB.
FIRST_VISIT_BYTES = 88_000


@pytest.fixture(scope="module")
def manifest() -> dict[str, str]:
    file = BUILT / "manifest.json"
    if not file.exists():
        if os.environ.get("DORFLINDE_CI"):
            pytest.fail("static/build is missing: python3 los.py build")
        pytest.skip("not built yet: python3 los.py build")
    names: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return names


def test_everything_a_page_asks_for_is_there(manifest: dict[str, str]) -> None:
    assert set(ALWAYS) <= manifest.keys()
    assert sum(name.startswith("fonts/") for name in manifest) == 2
    assert [name for name, hashed in manifest.items() if not (BUILT / hashed).is_file()] == []


def test_every_name_carries_the_hash_of_its_content(manifest: dict[str, str]) -> None:
    assert [hashed for hashed in manifest.values() if not HASHED.search(hashed)] == []


def test_texts_have_compressed_twins(manifest: dict[str, str]) -> None:
    texts = [hashed for hashed in manifest.values() if hashed.endswith((".css", ".js", ".svg"))]
    twins = [f"{hashed}{suffix}" for hashed in texts for suffix in (".gz", ".br")]
    assert [twin for twin in twins if not (BUILT / twin).is_file()] == []


@pytest.mark.parametrize("name", ["app.css", "leaflet.css"])
def test_styles_ask_nobody_else(manifest: dict[str, str], name: str) -> None:
    css = (BUILT / manifest[name]).read_text(encoding="utf-8")
    addresses = re.findall(r"url\([\"']?([^\"')]+)", css)
    own = [address for address in addresses if not address.startswith(("data:", "#"))]
    assert own
    assert [address for address in own if not (BUILT / address).is_file()] == []
    assert "@import" not in css


def test_scripts_carry_what_they_import(manifest: dict[str, str]) -> None:
    for name in ("main.js", "map.js", "survey.js", "survey-map.js"):
        script = (BUILT / manifest[name]).read_text(encoding="utf-8")
        assert not re.search(r"^\s*import\s*[{*\"'\w]", script, re.MULTILINE)
        assert "sourceMappingURL" not in script


def test_a_first_visit_is_small(manifest: dict[str, str]) -> None:
    compressed = [BUILT / f"{manifest[name]}.gz" for name in ("app.css", "main.js")]
    fonts = [BUILT / hashed for name, hashed in manifest.items() if name.startswith("fonts/")]
    assert sum(path.stat().st_size for path in [*compressed, *fonts]) <= FIRST_VISIT_BYTES


def test_the_licences_are_quoted_whole(manifest: dict[str, str]) -> None:
    text = (BUILT / manifest["lizenzen.txt"]).read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in text
    assert "EUROPÄISCHE UNION PUBLIC LICENCE v. 1.2" in text
    assert "Redistribution and use in source and binary forms" in text
