"""Does one claim in a browser open every district to a volunteer of the registers, and one sign-out close all of them?"""

import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.documents import DocumentKind
from tenants.hours import certifying
from tenants.hours.recording import HourDetails, submit_hours
from tenants.hours.rules import possible_shift
from tenants.organizations.arranging import root
from tenants.registrations.models import Registration
from tenants.registrations.registering import RegistrationDetails, record_registration
from tests.support.district import TOKEN_KEY
from tests.support.listening import telling
from tests.support.signing_in import City, Place, signing_in_city
from tests.support.waiting import eventually
from tests.support.web import assert_suits_everybody, visiting

DOCUMENT = "110114200310015722"
PHONE = "19851914781"
PASSWORD = "wind over the quiet harbour"
SECONDS_TO_BE_OUT = 5


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    """Three districts, of which two know a volunteer and have certified hours of hers."""
    monkeypatch.setenv("BANYAN_TOKEN_KEY", b64encode(TOKEN_KEY).decode())
    codes = ("futian", "luohu", "nanshan")
    with signing_in_city(monkeypatch, tmp_path, *codes, shows_outbox=True) as city:
        serve(city.places["futian"], activity="图书馆导读", minutes=150)
        serve(city.places["nanshan"], activity="净滩行动", minutes=90)
        city.exchange()
        yield city


def serve(place: Place, *, activity: str, minutes: int) -> None:
    """The volunteer is registered there, and serves."""
    began_at = datetime.now(UTC) - timedelta(days=2)

    def record(session: Session) -> None:
        details = RegistrationDetails(
            local_number="V1",
            name="陈菁可",
            organization=root(session),
            registered_on=began_at.date() - timedelta(days=400),
            phone=PHONE,
            document_kind=DocumentKind.RESIDENT_ID,
            document_number=DOCUMENT,
        )
        record_registration(session, details, existing=None, settings=place.settings, at=datetime.now(UTC))
        registration = session.scalars(select(Registration)).one()
        hours = HourDetails(
            registration=registration,
            organization_id=registration.organization_id,
            activity=activity,
            field="文化",
            shift=possible_shift(began_at, began_at + timedelta(minutes=minutes), minutes, now=datetime.now(UTC)),
        )
        entry = submit_hours(session, hours, by="recorder", at=datetime.now(UTC))
        certifying.certify(session, entry, by="li", at=datetime.now(UTC), settings=place.settings)

    place.do(record)


def claim(page: Page, city: City) -> None:
    """Claims the volunteer ID by document and telephone, from the page for signing in."""
    page.get_by_role("link", name="Claim your volunteer ID").click()
    page.get_by_label("Number of the document").fill(DOCUMENT)
    page.get_by_label("Mobile number").fill(PHONE)
    page.get_by_role("button", name="Send a code").click()
    page.get_by_label("Code").fill(code_of(page, city))
    page.get_by_role("button", name="Go on").click()
    open_account(page, "陈菁可")


def test_one_claim_opens_two_districts_and_one_sign_out_closes_them(browser: Browser, city: City) -> None:
    futian, nanshan = city.places["futian"], city.places["nanshan"]
    with telling(city.provider), visiting(browser, futian.address, width=360) as page:
        page.goto("/")
        assert_suits_everybody(page)
        page.get_by_role("link", name="Sign in with your city ID").click()
        claim(page, city)
        expect(page.get_by_text("图书馆导读")).to_be_visible()
        assert page.url == f"{futian.address}/me/"
        assert_suits_everybody(page)

        page.goto(f"{nanshan.address}/")
        page.get_by_role("link", name="Sign in with your city ID").click()
        expect(page.get_by_text("净滩行动")).to_be_visible()
        assert page.url == f"{nanshan.address}/me/"

        page.get_by_role("link", name="My hours in all districts").click()
        for name, hours in (("Futian", "2 h 30 min"), ("Nanshan", "1 h 30 min")):
            expect(page.get_by_role("row").filter(has_text=name)).to_contain_text(hours)
        page.get_by_role("link", name="Nanshan").click()
        page.get_by_role("link", name="Look at my hours").click()
        assert page.url == f"{nanshan.address}/me/"

        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_text("You are signed out.")).to_be_visible()
        assert page.url.startswith(f"{nanshan.address}/signed-out")
        is_out(page, futian)
        is_out(page, nanshan)
        page.go_back()
        expect(page.get_by_text("净滩行动")).not_to_be_visible()


def test_a_new_volunteer_signs_up_at_one_district_and_enters_the_second_without_a_password(
    browser: Browser, city: City
) -> None:
    futian, luohu = city.places["futian"], city.places["luohu"]
    with visiting(browser, futian.address, width=360) as page:
        page.goto("/")
        page.get_by_role("link", name="Sign in with your city ID").click()
        page.get_by_role("link", name="Open an account").click()
        page.get_by_label("Mobile number or e-mail address").fill("new@example.org")
        page.get_by_role("button", name="Send a code").click()
        page.get_by_label("Code").fill(code_of(page, city))
        page.get_by_role("button", name="Go on").click()
        open_account(page, "何新")
        register(page)
        page.goto(f"{luohu.address}/")
        page.get_by_role("link", name="Sign in with your city ID").click()
        register(page)
        city.exchange()
        page.reload()
        shown = page.get_by_text(re.compile(r"44 \d{4} \d{4} \d{2} \d{2}")).inner_text()
        page.goto(f"{futian.address}/me/")
        expect(page.get_by_text(shown)).to_be_visible()


def register(page: Page) -> None:
    """Agrees to be registered in a district that did not know them."""
    expect(page.get_by_role("heading", name="Register in this district")).to_be_visible()
    page.get_by_label("I agree").check()
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_text("You are registered here.")).to_be_visible()


def code_of(page: Page, city: City) -> str:
    """The code that was sent last."""
    outbox = page.context.new_page()
    outbox.goto(f"{city.provider.address}/outbox")
    codes = re.findall(r"\b\d{6}\b", outbox.get_by_role("main").inner_text())
    outbox.close()
    return str(codes[0])


def open_account(page: Page, name: str) -> None:
    """States what an account needs."""
    page.get_by_label("Your name").fill(name)
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("New password once more").fill(PASSWORD)
    page.get_by_role("button", name="Open the account").click()


def is_out(page: Page, place: Place) -> None:
    """Nobody is signed in there, a few seconds later at the latest."""

    def look() -> bool:
        page.goto(f"{place.address}/me/")
        return page.get_by_role("link", name="Sign in with your city ID").is_visible()

    eventually(look, within=SECONDS_TO_BE_OUT)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_pages_around_signing_in_suit_everybody(browser: Browser, city: City, language: str) -> None:
    with visiting(browser, city.places["futian"].address, language=language, width=360) as page:
        for path in ("/", "/sign-in", "/signed-out", "/sign-in/callback?state=unknown"):
            page.goto(path)
            assert_suits_everybody(page)


def test_a_district_that_does_not_know_somebody_asks_and_then_registers_them(browser: Browser, city: City) -> None:
    luohu = city.places["luohu"]
    with visiting(browser, luohu.address, width=360) as page:
        page.goto("/")
        page.get_by_role("link", name="Sign in with your city ID").click()
        claim(page, city)
        expect(page.get_by_role("heading", name="Register in this district")).to_be_visible()
        assert_suits_everybody(page)
        register(page)
        city.exchange()
        page.get_by_role("link", name="My hours in all districts").click()
        expect(page.get_by_role("row").filter(has_text="Futian")).to_contain_text("2 h 30 min")
