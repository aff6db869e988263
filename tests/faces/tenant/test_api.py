"""Can a program do a coordinator's work, and no more than they may?"""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from openapi_spec_validator import validate

from sync.documents import DocumentKind
from tenants.hours.models import HourEntry, HourState
from tenants.staff.finding import staff_named
from tenants.staff.models import Role
from tenants.staff.tokens import issue_token
from tests.support.desk import Visitor, add_staff, counted, program
from tests.support.district import District

on_both = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


def body(visitor: Visitor) -> Any:
    assert visitor.page is not None
    return visitor.page.json


def act(visitor: Visitor, method: str, entry: HourEntry, what: str, version: int, **stated: Any) -> Any:
    """Sends an act on an entry as it is in `version`; gives the answer."""
    options: dict[str, Any] = {"json": stated} if stated else {}
    return visitor.send(method, f"/api/v1/hour-entries/{entry.id}/{what}", headers={"If-Match": f'"{version}"'}, **options)


def submission(district: District, **changes: Any) -> dict[str, Any]:
    stated = {
        "registration_id": str(district.registration().id),
        "organization_id": str(district.street.id),
        "activity": "净滩行动",
        "field": "环保",
        "started_at": "2026-03-06T09:00:00+08:00",
        "ended_at": "2026-03-06T11:00:00+08:00",
        "minutes": 120,
    }
    return stated | changes


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer made-up", "Basic bGk6cGFzc3dvcmQ="])
def test_without_a_good_token_nothing_is_told(district: District, token: str) -> None:
    answer = Visitor(district, {"Authorization": token}).get("/api/v1/registrations")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.content_type == "application/problem+json"


def test_a_token_ends_with_its_day_and_with_its_account(district: District) -> None:
    staff = add_staff(district)
    long_ago = datetime.now(UTC) - timedelta(days=2)
    token = issue_token(district.session, staff, purpose="test", lifetime=timedelta(days=1), at=long_ago)
    assert Visitor(district, {"Authorization": f"Bearer {token}"}).get("/api/v1/totals").status_code == 401
    visitor = program(district, "wang")
    staff_named(district.session, "wang").active = False
    assert visitor.get("/api/v1/totals").status_code == 401


def test_a_session_at_the_desk_is_no_token(li: Visitor) -> None:
    assert li.get("/api/v1/totals").status_code == 401


@on_both
def test_from_submission_to_revocation(district: District, machine: Visitor) -> None:
    recorder = program(district, "wang", role=Role.RECORDER)
    submitted = recorder.send("POST", "/api/v1/hour-entries", json=submission(district))
    assert submitted.status_code == 201
    machine.get(submitted.headers["Location"])
    entry = district.session.get_one(HourEntry, uuid.UUID(body(machine)["id"]))
    assert act(machine, "POST", entry, "certification", 2).json["state"] == "certified"
    assert act(machine, "DELETE", entry, "certification", 3).json["state"] == "submitted"
    assert act(machine, "POST", entry, "certification", 4).headers["ETag"] == '"5"'
    times = {"started_at": "2026-03-06T09:00:00+08:00", "ended_at": "2026-03-06T10:00:00+08:00", "minutes": 60}
    assert act(machine, "POST", entry, "correction", 5, reason="left early", **times).json["credited_minutes"] == 60
    assert act(machine, "POST", entry, "revocation", 6, reason="was not there").json["state"] == "revoked"
    machine.get(submitted.headers["Location"])
    history = [(version["act"], version["actor"], version["reason"]) for version in body(machine)["versions"]]
    assert history == [
        ("drafted", "wang", None),
        ("submitted", "wang", None),
        ("certified", "li", None),
        ("undone", "li", None),
        ("certified", "li", None),
        ("corrected", "li", "left early"),
        ("revoked", "li", "was not there"),
    ]


def test_an_act_needs_the_version_that_was_seen(district: District, machine: Visitor) -> None:
    entry = district.submitted()
    address = f"/api/v1/hour-entries/{entry.id}/certification"
    assert machine.send("POST", address).status_code == 428
    stale = act(machine, "POST", entry, "certification", 1)
    assert (stale.status_code, stale.json["code"]) == (412, "precondition_failed")
    assert district.session.get_one(HourEntry, entry.id).state is HourState.SUBMITTED


