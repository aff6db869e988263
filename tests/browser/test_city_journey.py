"""Does the city's page show what a coordinator certifies?"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, expect

import federation.app
import tenants.app
from tenants.hours.recording import HourDetails, submit_hours
from tenants.hours.rules import possible_shift
from tenants.organizations.arranging import root
from tenants.registrations.models import Registration
from tenants.staff.appointing import add_staff_member
from tenants.staff.models import Role
from tests.support.city import District, city
from tests.support.coordinator import Coordinator
from tests.support.web import serving, violations, visiting

PASSWORD = "correct horse battery"


def someone_served(district: District, *, minutes: int) -> None:
    """A volunteer whose hours wait, and a coordinator who can certify them."""
    district.register("FT1", name="张伟")
    with district.sessions.begin() as session:
        now = datetime.now(UTC)
        registration = session.query(Registration).one()
        began = now - timedelta(hours=5)
        shift = possible_shift(began, began + timedelta(minutes=minutes), minutes, now=now)
        details = HourDetails(
            registration=registration,
            organization_id=registration.organization_id,
            activity="净滩行动",
            field="环保",
            shift=shift,
        )
        submit_hours(session, details, by="recorder", at=now)
        add_staff_member(
            session, username="li", name="李敏", password=PASSWORD, role=Role.COORDINATOR, organization=root(session)
        )


def test_certified_hours_reach_the_citys_page(browser: Browser, tmp_path: Path, embedded_url: str) -> None:
    with city(lambda name: f"sqlite:///{tmp_path / name}.db", "futian") as made, made.running(embedded_url):
        [futian] = made.districts
        someone_served(futian, minutes=180)
        made.settle()
        with (
            serving(tenants.app.create_app(futian.settings)) as desk_address,
            serving(federation.app.create_app(made.hub.settings)) as city_address,
            visiting(browser, desk_address) as desk,
            visiting(browser, city_address) as page,
        ):
            page.goto("/")
            row = page.get_by_role("row").filter(has=page.get_by_role("link", name="futian"))
            expect(row).to_contain_text("0 min")

            coordinator = Coordinator(desk)
            coordinator.sign_in("li", PASSWORD)
            coordinator.open_queue()
            coordinator.certify("张伟")
            coordinator.is_told("You certified 1 entry")
            made.settle()

            page.goto("/")
            expect(row).to_contain_text("3 h")
            expect(row).to_contain_text("Equal")
            assert violations(desk) == violations(page) == []
