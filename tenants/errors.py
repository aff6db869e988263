"""What can a district's program refuse?"""


class DistrictError(Exception):
    """A refusal. `code` is stable; the message is an English sentence that says what to do.

    A message with `%(name)s` in it takes its `values`; both are kept apart, so that a page can say it in another language.
    """

    code = "district_error"

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values


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
    """A value is not acceptable; `field` names it, and `rule` what it breaks where that is worth counting."""

    code = "invalid"

    def __init__(self, message: str, *, field: str, rule: str = "invalid", **values: object) -> None:
        super().__init__(message, **values)
        self.field = field
        self.rule = rule


class JoiningRefused(DistrictError):
    """The district and the hub do not come together; the message says which of them refused, and why."""

    code = "joining_refused"


class HubUnavailable(DistrictError):
    """The hub does not answer."""

    code = "hub_unavailable"


class FolderTaken(DistrictError):
    """There is something already where the settings shall be."""

    code = "folder_taken"


class SignInRefused(DistrictError):
    """The name and the password do not belong together, or the account is closed."""

    code = "sign_in_refused"


class SignInThrottled(DistrictError):
    """Too many attempts; `retry_after_seconds` says how long to wait."""

    code = "sign_in_throttled"

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class AnswerRefused(DistrictError):
    """What came with the hub's name proves nothing here; the message says what is wrong with it."""

    code = "answer_refused"


class SignInDeclined(DistrictError):
    """Whoever was to sign in at the hub did not."""

    code = "sign_in_declined"


class SessionRefused(DistrictError):
    """The hub does not stand by a sign-in any more."""

    code = "session_refused"


class NotPrepared(DistrictError):
    """Something has to be set up first; the message says what."""

    code = "not_prepared"
