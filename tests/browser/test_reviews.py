"""Does a steward work through reviews in a browser, and do the districts learn what was decided?"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from federation.accounts.models import Role
from federation.app import create_app
from federation.identity.auditing.sampling import SAMPLE
from federation.identity.auditing.setting_thresholds import change_policy
from federation.identity.models import Link
from federation.identity.reviews.drawing import is_audited
from federation.identity.reviews.models import ReviewDecision
from tests.hub.peers import Told, hours, registration
from tests.hub.stewards import Desk, desk_of, looked_at, pass_over, somebody
from tests.support.city import City, city
from tests.support.hub import hub_of, settings_in_environment
from tests.support.stewards import PASSWORD, SEED, appoint
from tests.support.waiting import eventually
from tests.support.web import assert_suits_everybody, serving, violations, visiting

BORN, PHONE = "1992-11-05", "13600136000"


def twin(key: str, name: str) -> Told:
    return registration(key, name=name, birth_date=BORN, phone=PHONE)


def sign_in(page: Page, username: str = "chen") -> None:
    page.goto("/stewards/")
    page.locator("#username").fill(username)
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    page.locator("#code").fill(pyotp.TOTP(SEED).now())
    page.locator("#code").press("Enter")


def linked(made: City) -> int:
    """How many registrations the hub has given an ID."""
    with made.hub.sessions() as session:
        return session.query(Link).count()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A hub that asks whether two are twins, whether two with a number each are one, and whose a number is."""
    settings = settings_in_environment(monkeypatch, f"sqlite:///{tmp_path / 'hub.db'}", tmp_path)
    with hub_of(settings) as hub:
        with hub.sessions.begin() as session:
            appoint(session, role=Role.LEAD, settings=settings)
        desk = desk_of(hub, {"futian": [twin("a1", "欧阳婷婷")], "luohu": [twin("b1", "欧阳丽丽")]})
        futian, luohu = desk.districts["futian"], desk.districts["luohu"]
        hub.hears(futian.says(registration("a2", phone="13700137000", document="D1"), somebody(4, "a3", document="D9")))
        hub.hears(luohu.says(registration("b2", phone="13700137000", document="D2"), somebody(54, "b3", document="D9")))
        hub.hears(futian.says(hours("e1", registration_id="a1", minutes=150)))
        yield desk


def let_many_be_accepted(desk: Desk) -> None:
    """Two pairs are perhaps one person each, and so were all those that were drawn before."""
    desk.does(change_policy, by="root", reason="stewards first", auto_weight=60)
    pass_over(desk.hub, until=lambda number: not is_audited(number) and not is_audited(number + 1))
    for code, prefix in (("futian", "c"), ("luohu", "d")):
        desk.hub.hears(desk.districts[code].says(*(somebody(number, f"{prefix}{number}") for number in (7, 8))))
    looked_at(desk.hub, [ReviewDecision.SAME] * SAMPLE)


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    """Where its pages are."""
    with serving(create_app(desk.hub.settings)) as address:
        yield address


def test_a_steward_answers_with_single_keys(browser: Browser, address: str, desk: Desk) -> None:
    with visiting(browser, address) as page:
        sign_in(page)
        page.get_by_role("link", name="Begin with the oldest").click()
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_have_text("Review 1")
        expect(page.get_by_text("Switch the keys off")).to_be_visible()
        page.keyboard.press("j")
        expect(heading).to_have_text("Review 2")
        page.keyboard.press("k")
        expect(heading).to_have_text("Review 1")
        page.keyboard.press("d")
        expect(page.get_by_label("Why they are different people")).to_be_focused()
        page.keyboard.type("same dad")  # while somebody types, no key answers
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Review 1: different people.")
        expect(heading).to_have_text("Review 2")
        page.keyboard.press("a")
        expect(page.get_by_label("What to ask")).to_be_visible()
        page.locator("h1").click()
        page.keyboard.press("n")
        expect(heading).to_have_text("Review 3")
        page.keyboard.press("s")
        expect(page.get_by_role("status").first).to_contain_text("Review 3: one person.")
        ids = desk.ids()
        assert (ids["a1"] != ids["b1"], ids["a3"] == ids["b3"]) == (True, True)
        page.goto("/stewards/reviews/2/")
        page.keyboard.press("u")
        expect(page.get_by_role("status").first).to_contain_text("Taken back.")
        expect(heading).to_have_text("Review 3")
        ids = desk.ids()
        assert ids["a3"] != ids["b3"]
        assert violations(page) == []


def test_the_keys_can_be_switched_off(browser: Browser, address: str) -> None:
    with visiting(browser, address) as page:
        sign_in(page)
        page.goto("/stewards/reviews/1/")
        page.get_by_role("button", name="Switch the keys off").click()
        page.keyboard.press("j")
        page.reload()
        expect(page.get_by_role("button", name="Switch the keys on")).to_be_visible()
        page.keyboard.press("s")
        expect(page.get_by_role("heading", level=1)).to_have_text("Review 1")
        page.get_by_role("button", name="Switch the keys on").click()
        page.keyboard.press("j")
        expect(page.get_by_role("heading", level=1)).to_have_text("Review 2")


