"""Does the city's page show what the districts certified, and how up to date it is?"""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from federation.directory.taking_part import leave
from tests.hub.peers import District, Hub, hours, organization, registration, shown_hours

# Later than the requests that the tests make: nobody is silent by then.
NOW = datetime.now(UTC) + timedelta(hours=1)


def figures(page: str) -> dict[str, str]:
    """The large figures, by their label."""
    return dict(re.findall(r'<dt>([^<]+)</dt><dd><span class="value">([^<]+)</span>', page))


def row_of(page: str, name: str) -> str:
    """The text of a row of the table of districts."""
    rows: list[str] = re.findall(r"<tr>(.*?)</tr>", page, re.S)
    [row] = [row for row in rows if re.search(rf'<th scope="row">(<a [^>]*>)?{name}<', row) and "Standing" in row]
    return " ".join(re.sub(r"<[^>]+>", " ", row).split())


def join(hub: Hub, *codes: str) -> list[District]:
    """Enrols districts whose beacon has just come."""
    districts = hub.enrol(*codes)
    for district in districts:
        hub.hears(district.lights_beacon(at=NOW), at=NOW)
    return districts


def test_a_hub_without_districts_says_how_to_begin(client: FlaskClient) -> None:
    page = client.get("/").text
    assert "banyan-hub invite" in page
    assert figures(page) == {}


def test_a_person_in_two_districts_is_counted_once(hub: Hub, client: FlaskClient) -> None:
    futian, luohu = join(hub, "futian", "luohu")
    hub.hears(
        futian.says(registration("r1", document="d1"), registration("r2", document="d2"), hours("h1", minutes=90), at=NOW),
        luohu.says(registration("r3", document="d1"), hours("h2", minutes=60, registration_id="r3"), at=NOW),
        at=NOW,
    )
    assert figures(client.get("/").text) == {
        "People": "2",
        "Registrations": "3",
        "Registered again": "1",
        "Certified hours": "3",
        "Entries": "2",
        "Districts": "2",
    }


def test_a_year_narrows_hours_and_not_people(hub: Hub, client: FlaskClient) -> None:
    [futian] = join(hub, "futian")
    told = [*shown_hours("h1", month="2025-12"), *shown_hours("h2", minutes=180)]
    hub.hears(futian.says(registration("r1"), *told, at=NOW), at=NOW)
    of_year = figures(client.get("/?year=2026").text)
    assert (of_year["Certified hours"], of_year["Entries"], of_year["People"]) == ("30", "10", "1")


@pytest.mark.parametrize("year", ["", "1999", "last"])
def test_a_period_without_hours_is_no_period(hub: Hub, client: FlaskClient, year: str) -> None:
    [futian] = join(hub, "futian")
    hub.hears(futian.says(*shown_hours("h1", month="2025-12"), *shown_hours("h2"), at=NOW), at=NOW)
    assert figures(client.get(f"/?year={year}").text)["Entries"] == "20"


def test_a_district_that_is_behind_is_named(hub: Hub, client: FlaskClient) -> None:
    futian, luohu = join(hub, "futian", "luohu")
    hub.hears(futian.says(hours("h1"), at=NOW), luohu.lights_beacon(head=7, at=NOW), at=NOW)
    page = client.get("/").text
    assert "1 of 2 districts equal" in page
    assert row_of(page, "Futian").endswith("Equal")
    assert row_of(page, "Luohu").endswith("7 events behind")


def test_a_district_that_has_left_holds_nobody_up(hub: Hub, client: FlaskClient) -> None:
    futian, luohu = join(hub, "futian", "luohu")
    hub.hears(futian.says(hours("h1"), at=NOW), luohu.says(hours("h2"), at=NOW - timedelta(days=40)), at=NOW)
    with hub.sessions.begin() as session:
        leave(session, "luohu", reason="merged into Futian", by="operator", at=NOW, unfinished=True)
    page = client.get("/").text
    assert "1 of 1 districts equal" in page
    assert figures(page)["Districts"] == "1"
    assert row_of(page, "Luohu").endswith("Has left")
    told = client.get("/api/v1/city").json
    assert told is not None
    assert (told["districts"], told["equal_districts"], told["entries"]) == (1, 1, 2)


