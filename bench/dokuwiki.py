"""DokuWiki from Debian beside us: installed and filled on request, served by Apache on loopback.

Its own code and nothing of its data on this machine: settings and pages lie in the folder of the
measurement. Apache with PHP inside its processes, four of them, and PHP's cache of compiled code.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench.serving import Served, free_port, stopped, wait

SHARE = Path("/usr/share/dokuwiki")
MODULES = Path("/usr/lib/apache2/modules")
PACKAGES = ("dokuwiki", "libapache2-mod-php", "php-apcu")
HOW = "sudo apt install --no-install-recommends " + " ".join(PACKAGES)
PROCESSES = 4
PAGES = 300
_NEEDED = ("mpm_prefork", "authz_core", "dir", "mime")

_SETTINGS = """<?php
$conf['title'] = 'Vergleich';
$conf['lang'] = 'de';
$conf['useacl'] = 0;
$conf['savedir'] = '{data}';
$conf['updatecheck'] = 0;
"""
_BEFORE = """<?php
define('DOKU_CONF', '{conf}/');
"""
_APACHE = """
ServerRoot {folder}
ServerName localhost
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
Listen 127.0.0.1:{port}
{modules}
LoadModule php_module {php}
TypesConfig /etc/mime.types
DirectoryIndex doku.php
DocumentRoot {share}
KeepAlive On
MaxKeepAliveRequests 0
StartServers {processes}
MinSpareServers {processes}
MaxSpareServers {processes}
MaxRequestWorkers {processes}
<Directory {share}>
  AllowOverride None
  Require all granted
</Directory>
<FilesMatch "\\.php$">
  SetHandler application/x-httpd-php
</FilesMatch>
php_admin_value auto_prepend_file {folder}/before.php
php_admin_value opcache.enable 1
php_admin_value opcache.validate_timestamps 0
php_admin_value session.save_path {folder}
{person}
"""


class Missing(Exception):
    """It cannot be measured here; the text says why."""


def install() -> None:
    """Asks Debian's package manager, where it may. Raises Missing."""
    if is_installed():
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise Missing(f"DokuWiki ist nicht eingerichtet. Unter Debian hilft: {HOW}")
    print("DokuWiki einrichten (etwa 10 MB) …", flush=True)
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *PACKAGES]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=env)
    if done.returncode or not is_installed():
        last = (done.stderr.strip().splitlines() or ["ohne Angabe"])[-1]
        raise Missing(f"DokuWiki ließ sich nicht einrichten: {last}")


def is_installed() -> bool:
    return SHARE.is_dir() and _php() is not None and _apache() is not None


def _php() -> Path | None:
    return next(iter(sorted(MODULES.glob("libphp*.so"))), None)


def _apache() -> str | None:
    return shutil.which("apache2") or shutil.which("apache2", path="/usr/sbin")


@contextmanager
def served(folder: Path, pages: Mapping[str, str]) -> Iterator[Served]:
    """`pages` are texts in its own syntax, by their names; some hundred more stand beside them.

    Raises Missing."""
    php, apache = _php(), _apache()
    if php is None or apache is None:
        raise Missing("DokuWiki ist nicht eingerichtet")
    port = _fill(folder, pages, php)
    log = folder / "apache.log"
    with log.open("w", encoding="utf-8") as said:
        command = [apache, "-f", str(folder / "apache.conf"), "-DFOREGROUND"]
        began = time.monotonic()
        # A group of its own: Apache ends with its whole group.
        process = subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True)
    try:
        _wait(port, process, log, next(iter(pages)))
        yield Served(port, process.pid, time.monotonic() - began)
    finally:
        stopped(process)


def path_of(page: str) -> str:
    return f"/doku.php?id={page}"


def as_text(markdown: str) -> str:
    """Headings are all that our pages and its pages write differently here."""
    return "\n".join(_line(one) for one in markdown.splitlines())


def _line(line: str) -> str:
    mark, _blank, title = line.partition(" ")
    if not mark or set(mark) != {"#"}:
        return line
    signs = "=" * (7 - len(mark))
    return f"{signs} {title} {signs}"


def _fill(folder: Path, pages: Mapping[str, str], php: Path) -> int:
    """The port it will answer at."""
    data, conf = folder / "data", folder / "conf"
    shutil.copytree("/etc/dokuwiki", conf, ignore=shutil.ignore_patterns("*.php.dist"))
    for part in ("attic", "cache", "index", "locks", "media", "meta", "pages", "tmp", "log"):
        (data / part).mkdir(parents=True)
    for part in ("media_attic", "media_meta"):
        (data / part).mkdir()
    (conf / "local.php").write_text(_SETTINGS.format(data=data), encoding="utf-8")
    (folder / "before.php").write_text(_BEFORE.format(conf=conf), encoding="utf-8")
    some = next(iter(pages.values()))
    texts = {f"seite_{number}": some for number in range(PAGES - len(pages))} | dict(pages)
    for name, text in texts.items():
        (data / "pages" / f"{name}.txt").write_text(text, encoding="utf-8")
    port = free_port()
    (folder / "apache.conf").write_text(_configuration(folder, port, php), encoding="utf-8")
    _give_away(folder)
    return port


def _configuration(folder: Path, port: int, php: Path) -> str:
    modules = [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in _NEEDED]
    person = "User www-data\nGroup www-data" if os.geteuid() == 0 else ""
    return _APACHE.format(
        folder=folder,
        port=port,
        modules="\n".join(modules),
        php=php,
        share=SHARE,
        processes=PROCESSES,
        person=person,
    )


def _give_away(folder: Path) -> None:
    """Apache lays down root's rights, and its processes write there."""
    if os.geteuid() != 0:
        return
    folder.chmod(0o755)
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, "www-data", "www-data")


def _wait(port: int, process: subprocess.Popen[bytes], log: Path, page: str) -> None:
    try:
        wait(port, process, path_of(page))
    except RuntimeError as error:
        last = (log.read_text(encoding="utf-8").strip().splitlines() or [str(error)])[-1]
        raise Missing(f"DokuWiki antwortet nicht: {last}") from error
