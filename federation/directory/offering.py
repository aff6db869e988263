"""What has the hub to hand out to a district that joins?"""

from base64 import b64encode
from dataclasses import dataclass, field

from federation.errors import NotPrepared
from federation.settings import Settings


@dataclass(frozen=True)
class Offer:
    """The hub's and the bus's addresses, and the federation's key for document tokens in base64, with the one to follow it."""

    hub_url: str
    bus_url: str
    token_key: str = field(repr=False)
    token_key_version: int
    next_token_key: str | None = field(default=None, repr=False)


def offer(settings: Settings) -> Offer:
    """What the settings say of it; raises `NotPrepared` with everything that is missing."""
    joining = settings.joining
    if joining.hub_url and joining.bus_url and joining.token_key:
        token_key = b64encode(joining.token_key).decode()
        next_key = b64encode(joining.next_token_key).decode() if joining.next_token_key else None
        return Offer(joining.hub_url, joining.bus_url, token_key, joining.token_key_version, next_key)
    wanted = {
        "BANYAN_PUBLIC_URL": joining.hub_url,
        "BANYAN_DISTRICT_BUS_URL": joining.bus_url,
        "BANYAN_TOKEN_KEY": joining.token_key,
    }
    missing = ", ".join(name for name, value in wanted.items() if not value)
    raise NotPrepared(f"Before districts can join by invitation, the hub needs these settings: {missing}.")
