"""What waits at the hub, in figures that Prometheus collects?"""

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client.core import GaugeMetricFamily, Metric

from federation.accounts.addresses import AddressKind
from federation.accounts.sending.waiting import Unsent
from federation.identity.matching.deciding import ReviewKind
from federation.identity.stewarding.finding import Waiting
from federation.sso.logout.untold import Untold


def sign_out_figures(untold: Mapping[str, Untold]) -> Iterator[Metric]:
    """What clients do not know yet, by their ids."""
    count = GaugeMetricFamily("banyan_sign_outs_untold", "Sign-outs that a client does not know of.", labels=["client"])
    since = GaugeMetricFamily(
        "banyan_sign_out_untold_since_timestamp_seconds", "When the first of them was.", labels=["client"]
    )
    for client, one in untold.items():
        count.add_metric([client], one.count)
        since.add_metric([client], one.since.timestamp())
    yield from (count, since)


def message_figures(unsent: Mapping[AddressKind, Unsent]) -> Iterator[Metric]:
    """What people are not sent, by the kind of their address."""
    waiting = GaugeMetricFamily("banyan_messages_waiting", "Messages to people that are to be sent.", labels=["kind"])
    since = GaugeMetricFamily(
        "banyan_message_waiting_since_timestamp_seconds", "When the first of them was written.", labels=["kind"]
    )
    lost = GaugeMetricFamily("banyan_messages_lost", "Messages that were too old before they could be sent.", labels=["kind"])
    for kind, one in unsent.items():
        waiting.add_metric([kind], one.waiting)
        if one.since is not None:
            since.add_metric([kind], one.since.timestamp())
        lost.add_metric([kind], one.lost)
    yield from (waiting, since, lost)


def review_figures(kinds: Iterable[Waiting]) -> Iterator[Metric]:
    """What waits for a steward, a document or a district, by kind."""
    count = GaugeMetricFamily("banyan_reviews_waiting", "Reviews that have no answer yet.", labels=["kind"])
    since = GaugeMetricFamily(
        "banyan_review_waiting_since_timestamp_seconds", "When the first of them was opened.", labels=["kind"]
    )
    waiting = {one.kind: one for one in kinds}
    for kind in ReviewKind:
        one = waiting.get(kind)
        count.add_metric([kind], one.ready + one.needing if one else 0)
        if one:
            since.add_metric([kind], one.oldest_at.timestamp())
    yield from (count, since)
