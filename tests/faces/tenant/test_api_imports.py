"""Can a program bring a register in, with nothing written before it says so?"""

import io
from typing import Any

import pytest

from tenants.imports.uploads.models import ImportUpload, Stage
from tenants.organizations.arranging import root
from tenants.registrations.models import Registration
from tests.support.desk import Visitor, program
from tests.support.district import District
from tests.support.waiting import eventually

NUMBER = "110110200510128224"
HEADINGS = "volunteer_no,name,id_type,id_number,gender,birth_date,phone,team,street,community,registered_on"
GOOD = f"NS1,宋亚诗,resident_id,{NUMBER},F,2005-10-12,13100421169,海珠社区义工服务队,粤海街道,海珠社区,2019-10-07"
NAMELESS = "NS2,,,,F,2003-01-07,15942927286,田厦社区义工服务队,南头街道,田厦社区,2023-09-02"
UNKNOWN = "NS3,李娜,,,?,2003-01-07,15942927287,田厦社区义工服务队,南头街道,田厦社区,2023-09-02"
REGISTER = "\n".join((HEADINGS, GOOD, NAMELESS, UNKNOWN, "")).encode()
FILES = "/api/v1/imports/files"

on_both = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def importer(district: District) -> Visitor:
    """A program that acts for a coordinator of the whole district."""
    return program(district, "importer", organization=root(district.session))


def body(visitor: Visitor) -> Any:
    assert visitor.page is not None
    return visitor.page.json


def send(visitor: Visitor, content: bytes = REGISTER, query: str = "kind=volunteers&file_name=register.csv") -> str:
    """Sends a file in and waits until it was tried out; gives its address."""
    answer = visitor.send("POST", f"{FILES}?{query}", data=content, content_type="application/octet-stream")
    assert answer.status_code == 202, answer.text
    return settled(visitor, answer.headers["Location"])


def settled(visitor: Visitor, address: str) -> str:
    eventually(lambda: visitor.get(address).json["stage"] not in ("trying", "importing"))  # type: ignore[index]
    return address


def decide(visitor: Visitor, address: str, mode: str) -> dict[str, Any]:
    answer = visitor.send("POST", f"{address}/decision", json={"mode": mode})
    assert answer.status_code == 202, answer.text
    visitor.get(f"/api/v1/imports/{settled_import(visitor, address)}")
    done: dict[str, Any] = body(visitor)
    return done


def settled_import(visitor: Visitor, address: str) -> str:
    settled(visitor, address)
    return str(body(visitor)["import_id"])


def registered(district: District) -> list[str]:
    return [registration.local_number for registration in district.session.query(Registration)]


@on_both
def test_look_then_import_the_good_rows(district: District, importer: Visitor) -> None:
    address = send(importer)
    tried = body(importer)
    assert registered(district) == []
    assert (tried["stage"], tried["profile"], tried["trial"]["encoding"]) == ("tried", "nanshan", "UTF-8")
    assert tried["trial"]["columns"]["document_number"] == "id_number"
    assert {name: tried["trial"]["counts"][name] for name in ("rows_read", "created", "refused", "noticed")} == {
        "rows_read": 3,
        "created": 2,
        "refused": 1,
        "noticed": 1,
    }
    reasons = [(one["count"], one["example"]["severity"], one["example"]["code"]) for one in tried["trial"]["reasons"]]
    assert reasons == [(1, "refused", "missing"), (1, "notice", "unreadable")]
    done = decide(importer, address, "good_rows")
    assert (done["state"], done["actor"], done["rows_read"], done["created"], done["refused"]) == ("done", "importer", 3, 2, 1)
    assert registered(district) == ["NS1", "NS3"]
    importer.get(address)
    assert (body(importer)["stage"], body(importer)["rows_read"], body(importer)["rows_total"]) == ("imported", 3, 3)


def test_all_rows_or_none(district: District, importer: Visitor) -> None:
    done = decide(importer, send(importer), "all_rows")
    assert (done["state"], done["created"], done["refused"]) == ("refused", 0, 1)
    assert registered(district) == []


def test_the_report_comes_page_by_page_and_names_nobody(importer: Visitor) -> None:
    done = decide(importer, send(importer), "good_rows")
    findings, after = [], ""
    while True:
        answer = importer.get(f"/api/v1/imports/{done['id']}/findings?limit=1{after}")
        assert NUMBER not in answer.text
        findings += body(importer)["items"]
        if body(importer)["next"] is None:
            break
        after = f"&after={body(importer)['next']}"
    assert [(one["line"], one["record"], one["heading"], one["value"]) for one in findings] == [
        (3, "NS2", "name", ""),
        (4, "NS3", "gender", "?"),
    ]
    assert findings[1]["detail"] == "This cannot be read. Write it like 男, 女, M, F."


