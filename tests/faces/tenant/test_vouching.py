"""Does a district vouch on paper for whom its staff may register, and so that the hub believes it?"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from joserfc.jwk import OKPKey

from sync.errors import BadSignature, UnknownKey
from sync.messages import signing
from sync.messages.claim_slip import LIFETIME, read_slip
from tenants.sso.models import RelyingParty, SecurityEventKind
from tenants.sso.reading_events import latest_events
from tenants.staff.models import Role
from tests.support.desk import Visitor, at_desk
from tests.support.district import District

ISSUER = "https://hub.example"


@dataclass
class Ring:
    """One district's key, as the hub's directory has it."""

    key: OKPKey

    def public_key(self, *, sender: str, key_id: str, at: datetime) -> OKPKey | None:
        return self.key if (sender, key_id) == ("futian", self.key.kid) else None


@pytest.fixture
def address(district: District) -> str:
    """The slip's page of a volunteer whom the hub has given an ID."""
    registration = district.registration("FT1", name="陈静")
    registration.volunteer_id = "44123456789012"
    party = RelyingParty(district="futian", public_url="https://d.example", key=b"", issuer=ISSUER, client_id="district:futian")
    district.session.add(party)
    district.session.commit()
    return f"/volunteers/{registration.id}/slip"


def printed(li: Visitor, address: str) -> str:
    li.get(address)
    found = re.search(r"<code>([^<]+)</code>", li.post(address).text)
    assert found
    return found[1]


def test_the_hub_believes_a_slip_for_as_long_as_it_says(district: District, li: Visitor, address: str) -> None:
    text, ring, now = printed(li, address), Ring(district.settings.wire.signing_key), datetime.now(UTC)
    sender, slip = read_slip(text, keys=ring, at=now)
    assert (sender, slip.registration_id) == ("futian", address.split("/")[2])
    with pytest.raises(BadSignature):
        read_slip(text, keys=ring, at=now + LIFETIME + timedelta(minutes=1))
    with pytest.raises(UnknownKey):
        read_slip(text, keys=Ring(signing.generate_key()), at=now)


def test_no_two_slips_are_the_same_and_each_is_written_down(district: District, li: Visitor, address: str) -> None:
    assert printed(li, address) != printed(li, address)
    district.session.commit()
    events = [event for event in latest_events(district.session, limit=10) if event.kind is SecurityEventKind.SLIP_PRINTED]
    assert [(event.actor, event.detail["registration"]) for event in events] == [("li", address.split("/")[2])] * 2


def test_the_page_leads_to_the_hub_with_the_text_where_no_server_sees_it(li: Visitor, address: str) -> None:
    printed(li, address)
    page = li.page.text if li.page else ""
    assert f"{ISSUER}/claim/slip" in page
    assert "<svg" in page


def test_who_may_register_nobody_vouches_for_nobody(district: District, address: str) -> None:
    viewer = at_desk(district, "wang", role=Role.VIEWER)
    assert viewer.get(address).status_code == 404


def test_before_the_hub_has_said_where_it_is_there_is_no_slip(district: District, li: Visitor, address: str) -> None:
    district.session.query(RelyingParty).delete()
    district.session.commit()
    li.get(address)
    assert li.post(address).status_code == 409
