"""Does a steward sign in, and look after their account, in a browser?"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from federation.accounts.models import Role
from federation.app import create_app
from tests.hub.peers import Hub
from tests.support.hub import hub_of, settings_in_environment
from tests.support.stewards import PASSWORD, appoint, next_code
from tests.support.web import assert_suits_everybody, serving, violations, visiting

ANOTHER = "another long password"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with two stewards, one of whom has a password that others have seen, and a lead."""
    settings = settings_in_environment(monkeypatch, f"sqlite:///{tmp_path / 'hub.db'}", tmp_path)
    with hub_of(settings) as hub:
        with hub.sessions.begin() as session:
            appoint(session, settings=settings)
            appoint(session, "li", must_change_password=True, settings=settings)
            appoint(session, "mei", role=Role.LEAD, settings=settings)
        yield hub


@pytest.fixture
def address(hub: Hub) -> Iterator[str]:
    """Where its pages are."""
    with serving(create_app(hub.settings)) as address:
        yield address


def sign_in(page: Page, hub: Hub, username: str, password: str = PASSWORD) -> None:
    """Fills in the forms; of a wrong password nothing follows."""
    page.goto("/stewards/")
    page.locator("#username").fill(username)
    page.locator("#password").fill(password)
    with page.expect_navigation():
        page.locator("#password").press("Enter")
    if page.locator("#code").count():
        with hub.sessions.begin() as session:
            code = next_code(session, username)
        page.locator("#code").fill(code)
        page.locator("#code").press("Enter")


def test_a_first_password_becomes_one_of_one_s_own(browser: Browser, hub: Hub, address: str) -> None:
    with visiting(browser, address, script=False) as page:
        sign_in(page, hub, "li")
        page.get_by_label("Password until now").fill(PASSWORD)
        page.get_by_label("New password", exact=True).fill(ANOTHER)
        page.get_by_label("New password once more").fill(ANOTHER)
        page.get_by_role("button", name="Change the password").click()
        expect(page.get_by_role("status")).to_contain_text("Your password is changed.")
        page.get_by_role("button", name="Sign out Li").click()
        sign_in(page, hub, "li", ANOTHER)
        expect(page.get_by_role("heading", name="Reviews")).to_be_visible()


def test_a_session_is_ended_from_another_browser(browser: Browser, hub: Hub, address: str) -> None:
    with visiting(browser, address) as office, visiting(browser, address) as home:
        sign_in(office, hub, "chen")
        sign_in(home, hub, "chen")
        home.get_by_role("link", name="Your account").click()
        home.get_by_role("button", name="End the session").click()
        expect(home.get_by_role("status")).to_contain_text("The session has ended.")
        office.reload()
        expect(office.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
        assert violations(home) == violations(office) == []


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_accessible_and_fits(browser: Browser, hub: Hub, address: str, language: str, width: int) -> None:
    with visiting(browser, address, language=language, width=width) as page, visiting(browser, address) as elsewhere:
        sign_in(elsewhere, hub, "mei")
        sign_in(page, hub, "mei", "wrong")
        assert_suits_everybody(page)
        sign_in(page, hub, "mei")
        paths = ("/stewards/", "/stewards/security/", "/account/", "/account/password", "/account/security", "/account/factors")
        staff = ("/stewards/staff/", "/stewards/staff/chen", "/stewards/staff/chen/withdrawal")
        for path in (*paths, *staff, "/", "/nowhere"):
            page.goto(path)
            assert_suits_everybody(page)
