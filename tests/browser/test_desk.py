"""Can a coordinator do the day's work: by keyboard, on a phone, without scripts, in both languages?"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tenants.organizations.arranging import root
from tenants.sso.models import LocalSession
from tenants.staff.models import Role
from tests.support.asking import ask, say_more
from tests.support.coordinator import Coordinator
from tests.support.desk import PASSWORD, add_staff
from tests.support.district import District, founded_district
from tests.support.web import assert_suits_everybody, serving, violations, visiting

REGISTER = """\
volunteer_no,name,id_type,id_number,gender,birth_date,phone,team,street,community,registered_on
NS1,鲁锋汉,,,M,1980-05-04,13800138000,海珠社区义工服务队,粤海街道,海珠社区,2019-10-07
NS2,张美桂,resident_id,110110200510128225,F,2003-01-07,15942927286,田厦社区义工服务队,南头街道,田厦社区,2023-09-02
NS3,,,,F,2003-01-07,15942927286,田厦社区义工服务队,南头街道,田厦社区,2023-09-02
"""


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    with founded_district(f"sqlite:///{tmp_path / 'district.db'}") as district:
        add_staff(district, "li", organization=root(district.session))
        for number, name in enumerate(("张伟", "欧阳娜娜", "阿依古丽·买买提"), start=1):
            district.submitted(volunteer=f"FT{number}", hours_ago=10 * number)
            district.registration(f"FT{number}", name=name, phone=f"1380013800{number}")
        district.session.commit()
        yield district


@pytest.fixture
def address(district: District) -> Iterator[str]:
    with serving(district.app) as address:
        yield address


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with visiting(browser, address) as page:
        yield page
        assert violations(page) == []


@pytest.fixture
def li(page: Page) -> Coordinator:
    coordinator = Coordinator(page)
    coordinator.sign_in("li", PASSWORD)
    return coordinator


def test_hours_are_certified_and_taken_back(li: Coordinator) -> None:
    li.open_queue()
    li.certify("张伟")
    li.is_told("You certified 1 entry, 1 h.")
    expect(li.waiting("张伟")).to_have_count(0)
    li.undo()
    li.is_told("1 entry waits again.")
    expect(li.waiting("张伟")).to_have_count(1)


def test_everything_that_matches_is_certified_at_once(li: Coordinator, page: Page) -> None:
    li.open_queue()
    li.certify_all()
    li.is_told("You certified 3 entries, 3 h.")
    expect(page.get_by_text("Nothing waits.")).to_be_visible()


def test_hours_are_refused_for_a_reason(li: Coordinator, page: Page) -> None:
    li.open_queue()
    li.refuse("张伟", "  ")
    expect(page.get_by_role("alert")).to_contain_text("Say why")
    page.get_by_label("Reason").fill("他当天不在。")
    page.get_by_role("button", name="Refuse").click()
    expect(page.get_by_role("row", name="Refused")).to_contain_text("他当天不在。")


def test_the_queue_is_worked_by_keyboard(li: Coordinator, page: Page) -> None:
    li.open_queue()
    page.get_by_role("checkbox", name="Tick all on this page").focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("(3 ticked)")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_text("(2 ticked)")).to_be_visible()
    page.keyboard.press("Enter")
    li.is_told("You certified 2 entries, 2 h.")
    page.get_by_role("button", name="Undo").press("Enter")
    li.is_told("2 entries wait again.")


def test_a_shift_is_recorded_for_one_volunteer_and_then_for_another(li: Coordinator, page: Page) -> None:
    li.record("张伟", activity="净滩行动", field="环保", started_at="2026-03-01T09:00", ended_at="2026-03-01T11:00")
    page.get_by_role("button", name="Keep as a draft").click()
    li.is_told("Kept as a draft")
    page.get_by_role("table", name="My drafts").get_by_role("link", name="张伟").click()
    page.get_by_role("button", name="Submit").click()
    li.is_told("Submitted.")
    li.find("欧阳娜娜")
    expect(page.get_by_label("Activity")).to_have_value("净滩行动")
    expect(page.get_by_label("Start")).to_have_value("2026-03-01T09:00")
    page.get_by_role("button", name="Submit").click()
    li.is_told("Submitted.")
    li.open_queue()
    expect(page.get_by_role("row", name="净滩行动")).to_have_count(2)


def test_a_register_is_imported(li: Coordinator, page: Page, tmp_path: Path) -> None:
    register = tmp_path / "义工.csv"
    register.write_text(REGISTER)
    li.import_register(register, lists="Volunteers")
    page.get_by_role("link", name="Look at what it did").click()
    expect(page.get_by_role("row", name="refused")).to_contain_text("There is nothing in this cell, and it is needed.")
    page.get_by_role("link", name="Volunteers").click()
    page.get_by_label("Name, number").fill("鲁锋汉")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="鲁锋汉").click()
    expect(page.get_by_role("heading", name="鲁锋汉")).to_be_visible()


def test_what_waits_is_printed_without_what_can_be_done_on_a_screen_alone(li: Coordinator, page: Page) -> None:
    li.open_queue()
    page.emulate_media(media="print")
    expect(li.waiting("张伟")).to_be_visible()
    for text in ("Filter", "Record hours", "Stand by these hours"):
        expect(page.get_by_role("main").get_by_text(text)).to_be_hidden()


def test_the_city_is_answered_after_the_registration_was_put_right(li: Coordinator, page: Page, district: District) -> None:
    ask(district, district.registration("FT1"))
    district.session.commit()
    page.get_by_role("link", name="The city’s questions").click()
    page.get_by_role("link", name="张伟").click()
    page.get_by_role("link", name="Correct the registration").click()
    page.get_by_label("Born").fill("1990-05-01")
    page.get_by_label("Reason").fill("按身份证更正")
    page.get_by_role("button", name="Put it right").click()
    li.is_told("Put right.")
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose an answer.")
    page.get_by_label("I have seen the document and put the registration right.").check()
    page.get_by_label("Note").fill("已更正出生日期")
    page.get_by_role("button", name="Answer").click()
    li.is_told("The city is told.")
    page.get_by_role("button", name="Take the answer back").click()
    li.is_told("The question waits again.")


def test_the_day_s_work_needs_no_script(browser: Browser, address: str) -> None:
    with visiting(browser, address, script=False) as page:
        li = Coordinator(page)
        li.sign_in("li", PASSWORD)
        li.open_queue()
        li.certify("张伟")
        li.is_told("You certified 1 entry, 1 h.")
        li.undo()
        expect(li.waiting("张伟")).to_have_count(1)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_accessible_and_fits(
    browser: Browser, address: str, district: District, language: str, width: int
) -> None:
    entry = district.submitted(volunteer="FT1", hours_ago=40)
    paths = ["/desk/", "/queue/", "/queue/?name=x", f"/hours/{entry.id}/", "/volunteers/?words=FT1", "/imports/", "/nowhere"]
    paths += [f"/volunteers/{entry.registration_id}", "/recording/?words=FT1", f"/recording/?like={entry.id}"]
    paths.append(f"/recording/volunteers/{entry.registration_id}")
    entry.registration.follow("44999999999999", epoch=1, version=1)
    entry.registration.follow("44123456789012", epoch=1, version=2)
    waiting, past = (ask(district, entry.registration, topic=topic) for topic in ("document", "person"))
    say_more(district, past, "withdrawn")
    paths += ["/questions/", f"/questions/{waiting.id}", "/questions/past", f"/questions/{past.id}"]
    paths.append(f"/volunteers/{entry.registration_id}/correction?question={waiting.id}")
    district.session.commit()
    with visiting(browser, address, language=language, width=width) as page:
        page.goto("/sign-in")
        assert_suits_everybody(page)
        page.locator("#username").fill("li")
        page.locator("#password").fill(PASSWORD)
        page.locator("main form button").click()
        for path in paths:
            page.goto(path)
            assert_suits_everybody(page)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_log_and_what_is_asked_before_it_suit_everybody(
    browser: Browser, address: str, district: District, language: str
) -> None:
    add_staff(district, "wang", role=Role.ADMINISTRATOR, organization=root(district.session))
    with visiting(browser, address, language=language, width=360) as page:
        page.goto("/security/")
        page.locator("#username").fill("wang")
        page.locator("#password").fill(PASSWORD)
        page.locator("main form button").click()
        assert page.url == f"{address}/security/"
        assert_suits_everybody(page)
        for held in district.session.query(LocalSession):
            held.authenticated_at = None
        district.session.commit()
        page.goto("/security/?kind=signed_in_locally")
        assert_suits_everybody(page)
        page.locator("#password").fill(PASSWORD)
        page.locator("main form button").click()
        assert page.url == f"{address}/security/?kind=signed_in_locally"
        expect(page.get_by_role("row")).to_have_count(3)