def test_imports_and_files_are_listed(importer: Visitor) -> None:
    addresses = [send(importer) for _ in range(2)]
    done = decide(importer, addresses[0], "good_rows")
    importer.get("/api/v1/imports")
    assert [(one["id"], one["file_name"], one["mode"]) for one in body(importer)["items"]] == [
        (done["id"], "register.csv", "good_rows")
    ]
    importer.get(FILES)
    assert [(f"{FILES}/{one['id']}", one["stage"]) for one in body(importer)["items"]] == [
        (addresses[0], "imported"),
        (addresses[1], "tried"),
    ]
    assert body(importer)["items"][0]["import_id"] == done["id"]


def test_the_form_can_be_named(importer: Visitor) -> None:
    both = "志愿者编号,姓名,志愿者姓名,注册日期,登记日期\nFT1,张伟,王芳,2020-01-01,2020-02-02\n".encode()
    address = send(importer, both, "kind=volunteers&profile=luohu")
    assert (body(importer)["profile"], body(importer)["trial"]["columns"]["name"]) == ("luohu", "志愿者姓名")
    assert importer.send("POST", f"{address}/profile", json={"profile": "futian"}).status_code == 202
    settled(importer, address)
    assert (body(importer)["profile"], body(importer)["trial"]["columns"]["name"]) == ("futian", "姓名")
    refused = importer.send("POST", f"{address}/profile", json={"profile": "nanshan"})
    assert (refused.status_code, refused.content_type) == (422, "application/problem+json")
    assert importer.get(address).json["stage"] == "tried"  # type: ignore[index]


def test_a_file_that_cannot_be_read_says_why(importer: Visitor) -> None:
    send(importer, b"a,b\n1,2\n")
    assert (body(importer)["stage"], body(importer)["trial"]) == ("unreadable", None)
    assert body(importer)["refusal"] == {
        "code": "no_headings",
        "detail": "The file has no row of headings that is known here. Put the form's headings into its first line.",
    }


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("", "kind"),
        ("kind=all", "kind"),
        ("kind=hours&exported_on=yesterday", "exported_on"),
        ("kind=hours&file_name=", "file_name"),
    ],
)
def test_what_is_sent_has_to_be_said(importer: Visitor, query: str, parameter: str) -> None:
    answer = importer.send("POST", f"{FILES}?{query}", data=REGISTER, content_type="application/octet-stream")
    assert answer.status_code == 422
    assert answer.json is not None
    assert [error["parameter"] for error in answer.json["errors"]] == [parameter]


@pytest.mark.parametrize(("query", "words"), [("exported_on=9999-12-31", "lies in the future"), ("profile=x", "Known are")])
def test_what_cannot_be_is_refused_before_the_file_is_kept(
    district: District, importer: Visitor, query: str, words: str
) -> None:
    answer = importer.send("POST", f"{FILES}?kind=hours&{query}", data=REGISTER, content_type="application/octet-stream")
    assert answer.status_code == 422
    assert words in answer.text
    assert district.session.query(ImportUpload).count() == 0


def test_a_form_is_not_taken_for_the_file(importer: Visitor) -> None:
    form = {"file": (io.BytesIO(REGISTER), "register.csv")}
    for options in ({"data": form}, {"data": REGISTER, "content_type": "application/x-www-form-urlencoded"}):
        answer = importer.send("POST", f"{FILES}?kind=volunteers", **options)
        assert (answer.status_code, answer.content_type) == (415, "application/problem+json")
        assert "application/octet-stream" in answer.text


def test_a_file_that_is_too_large_is_refused(district: District, importer: Visitor) -> None:
    district.app.config["MAX_CONTENT_LENGTH"] = 10_000
    answer = importer.send("POST", f"{FILES}?kind=volunteers", data=b"x" * 20_000, content_type="application/octet-stream")
    assert (answer.status_code, answer.content_type) == (413, "application/problem+json")


def test_nothing_is_decided_twice_and_no_work_is_begun_twice(district: District, importer: Visitor) -> None:
    address = send(importer)
    assert importer.send("POST", f"{address}/work").status_code == 409
    decide(importer, address, "good_rows")
    again = importer.send("POST", f"{address}/decision", json={"mode": "good_rows"})
    assert again.json is not None
    assert (again.status_code, again.json["code"]) == (409, "state_forbids")
    assert len(registered(district)) == 2


def test_interrupted_work_is_taken_up_again(district: District, importer: Visitor) -> None:
    address = send(importer)
    kept = district.session.query(ImportUpload).one()
    kept.stage, kept.worked_at = Stage.TRYING, None
    assert importer.send("POST", f"{address}/work").status_code == 202
    settled(importer, address)
    assert body(importer)["stage"] == "tried"


def test_only_who_may_import_for_the_whole_district_does(importer: Visitor, machine: Visitor) -> None:
    address = send(importer)
    for method, path in (("GET", "/api/v1/imports"), ("GET", FILES), ("GET", address), ("POST", f"{FILES}?kind=hours")):
        answer = machine.send(method, path)
        assert answer.json is not None
        assert (answer.status_code, answer.json["code"]) == (403, "not_allowed")
    assert importer.get(f"{FILES}/00000000-0000-0000-0000-000000000000").status_code == 404
