"""What can the hub's program refuse?"""


class FederationError(Exception):
    """A refusal. `code` is stable; the message is an English sentence that says what to do."""

    code = "federation_error"


class NotFound(FederationError):
    """There is no such record here."""

    code = "not_found"


class Invalid(FederationError):
    """A value is not acceptable; `field` names it."""

    code = "invalid"

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


class AlreadyEnrolled(FederationError):
    """A district with this code takes part already."""

    code = "already_enrolled"


class HeldElsewhere(FederationError):
    """A record belongs to another district than the one that speaks about it."""

    code = "held_elsewhere"
