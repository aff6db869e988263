"""What may be wrong with what comes in the hub's name?"""

from enum import StrEnum

from tenants.errors import AnswerRefused


class Flaw(StrEnum):
    """Why it proves nothing, in words for the log; pages have their own."""

    TWICE = "something is said twice"
    ISSUER = "another issuer"
    AUDIENCE = "another audience"
    SIGNATURE = "signature"
    KIND = "another kind of token"
    KEY = "no key"
    CODE = "no code"
    NONCE = "a nonce"
    EVENT = "no such event"
    NOBODY = "nobody who is meant"
    PERSONS = "two people"
    CLAIMS = "claims"
    TIME = "no time"
    EXPIRED = "it has expired"
    OLD = "an old sign-in"
    SESSION = "an unknown session"
    REPEATED = "it was said before"


def refused_for(flaw: Flaw) -> AnswerRefused:
    """The refusal to be raised."""
    return AnswerRefused("The city's answer proves nothing here (%(what)s).", what=flaw)
