"""What does the hub learn about an hour entry?"""

from datetime import datetime
from typing import Annotated

import msgspec

HOURS_CERTIFIED = "hours.certified.v1"
HOURS_CORRECTED = "hours.corrected.v1"
HOURS_REVOKED = "hours.revoked.v1"

# A month that is none would stop whoever counts the months from the first to the last.
Month = Annotated[str, msgspec.Meta(pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$")]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class HourEntryState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The time credited to one registration for one shift, as its district stands by it after this event.

    It carries no name, phone or document: who it belongs to is known by `registration_id` alone. `month` is the month
    (`YYYY-MM`) in which the shift began *in the district's time zone*; the hub never works it out, because a database
    would use its session's zone. A revoked entry credits 0 minutes.

    `local_number` and `recorded_by` are for the district alone, which gets its entries back by this after a loss.
    """

    entry_id: str
    registration_id: str
    organization_id: str
    activity: str
    field: str
    month: Month
    started_at: Moment
    ended_at: Moment
    raw_minutes: int
    credited_minutes: int
    certified_by: str
    reason: str | None = None
    local_number: str | None = None
    recorded_by: str | None = None