def test_what_was_not_changed_is_not_sent_again(district: District, machine: Visitor) -> None:
    entry = district.submitted()
    for address in (f"/api/v1/hour-entries/{entry.id}", f"/api/v1/registrations/{entry.registration_id}"):
        etag = machine.get(address).headers["ETag"]
        assert machine.get(address, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize(
    ("act_sent", "status", "code"),
    [
        (("POST", "refusal", {"reason": " "}), 422, "reason_missing"),
        (("DELETE", "certification", {}), 409, "state_forbids"),
        (("POST", "revocation", {"reason": "x"}), 409, "state_forbids"),
    ],
)
def test_refusals_are_problem_documents(
    district: District, machine: Visitor, act_sent: tuple[str, str, dict[str, str]], status: int, code: str
) -> None:
    method, what, stated = act_sent
    answer = act(machine, method, district.submitted(), what, 2, **stated)
    problem = answer.json
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert answer.content_type == "application/problem+json"
    assert problem["detail"].endswith(".")
    assert problem["instance"] == f"urn:uuid:{answer.headers['X-Request-ID']}"


def test_values_that_cannot_stand_are_pointed_at(district: District, machine: Visitor) -> None:
    answer = machine.send(
        "POST", "/api/v1/hour-entries", json=submission(district, minutes="two", started_at="yesterday", colour="red")
    )
    assert answer.status_code == 422
    assert answer.json is not None
    assert {error["pointer"] for error in answer.json["errors"]} == {"#/minutes", "#/started_at", "#/colour"}
    answer = machine.get("/api/v1/hour-entries?limit=1000&state=lost")
    assert {error["parameter"] for error in body(machine)["errors"]} == {"limit", "state"}
    answer = machine.send("POST", "/api/v1/hour-entries", json=submission(district, minutes=121))
    assert answer.json is not None
    assert answer.json["errors"][0]["pointer"] == "#/minutes"


@pytest.mark.parametrize(
    ("started_at", "ended_at", "field"),
    [
        ("0001-01-01T00:00:00+08:00", "0001-01-01T02:00:00+08:00", "started_at"),
        ("2026-03-06T09:00:00+08:00", "9999-12-31T23:59:59-08:00", "ended_at"),
    ],
)
@on_both
def test_the_ends_of_the_calendar_are_no_time_to_serve(
    district: District, machine: Visitor, started_at: str, ended_at: str, field: str
) -> None:
    answer = machine.send("POST", "/api/v1/hour-entries", json=submission(district, started_at=started_at, ended_at=ended_at))
    assert answer.status_code == 422
    assert answer.json is not None
    assert [error["pointer"] for error in answer.json["errors"]] == [f"#/{field}"]


def test_the_same_hours_are_not_taken_twice(district: District, machine: Visitor) -> None:
    stated = submission(district)
    assert machine.send("POST", "/api/v1/hour-entries", json=stated).status_code == 201
    again = machine.send("POST", "/api/v1/hour-entries", json=stated)
    assert again.status_code == 422
    assert district.session.query(HourEntry).count() == 1


def test_a_broken_body_is_a_problem_too(machine: Visitor) -> None:
    answer = machine.send("POST", "/api/v1/hour-entries", data="{", content_type="application/json")
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"


def test_unknown_addresses_and_methods_are_problems_and_pages_stay_pages(machine: Visitor) -> None:
    unknown = machine.get("/api/v1/nowhere")
    assert (unknown.status_code, unknown.content_type) == (404, "application/problem+json")
    method = machine.send("PUT", "/api/v1/registrations")
    assert (method.status_code, method.content_type) == (405, "application/problem+json")
    assert "GET" in method.headers["Allow"]
    assert machine.get("/nowhere").content_type.startswith("text/html")


@on_both
def test_pages_are_complete_while_rows_are_added(district: District, machine: Visitor) -> None:
    wanted = {str(district.submitted(hours_ago=hours).id) for hours in range(5, 19, 2)}
    seen: list[str] = []
    after = ""
    while True:
        machine.get(f"/api/v1/hour-entries?limit=3{after}")
        seen += [entry["id"] for entry in body(machine)["items"]]
        if body(machine)["next"] is None:
            break
        after = f"&after={body(machine)['next']}"
        if len(seen) == 3:
            wanted.add(str(district.submitted(hours_ago=100).id))
    assert len(seen) == len(set(seen))
    assert set(seen) == wanted


@pytest.mark.parametrize("after", ["nonsense", "W10", "WyJ4Il0", "bnVsbA", "WzVd"])
def test_a_place_that_is_none_is_refused(machine: Visitor, after: str) -> None:
    machine.get(f"/api/v1/hour-entries?after={after}")
    assert body(machine)["errors"] == [
        {"parameter": "after", "detail": "This is no place in this list. Begin again without it."}
    ]


def test_filters(district: District, machine: Visitor) -> None:
    community = district.organization("岗厦社区")
    entry = district.submitted(hours_ago=50, organization=community)
    other = district.submitted(volunteer="FT2", hours_ago=5)
    for query, found in [
        ("state=submitted", {entry, other}),
        ("state=certified", set()),
        (f"registration_id={other.registration_id}", {other}),
        (f"organization_id={community.id}", {entry}),
        (f"organization_id={district.street.id}", {entry, other}),
        ("last_day=2026-03-05", {entry}),
        ("first_day=2026-03-06", {other}),
    ]:
        machine.get(f"/api/v1/hour-entries?{query}")
        assert {one["id"] for one in body(machine)["items"]} == {str(one.id) for one in found}, query


def test_a_registration_is_found_by_its_number_and_its_document_is_masked(district: District, machine: Visitor) -> None:
    number = "110113199605160538"
    district.registration("FT2", document_kind=DocumentKind.RESIDENT_ID, document_number=number)
    answer = machine.get("/api/v1/registrations?local_number=FT2")
    [found] = body(machine)["items"]
    assert found["document"] == "1***************38"
    assert number not in answer.text
    assert "document_token" not in found


def test_a_registration_is_found_by_an_id_that_its_person_had(district: District, machine: Visitor) -> None:
    registration = district.registration()
    for version, volunteer_id in enumerate(("44123456789012", "44999999999999"), 1):
        registration.follow(volunteer_id, epoch=1, version=version)
    for asked_for in ("44123456789012", "44999999999999"):
        machine.get(f"/api/v1/registrations?volunteer_id={asked_for}")
        [found] = body(machine)["items"]
        assert (found["volunteer_id"], found["former_volunteer_ids"]) == ("44999999999999", ["44123456789012"])
    machine.get("/api/v1/registrations?volunteer_id=")
    assert body(machine)["items"] == []


def test_others_places_are_neither_shown_nor_changed(district: District) -> None:
    entry = district.submitted()
    elsewhere = program(district, organization=district.organization("岗厦社区"))
    for path in ("registrations", "hour-entries"):
        elsewhere.get(f"/api/v1/{path}")
        assert body(elsewhere)["items"] == []
    assert elsewhere.get(f"/api/v1/hour-entries/{entry.id}").status_code == 404
    assert act(elsewhere, "POST", entry, "certification", 2).status_code == 404
    assert elsewhere.send("POST", "/api/v1/hour-entries", json=submission(district)).status_code == 403


def test_a_viewer_s_program_changes_nothing(district: District) -> None:
    entry = district.submitted()
    viewer = program(district, role=Role.VIEWER)
    assert viewer.get(f"/api/v1/hour-entries/{entry.id}").status_code == 200
    assert act(viewer, "POST", entry, "certification", 2).status_code == 403


def test_the_tree_the_sums_and_the_standing(district: District, machine: Visitor) -> None:
    community = district.organization("岗厦社区")
    district.submitted(organization=community)
    machine.get("/api/v1/organizations")
    assert [(one["name"], one["parent_id"]) for one in body(machine)["items"]][1] == ("岗厦社区", str(district.street.id))
    machine.get("/api/v1/totals")
    assert body(machine) == {"registrations": 1, "certified_entries": 0, "certified_minutes": 0, "waiting_entries": 1}
    machine.get("/api/v1/standing")
    assert (body(machine)["equal"], body(machine)["hub_has"], body(machine)["hub_heard_at"]) == (False, 0, None)
    assert body(machine)["head"] > 0


def test_the_description_is_valid_and_names_every_failure_as_a_problem(machine: Visitor) -> None:
    description: Any = machine.get("/api/v1/openapi.json").json
    validate(description)
    responses = description["components"]["responses"]
    assert {media for response in responses.values() for media in response.get("content", {})} == {"application/problem+json"}
    assert description["security"] == [{"token": []}]


def test_the_process_is_alive_whatever_its_database_does(district: District, machine: Visitor) -> None:
    with counted(district) as statements:
        alive = machine.get("/healthz")
    assert (alive.status_code, alive.headers["Cache-Control"]) == (200, "no-store")
    assert statements == []


def test_without_the_hub_a_district_is_ready_and_says_what_is_missing(machine: Visitor) -> None:
    ready = machine.get("/readyz")
    assert (ready.status_code, body(machine)["status"]) == (200, "degraded")
    assert "hub has confirmed 0 of" in body(machine)["degraded"][0]


@on_both
def test_a_database_of_another_version_is_not_ready(district: District, machine: Visitor) -> None:
    district.session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    answer = machine.get("/readyz")
    assert answer.status_code == 503
    assert "Upgrade the database." in body(machine)["reason"]
    assert machine.get("/healthz").status_code == 200
