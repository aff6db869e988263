"""Does an uploaded file go its way once, whoever works on it, and is it forgotten when its time is over?"""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from tenants.cli import PROGRAM
from tenants.db import db
from tenants.errors import Invalid, NotFound, StateForbids
from tenants.imports.forms.profiles import Kind
from tenants.imports.runs.models import Mode
from tenants.imports.uploads.models import ImportUpload, Stage
from tenants.imports.uploads.uploading import understand_as, upload, upload_called, upload_to_change
from tenants.imports.uploads.working import work
from tests.support.district import NOW, District
from tests.support.postgresql import somebody_waits
from tests.support.registers import volunteer, write_csv
from tests.support.waiting import eventually

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def sent(district: District, tmp_path: Path) -> ImportUpload:
    """A register of one volunteer that somebody sent in."""
    content = write_csv(tmp_path / "register.csv", [volunteer("NS1")]).read_bytes()
    return send(district, content)


@pytest.fixture
def other(database_url: str) -> Iterator[Session]:
    """A session of somebody else."""
    engine = create_engine(database_url)
    with sessionmaker(engine)() as session:
        yield session
    engine.dispose()


def send(district: District, content: bytes, *, at: datetime = NOW) -> ImportUpload:
    sent = upload(
        district.session,
        content,
        kind=Kind.VOLUNTEERS,
        file_name="register.csv",
        settings=district.settings,
        by="li",
        at=at,
    )
    district.session.commit()
    return sent


def do_work(district: District, upload_id: uuid.UUID, session: Session | None = None) -> None:
    session = session or db.session()
    session.commit()
    work(session, upload_id, settings=district.settings, now=lambda: NOW)


@on_postgresql
def test_two_who_decide_at_once_begin_one_import(district: District, sent: ImportUpload, other: Session) -> None:
    do_work(district, sent.id)
    upload_to_change(db.session(), sent.id).want(Mode.GOOD_ROWS, by="li")
    upload_id, url = sent.id, other.get_bind().engine.url.render_as_string(hide_password=False)
    with ThreadPoolExecutor() as pool:
        decided = pool.submit(lambda: upload_to_change(other, upload_id).want(Mode.ALL_ROWS, by="wang"))
        eventually(lambda: somebody_waits(url))
        db.session.commit()
        with pytest.raises(StateForbids):
            decided.result()
    assert (sent.mode, sent.wanted_by) == (Mode.GOOD_ROWS, "li")


@on_postgresql
def test_two_who_take_work_up_again_are_not_both_let_in(sent: ImportUpload, other: Session) -> None:
    upload_to_change(db.session(), sent.id).begin(at=NOW)
    upload_id, url = sent.id, other.get_bind().engine.url.render_as_string(hide_password=False)
    with ThreadPoolExecutor() as pool:
        begun = pool.submit(lambda: upload_to_change(other, upload_id).begin(at=NOW))
        eventually(lambda: somebody_waits(url))
        db.session.commit()
        with pytest.raises(StateForbids):
            begun.result()


@on_postgresql
def test_who_is_late_with_trying_out_does_not_undo_a_decision(district: District, sent: ImportUpload, other: Session) -> None:
    upload_id = sent.id
    overtaken: list[bool] = []

    def now() -> datetime:
        if not overtaken:
            overtaken.append(True)
            do_work(district, upload_id, other)
            upload_to_change(other, upload_id).want(Mode.GOOD_ROWS, by="wang")
            other.commit()
        return NOW

    work(db.session(), upload_id, settings=district.settings, now=now)
    assert upload_called(db.session(), upload_id).stage is Stage.IMPORTING


def test_a_form_that_does_not_fit_costs_nobody_the_file(district: District, sent: ImportUpload) -> None:
    do_work(district, sent.id)
    assert (sent.stage, sent.profile) == (Stage.TRIED, "nanshan")
    for name, words in (("luohu", "no row of headings"), ("nowhere", "Known are: futian, luohu, nanshan.")):
        with pytest.raises(Invalid, match=words):
            understand_as(sent, name, settings=district.settings)
    assert (sent.stage, sent.profile) == (Stage.TRIED, "nanshan")
    sent.want(Mode.GOOD_ROWS, by="li")
    with pytest.raises(StateForbids):
        understand_as(sent, "nanshan", settings=district.settings)


def test_what_was_shown_is_what_enters(district: District) -> None:
    both = "志愿者编号,姓名,志愿者姓名,注册日期,登记日期\nFT1,张伟,王芳,2020-01-01,2020-02-02\n"
    sent = send(district, both.encode())
    do_work(district, sent.id)
    assert sent.trial is not None
    assert (sent.profile, sent.trial.columns["name"], sent.trial.ignored) == ("futian", "姓名", ["志愿者姓名", "登记日期"])
    understand_as(sent, "luohu", settings=district.settings)
    do_work(district, sent.id)
    assert (sent.profile, sent.trial.columns["name"]) == ("luohu", "志愿者姓名")
    sent.want(Mode.GOOD_ROWS, by="li")
    do_work(district, sent.id)
    assert (sent.stage, sent.job and sent.job.profile) == (Stage.IMPORTED, "luohu")


def test_nothing_is_taken_as_a_form_that_nobody_knows(district: District) -> None:
    with pytest.raises(Invalid, match="Known are"):
        upload(
            district.session,
            b"",
            kind=Kind.HOURS,
            file_name="hours.csv",
            profile="nowhere",
            settings=district.settings,
            by="li",
            at=NOW,
        )


def test_a_month_later_the_district_s_round_forgets_a_file(district: District) -> None:
    now = datetime.now(UTC)
    old, young = (send(district, b"a,b", at=now - timedelta(days=days)).id for days in (31, 29))
    tidy = PROGRAM.participant(district.settings, sessionmaker(db.engine)).tidy
    assert tidy is not None
    tidy(db.session())
    db.session.commit()
    with pytest.raises(NotFound, match="Upload it again"):
        upload_called(db.session(), old)
    assert upload_called(db.session(), young).content is not None
