"""How does a district ask the hub to let it in?"""

import ssl

import httpx
from joserfc.jwk import OKPKey

from sync.errors import Rejected
from sync.joining import enrolment
from sync.joining.enrolment import Enrolment, EnrolmentRequest
from sync.joining.invitation import Invitation
from sync.settings import hash_key, web_address
from tenants.errors import HubUnavailable, JoiningRefused

_TIMEOUT_SECONDS = 30.0
_LONGEST_DETAIL = 500


def ask(invitation: Invitation, key: OKPKey) -> Enrolment:
    """What the hub gives a district that has this invitation and will sign with `key`, checked; changes nothing here.

    Raises `HubUnavailable`, or `JoiningRefused` where either side refuses.
    """
    request = EnrolmentRequest(
        district=invitation.district,
        secret=invitation.secret,
        hub_key_id=invitation.hub_key_id,
        key=enrolment.public_members(key),
    )
    answer = _post(_address(invitation), *enrolment.seal_request(request, key))
    if answer.status_code != httpx.codes.OK:
        raise JoiningRefused("The hub refuses: %(detail)s", detail=_detail(answer))
    signature = answer.headers.get(enrolment.SIGNATURE_HEADER, "")
    try:
        given = enrolment.open_answer(answer.content, signature, hub_key_id=invitation.hub_key_id)
        for token_key in filter(None, (given.token_key, given.next_token_key)):
            hash_key(token_key)
    except (Rejected, ValueError) as error:
        raise JoiningRefused(
            "What answers at %(address)s is not the hub that invited you (%(reason)s). Nothing was taken from it. "
            "Tell the hub's operator.",
            address=invitation.hub_url,
            reason=error if isinstance(error, Rejected) else "its token key is none",
        ) from error
    if (given.district, given.key_id) != (invitation.district, key.thumbprint()):
        raise JoiningRefused("The hub's answer is meant for another district. Nothing was taken from it.")
    return given


def _address(invitation: Invitation) -> str:
    try:
        return web_address(invitation.hub_url) + enrolment.PATH
    except ValueError:
        raise JoiningRefused(
            "The invitation names %(address)s. Secrets go over https:// only; ask the hub's operator for another.",
            address=invitation.hub_url,
        ) from None


def _post(address: str, body: bytes, signature: str) -> httpx.Response:
    headers = {enrolment.SIGNATURE_HEADER: signature, "Content-Type": "application/json"}
    encrypted = address.startswith("https://")
    # The machine's own authorities: a city may have one that no browser knows. A proxy would not reach this machine itself.
    trusted = ssl.create_default_context() if encrypted else False
    try:
        return httpx.post(address, content=body, headers=headers, timeout=_TIMEOUT_SECONDS, verify=trusted, trust_env=encrypted)
    except httpx.HTTPError as error:
        raise HubUnavailable(
            "The hub at %(address)s does not answer (%(reason)s). Run the same command again later.",
            address=address,
            reason=str(error) or type(error).__name__,
        ) from error


def _detail(answer: httpx.Response) -> str:
    """The sentence in the hub's problem document, without anything that a terminal would obey."""
    try:
        detail = str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        detail = f"it answers with status {answer.status_code}."
    return "".join(letter for letter in detail[:_LONGEST_DETAIL] if letter.isprintable())
