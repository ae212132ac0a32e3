"""The operator's commands: `python -m portal.betrieb VERB`; `los.py` calls them."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from kern import config
from kern.config import SettingError, Settings
from kern.db.migrate import WrongSchema
from kern.errors import DomainError
from portal.app import create_app
from portal.betrieb import backup, bounces, doctor, orte, restore
from portal.betrieb.demo import fill
from portal.betrieb.orte import Refused, spent
from portal.betrieb.working import run_worker

WRONG_SCHEMA = 3
TRY_LATER = 75  # EX_TEMPFAIL of sysexits.h, which mail servers know


def _init(settings: Settings, options: argparse.Namespace) -> int:
    orte.init(settings, options.host or ())
    return 0


def _migrate(settings: Settings, _options: argparse.Namespace) -> int:
    started = time.monotonic()
    orte.migrate_all(settings)
    print(f"Alle Datenbanken sind auf dem neuesten Stand nach {spent(started)}.")
    return 0


def _check(settings: Settings, _options: argparse.Namespace) -> int:
    orte.check(settings)
    return 0


def _worker(settings: Settings, _options: argparse.Namespace) -> int:
    return run_worker(create_app(settings), settings)


def _bounce(settings: Settings, _options: argparse.Namespace) -> int:
    """Reads one mail. A mail server tries again later when this fails, and never sends it back."""
    try:
        print(bounces.take_one(create_app(settings), sys.stdin.buffer.read()))
    except (DBAPIError, OSError, DomainError) as error:
        print(f"Der Rückläufer ließ sich nicht aufnehmen: {type(error).__name__}", file=sys.stderr)
        return TRY_LATER
    return 0


def _backup(settings: Settings, options: argparse.Namespace) -> int:
    backup.run(settings, options.file)
    return 0


def _restore(settings: Settings, options: argparse.Namespace) -> int:
    restore.run(settings, options.file)
    return 0


def _doctor(settings: Settings, _options: argparse.Namespace) -> int:
    return 0 if doctor.run(settings) else 1


def _admin(settings: Settings, options: argparse.Namespace) -> int:
    orte.invite_first(settings, options.mail)
    return 0


def _demo(settings: Settings, options: argparse.Namespace) -> int:
    fill.command(settings, options.fill, new_passwords=options.neue_passwoerter)
    return 0


VERBS = {
    "init": _init,
    "migrate": _migrate,
    "check": _check,
    "worker": _worker,
    "bounce": _bounce,
    "backup": _backup,
    "restore": _restore,
    "doctor": _doctor,
    "admin": _admin,
    "demo": _demo,
}


def read_options(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m portal.betrieb", allow_abbrev=False)
    verbs = parser.add_subparsers(dest="verb", required=True)
    made = {name: verbs.add_parser(name, allow_abbrev=False) for name in VERBS}
    made["init"].add_argument("--host", action="append")
    made["backup"].add_argument("file", type=Path)
    made["restore"].add_argument("file", type=Path)
    made["admin"].add_argument("mail")
    made["demo"].add_argument("--fill", choices=("small", "large"), default="small")
    made["demo"].add_argument("--neue-passwoerter", action="store_true")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    options = read_options(words)
    try:
        return VERBS[options.verb](config.load(), options)
    except WrongSchema as error:
        print(error, file=sys.stderr)
        return WRONG_SCHEMA
    except (Refused, SettingError, DomainError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
