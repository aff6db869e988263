"""What can a district's program refuse?"""


class DistrictError(Exception):
    """A refusal. `code` is stable; the message is an English sentence that says what to do."""

    code = "district_error"


class NotFound(DistrictError):
    """There is no such record here."""

    code = "not_found"


class NotAllowed(DistrictError):
    """The member of staff has no role that allows this in this organization."""

    code = "not_allowed"


class StaleVersion(DistrictError):
    """Somebody else changed the record since it was read."""

    code = "stale_version"


class StateForbids(DistrictError):
    """The record's state does not allow the act."""

    code = "state_forbids"


class ReasonMissing(DistrictError):
    """The act needs a reason in words."""

    code = "reason_missing"


class Invalid(DistrictError):
    """A value is not acceptable; `field` names it."""

    code = "invalid"

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


class SignInRefused(DistrictError):
    """The name and the password do not belong together, or the account is closed."""

    code = "sign_in_refused"


class SignInThrottled(DistrictError):
    """Too many attempts; `retry_after_seconds` says how long to wait."""

    code = "sign_in_throttled"

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
