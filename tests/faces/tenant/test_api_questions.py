"""Can a program answer what the city asks?"""

from typing import Any

import pytest

from tenants.questions.models import IdentityQuestion
from tenants.staff.models import Role
from tests.support.asking import ask, say_more
from tests.support.desk import Visitor, program
from tests.support.district import District

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def question(district: District) -> IdentityQuestion:
    """A question about somebody's person."""
    return ask(district, district.registration(), topic="person")


def path(question: IdentityQuestion) -> str:
    return f"/api/v1/identity-questions/{question.id}"


def listed(machine: Visitor, query: str = "") -> list[str]:
    answer: Any = machine.get(f"/api/v1/identity-questions{query}").json
    return [one["id"] for one in answer["items"]]


def put(machine: Visitor, question: IdentityQuestion, version: int, **stated: Any) -> Any:
    return machine.send("PUT", f"{path(question)}/answer", json=stated, headers={"If-Match": f'"{version}"'})


def test_a_question_is_answered_and_the_answer_taken_back(machine: Visitor, question: IdentityQuestion) -> None:
    read: Any = machine.get(path(question))
    assert read.json["waiting"] is True
    assert read.headers["ETag"] == f'"{read.json["version"]}"'
    done = put(machine, question, read.json["version"], answer="elsewhere", note="南山区")
    assert done.status_code == 200
    assert (done.json["answer"], done.json["note"], done.json["answered_by"], done.json["waiting"]) == (
        "elsewhere",
        "南山区",
        "li",
        False,
    )
    assert listed(machine, "?waiting=true") == []
    assert listed(machine, "?waiting=false") == [str(question.id)]
    undone: Any = machine.send("DELETE", f"{path(question)}/answer", headers={"If-Match": done.headers["ETag"]})
    assert (undone.status_code, undone.json["answer"], undone.json["waiting"]) == (200, None, True)


def test_lists_are_filtered(district: District, machine: Visitor, question: IdentityQuestion) -> None:
    other = ask(district, district.registration("FT2"))
    assert set(listed(machine)) == {str(question.id), str(other.id)}
    assert listed(machine, f"?registration_id={other.registration_id}") == [str(other.id)]


def test_what_cannot_stand_is_refused(district: District, machine: Visitor, question: IdentityQuestion) -> None:
    version = question.version
    assert put(machine, question, version + 1, answer="elsewhere").status_code == 412
    assert machine.send("PUT", f"{path(question)}/answer", json={"answer": "elsewhere"}).status_code == 428
    for stated, pointer in [
        ({"answer": "confirmed"}, "#/answer"),
        ({"answer": "perhaps"}, "#/answer"),
        ({"answer": "elsewhere", "note": "11010519491231002X"}, "#/note"),
        ({"answer": "elsewhere", "note": "x" * 501}, "#/note"),
    ]:
        refused = put(machine, question, version, **stated)
        assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, pointer)
    say_more(district, question, "withdrawn")
    refused = put(machine, question, question.version, answer="elsewhere")
    assert (refused.status_code, refused.json["code"]) == (409, "state_forbids")


def test_who_is_no_coordinator_there_has_no_questions(district: District, question: IdentityQuestion) -> None:
    recorder = program(district, "wang", role=Role.RECORDER)
    assert recorder.get("/api/v1/identity-questions").status_code == 403
    elsewhere = program(district, "zhao", organization=district.organization("岗厦社区"))
    assert listed(elsewhere) == []
    assert elsewhere.get(path(question)).status_code == 404
