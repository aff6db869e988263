"""How does the hub speak to a client's server without being led astray?

A client names the address, so it may name any. Whoever it leads to is looked up first, and only that is spoken to: no machine
of the hub's own network unless the settings name it, whatever a name says when it is asked again; no redirect is followed.
"""

import socket
import ssl
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx

from federation.clients.addresses import Address, is_public
from federation.settings import Network

TIMEOUT_SECONDS = 2.5
_TAKEN = (200, 204)
_HTTPS_PORT, _HTTP_PORT = 443, 80


class NotReached(Exception):
    """The client's server did not take it; the message says why, for the operator."""


def post(address: str, fields: Mapping[str, str], *, networks: Sequence[Network]) -> None:
    """Sends a form to `address`, which is public or within `networks`; raises `NotReached` unless it is taken."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    port = parts.port or (_HTTPS_PORT if parts.scheme == "https" else _HTTP_PORT)
    reached = _looked_up(host, port, networks)
    shown = f"[{reached}]" if reached.version == 6 else str(reached)  # noqa: PLR2004 - IPv6
    target = parts._replace(netloc=f"{shown}:{port}").geturl()
    # The certificate is looked at for the name, though the connection goes to what the name led to.
    extensions: dict[str, Any] = {"sni_hostname": host}
    try:
        # The machine's own authorities: a city may have one that no browser knows.
        own = ssl.create_default_context()
        with httpx.Client(verify=own, timeout=TIMEOUT_SECONDS, trust_env=False, follow_redirects=False) as client:
            answer = client.post(target, data=dict(fields), headers={"Host": parts.netloc}, extensions=extensions)
    except httpx.HTTPError as error:
        raise NotReached(type(error).__name__) from error
    if answer.status_code not in _TAKEN:
        raise NotReached(f"answered {answer.status_code}")


def _looked_up(host: str, port: int, networks: Sequence[Network]) -> Address:
    try:
        found = [
            ip_address(str(entry[4][0]).partition("%")[0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        ]
    except (OSError, ValueError) as error:
        raise NotReached("its name leads nowhere") from error
    # A name that leads to one machine that may be asked and one that may not is no honest name.
    if not found or not all(_may_be_asked(one, networks) for one in found):
        raise NotReached("it leads into a network that BANYAN_CLIENT_NETWORKS does not name")
    return found[0]


def _may_be_asked(address: Address, networks: Sequence[Network]) -> bool:
    return is_public(address) or any(address in network for network in networks)
