"""Which carrier leads to a bus?"""

from sync.addresses import leads_to_gateway
from sync.carriers.bus import Bus, KombuBus
from sync.lanes import WHOLE, Share
from sync.messages.signing import Signer


def open_bus(url: str, party: str, *, signer: Signer, share: Share = WHOLE) -> Bus:
    """A new connection of `party`, which signs as `signer` says, to the bus at `url`; it belongs to one thread.

    Of the hub's lanes it reads those of `share`.
    """
    if leads_to_gateway(url):
        # Only here: a party on a broker needs no HTTP client.
        from sync.carriers.https import HttpsBus  # noqa: PLC0415

        return HttpsBus(url, party, signer)
    return KombuBus(url, party, share=share)
