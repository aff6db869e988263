"""What do a district and the hub tell each other about who the volunteers are?"""

import msgspec

VOLUNTEER_ID_ASSIGNED = "volunteer_id.assigned.v1"
VOLUNTEER_ID_CLAIMED = "volunteer_id.claimed.v1"


class VolunteerIdState(msgspec.Struct, frozen=True, kw_only=True):
    """The volunteer ID of a registration.

    *Assigned*, by the hub: it is known by this ID in the whole federation from now on. *Claimed*, by its district, where the
    hub may have lost what it had assigned: this is the ID that the volunteer has been shown.
    """

    registration_id: str
    volunteer_id: str


def claim_key(claimed: VolunteerIdState) -> str:
    """The record that a claim is about: this ID of this registration.

    A registration may come to have another ID, and its district to claim that one as well; the first was shown all the same.
    """
    return f"{claimed.registration_id}:{claimed.volunteer_id}"
