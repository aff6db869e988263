"""What does a coordinator do in a browser?

Acts by what a person sees and hears, labels and roles, so a test that uses them notices when the page no longer says them. For
pages in English.
"""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect


@dataclass
class Coordinator:
    """Somebody at a district's desk, whose pages begin with the address of `page`'s context."""

    page: Page

    def sign_in(self, username: str, password: str) -> None:
        """Signs in and looks at the first page."""
        self.page.goto("/desk/")
        self.page.get_by_label("Name").fill(username)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", name="Today")).to_be_visible()

    def is_told(self, words: str) -> None:
        """Waits until the page says what was done."""
        expect(self.page.get_by_role("status").filter(has_text=words)).to_be_visible()

    def open_queue(self) -> None:
        """Looks at what waits."""
        self.page.get_by_role("link", name="Waiting hours").click()
        expect(self.page.get_by_role("heading", name="Waiting hours")).to_be_visible()

    def waiting(self, volunteer: str) -> Locator:
        """The rows of a volunteer in the queue."""
        return self.page.get_by_role("row").filter(has=self.page.get_by_role("link", name=volunteer, exact=True))

    def certify(self, volunteer: str) -> None:
        """Ticks what waits of a volunteer, and certifies it."""
        for row in self.waiting(volunteer).all():
            row.get_by_role("checkbox").check()
        self.page.get_by_role("button", name="Certify").click()

    def certify_all(self) -> None:
        """Certifies everything that matches the filter."""
        self.page.get_by_role("radio", name="entr").last.check()
        self.page.get_by_role("button", name="Certify").click()

    def undo(self) -> None:
        """Takes back what was certified last."""
        self.page.get_by_role("button", name="Undo").click()

    def refuse(self, volunteer: str, reason: str) -> None:
        """Opens what waits of a volunteer, and refuses it."""
        self.waiting(volunteer).get_by_role("link", name=volunteer).click()
        self.page.get_by_text("Refuse, with a reason").click()
        self.page.get_by_label("Reason").fill(reason)
        self.page.get_by_role("button", name="Refuse").click()

    def record(self, volunteer: str, *, activity: str, field: str, started_at: str, ended_at: str) -> None:
        """Finds a volunteer and states what they did and when, as `2026-03-06T09:00`; neither kept nor submitted yet."""
        self.page.get_by_role("link", name="Record hours").first.click()
        self.find(volunteer)
        self.page.get_by_label("Activity").fill(activity)
        self.page.get_by_label("Field").fill(field)
        self.page.get_by_label("Start").fill(started_at)
        self.page.get_by_label("End").fill(ended_at)

    def find(self, volunteer: str) -> None:
        """Searches for a volunteer, and opens what was found."""
        self.page.get_by_label("Name, number").fill(volunteer)
        self.page.get_by_role("button", name="Find").click()
        self.page.get_by_role("link", name=volunteer, exact=True).first.click()

    def import_register(self, path: Path, *, lists: str) -> None:
        """Uploads a register that lists `Volunteers` or `Hours`, looks at what it would do, and imports its good rows."""
        self.page.get_by_role("link", name="Imports").click()
        self.page.get_by_label("What it lists").select_option(lists)
        self.page.get_by_label("File").set_input_files(path)
        self.page.get_by_role("button", name="Upload and look").click()
        self.page.get_by_role("button", name="Import").click(timeout=60_000)
        expect(self.page.get_by_text("This file was imported.")).to_be_visible(timeout=60_000)
