"""For whom counts what comes from an address?

Where attempts are limited, they are limited for whoever makes them.
"""

from ipaddress import IPv6Address, ip_address, ip_network

_IPV6_SUBSCRIBER_BITS = 64


def origin_of(address: str) -> str:
    """What attempts from `address` count for: the address, or the network that one subscriber has where it is of IPv6."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ip_network((int(parsed), _IPV6_SUBSCRIBER_BITS), strict=False))
