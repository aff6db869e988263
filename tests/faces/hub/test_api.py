"""Does the hub's API say what the page shows?"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import validate

from tests.hub.peers import Hub, hours, organization, registration, shown_hours

# Later than the requests that the tests make: nobody is silent by then.
NOW = datetime.now(UTC) + timedelta(hours=1)


def test_the_city(hub: Hub, client: FlaskClient) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(
        futian.says(registration("r1", document="d1"), hours("h1", minutes=90), at=NOW),
        luohu.says(registration("r2", document="d1"), at=NOW),
        luohu.lights_beacon(head=9, at=NOW),
        at=NOW,
    )
    assert client.get("/api/v1/city").json == {
        "people": 1,
        "registrations": 2,
        "entries": 1,
        "minutes": 90,
        "districts": 2,
        "pending_reviews": 0,
        "equal_districts": 1,
        "as_of": NOW.isoformat(),
    }


def test_a_city_that_nobody_joined(client: FlaskClient) -> None:
    city: Any = client.get("/api/v1/city").json
    assert (city["districts"], city["people"], city["minutes"], city["as_of"]) == (0, 0, 0, None)


def test_districts_come_in_pages(hub: Hub, client: FlaskClient) -> None:
    hub.enrol("nanshan", "futian", "luohu")
    first: Any = client.get("/api/v1/districts?limit=2").json
    second: Any = client.get(f"/api/v1/districts?limit=2&after={first['next']}").json
    assert [district["code"] for district in first["items"] + second["items"]] == ["futian", "luohu", "nanshan"]
    assert second["next"] is None


def test_a_district_and_how_far_the_hub_followed_it(hub: Hub, client: FlaskClient) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(registration("r1"), hours("h1"), at=NOW), futian.lights_beacon(head=5, at=NOW), at=NOW)
    district: Any = client.get("/api/v1/districts/futian").json
    assert (district["name"], district["registrations"], district["entries"], district["minutes"]) == ("Futian", 1, 1, 60)
    standing = district["standing"]
    assert (standing["applied"], standing["head"], standing["behind"]) == (2, 5, 3)
    assert (standing["state"], standing["equal"]) == ("behind", False)


def test_a_silent_district_is_equal_for_nobody(hub: Hub, client: FlaskClient) -> None:
    [futian] = hub.enrol("futian")
    long_ago = NOW - timedelta(hours=2)
    hub.hears(futian.lights_beacon(at=long_ago), at=long_ago)
    city: Any = client.get("/api/v1/city").json
    district: Any = client.get("/api/v1/districts/futian").json
    assert city["equal_districts"] == 0
    assert (district["standing"]["state"], district["standing"]["equal"]) == ("silent", False)
    assert "futian is silent" in client.get("/readyz").text


def test_a_district_s_months(hub: Hub, client: FlaskClient) -> None:
    [futian] = hub.enrol("futian")
    told = [*shown_hours("h1", month="2026-03", minutes=30), *shown_hours("h2", month="2026-01")]
    hub.hears(futian.says(*told, at=NOW), at=NOW)
    assert client.get("/api/v1/districts/futian/months").json == {
        "items": [
            {"month": "2026-01", "entries": 10, "minutes": 600},
            {"month": "2026-03", "entries": 10, "minutes": 300},
        ],
        "next": None,
        "withheld": {"parts": 0, "entries": 0, "minutes": 0},
    }


def test_fields_and_organizations_and_what_is_withheld_of_them(hub: Hub, client: FlaskClient) -> None:
    [futian] = hub.enrol("futian")
    told = [
        organization("o1", name="莲花街道"),
        *shown_hours("h1", organization_id="o1", field="环保"),
        *shown_hours("h2", organization_id="o2", field="助残", entries=8),
        *shown_hours("h3", organization_id="o3", field="", entries=2),
    ]
    hub.hears(futian.says(*told, at=NOW), at=NOW)
    withheld = {"parts": 2, "entries": 10, "minutes": 600}
    assert client.get("/api/v1/districts/futian/fields").json == {
        "items": [{"field": "环保", "entries": 10, "minutes": 600}],
        "next": None,
        "withheld": withheld,
    }
    assert client.get("/api/v1/districts/futian/organizations").json == {
        "items": [{"organization_id": "o1", "name": "莲花街道", "entries": 10, "minutes": 600}],
        "next": None,
        "withheld": withheld,
    }


def test_the_city_s_parts_are_those_that_its_districts_show(hub: Hub, client: FlaskClient) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    told = [*shown_hours("h1", month="2026-01"), *shown_hours("h2", month="2026-02", entries=11), hours("h3", month="2026-03")]
    hub.hears(futian.says(*told, at=NOW), luohu.says(*shown_hours("h4", month="2026-02"), at=NOW), at=NOW)
    months: Any = client.get("/api/v1/city/months").json
    assert months["items"] == [{"month": "2026-02", "entries": 21, "minutes": 1260}]
    assert months["withheld"] == {"parts": 2, "entries": 11, "minutes": 660}
    fields: Any = client.get("/api/v1/city/fields").json
    assert fields["items"] == [{"field": "社区服务", "entries": 32, "minutes": 1920}]


@pytest.mark.parametrize("parts", ["city/months", "districts/futian/months", "city/fields", "districts/futian/fields"])
def test_parts_come_in_pages_that_hold_each_once(hub: Hub, client: FlaskClient, parts: str) -> None:
    [futian] = hub.enrol("futian")
    told = [
        hour for number in range(1, 6) for hour in shown_hours(f"h{number}", month=f"2026-0{number}", field=f"领域{number}")
    ]
    hub.hears(futian.says(*told, at=NOW), at=NOW)
    address, found = f"/api/v1/{parts}?limit=2", []
    for size in (2, 2, 1):
        page: Any = client.get(address).json
        assert len(page["items"]) == size
        found += [item.get("month", item.get("field")) for item in page["items"]]
        address = f"/api/v1/{parts}?limit=2&after={page['next']}"
    assert page["next"] is None
    assert sorted(set(found)) == found
    assert client.get(f"/api/v1/{parts}?after=nowhere").status_code == 422


def test_what_is_not_there_is_a_problem_document(client: FlaskClient) -> None:
    for path in (
        "/api/v1/districts/nowhere",
        "/api/v1/districts/nowhere/months",
        "/api/v1/districts/nowhere/organizations",
        "/api/v1/nothing",
    ):
        answer = client.get(path)
        problem: Any = answer.json
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
        assert problem["status"] == 404
        assert problem["code"] == "not_found"


def test_a_wrong_parameter_is_named(client: FlaskClient) -> None:
    answer = client.get("/api/v1/districts?limit=0")
    problem: Any = answer.json
    assert answer.status_code == 422
    assert [error["parameter"] for error in problem["errors"]] == ["limit"]


def test_the_description_is_valid_and_names_every_url(client: FlaskClient) -> None:
    description: Any = client.get("/api/v1/openapi.json").json
    validate(description)
    assert description["openapi"] == "3.1.0"
    assert set(description["paths"]) == {
        "/api/v1/city",
        "/api/v1/city/months",
        "/api/v1/city/fields",
        "/api/v1/districts",
        "/api/v1/districts/{code}",
        "/api/v1/districts/{code}/months",
        "/api/v1/districts/{code}/fields",
        "/api/v1/districts/{code}/organizations",
        "/api/v1/enrolments",
        "/api/v1/bus",
        "/api/v1/streams/{district}/down",
        "/api/v1/operation/districts",
        "/api/v1/operation/districts/{code}",
        "/api/v1/operation/districts/{code}/comparison",
        "/api/v1/operation/districts/{code}/replay",
        "/api/v1/operation/districts/{code}/retry",
    }


def test_health(hub: Hub, client: FlaskClient) -> None:
    hub.enrol("futian")
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert "futian" in ready.text
