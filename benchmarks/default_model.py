"""What is the model learnt from that comes with the program?

    python -m benchmarks.default_model

A city of a million people that do not exist, in four quarters that were made independently. Writes the model to where the
program looks for it; takes about a minute.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from benchmarks.registers.making import make_register
from benchmarks.registers.reading import features_in
from federation.identity import matching
from federation.identity.matching.training import train
from federation.identity.persons.features import Features

SEEDS = (11, 12, 13, 14)
_PEOPLE = 250_000
VERSION = "default 1"


def read_register() -> Iterator[Features]:
    """All registrations of the four."""
    for seed in SEEDS:
        for entry in make_register(_PEOPLE, seed=seed):
            yield features_in(entry)


def main() -> None:
    """Learns, and writes."""
    model = train(read_register(), version=VERSION, seed=SEEDS[0], at=datetime.now(UTC))
    Path(str(files(matching).joinpath("default_model.json"))).write_bytes(model)


if __name__ == "__main__":
    main()
