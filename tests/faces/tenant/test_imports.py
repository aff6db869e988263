"""Does a register come in over the web as it does by command, with nothing written before somebody says so?"""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest

from tenants.imports.uploads.models import ImportUpload, Stage
from tenants.organizations.arranging import root
from tenants.registrations.models import Registration
from tenants.sso.models import LocalSession
from tenants.staff.models import Role
from tests.support.desk import PASSWORD, Visitor, at_desk
from tests.support.district import District
from tests.support.waiting import eventually

NUMBER = "110110200510128224"
HEADINGS = "volunteer_no,name,id_type,id_number,gender,birth_date,phone,team,street,community,registered_on"
GOOD = f"NS1,宋亚诗,resident_id,{NUMBER},F,2005-10-12,13100421169,海珠社区义工服务队,粤海街道,海珠社区,2019-10-07"
NAMELESS = "NS2,,,,F,2003-01-07,15942927286,田厦社区义工服务队,南头街道,田厦社区,2023-09-02"
REGISTER = f"{HEADINGS}\n{GOOD}\n{NAMELESS}\n".encode()


@pytest.fixture
def importer(district: District) -> Visitor:
    """A coordinator of the whole district, signed in."""
    return at_desk(district, organization=root(district.session))


def upload(visitor: Visitor, content: bytes = REGISTER, name: str = "register.csv", kind: str = "volunteers") -> str:
    """Uploads a file and waits until it was tried out; gives its address."""
    visitor.get("/imports/")
    form = {"csrf_token": visitor.hidden("csrf_token"), "kind": kind, "file": (io.BytesIO(content), name)}
    answer = visitor.send("POST", "/imports/", data=form, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    return settled(visitor, answer.headers["Location"])


def settled(visitor: Visitor, address: str) -> str:
    eventually(lambda: "data-live" not in visitor.get(address).text)
    return address


def decide(visitor: Visitor, address: str, mode: str = "good_rows") -> None:
    visitor.post(f"{address}/decision", mode=mode)
    settled(visitor, address)


def registered(district: District) -> list[str]:
    return [registration.local_number for registration in district.session.query(Registration)]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_look_then_import(district: District, importer: Visitor) -> None:
    address = upload(importer)
    assert registered(district) == []
    assert "Rows 2 new 1 changed 0 unchanged 0 refused 1" in importer.text()
    assert "There is nothing in this cell, and it is needed. Fill it in. 3 – name" in importer.text()
    assert "Form: nanshan. Encoding: UTF-8." in importer.text()
    assert "id_number Document number" in importer.text()
    decide(importer, address)
    assert registered(district) == ["NS1"]
    assert "This file was imported." in importer.text()


def test_another_form_can_be_named_than_the_one_that_was_guessed(district: District, importer: Visitor) -> None:
    both = "志愿者编号,姓名,志愿者姓名,注册日期,登记日期\nFT1,张伟,王芳,2020-01-01,2020-02-02\n".encode()
    address = upload(importer, both)
    assert '<option selected value="futian">' in importer.get(address).text
    assert "姓名 Name 注册日期 Registered on 志愿者姓名 not used 登记日期 not used" in importer.text()
    importer.post(f"{address}/profile", profile="luohu")
    settled(importer, address)
    assert '<option selected value="luohu">' in importer.get(address).text
    assert "志愿者姓名 Name 登记日期 Registered on 姓名 not used 注册日期 not used" in importer.text()
    assert registered(district) == []
    decide(importer, address)
    assert [registration.name for registration in district.session.query(Registration)] == ["王芳"]


def test_a_form_that_does_not_fit_is_refused_and_the_file_waits_on(importer: Visitor) -> None:
    address = upload(importer)
    for profile, words in (
        ("futian", "The file has no row of headings that is known here."),
        ("nowhere", "Not a valid choice"),
    ):
        assert importer.post(f"{address}/profile", profile=profile).status_code == 422
        assert words in importer.text()
        importer.get(address)
        assert "Form: nanshan. Encoding: UTF-8." in importer.text()


def test_all_rows_or_none(district: District, importer: Visitor) -> None:
    decide(importer, upload(importer), "all_rows")
    assert registered(district) == []
    importer.get("/imports/")
    assert "Refused as a whole" in importer.text()


def test_nothing_is_imported_twice(district: District, importer: Visitor) -> None:
    address = upload(importer)
    decide(importer, address)
    answer = importer.post(f"{address}/decision", mode="good_rows")
    assert answer.status_code == 409
    address = upload(importer)
    assert "Rows 2 new 0 changed 0 unchanged 1 refused 1" in importer.text()
    assert registered(district) == ["NS1"]


def test_reports_name_each_line_and_give_back_the_refused_rows(importer: Visitor) -> None:
    address = upload(importer)
    decide(importer, address)
    refused = importer.send("GET", f"{address}/refused.csv")
    assert NAMELESS in refused.text
    assert NUMBER not in refused.text
    [job] = re.findall(r'href="(/imports/[0-9a-f-]{36})"', importer.get(address).text)
    report = importer.send("GET", f"{job}/report.csv")
    assert report.headers["Content-Disposition"] == "attachment; filename=register-report.csv"
    assert '3,NS2,name,,refused,"There is nothing in this cell, and it is needed. Fill it in.",missing' in report.text


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_who_takes_people_s_data_along_is_written_down(district: District, importer: Visitor) -> None:
    address = upload(importer)
    decide(importer, address)
    importer.send("GET", f"{address}/refused.csv")
    [job] = re.findall(r'href="(/imports/[0-9a-f-]{36})"', importer.get(address).text)
    lines = importer.send("GET", f"{job}/report.csv").text.splitlines()
    wang = at_desk(district, "wang", role=Role.ADMINISTRATOR, organization=root(district.session))
    wang.get("/security/?kind=data_exported")
    of_job = f"Import: {job.removeprefix('/imports/')}"
    assert f"li – 127.0.0.1 File: refused rows of a register · {of_job} · Rows: 1" in wang.text()
    assert f"li – 127.0.0.1 File: report of an import · {of_job} · Rows: {len(lines) - 1}" in wang.text()


def test_what_changes_or_hands_out_many_people_s_data_wants_a_sign_in_that_is_recent(
    district: District, importer: Visitor
) -> None:
    address = upload(importer)
    [held] = district.session.query(LocalSession)
    held.authenticated_at = held.began_at - timedelta(minutes=16)
    asked = importer.post(f"{address}/decision", follow=False, mode="good_rows")
    assert asked.headers["Location"] == "/sign-in/again"
    assert registered(district) == []
    importer.get("/sign-in/again")
    assert "Press “Import” again." in importer.post("/sign-in/again", password=PASSWORD).text
    decide(importer, address)
    assert registered(district) == ["NS1"]
    for held in district.session.query(LocalSession):
        held.authenticated_at = held.began_at - timedelta(minutes=16)
    assert NAMELESS not in importer.get(f"{address}/refused.csv").text
    importer.get("/sign-in/again")
    assert "Press “Refused rows, to mend and upload again” again." in importer.post("/sign-in/again", password=PASSWORD).text


def test_only_who_sent_rows_in_gets_them_back(district: District, importer: Visitor) -> None:
    address = upload(importer)
    decide(importer, address)
    colleague = at_desk(district, "wang", organization=root(district.session))
    assert "refused.csv" not in colleague.get(address).text
    answer = colleague.send("GET", f"{address}/refused.csv")
    assert answer.status_code == 403
    assert NAMELESS not in answer.text


def test_a_register_of_tomorrow_is_not_taken(district: District, importer: Visitor) -> None:
    importer.get("/imports/")
    day = datetime.now(UTC).date() + timedelta(days=2)
    file = (io.BytesIO(REGISTER), "register.csv")
    form = {"csrf_token": importer.hidden("csrf_token"), "kind": "hours", "file": file, "exported_on": day.isoformat()}
    answer = importer.send("POST", "/imports/", data=form, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "lies in the future" in answer.text
    assert district.session.query(ImportUpload).count() == 0


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "empty.csv", "The file is empty."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "old.xls", "This is an old Excel file"),
        (b"a,b\n1,2\n", "other.csv", "The file has no row of headings that is known here."),
        (REGISTER.replace(b"volunteer_no", b"no"), "almost.csv", "these are missing: volunteer_no"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(importer: Visitor, content: bytes, name: str, words: str) -> None:
    upload(importer, content, name)
    assert words in importer.text()
    assert 'href="/imports/"' in (importer.page.text if importer.page else "")


def test_the_reasons_come_in_the_reader_s_language(importer: Visitor) -> None:
    importer.headers["Accept-Language"] = "zh-CN"
    upload(importer, kind="hours")
    assert "此文件是志愿者而不是服务时长。" in importer.text()


def test_no_file_is_a_sentence_and_no_failure(importer: Visitor) -> None:
    importer.get("/imports/")
    answer = importer.post("/imports/", kind="volunteers")
    assert answer.status_code == 422
    assert "Choose a file." in importer.text()


def test_a_file_that_is_too_large_is_refused(district: District, importer: Visitor) -> None:
    district.app.config["MAX_CONTENT_LENGTH"] = 10_000
    importer.get("/imports/")
    form = {"csrf_token": importer.hidden("csrf_token"), "kind": "volunteers", "file": (io.BytesIO(b"x" * 20_000), "r.csv")}
    answer = importer.send("POST", "/imports/", data=form, content_type="multipart/form-data")
    assert answer.status_code == 413
    assert "This file is too large" in answer.text


def test_interrupted_work_is_taken_up_again(district: District, importer: Visitor) -> None:
    address = upload(importer)
    waiting = district.session.query(ImportUpload).one()
    waiting.stage, waiting.worked_at = Stage.TRYING, datetime.now(UTC) - timedelta(minutes=1)
    importer.get(address)
    assert "This seems to have been interrupted." in importer.text()
    importer.post(f"{address}/work")
    settled(importer, address)
    assert "This is what the file would do." in importer.text()


def test_work_that_goes_on_is_not_begun_twice(district: District, importer: Visitor) -> None:
    address = upload(importer)
    waiting = district.session.query(ImportUpload).one()
    waiting.stage, waiting.worked_at = Stage.TRYING, datetime.now(UTC)
    assert importer.post(f"{address}/work").status_code == 409


def test_the_file_is_kept_encrypted_and_no_longer_than_needed(district: District, importer: Visitor) -> None:
    address = upload(importer)
    kept = district.session.query(ImportUpload).one().content
    assert kept is not None
    assert NUMBER.encode() not in kept
    decide(importer, address)
    refused = district.session.query(ImportUpload).one().content
    assert refused is not None
    assert NUMBER.encode() not in district.settings.field_cipher.decrypt(refused)


def test_old_uploads_are_forgotten(district: District, importer: Visitor) -> None:
    address = upload(importer)
    district.session.query(ImportUpload).one().uploaded_at -= timedelta(days=31)
    upload(importer)
    assert importer.get(address).status_code == 404
    assert "This file is not kept any more. Upload it again." in importer.text()


def test_only_who_may_import_for_the_whole_district_does(li: Visitor) -> None:
    assert "/imports/" not in li.get("/desk/").text
    assert li.get("/imports/").status_code == 403
    assert li.send("POST", "/imports/", data={"csrf_token": li.hidden("csrf_token")}).status_code in {400, 403}
