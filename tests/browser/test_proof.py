"""Do an operator and a coordinator see the proof, and have it made anew?"""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import federation.app
import tenants.app
from federation.mailbox import StreamCursor
from sync import streams
from tenants.organizations.arranging import root
from tenants.staff.appointing import add_staff_member
from tenants.staff.models import Role
from tests.support.city import City, District, city
from tests.support.coordinator import Coordinator
from tests.support.desk import PASSWORD
from tests.support.waiting import eventually
from tests.support.web import assert_suits_everybody, serving, violations, visiting

TOKEN = "a secret of more than thirty-two characters"


def begin(district: District) -> None:
    """A volunteer, and a coordinator of the whole district."""
    district.register("FT1", name="张伟")
    with district.sessions.begin() as session:
        whole = root(session)
        add_staff_member(session, username="li", name="李敏", password=PASSWORD, role=Role.COORDINATOR, organization=whole)


def enter(page: Page, secret: str = TOKEN) -> None:
    """The operator signs in, and looks at the list."""
    page.goto("/operation/")
    page.locator("#token").fill(secret)
    page.locator("main form button").click()


def is_proven_again(made: City) -> bool:
    """Whether the hub's wish was granted: the records were compared and are equal."""
    with made.hub.sessions() as session:
        cursor = session.get_one(StreamCursor, streams.up("futian"))
        return cursor.wish is None and cursor.proven_at is not None and not cursor.differing


def test_records_are_compared_by_a_button_on_either_side(browser: Browser, tmp_path: Path, embedded_url: str) -> None:
    with city(lambda name: f"sqlite:///{tmp_path / name}.db", "futian") as made, made.running(embedded_url):
        [futian] = made.districts
        begin(futian)
        made.settle()
        hub_settings = replace(made.hub.settings, operator_token=TOKEN)
        with (
            serving(federation.app.create_app(hub_settings)) as hub_address,
            serving(tenants.app.create_app(futian.settings)) as desk_address,
            visiting(browser, hub_address) as operator,
            visiting(browser, desk_address) as desk,
        ):
            enter(operator)
            operator.get_by_role("link", name="futian").click()
            operator.get_by_role("button", name="Compare now").press("Enter")
            expect(operator.get_by_role("status")).to_contain_text("the records are compared")
            eventually(lambda: is_proven_again(made))
            operator.reload()
            expect(operator.get_by_text("Equal", exact=True)).to_be_visible()

            Coordinator(desk).sign_in("li", PASSWORD)
            desk.get_by_role("link", name="More about the city").click()
            desk.get_by_role("button", name="Compare now").press("Enter")
            expect(desk.get_by_role("status")).to_contain_text("The records are compared")
            desk.reload()
            expect(desk.get_by_text("The city has everything up to")).to_be_visible()
            root_there, root_here = (page.locator("dd code").nth(1).text_content() for page in (operator, desk))
            assert root_there == root_here
            assert violations(operator) == violations(desk) == []


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_accessible_and_fits(browser: Browser, tmp_path: Path, language: str, width: int) -> None:
    with city(lambda name: f"sqlite:///{tmp_path / name}.db", "futian") as made:
        [futian] = made.districts
        begin(futian)
        with (
            serving(federation.app.create_app(replace(made.hub.settings, operator_token=TOKEN))) as hub_address,
            serving(tenants.app.create_app(futian.settings)) as desk_address,
            visiting(browser, hub_address, language=language, width=width) as operator,
            visiting(browser, desk_address, language=language, width=width) as desk,
        ):
            enter(operator, "wrong")
            assert_suits_everybody(operator)
            enter(operator)
            for path in ("/operation/", "/operation/districts/futian"):
                operator.goto(path)
                assert_suits_everybody(operator)
            desk.goto("/sign-in")
            desk.locator("#username").fill("li")
            desk.locator("#password").fill(PASSWORD)
            desk.locator("main form button").click()
            desk.goto("/city/")
            assert_suits_everybody(desk)
