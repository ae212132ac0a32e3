"""Somebody with a browser of their own, on their way through the town."""

import re
from dataclasses import dataclass
from datetime import timedelta

from playwright.sync_api import Locator, Page, expect

from tests.browser import barriers, is_too_wide
from tests.live import Live

PASSWORD = "Kuhglocke zählt Wolken"
READING_TIME = timedelta(seconds=2)  # who sends a form faster is taken for a robot


@dataclass(frozen=True, slots=True)
class Person:
    """Every page they come to is looked at for barriers."""

    live: Live
    page: Page
    has_scripts: bool

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    def go(self, address: str) -> None:
        """To a page that has been looked at already."""
        self.page.goto(address if address.startswith("http") else self.live.address + address)

    def open(self, address: str) -> None:
        self.go(address)
        self.look()

    def follow(self, name: str) -> None:
        before = self.page.url
        self.main.get_by_role("link", name=name).first.click()
        expect(self.page).not_to_have_url(before)  # the desk fetches it before the address changes
        self.look()

    def press(self, name: str, to: str = "**") -> None:
        """`to` is where it leads, for buttons that a script takes over."""
        self.main.get_by_role("button", name=name).first.click()
        self.page.wait_for_url(to)
        self.look()

    def fill(self, label: str, text: str) -> None:
        self.main.get_by_label(re.compile(f"^{label}")).first.fill(text)

    def read(self) -> None:
        """Take the time that people need before they send something."""
        self.live.later(READING_TIME)

    def confirm(self, message_link: str, words: str) -> None:
        """The page that a mail leads to shows what was done, and waits for a button."""
        self.open(message_link)
        self.sees(words)
        self.read()
        self.press("Ja, bestätigen")

    def log_in(self, email: str, way_on: str) -> None:
        self.go(f"/konto/anmelden?weiter={way_on}")
        self.page.get_by_text("Mit Passwort anmelden").click()
        form = self.page.locator("form[action='/konto/anmelden/passwort']")
        form.get_by_label("E-Mail").fill(email)
        form.get_by_label("Passwort", exact=True).fill(PASSWORD)
        form.get_by_role("button", name="Anmelden").click()
        self.look()

    def sees(self, words: str) -> None:
        expect(self.main).to_contain_text(words)

    def sees_no(self, words: str) -> None:
        expect(self.main).not_to_contain_text(words)

    def look(self) -> None:
        expect(self.page.locator("h1")).to_have_count(1)
        if not self.has_scripts:
            return  # axe is a script itself
        assert [self.page.url, *barriers(self.page)] == [self.page.url]
        assert not is_too_wide(self.page), self.page.url
