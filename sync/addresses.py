"""By which names does a party go on the bus?"""

from sync import streams

QUEUE_ARGUMENTS = {"x-queue-type": "quorum"}


def exchange_name(party: str) -> str:
    """Where `party`, a district's code or `streams.HUB`, publishes."""
    return "banyan.hub" if party == streams.HUB else f"banyan.district.{party}"


def queue_name(party: str) -> str:
    """Where what is meant for `party` waits."""
    return f"{exchange_name(party)}.in"


def account_name(party: str) -> str:
    """As whom a broker with accounts knows `party`; no other account of the broker's is called so."""
    return exchange_name(party)


def has_accounts(bus_url: str) -> bool:
    """Whether on this bus everybody has an account of their own."""
    return bus_url.startswith(("amqp://", "amqps://"))


def leads_to_gateway(bus_url: str) -> bool:
    """Whether at this address the hub's web process stands for its bus (`sync.carriers.gateway`)."""
    return bus_url.startswith(("https://", "http://"))
