"""What does a district learn about who its volunteers are?"""

import msgspec

VOLUNTEER_ID_ASSIGNED = "volunteer_id.assigned.v1"


class VolunteerIdState(msgspec.Struct, frozen=True, kw_only=True):
    """The volunteer ID under which a registration is known in the whole federation from now on."""

    registration_id: str
    volunteer_id: str
