"""Settings of one installation: environment over `dorflinde.toml` over defaults, one typed value.

What a town changes itself lives in its database (`kern.settings`); this is for the operator.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_type_hints

PREFIX = "DORFLINDE_"
ROOT = Path(__file__).resolve().parent.parent


class SettingError(ValueError):
    """A setting that cannot be used; the sentence names its key."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every key, its type and default. The texts below become docs/betrieb/einstellungen.md."""

    data: Path = ROOT / "data"
    own_data: str = ""
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_tls: str = "starttls"
    bounce_address: str = ""
    bounce_mailbox: str = ""
    trusted_proxies: int = 0
    https: bool = False
    production: bool = False
    database: str = ""
    datenbank_lesen: str = ""
    datenbank_direkt: str = ""
    uploads_s3: str = ""
    redis: str = ""
    search_engine: str = ""
    port: int = 8000
    web_processes: int = 2
    web_threads: int = 4
    page_cache_megabytes: int = 16
    upload_megabytes: int = 25
    session_days: int = 30
    log_days: int = 7
    argon2_memory_kib: int = 19456
    map_tiles: str = ""
    map_attribution: str = ""

    @property
    def own(self) -> Path:
        """What this host alone has: locks, the state of its processes, its queue, its counts."""
        return Path(self.own_data) if self.own_data else self.data

    def __post_init__(self) -> None:
        _require(self.smtp_tls in {"none", "starttls", "tls"}, "smtp_tls", "none, starttls, tls")
        _require(
            _is_return_path(self.bounce_address),
            "bounce_address",
            "leer oder eine Adresse, gern mit {id} und {host}, etwa zurueck+{id}@{host}",
        )
        _require(0 < self.smtp_port < 65536, "smtp_port", "eine Zahl von 1 bis 65535")
        _require(0 < self.port < 65536, "port", "eine Zahl von 1 bis 65535")
        _require(0 <= self.trusted_proxies <= 5, "trusted_proxies", "eine Zahl von 0 bis 5")
        _require(1 <= self.web_processes <= 64, "web_processes", "eine Zahl von 1 bis 64")
        _require(1 <= self.web_threads <= 64, "web_threads", "eine Zahl von 1 bis 64")
        _require(
            0 <= self.page_cache_megabytes <= 1024,
            "page_cache_megabytes",
            "eine Zahl von 0 bis 1024; 0 schaltet ihn ab",
        )
        _require(1 <= self.upload_megabytes <= 200, "upload_megabytes", "eine Zahl von 1 bis 200")
        _require(1 <= self.session_days <= 365, "session_days", "eine Zahl von 1 bis 365")
        _require(
            self.redis == "" or self.redis.startswith(("redis://", "rediss://", "unix://")),
            "redis",
            "leer oder eine Adresse, die mit redis://, rediss:// oder unix:// beginnt",
        )
        _require(
            self.database == "" or "{ort}" in self.database,
            "database",
            "leer oder eine Adresse mit {ort}, damit jeder Ort seine eigene Datenbank hat",
        )
        _require(
            not self.uploads_s3 or bool(re.match(r"https?://[^/]+/[\w.-]{3,}", self.uploads_s3)),
            "uploads_s3",
            "leer oder eine Adresse wie https://KEY:GEHEIM@rechner/eimer",
        )
        _require(
            not self.own_data or bool(self.database),
            "own_data",
            "leer, solange „database“ leer ist: Eine Datei von SQLite gehört einem Rechner",
        )
        for key in ("datenbank_lesen", "datenbank_direkt"):
            address = getattr(self, key)
            is_another = "{ort}" in address and self.database not in {"", address}
            _require(
                address == "" or is_another,
                key,
                "leer oder, wenn „database“ gesetzt ist, eine andere Adresse mit {ort}",
            )
        engines = {"", "whoosh"} | ({"postgresql"} if self.database else set())
        _require(
            self.search_engine in engines,
            "search_engine",
            "leer, whoosh oder (mit einer Adresse bei „database“) postgresql",
        )