def test_a_district_that_was_never_heard_has_no_moment(hub: Hub, client: FlaskClient) -> None:
    hub.enrol("futian")
    assert row_of(client.get("/").text, "Futian").endswith("– Not heard yet")


def test_a_district_that_went_silent_is_not_called_equal(hub: Hub, client: FlaskClient) -> None:
    [futian] = hub.enrol("futian")
    earlier = NOW - timedelta(hours=2)
    hub.hears(futian.lights_beacon(at=earlier), at=earlier)
    page = client.get("/").text
    assert row_of(page, "Futian").endswith("Silent")
    assert "0 of 1 districts equal" in page


def test_a_record_that_could_not_be_applied_is_shown(hub: Hub, client: FlaskClient) -> None:
    [futian] = join(hub, "futian")
    hub.hears(futian.says(hours("h1", month="2026-03", type="hours.forgotten.v9"), at=NOW), at=NOW)
    assert row_of(client.get("/").text, "Futian").endswith("1 record held")


def test_the_oldest_moment_is_named_with_its_district_in_the_city_s_time(hub: Hub, client: FlaskClient) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    early = datetime(2026, 3, 7, 16, 30, tzinfo=UTC)
    hub.hears(futian.lights_beacon(at=NOW), luohu.lights_beacon(at=early), at=NOW)
    page = client.get("/").text
    assert re.search(r"oldest as of <time[^>]*>Mar 8, 2026, 00:30</time> \(Luohu\)", page)


def test_months_without_hours_stand_in_the_table(hub: Hub, client: FlaskClient) -> None:
    [futian] = join(hub, "futian")
    told = [*shown_hours("h1", month="2026-01", minutes=3), *shown_hours("h2", month="2026-03")]
    hub.hears(futian.says(*told, at=NOW), at=NOW)
    months = re.findall(r'<th scope="row">(\w+ 2026)</th>\s*<td class="amount">([^<]+)</td>', client.get("/").text)
    assert months == [("Mar 2026", "10 h"), ("Feb 2026", "0 min"), ("Jan 2026", "30 min")]


def test_the_chart_shows_one_district_on_request(hub: Hub, client: FlaskClient) -> None:
    futian, luohu = join(hub, "futian", "luohu")
    hub.hears(futian.says(*shown_hours("h1"), at=NOW), luohu.says(*shown_hours("h2"), at=NOW), at=NOW)
    pages = [client.get(path).text for path in ("/", "/?district=luohu")]
    both, one = (re.findall(r"<rect [^>]*><title>([^<]+)", page) for page in pages)
    assert both == ["Mar 2026, Futian: 10 h", "Mar 2026, Luohu: 10 h"]
    assert one == ["Mar 2026, Luohu: 10 h"]
    assert ["Certified hours by month in Luohu" in page for page in pages] == [False, True]


def test_more_districts_than_can_be_told_apart_are_one_column(hub: Hub, client: FlaskClient) -> None:
    districts = join(hub, *(f"district-{number}" for number in range(7)))
    for number, district in enumerate(districts):
        hub.hears(district.says(*shown_hours(f"h{number}"), at=NOW), at=NOW)
    assert re.findall(r"<rect [^>]*><title>([^<]+)", client.get("/").text) == ["Mar 2026, Together: 70 h"]


def test_a_district_s_page_has_its_figures_and_fields(hub: Hub, client: FlaskClient) -> None:
    futian, luohu = join(hub, "futian", "luohu")
    told = [*shown_hours("h1", minutes=30), *shown_hours("h2", field="环保", minutes=60)]
    hub.hears(futian.says(registration("r1"), *told, at=NOW), luohu.says(hours("h3"), at=NOW), at=NOW)
    page = client.get("/districts/futian").text
    assert figures(page) == {"Registrations": "1", "Certified hours": "15", "Entries": "20", "For each registration": "15 h"}
    assert page.index("环保") < page.index("社区服务")


