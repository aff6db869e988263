"""What does the hub learn about an hour entry?"""

from datetime import datetime

import msgspec

HOURS_CERTIFIED = "hours.certified.v1"
HOURS_CORRECTED = "hours.corrected.v1"
HOURS_REVOKED = "hours.revoked.v1"


class HourEntryState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The time credited to one registration for one shift, as its district stands by it after this event.

    It carries no name, phone or document: who it belongs to is known by `registration_id` alone. `month` is the month
    (`YYYY-MM`) in which the shift began *in the district's time zone*; the hub never works it out, because a database
    would use its session's zone. A revoked entry has 0 minutes.
    """

    entry_id: str
    registration_id: str
    organization_id: str
    activity: str
    field: str
    month: str
    started_at: datetime
    ended_at: datetime
    raw_minutes: int
    credited_minutes: int
    certified_by: str
    reason: str | None = None
