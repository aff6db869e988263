"""Is what a browser brings back from the provider the answer to what this district asked by it?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tenants.errors import AnswerRefused, SignInDeclined
from tenants.sso.flaws import Flaw, refused_for
from tenants.sso.provider import Granted, Provider


@dataclass(frozen=True)
class Awaited:
    """By what an answer is known as that to one's own question (OpenID Connect's nonce, and RFC 7636); the browser keeps it.

    `authenticated_after` is as in `Asked`.
    """

    nonce: str
    code_verifier: str
    authenticated_after: int | None


def take_answer(answer: Mapping[str, Sequence[str]], awaited: Awaited | None, provider: Provider) -> Granted:
    """What the provider grants for the answer, whose parameters these are; `awaited` is what belongs to its `state`.

    Raises `SignInDeclined` where the person, or the provider for them, said no, and all that `Provider.take_code` raises.
    """
    if awaited is None:
        raise AnswerRefused("This sign-in did not begin in this browser, or too long ago. Begin again.")
    if any(len(values) != 1 for values in answer.values()):
        raise refused_for(Flaw.TWICE)
    said = {name: values[0] for name, values in answer.items()}
    # Before anything else is believed: another provider's answer, or error, is not for us (RFC 9207, section 2.4).
    if said.get("iss") != provider.issuer:
        raise refused_for(Flaw.ISSUER)
    if "error" in said:
        raise SignInDeclined("You were not signed in. Begin again whenever you want.", what=said["error"])
    if not said.get("code"):
        raise refused_for(Flaw.CODE)
    return provider.take_code(
        said["code"],
        nonce=awaited.nonce,
        code_verifier=awaited.code_verifier,
        authenticated_after=awaited.authenticated_after,
    )
