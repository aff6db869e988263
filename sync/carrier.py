"""Which carrier leads to a bus?"""

from joserfc.jwk import OKPKey

from sync.addresses import leads_to_gateway
from sync.bus import Bus, KombuBus


def open_bus(url: str, party: str, *, key: OKPKey) -> Bus:
    """A new connection of `party`, whose own key is `key`, to the bus at `url`; it belongs to one thread."""
    if leads_to_gateway(url):
        # Only here: a party on a broker needs no HTTP client.
        from sync.https import HttpsBus  # noqa: PLC0415

        return HttpsBus(url, party, key)
    return KombuBus(url, party)
