"""Does the hub's API say what the page shows?"""

from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient
from openapi_spec_validator import validate

from tests.hub.peers import Hub, hours, registration

NOW = datetime.now(UTC)


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
    assert (standing["applied"], standing["head"], standing["behind"], standing["equal"]) == (2, 5, 3, False)


def test_a_district_s_months(hub: Hub, client: FlaskClient) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(hours("h1", month="2026-01"), hours("h2", month="2026-03", minutes=30), at=NOW), at=NOW)
    assert client.get("/api/v1/districts/futian/months").json == {
        "items": [
            {"month": "2026-01", "entries": 1, "minutes": 60},
            {"month": "2026-03", "entries": 1, "minutes": 30},
        ]
    }


def test_what_is_not_there_is_a_problem_document(client: FlaskClient) -> None:
    for path in ("/api/v1/districts/nowhere", "/api/v1/districts/nowhere/months", "/api/v1/nothing"):
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
        "/api/v1/districts",
        "/api/v1/districts/{code}",
        "/api/v1/districts/{code}/months",
    }


def test_health(hub: Hub, client: FlaskClient) -> None:
    hub.enrol("futian")
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert "futian" in ready.text
