"""What has this process sent and taken, and how long did that take?

Counters of a process begin anew with it; what a side's streams come to stands in its database (`sync.programs.figures`).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Histogram, start_http_server

from sync.settings import SettingsInvalid

# From a batch of one event on the same machine to a thousand with their totals on a busy database.
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

PUBLISHED_BATCHES = Counter("banyan_published_batches", "Batches that the bus has confirmed.")
PUBLISHED_EVENTS = Counter("banyan_published_events", "Events in them.")
PUBLISHED_BYTES = Counter("banyan_published_bytes", "Their bytes, as sent.")
PUBLISHING = Histogram("banyan_publish_seconds", "From handing a batch to the bus to its confirmation.", buckets=_SECONDS)
TAKEN_BYTES = Counter("banyan_taken_bytes", "Bytes of the messages that were taken from the bus.")
TAKING = Histogram(
    "banyan_take_seconds", "From what is taken at once to its committed effect; what failed counts, too.", buckets=_SECONDS
)


@contextmanager
def shown(bind: tuple[str, int] | None) -> Iterator[int | None]:
    """Shows the counters over HTTP at this address and port meanwhile; gives the port. Raises `SettingsInvalid`."""
    if bind is None:
        yield None
        return
    address, port = bind
    try:
        server, thread = start_http_server(port, address)
    except OSError as error:
        raise SettingsInvalid(f"BANYAN_METRICS_BIND: nobody can listen on {address}:{port}: {error.strerror}") from error
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
