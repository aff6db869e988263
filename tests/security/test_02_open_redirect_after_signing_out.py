"""Does a sign-out lead to no address but a registered one?"""

import pytest

from tests.support.provider import SIGNED_OUT, Person, RelyingParty

HOSTILE = [
    "//evil.example",
    "\\\\evil.example",
    "https://evil.example/",
    f"{SIGNED_OUT}?added=1",
    f"{SIGNED_OUT}#added",
    f"{SIGNED_OUT}/more",
    "https://rp.example@evil.example/signed-out",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("address", HOSTILE)
@pytest.mark.parametrize("hinted", [True, False])
def test_it_stays_at_the_hub(client: RelyingParty, person: Person, address: str, hinted: bool) -> None:
    hint = {"id_token_hint": client.tokens(person)["id_token"]} if hinted else {"client_id": client.client_id}
    answer = person.get("/end-session", params={"post_logout_redirect_uri": address, **hint})
    assert "Location" not in answer.headers
    assert answer.status_code == (400 if hinted else 200)
    if not hinted:
        assert "Location" not in person.send_form(answer).headers


@pytest.mark.parametrize("name", ["next", "return_to", "redirect", "continue"])
def test_no_parameter_leads_elsewhere(person: Person, name: str) -> None:
    for path in ("/end-session", "/authorize/continue", "/authorize"):
        assert "evil" not in person.get(path, params={name: "//evil.example"}).headers.get("Location", "")
