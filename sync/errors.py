"""What can go wrong on the wire?"""


class SyncError(Exception):
    """A failure on the wire. `code` is stable; the message says what was wrong, never what the message contained."""

    code = "sync_error"


class Rejected(SyncError):
    """A message that must not be applied; the receiver quarantines it and its cursor stays where it was."""

    code = "rejected"


class Undecodable(Rejected):
    """The bytes are not a message of this protocol, or not of a version that is known here."""

    code = "undecodable"


class TooLarge(Rejected):
    """The message, or what it unpacks to, is larger than the protocol allows."""

    code = "too_large"


class UnknownKey(Rejected):
    """The message is signed with a key that the claimed sender does not hold at this time."""

    code = "unknown_key"


class NotTakingPart(Rejected):
    """The message is from a party that may not speak at present."""

    code = "not_taking_part"


class BadSignature(Rejected):
    """The signature does not fit the bytes that were received."""

    code = "bad_signature"


class WrongSender(Rejected):
    """The message speaks for a stream that its sender does not write."""

    code = "wrong_sender"


class BrokenChain(Rejected):
    """The events of a batch do not lead from its first hash to its last."""

    code = "broken_chain"


class BusUnavailable(SyncError):
    """The bus did not take a message in time. Nothing is lost: the log holds it until the peer has it."""

    code = "bus_unavailable"
