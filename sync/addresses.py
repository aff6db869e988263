"""By which names does a party go on the bus?"""

from sync import streams
from sync.lanes import WHOLE, Share, lane_of

QUEUE_ARGUMENTS = {"x-queue-type": "quorum"}


def exchange_name(party: str) -> str:
    """Where `party`, a district's code or `streams.HUB`, publishes."""
    return "banyan.hub" if party == streams.HUB else f"banyan.district.{party}"


def queue_name(reader: str, writer: str = streams.HUB) -> str:
    """Where what `writer` says waits for `reader`: for the hub, in the lane of the district that says it."""
    return _lane_name(lane_of(writer)) if reader == streams.HUB else f"{exchange_name(reader)}.in"


def queue_names(reader: str, share: Share = WHOLE) -> list[str]:
    """Every queue in which something waits for `reader`; of the hub's, those of `share`."""
    return [_lane_name(lane) for lane in share.lanes] if reader == streams.HUB else [queue_name(reader)]


def account_name(party: str) -> str:
    """As whom a broker with accounts knows `party`; no other account of the broker's is called so."""
    return exchange_name(party)


def has_accounts(bus_url: str) -> bool:
    """Whether on this bus everybody has an account of their own."""
    return bus_url.startswith(("amqp://", "amqps://"))


def leads_to_gateway(bus_url: str) -> bool:
    """Whether at this address the hub's web process stands for its bus (`sync.carriers.gateway`)."""
    return bus_url.startswith(("https://", "http://"))


def _lane_name(lane: int) -> str:
    return f"{exchange_name(streams.HUB)}.in.{lane}"