def test_organizations_with_few_entries_are_not_named(hub: Hub, client: FlaskClient) -> None:
    [futian] = join(hub, "futian")
    names = {"o1": "莲花街道", "o2": "星光小组", "o3": "晨曦小组"}
    named = [organization(key, name=name) for key, name in names.items()]
    told = [
        *shown_hours("many", organization_id="o1"),
        *shown_hours("few", organization_id="o2", entries=9),
        hours("one", organization_id="o3"),
    ]
    hub.hears(futian.says(*named, *told, at=NOW), at=NOW)
    for path in ("/districts/futian", "/districts/futian/organizations.csv", "/api/v1/districts/futian/organizations"):
        shown = client.get(path).get_data(as_text=True)
        assert "莲花街道" in shown or "莲花街道".encode("unicode_escape").decode() in shown
        assert "星光小组" not in shown
        assert "晨曦小组" not in shown
    assert "2 others" in client.get("/districts/futian").text


def test_an_organization_that_would_give_another_away_is_not_named_either(hub: Hub, client: FlaskClient) -> None:
    [futian] = join(hub, "futian")
    named = [
        organization("large", name="莲花街道"),
        organization("small", name="星光小组"),
        organization("middle", name="晨曦小组"),
    ]
    told = [
        *shown_hours("a", organization_id="large", entries=30),
        *shown_hours("b", organization_id="middle", entries=20),
        hours("c", organization_id="small"),
    ]
    hub.hears(futian.says(*named, *told, at=NOW), at=NOW)
    page = client.get("/districts/futian").text
    assert "莲花街道" in page
    assert "晨曦小组" not in page
    assert "2 others" in page


def test_only_the_largest_of_many_organizations_are_on_the_page_and_all_in_the_file(hub: Hub, client: FlaskClient) -> None:
    [futian] = join(hub, "futian")
    told = [
        hour for number in range(51) for hour in shown_hours(f"h{number}", organization_id=f"o{number}", minutes=100 + number)
    ]
    named = [organization(f"o{number}", name=f"第{number}队") for number in range(51)]
    hub.hears(futian.says(*named, *told, at=NOW), at=NOW)
    page, file = client.get("/districts/futian").text, client.get("/districts/futian/organizations.csv").text
    assert ("第50队" in page, "第1队" in page, "第0队" in page) == (True, True, False)
    assert "the 50 with most hours, of 51" in page
    assert "第0队" in file


def test_a_month_with_few_entries_is_only_in_the_sum_of_all_years(hub: Hub, client: FlaskClient) -> None:
    futian, luohu = join(hub, "futian", "luohu")
    told = [hours("h1", month="2025-12"), *shown_hours("h2", month="2026-01"), *shown_hours("h3", month="2026-02", entries=11)]
    hub.hears(futian.says(*told, at=NOW), luohu.says(*shown_hours("h4", month="2026-01"), at=NOW), at=NOW)
    page, year = client.get("/").text, client.get("/?year=2026").text
    assert figures(page)["Entries"] == "32"
    assert figures(year)["Entries"] == "21"
    assert re.search(r'Jan 2026</th>\s*<td class="amount">–</td><td class="amount">10 h</td>', page)
    assert re.search(r'All others</th>\s*<td class="amount">11 h</td><td class="amount">0 min</td>', page)
    assert "All others" not in year


def test_a_district_of_few_entries_has_its_sum_and_no_months(hub: Hub, client: FlaskClient) -> None:
    [futian] = join(hub, "futian")
    hub.hears(futian.says(hours("h1", minutes=180), at=NOW), at=NOW)
    for path in ("/", "/districts/futian"):
        page = client.get(path).text
        assert figures(page)["Certified hours"] == "3"
        assert "too few entries have arrived to tell months apart" in page


@pytest.mark.parametrize("path", ["/", "/districts/futian", "/months.csv", "/api/v1/city", "/api/v1/districts"])
def test_reading_does_not_wait_for_a_batch_that_is_being_applied(hub: Hub, client: FlaskClient, path: str) -> None:
    hub.enrol("futian")
    with hub.sessions.begin() as session:
        session.execute(text("DELETE FROM person_total"))
        assert client.get(path).status_code == 200


def test_a_district_that_does_not_exist_has_no_page(client: FlaskClient) -> None:
    answer = client.get("/districts/nowhere")
    assert answer.status_code == 404
    assert answer.content_type.startswith("text/html")
    assert "There is no such page" in answer.text
