"""How are a side's streams, in figures that Prometheus collects?

They are read from the database when they are asked for, so that every web process gives the same. Moments are given as such, in
seconds since 1970, and not as ages: an age would stand still where nobody answers. A moment that never was has no sample.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from sync import streams
from sync.mailbox.evidence import Reading, Writing

_LABELS = ("district", "stream")
# While one of these is under way, the writer lacks something; comparing is no loss.
_LOSSES = ("locating", "fetching")


def stream_figures(
    readings: Iterable[Reading], writings: Iterable[Writing], quarantined: Mapping[str, int]
) -> Iterator[Metric]:
    """The streams that are read and written here; `quarantined` counts messages by the stream that they claimed, or ""."""
    families = _Families()
    for read in readings:
        families.add_reading(read)
    for written in writings:
        families.add_writing(written)
    for name, count in quarantined.items():
        families.quarantined.add_metric((streams.district_of(name), name), count)
    return iter(vars(families).values())


def state_figures(states: Mapping[str, str], among: Iterable[str]) -> Metric:
    """How each district stands: 1 for its state of `states`, and 0 for every other of `among`."""
    family = GaugeMetricFamily(
        "banyan_district_standing", "How a district stands: 1 for what it is.", labels=["district", "state"]
    )
    among = list(among)
    for district, state in states.items():
        for one in among:
            family.add_metric((district, one), one == state)
    return family


def key_figures(since: Mapping[str, datetime]) -> Metric:
    """From when the newest key of each district counts."""
    family = GaugeMetricFamily(
        "banyan_district_key_since_timestamp_seconds", "From when the newest key of a district counts.", labels=["district"]
    )
    for district, moment in since.items():
        family.add_metric((district,), moment.timestamp())
    return family


class _Families:
    """One family for each figure, a sample for each stream."""

    def __init__(self) -> None:
        self.epoch = _gauge("epoch", "The stream's incarnation.")
        self.head = _gauge("head_events", "The last event that was recorded, as far as it is known here.")
        self.cursor = _gauge("cursor_events", "The last event that its reader has taken, as far as it is known here.")
        self.lag = _gauge("lag_events", "Events recorded and not taken.")
        self.as_of = _gauge("as_of_timestamp_seconds", "Up to when the reader has everything.")
        self.heard = _gauge("heard_timestamp_seconds", "When the other side was last heard of.")
        self.proven = _gauge("proven_timestamp_seconds", "When the records of both ends were last compared and equal.")
        self.differs = _gauge("differs", "1 while the records of both ends are not equal.")
        self.differing = _gauge("differing_buckets", "Buckets that were found to differ.")
        self.recovering = _gauge("recovering", "1 while its writer is coming back from a loss.")
        self.parked = _gauge("parked_events", "Events that wait for a person.")
        self.gaps = CounterMetricFamily("banyan_stream_gaps", "Holes that the reader has noticed.", labels=_LABELS)
        self.rewinds = CounterMetricFamily("banyan_stream_rewinds", "Times that something was sent again.", labels=_LABELS)
        self.quarantined = GaugeMetricFamily(
            "banyan_quarantined_messages", "Messages refused unread, by the stream that they claimed.", labels=_LABELS
        )

    def add_reading(self, stream: Reading) -> None:
        labels = (streams.district_of(stream.stream), stream.stream)
        self.epoch.add_metric(labels, stream.epoch)
        self.head.add_metric(labels, stream.head_sequence)
        self.cursor.add_metric(labels, stream.sequence)
        self.lag.add_metric(labels, stream.behind)
        for family, moment in ((self.as_of, stream.as_of), (self.heard, stream.heard_at), (self.proven, stream.proven_at)):
            if moment is not None:
                family.add_metric(labels, moment.timestamp())
        self.differs.add_metric(labels, stream.differs_since is not None)
        self.differing.add_metric(labels, len(stream.differing))
        self.recovering.add_metric(labels, stream.recovering)
        self.parked.add_metric(labels, stream.parked)

    def add_writing(self, stream: Writing) -> None:
        labels = (streams.district_of(stream.stream), stream.stream)
        self.epoch.add_metric(labels, stream.epoch)
        self.head.add_metric(labels, stream.sequence)
        self.cursor.add_metric(labels, stream.peer_sequence)
        self.lag.add_metric(labels, stream.waiting)
        if stream.peer_heard_at is not None:
            self.heard.add_metric(labels, stream.peer_heard_at.timestamp())
        self.recovering.add_metric(labels, stream.recovery in _LOSSES)
        self.gaps.add_metric(labels, stream.gaps)
        self.rewinds.add_metric(labels, stream.rewinds)


def _gauge(name: str, meaning: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"banyan_stream_{name}", meaning, labels=_LABELS)
