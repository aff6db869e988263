"""What does a district learn about its own part in the federation?"""

from datetime import datetime
from typing import Annotated

import msgspec

MEMBERSHIP_CHANGED = "membership.changed.v1"


class MembershipState(msgspec.Struct, frozen=True, kw_only=True):
    """How the hub holds it with the district: `active`, `suspended` (what it says is refused) or `left` (for good)."""

    state: str
    reason: str
    since: Annotated[datetime, msgspec.Meta(tz=True)]
