"""Is what no database could keep refused with a sentence, wherever it comes in?"""

import base64
import io
import json

import pytest

from tests.support.desk import PASSWORD, Visitor
from tests.support.district import District

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)

NOTHING = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize("path", ["/volunteers/?words=%00", "/queue/?name=a%00b", "/queue/?%00=1", "/imports/?x=%00"])
def test_in_an_address_of_a_page(li: Visitor, path: str) -> None:
    answer = li.get(path)
    assert (answer.status_code, answer.mimetype) == (400, "text/html")
    assert "Go back, check what you entered, and try again." in li.text()


def test_in_a_form(district: District, li: Visitor) -> None:
    visitor = Visitor(district)
    assert visitor.sign_in("li\0", PASSWORD).status_code == 400
    assert visitor.sign_in("li", PASSWORD).status_code == 200
    li.get("/imports/")
    file = {"file": (io.BytesIO(b"x"), "regi\0ster.csv"), "csrf_token": li.hidden("csrf_token")}
    assert li.send("POST", "/imports/", data=file).status_code == 400


@pytest.mark.parametrize("query", ["registrations?local_number=%00", "hour-entries?after=%00", "queue?name=%00"])
def test_in_a_filter_of_the_api(machine: Visitor, query: str) -> None:
    answer = machine.get(f"/api/v1/{query}")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert answer.json is not None
    assert answer.json["detail"].endswith("Send it without.")


def test_in_the_place_where_a_list_goes_on(machine: Visitor) -> None:
    place = base64.urlsafe_b64encode(json.dumps(["\0"]).encode()).decode()
    assert machine.get(f"/api/v1/registrations?after={place}").status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        '{"reason": "a\\u0000b"}',
        '{"reason": "a\\ud800b"}',
        '{"rea\\u0000son": "a"}',
        '{"reason": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"reason": ' + "9" * 5_000 + "}",
        '{"reason": ',
        b'{"reason": "\xff"}',
    ],
    ids=["null", "half a character", "in a name", "too deep", "too large", "cut off", "no text"],
)
def test_in_a_body(machine: Visitor, body: str | bytes) -> None:
    answer = machine.send(
        "POST",
        f"/api/v1/hour-entries/{NOTHING}/refusal",
        data=body,
        content_type="application/json",
        headers={"If-Match": '"1"'},
    )
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


def test_characters_beyond_the_first_plane_are_welcome(machine: Visitor) -> None:
    # Programs write them as two escapes, as JSON (RFC 8259, section 7) has it.
    answer = machine.send(
        "POST",
        f"/api/v1/hour-entries/{NOTHING}/refusal",
        data=json.dumps({"reason": "𬭚"}),
        content_type="application/json",
        headers={"If-Match": '"1"'},
    )
    assert answer.status_code == 404
