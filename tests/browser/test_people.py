"""Does a volunteer open an account, claim their ID and sign in, in a browser?"""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from federation.app import create_app
from federation.settings import JoiningSettings
from tests.hub.peers import District, Hub, hours
from tests.support import servers
from tests.support.claiming import NUMBER, registered, slip
from tests.support.hub import hub_of, settings_in_environment
from tests.support.people import PASSWORD, PHONE, Outbox
from tests.support.web import assert_suits_everybody, serving_at, violations, visiting


@pytest.fixture
def port() -> int:
    """At which port the hub's pages are: passkeys are made for an address that the hub knows beforehand."""
    return servers.free_port()


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port: int) -> Iterator[Hub]:
    """A hub that knows its own address, and the federation's key for documents."""
    settings = settings_in_environment(monkeypatch, f"sqlite:///{tmp_path / 'hub.db'}", tmp_path)
    joining = JoiningSettings(hub_url=f"http://localhost:{port}", token_key=os.urandom(32))
    with hub_of(replace(settings, joining=joining, secure_cookies=False, shows_outbox=True)) as hub:
        yield hub


@pytest.fixture
def address(hub: Hub, port: int) -> Iterator[str]:
    """Where its pages are."""
    with serving_at(create_app(hub.settings), port):
        yield f"http://localhost:{port}"


@pytest.fixture
def futian(hub: Hub) -> District:
    """A district that has registered somebody, and certified hours of theirs."""
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(registered(hub, "r1", phone=PHONE), hours("e1", registration_id="r1", minutes=90)))
    return futian


def sign_up(page: Page, hub: Hub) -> None:
    page.goto("/sign-in")
    page.get_by_role("link", name="Open an account").click()
    page.get_by_label("Mobile number or e-mail address").fill(PHONE)
    page.get_by_role("button", name="Send a code").click()
    enter_code(page, hub)
    page.get_by_label("Your name").fill("陈静")
    choose_password(page)
    page.get_by_role("button", name="Open the account").click()


def enter_code(page: Page, hub: Hub) -> None:
    page.get_by_label("Code", exact=True).fill(Outbox(hub).code())
    page.get_by_role("button", name="Go on").click()


def choose_password(page: Page) -> None:
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("New password once more").fill(PASSWORD)


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()


def sign_in(page: Page) -> None:
    page.get_by_label("Volunteer ID, mobile number").fill(PHONE)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_somebody_opens_an_account_on_a_phone_without_scripts(browser: Browser, hub: Hub, address: str) -> None:
    with visiting(browser, address, width=360, script=False) as page:
        sign_up(page, hub)
        expect(page.get_by_role("status")).to_contain_text("Welcome.")
        page.get_by_role("link", name="Your hours").click()
        expect(page.get_by_text("No district has registered you under this ID yet.")).to_be_visible()
        sign_out(page)
        sign_in(page)
        expect(page.get_by_role("heading", name="陈静")).to_be_visible()


@pytest.mark.usefixtures("futian")
def test_somebody_claims_their_id_by_document_and_telephone(browser: Browser, hub: Hub, address: str) -> None:
    with visiting(browser, address, width=360) as page:
        page.goto("/claim")
        page.get_by_label("Number of the document").fill(NUMBER)
        page.get_by_label("Mobile number that your district has").fill(PHONE)
        page.get_by_role("button", name="Send a code").click()
        enter_code(page, hub)
        expect(page.get_by_text("This is your volunteer ID")).to_be_visible()
        choose_password(page)
        page.get_by_role("button", name="Open the account").click()
        page.get_by_role("link", name="Your hours").click()
        expect(page.get_by_text("1 h 30 min").first).to_be_visible()
        assert_suits_everybody(page)


def test_the_square_on_a_slip_leads_to_the_id(browser: Browser, futian: District, address: str) -> None:
    with visiting(browser, address, width=360) as page:
        text = slip(futian)
        page.goto(f"/claim/slip#{text}")
        expect(page.get_by_label("Text of the slip")).to_have_value(text)
        assert "#" not in page.url
        page.get_by_role("button", name="Go on").click()
        choose_password(page)
        page.get_by_role("button", name="Open the account").click()
        expect(page.get_by_role("status")).to_contain_text("This volunteer ID is yours")
        assert violations(page) == []


def test_an_app_for_codes_is_set_up_and_asked_for(browser: Browser, hub: Hub, address: str) -> None:
    with visiting(browser, address) as page:
        sign_up(page, hub)
        page.get_by_role("link", name="Add another way").click()
        page.get_by_role("button", name="Set up an app").click()
        assert_suits_everybody(page)
        seed = page.locator("main code").inner_text().replace(" ", "")
        page.get_by_label("Code", exact=True).fill(pyotp.TOTP(seed).now())
        page.get_by_role("button", name="Go on").click()
        assert_suits_everybody(page)
        recovery_code = page.locator("ol code").first.inner_text()
        page.get_by_role("link", name="I have written them down").click()
        sign_out(page)
        sign_in(page)
        assert_suits_everybody(page)
        page.get_by_text("You do not have the app at hand?").click()
        page.get_by_label("Recovery code").fill(recovery_code)
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_text("9 recovery codes left")).to_be_visible()


def test_a_passkey_signs_in_without_a_password(browser: Browser, hub: Hub, address: str) -> None:
    with visiting(browser, address) as page:
        devtools = page.context.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        kept = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
        simulated = {"isUserVerified": True, "automaticPresenceSimulation": True}
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": kept | simulated})
        sign_up(page, hub)
        page.get_by_role("link", name="Add another way").click()
        page.get_by_label("What you call it").fill("My telephone")
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_role("status")).to_contain_text("The passkey is added.")
        sign_out(page)
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_text("Passkey: My telephone")).to_be_visible()
        assert violations(page) == []


def test_what_a_demo_would_send_stands_on_a_page(browser: Browser, hub: Hub, address: str) -> None:
    with visiting(browser, address, width=360) as page:
        sign_up(page, hub)
        page.goto("/outbox")
        expect(page.get_by_text(f"Your code is {Outbox(hub).code()}.")).to_be_visible()
        assert_suits_everybody(page)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_is_accessible_and_fits_a_phone(browser: Browser, hub: Hub, address: str, language: str) -> None:
    with visiting(browser, address, language=language, width=360) as page:
        paths = ("/sign-in", "/sign-up", "/sign-up/code", "/claim", "/claim/slip", "/recover", "/recover/code")
        for path in (*paths, "/sign-in?request=unknown"):
            page.goto(path)
            assert_suits_everybody(page)
        with visiting(browser, address) as other:
            sign_up(other, hub)
            cookies = {cookie.get("name", ""): cookie.get("value", "") for cookie in other.context.cookies()}
        page.context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
        for path in ("/account/", "/account/hours", "/account/contacts/new", "/account/security"):
            page.goto(path)
            assert_suits_everybody(page)