TEXTS: Mapping[str, str] = {
    "data": "Ordner mit allen Daten; mehrere Rechner teilen ihn sich",
    "own_data": "Ordner für den Betrieb dieses einen Rechners; leer: im Datenordner",
    "smtp_host": "Name des Mailservers; leer: Mails sind nur in der Verwaltung lesbar",
    "smtp_port": "Port des Mailservers",
    "smtp_user": "Benutzername am Mailserver",
    "smtp_password": "Passwort am Mailserver",
    "smtp_tls": "Verschlüsselung zum Mailserver: none, starttls oder tls",
    "bounce_address": "Wohin Rückläufer gehen, etwa zurueck+{id}@{host}; leer: an den Absender",
    "bounce_mailbox": "Maildir-Ordner oder mbox-Datei, aus der Rückläufer gelesen werden",
    "trusted_proxies": "Zahl der eigenen Proxys davor, deren Angaben zur Herkunft gelten",
    "https": "Die Seite ist über https erreichbar: sichere Cookies und HSTS",
    "production": "Echter Betrieb: Zugänge des Demo-Ortes sind gesperrt",
    "database": "PostgreSQL-Adresse mit {ort} als Platzhalter; leer: SQLite im Datenordner",
    "datenbank_lesen": "Adresse einer Lesekopie der PostgreSQL-Datenbank mit {ort}; leer: keine",
    "datenbank_direkt": "Adresse mit {ort} an pgbouncer vorbei; leer: es ist keiner davor",
    "uploads_s3": "S3-Speicher für Dateien: https://KEY:GEHEIM@rechner/eimer; leer: im Datenordner",
    "redis": "Redis-Adresse, etwa redis://127.0.0.1:6379/0; leer: ohne Redis",
    "search_engine": "Suche mit whoosh oder postgresql; leer: postgresql, wo die Datenbank es ist",
    "port": "Port, unter dem die Seite auf diesem Rechner antwortet",
    "web_processes": "Zahl der Prozesse, die Seiten ausliefern",
    "web_threads": "Zahl der Fäden je Prozess",
    "page_cache_megabytes": "Megabyte je Prozess für fertige Seiten ohne Anmeldung",
    "upload_megabytes": "Größte Anfrage in Megabyte, Dateien eingeschlossen",
    "session_days": "Tage, nach denen eine Anmeldung ohne Besuch endet",
    "log_days": "Tage, die Protokolle des Betriebs bleiben",
    "argon2_memory_kib": "Speicher je Passwortprüfung in KiB (Argon2id)",
    "map_tiles": "Adresse des Kartenhintergrunds mit {z}/{x}/{y}; leer: Karte ohne Hintergrund",
    "map_attribution": "Quellenangabe des Kartenhintergrunds",
}


def _is_return_path(pattern: str) -> bool:
    filled = pattern.replace("{id}", "1.a").replace("{host}", "ort.example")
    return not pattern or re.fullmatch(r"[\w.+=-]{1,24}@[\w.-]{1,200}", filled) is not None


def _require(holds: bool, key: str, wanted: str) -> None:
    if not holds:
        raise SettingError(f"Die Einstellung „{key}“ ist ungültig. Erlaubt ist: {wanted}.")


def _parse(key: str, kind: type, value: Any) -> Any:
    if kind is bool:
        if isinstance(value, bool):
            return value
        words = {"1": True, "ja": True, "true": True, "0": False, "nein": False, "false": False}
        _require(str(value).lower() in words, key, "ja oder nein")
        return words[str(value).lower()]
    if kind is int:
        _require(not isinstance(value, bool), key, "eine ganze Zahl")
        try:
            return int(value)
        except (TypeError, ValueError):
            _require(False, key, "eine ganze Zahl")  # noqa: FBT003 - it never holds
    if kind is Path:
        return Path(str(value)).expanduser().resolve()
    _require(isinstance(value, str), key, "ein Text in Anführungszeichen")
    return value


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Raises SettingError with the key's name for an unknown key or a wrong value."""
    environ = os.environ if environ is None else environ
    kinds = get_type_hints(Settings)
    names = [field.name for field in fields(Settings)]
    data = _parse("data", Path, environ.get(PREFIX + "DATA") or str(Settings().data))
    values = _read_file(data / "dorflinde.toml") | {"data": data}
    for name in names:
        if PREFIX + name.upper() in environ and name != "data":
            values[name] = environ[PREFIX + name.upper()]
    for key in values:
        _require(key in kinds, key, "nur Namen aus docs/betrieb/einstellungen.md")
    return Settings(**{key: _parse(key, kinds[key], value) for key, value in values.items()})


def _read_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"Die Datei dorflinde.toml ist nicht lesbar: {error}.") from error


def as_table() -> str:
    """The Markdown table of every key, for docs/betrieb/einstellungen.md."""
    lines = ["| Name | Umgebung | Vorgabe | Bedeutung |", "|---|---|---|---|"]
    defaults = Settings()
    for field in fields(Settings):
        shown = _shown(field.name, getattr(defaults, field.name))
        name = field.name
        lines.append(f"| `{name}` | `{PREFIX}{name.upper()}` | {shown} | {TEXTS[name]} |")
    return "\n".join(lines) + "\n"


def _shown(name: str, value: object) -> str:
    if name == "data":
        return "data/"
    if isinstance(value, bool):
        return "ja" if value else "nein"
    return "leer" if value == "" else str(value)
