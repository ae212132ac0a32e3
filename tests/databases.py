"""Which tests of a town run on one database only, and why: all others run on both.

A new file of tests that uses the town runs on SQLite and on PostgreSQL without a word. Whoever asks
for what only one database has names the file here under a reason. A single test says so with the
mark `sqlite_alone` or `postgres_alone`.
"""

from collections.abc import Mapping

BROWSERS = (
    "browser/test_being_told.py",
    "browser/test_fairness.py",
    "browser/test_people.py",
    "browser/test_projects.py",
    "browser/test_reach.py",
    "browser/test_results.py",
    "browser/test_searching.py",
    "browser/test_survey_editor.py",
    "browser/test_survey_journey.py",
    "browser/test_walk.py",
    "browser/test_wiki_editor_script.py",
    "browser/test_wiki_journey.py",
    "portal/test_gestaltung_browser.py",
    "portal/test_moderation_browser.py",
    "portal/test_verwaltung_browser.py",
    "umfragen/test_answer_files_browser.py",
    "umfragen/test_answering_browser.py",
)

NO_DATABASE = (
    "kern/test_storage.py",
    "kern/test_templates.py",
    "kern/test_town.py",
    "kern/test_web_age.py",
    "portal/test_gestaltung.py",
    "portal/test_karten.py",
    "portal/test_proxies.py",
    "umfragen/test_asked_pages.py",
)

SQLITE = ("kern/test_durable.py", "portal/test_serve.py")

ONE_FOLDER = ("portal/test_betrieb.py", "portal/test_killed_in_a_flood.py")

REASONS: Mapping[tuple[str, ...], str] = {
    BROWSERS: "a browser walks, and what its pages ask of the database others ask on both",
    NO_DATABASE: "about files, addresses or words; the town is only their place",
    ONE_FOLDER: "a town that is one folder; `test_hosts.py` and `test_towns_cli.py` ask on both",
    SQLITE: "about SQLite itself: its file, its log, its locks",
}
ONE_ONLY: Mapping[str, str] = {file: reason for files, reason in REASONS.items() for file in files}
