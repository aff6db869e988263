"""What can the hub's program refuse?"""


class FederationError(Exception):
    """A refusal. `code` is stable; the message is an English sentence that says what to do.

    A message with `%(name)s` in it takes its `values`; both are kept apart, so that a page can say it in another language.
    """

    code = "federation_error"

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values


class NotFound(FederationError):
    """There is no such record here."""

    code = "not_found"


class Invalid(FederationError):
    """A value is not acceptable; `field` names it."""

    code = "invalid"

    def __init__(self, message: str, *, field: str, **values: object) -> None:
        super().__init__(message, **values)
        self.field = field


class AlreadyEnrolled(FederationError):
    """A district with this code takes part already."""

    code = "already_enrolled"


class InvitationRefused(FederationError):
    """The invitation lets nobody in: unknown, withdrawn, expired, or used with another key."""

    code = "invitation_refused"


class StateForbids(FederationError):
    """The record's state does not allow the act."""

    code = "state_forbids"


class ReasonMissing(FederationError):
    """The act needs a reason in words."""

    code = "reason_missing"


class NotPrepared(FederationError):
    """The hub lacks a setting that the act needs."""

    code = "not_prepared"


class BrokerUnavailable(FederationError):
    """The broker's management did not do what it was asked."""

    code = "broker_unavailable"


class NotAllowed(FederationError):
    """The account has no role that allows this."""

    code = "not_allowed"


class RequestRefused(FederationError):
    """A program sent somebody here with a request that is not answered, and nobody else may be told than the person."""

    code = "request_refused"


class SignInRefused(FederationError):
    """Name and password, or the operator's secret, do not open what they were given for."""

    code = "sign_in_refused"


class CodeRefused(FederationError):
    """A code that was sent to somebody is not the one, was used, or is too old."""

    code = "code_refused"


class SendingFailed(FederationError):
    """Whoever carries messages did not take one; the sentence says nothing of what was in it."""

    code = "sending_failed"


class SignInThrottled(FederationError):
    """Too many attempts; `retry_after_seconds` says how long to wait."""

    code = "sign_in_throttled"

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class TooManyRequests(FederationError):
    """So much waits of what came from there that nothing more is kept; `retry_after_seconds` says when there is room again."""

    code = "too_many_requests"

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class HeldElsewhere(FederationError):
    """A record belongs to another district than the one that speaks about it."""

    code = "held_elsewhere"