def test_a_lead_accepts_many_and_takes_them_back(browser: Browser, address: str, desk: Desk) -> None:
    let_many_be_accepted(desk)
    before = desk.ids()
    with visiting(browser, address) as page:
        sign_in(page)
        page.get_by_role("link", name="Accept many at once").click()
        page.get_by_role("button", name="Accept these 2: one person each").click()
        expect(page.get_by_role("status")).to_contain_text("2 reviews: one person each.")
        ids = desk.ids()
        assert (ids["c7"] == ids["d7"], ids["c8"] == ids["d8"]) == (True, True)
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("status")).to_contain_text("Taken back: 2 reviews wait again.")
        assert desk.ids() == before


def test_the_work_needs_no_script(browser: Browser, address: str, desk: Desk) -> None:
    before = desk.ids()
    with visiting(browser, address, script=False) as page:
        sign_in(page)
        page.goto("/stewards/reviews/1/")
        expect(page.get_by_text("Switch the keys")).to_have_count(0)
        page.get_by_role("button", name="Same person").click()
        expect(page.get_by_role("status")).to_contain_text("Review 1: one person.")
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("status")).to_contain_text("Taken back.")
        page.goto("/stewards/reviews/2/")
        page.get_by_role("link", name="Same person").click()
        expect(page.get_by_text("nothing has changed yet")).to_be_visible()
        page.get_by_role("link", name="Back, and change nothing").first.click()
        page.locator("summary", has_text="Ask the district").click()
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(page.get_by_role("status")).to_contain_text("The district is asked.")
    assert desk.ids() == before


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_accessible_and_fits(browser: Browser, address: str, desk: Desk, language: str, width: int) -> None:
    ids = desk.ids()
    desk.merge(ids["a1"], ids["a3"])
    desk.split(ids["a1"], ["a3"])
    let_many_be_accepted(desk)
    paths = ["/stewards/", "/stewards/reviews/", "/stewards/reviews/?need=document", "/stewards/reviews/2/same"]
    paths += [f"/stewards/reviews/{number}/" for number in (1, 2, 3, 99)]
    paths += ["/stewards/persons/", "/stewards/persons/?volunteer_id=1", f"/stewards/persons/{ids['a1']}", "/stewards/figures/"]
    paths += ["/stewards/batches/", "/stewards/thresholds/"]
    with visiting(browser, address, language=language, width=width) as page:
        sign_in(page)
        for path in paths:
            page.goto(path)
            assert_suits_everybody(page)


def test_two_districts_learn_that_two_are_one_and_that_they_are_not(
    browser: Browser, tmp_path: Path, embedded_url: str
) -> None:
    with city(lambda name: f"sqlite:///{tmp_path / name}.db", "futian", "luohu") as made, made.running(embedded_url):
        futian, luohu = made.districts
        futian.register("FT1", name="欧阳婷婷", birth_date=date.fromisoformat(BORN), phone=PHONE)
        eventually(lambda: linked(made) == 1)
        luohu.register("LH1", name="欧阳丽丽", birth_date=date.fromisoformat(BORN), phone=PHONE)
        eventually(lambda: linked(made) == 2)
        with made.hub.sessions.begin() as session:
            appoint(session, settings=made.hub.settings)

        def shown() -> tuple[str | None, str | None]:
            return futian.volunteer_id("FT1"), luohu.volunteer_id("LH1")

        one, other = eventually(shown, until=lambda ids: None not in ids)
        assert one != other
        with serving(create_app(made.hub.settings)) as address, visiting(browser, address) as page:
            sign_in(page)
            page.get_by_role("link", name="Begin with the oldest").click()
            page.get_by_role("button", name="Same person").click()
            expect(page.get_by_role("status")).to_contain_text("Review 1: one person.")
            eventually(shown, until=(one, one).__eq__)

            page.get_by_role("button", name="Undo").click()
            expect(page.get_by_role("status")).to_contain_text("Taken back.")
            eventually(shown, until=(one, other).__eq__)

            page.get_by_role("button", name="Same person").click()
            eventually(shown, until=(one, one).__eq__)
            page.get_by_role("link", name="Persons").click()
            page.get_by_label("Volunteer ID").fill(str(other))
            page.get_by_role("button", name="Find").click()
            expect(page.get_by_text("leads here: the two are one person.")).to_be_visible()
            page.get_by_role("checkbox", name="luohu").check()
            page.get_by_role("button", name="Split off …").click()
            page.get_by_label("Reason").fill("Twins or siblings")
            page.get_by_role("button", name="Split").click()
            expect(page.get_by_role("status")).to_contain_text("They are split")
            eventually(shown, until=(one, other).__eq__)
            assert violations(page) == []
