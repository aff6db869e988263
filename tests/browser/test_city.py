"""Can everybody read the city's pages: on a phone, by keyboard, without scripts, in both languages?"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from federation.app import create_app
from tests.hub.peers import District, Hub, hours, organization, registration, shown_hours
from tests.support.hub import hub_of, settings_in_environment
from tests.support.web import assert_suits_everybody, serving, violations, visiting

# Later than the requests that the tests make: nobody is silent by then.
NOW = datetime.now(UTC) + timedelta(hours=1)
PAGES = ["/", "/?year=2026&district=luohu", "/districts/futian", "/nowhere"]

pytestmark = pytest.mark.usefixtures("futian")


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    settings = settings_in_environment(monkeypatch, f"sqlite:///{tmp_path / 'hub.db'}", tmp_path)
    with hub_of(settings) as hub:
        yield hub


@pytest.fixture
def futian(hub: Hub) -> District:
    """One of three districts: two are equal, one is behind."""
    futian, luohu, nanshan = hub.enrol("futian", "luohu", "nanshan")
    months = [f"{year}-{month:02}" for year in (2025, 2026) for month in range(1, 13)]
    for district in (futian, luohu):
        told = [
            hour
            for month in months
            for hour in shown_hours(f"{district.code}-{month}", month=month, organization_id=district.code, minutes=6)
        ]
        named = organization(district.code, name="香蜜湖街道景田社区志愿服务队")
        hub.hears(district.says(registration(district.code), named, *told, at=NOW), at=NOW)
    hub.hears(nanshan.lights_beacon(head=1_234, at=NOW), at=NOW)
    return futian


@pytest.fixture
def address(hub: Hub) -> Iterator[str]:
    with serving(create_app(hub.settings)) as address:
        yield address


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_accessible_and_fits(browser: Browser, address: str, language: str, width: int) -> None:
    with visiting(browser, address, language=language, width=width) as page:
        for path in PAGES:
            page.goto(path)
            assert_suits_everybody(page)


def test_the_description_of_the_api_is_readable(browser: Browser, address: str) -> None:
    with visiting(browser, address) as page:
        page.goto("/api/docs/")
        expect(page.get_by_text("/api/v1/city", exact=True)).to_be_visible()
        assert violations(page) == []


def test_a_violation_would_be_noticed(browser: Browser, address: str) -> None:
    with visiting(browser, address) as page:
        page.goto("/")
        page.evaluate("document.body.setAttribute('style', 'color: red')")
        page.wait_for_function("window.violations.length > 0")


def test_figures_go_on_changing_while_the_page_is_open(browser: Browser, address: str, hub: Hub, futian: District) -> None:
    with visiting(browser, address) as page:
        page.clock.install()
        page.goto("/")
        expect(page.get_by_role("row", name="Futian")).to_contain_text("24 h")
        hub.hears(futian.says(hours("later", minutes=600), at=NOW), at=NOW)
        page.clock.run_for(20_000)
        expect(page.get_by_role("row", name="Futian")).to_contain_text("34 h")


def test_a_period_is_chosen_without_scripts(browser: Browser, address: str) -> None:
    with visiting(browser, address, script=False) as page:
        page.goto("/")
        page.get_by_label("Period").select_option("2025")
        page.get_by_role("button", name="Show").click()
        expect(page.get_by_label("Period")).to_have_value("2025")
        expect(page.get_by_role("definition").filter(has_text="in 2025")).to_contain_text("24")


def test_a_period_is_chosen_at_once_with_scripts(browser: Browser, address: str) -> None:
    with visiting(browser, address) as page:
        page.goto("/")
        page.get_by_label("Period").select_option("2025")
        expect(page.get_by_role("definition").filter(has_text="in 2025")).to_contain_text("24")


def test_the_keyboard_reaches_the_content_first(browser: Browser, address: str) -> None:
    with visiting(browser, address) as page:
        page.goto("/")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("main")).to_be_focused()


def test_the_language_changes_in_place(browser: Browser, address: str) -> None:
    with visiting(browser, address) as page:
        page.goto("/districts/futian")
        page.get_by_role("link", name="中文").click()
        expect(page).to_have_url(f"{address}/districts/futian")
        expect(page.get_by_role("heading", name="服务领域")).to_be_visible()
