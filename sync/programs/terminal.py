"""How does what is known of a side's streams read in a terminal?"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from rich.table import Table

from sync.mailbox.evidence import Parked, Reading, Refused, Sums, Writing


def written(moment: datetime | None, time_zone: ZoneInfo) -> str:
    """A moment to the second; a dash where there is none."""
    return "-" if moment is None else f"{moment.astimezone(time_zone):%Y-%m-%d %H:%M:%S}"


def cell(value: object, time_zone: ZoneInfo) -> str:
    """Any value that is known of a stream, in a table."""
    if isinstance(value, datetime):
        return written(value, time_zone)
    if isinstance(value, msgspec.Struct):
        return type(value).__name__.lower()
    return "-" if value is None or value == () else str(value)


def plain(value: object) -> Any:
    """What JSON has no form for: a moment, or a step of recovery."""
    return value.isoformat() if isinstance(value, datetime) else msgspec.to_builtins(value)


def tables(
    reads: Reading | None, reads_sums: Sums, writes: Writing | None, writes_sums: Sums, *, time_zone: ZoneInfo
) -> Iterator[Table]:
    """A stream that is read and one that is written, each with what its records add up to here; None is not open yet."""
    for stream, sums, title in ((reads, reads_sums, "Read"), (writes, writes_sums, "Written")):
        if stream is None:
            continue
        table = Table("", "", title=f"{title}: {stream.stream}", show_header=False)
        for name, value in asdict(stream).items():
            table.add_row(name.replace("_", " "), cell(value, time_zone))
        table.add_row("digest root", sums.root)
        for kind in sums.kinds:
            table.add_row(kind.kind, f"{kind.records} records, {kind.minutes} minutes")
        yield table


def held_tables(parked: Sequence[Parked], refused: Sequence[Refused], *, time_zone: ZoneInfo) -> Iterator[Table]:
    """What waits for a person, and what was refused; a table for each that has anything."""
    if parked:
        table = Table("Epoch", "Sequence", "Type", "Record", "Reason", "Since", title="Parked")
        for one in parked:
            place = (str(one.epoch), str(one.sequence))
            table.add_row(*place, one.type, one.record_key, one.reason, written(one.parked_at, time_zone))
        yield table
    if refused:
        table = Table("Code", "Why", "Bytes", "When", title="Quarantined")
        for message in refused:
            table.add_row(message.code, message.detail, str(message.size_bytes), written(message.received_at, time_zone))
        yield table
