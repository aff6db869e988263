"""Which addresses may a client have?"""

from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import TypeAlias
from urllib.parse import urlsplit

from federation.clients.models import LONGEST_ADDRESS
from federation.errors import Invalid
from sync.settings import is_loopback

Address: TypeAlias = IPv4Address | IPv6Address
# The prefix under which an IPv6 network reaches IPv4 (RFC 6052): what it leads to is behind it.
_TRANSLATED = ip_network("64:ff9b::/96")


def check_address(address: str, *, field: str) -> None:
    """Raises `Invalid` unless a browser or the hub may be sent there: https, whole, and without what could be read two ways."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    plain = address.isascii() and address.isprintable() and not set(address) & set(" \\#*@") and len(address) <= LONGEST_ADDRESS
    if host is None or not plain or port == 0:
        raise Invalid(
            f"{address!r} is no address of a client; one would be https://futian.example/sign-in/callback.", field=field
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise Invalid(f"{address} has to begin with https://; http:// is only for this very machine.", field=field)


def origin_of(address: str) -> str:
    """Scheme, host and port of an address that was checked."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def is_public(address: Address) -> bool:
    """Whether it is reached over the internet, and is no way around to this machine or its own network."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if address.sixtofour or address.teredo or address in _TRANSLATED:
            return False
    return address.is_global and not address.is_multicast
