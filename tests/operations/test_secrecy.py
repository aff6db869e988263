"""Does the number of a document stand anywhere but where a district keeps it?"""

import re
from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import federation.app
import tenants.app
from demo.parties import District, Party, districts_of, hub_of, read_environment
from demo.settling import COORDINATOR, password_of
from tenants.imports.files.reading import open_table
from tenants.imports.forms.profiles import Kind
from tenants.imports.forms.understanding import understand
from tests.operations.test_demo import run
from tests.support.searching import Numbers, contents_of
from tests.support.visitor import Visitor

_LINKS = re.compile(r'href="(/[^"#]*)"')
_VOLUNTEER = re.compile(rb'href="/volunteers/[0-9a-f-]{36}"')
_ENOUGH_PAGES = 300
_PAGES = ("/", "/volunteers", "/queue", "/imports", "/questions", "/months", "/operation")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A city of three registers that is complete, and whose programs have ended."""
    folder = tmp_path_factory.mktemp("city")
    run(folder, "--once")
    return folder


@pytest.fixture(scope="module")
def numbers(city: Path) -> Numbers:
    """Every number that a register names."""
    return Numbers(chain.from_iterable(map(numbers_in, districts_of(city))))


def test_the_search_finds_what_is_there(city: Path, numbers: Numbers) -> None:
    assert len(numbers) > 10_000
    for district in districts_of(city):
        rows = "\n".join(numbers_in(district))
        fullwidth = rows.translate({code: code + 0xFEE0 for code in range(ord("0"), ord("z"))})
        for written in (rows, rows.lower(), fullwidth):
            assert len(numbers.within(written.encode())) > 1_000


def test_no_file_that_the_programs_wrote_has_a_number(city: Path, numbers: Numbers) -> None:
    files = [path for path in city.rglob("*") if path.is_file()]
    names = {path.name for path in files}
    assert {"banyan.db", "bus.db", "volunteers-report.csv", "hub-sync.log", "futian-web.log"} <= names
    assert {path.relative_to(city): numbers.within(path.read_bytes()) for path in files} == {
        path.relative_to(city): set() for path in files
    }


def test_no_table_has_a_number(city: Path, numbers: Numbers) -> None:
    for database in (*(party.database for party in (hub_of(city), *districts_of(city))), city / "bus.db"):
        assert numbers.within(b"\n".join(contents_of(database))) == set(), database


def test_nothing_that_a_district_hands_out_has_a_number(city: Path, numbers: Numbers, monkeypatch: pytest.MonkeyPatch) -> None:
    for district in districts_of(city):
        app = app_of(district, tenants.app.create_app, monkeypatch)
        token = district.run("staff", "token", "issue", COORDINATOR, "--purpose", "test").split()[-1]
        seen = b"".join(api_of(Visitor(app, {"Authorization": f"Bearer {token}"})))
        assert b"registration_id" in seen
        assert numbers.within(seen) == set()
        coordinator = Visitor(app)
        coordinator.get("/sign-in")
        coordinator.post("/sign-in", username=COORDINATOR, password=password_of(district))
        shown = b"".join(files_and_pages_of(coordinator))
        assert _VOLUNTEER.search(shown)
        assert numbers.within(shown) == set()


def test_nothing_that_the_hub_hands_out_has_a_number(city: Path, numbers: Numbers, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = Visitor(app_of(hub_of(city), federation.app.create_app, monkeypatch))
    assert numbers.within(b"".join((*api_of(visitor), *files_and_pages_of(visitor)))) == set()


def numbers_in(district: District) -> list[str]:
    """What stands in the column of documents of the district's register."""
    source = understand(open_table(district.volunteers), Kind.VOLUNTEERS)
    place = source.columns["document_number"]
    return [str(row.cells[place]) for row in source.data() if row.cells[place]]


def app_of(party: Party, create_app: Any, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The party's web application, with its own settings."""
    for name, value in read_environment(party.folder).items():
        monkeypatch.setenv(name, value)
    app: Flask = create_app()
    return app


def api_of(program: Visitor) -> Iterator[bytes]:
    """Everything that the API says to whoever names nothing in particular, page by page."""
    described: Any = program.get("/api/v1/openapi.json").json
    for path in (path for path, verbs in described["paths"].items() if "get" in verbs and "{" not in path):
        wanted: str | None = path
        while wanted:
            answer: Any = program.get(wanted)
            yield answer.data
            said = answer.json if answer.is_json else {}
            wanted = f"{path}?after={said['next']}" if isinstance(said, dict) and said.get("next") else None


def files_and_pages_of(visitor: Visitor) -> Iterator[bytes]:
    """The pages of the desk, what they lead to, and so every file that they offer."""
    waiting, known = [*_PAGES], {*_PAGES}
    while waiting:
        with closing(visitor.get(waiting.pop())) as answer:
            yield answer.data
            leads_to = set(_LINKS.findall(answer.text)) if answer.mimetype == "text/html" else set()
        # So many show every kind of page.
        if len(known) < _ENOUGH_PAGES:
            waiting += leads_to - known
            known |= leads_to
