"""Does the city know by now what the districts know?"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from demo.parties import District

_LOOK_SECONDS = 0.3


@dataclass(frozen=True)
class Comparison:
    """What a district stands by beside what the hub has of it."""

    district: District
    said: int
    taken: int
    registrations: int
    registrations_at_hub: int
    minutes: int
    minutes_at_hub: int

    @property
    def has_arrived(self) -> bool:
        """Whether the hub has taken everything that the district has said."""
        return self.taken >= self.said

    @property
    def is_equal(self) -> bool:
        """Whether all of it has arrived, and the sums are the same."""
        return self.has_arrived and (self.registrations, self.minutes) == (self.registrations_at_hub, self.minutes_at_hub)


@dataclass(frozen=True)
class City:
    """What the hub knows of everybody, and how each district compares."""

    people: int
    registrations: int
    pending_reviews: int
    comparisons: list[Comparison]


Ask = Callable[[str], dict[str, Any]]
"""Gives what the hub's API has at a path."""


def catch_up(districts: list[District], *, ask_hub: Ask, show: Callable[[Comparison], None], patience_seconds: float) -> City:
    """Waits until the hub has taken all that the districts said, or until nothing has moved for `patience_seconds`.

    `show` is told of each look.
    """
    moved_at = time.monotonic()
    taken: list[int] = []
    here = _look(districts)
    while True:
        city = _compare(districts, here, ask_hub)
        for comparison in city.comparisons:
            show(comparison)
        if all(comparison.has_arrived for comparison in city.comparisons):
            before, here = here, _look(districts)
            if all(before[code]["head"] == here[code]["head"] for code in here):
                return city
        elif taken != (taken := [comparison.taken for comparison in city.comparisons]):
            moved_at = time.monotonic()
        elif time.monotonic() - moved_at > patience_seconds:
            return city
        else:
            time.sleep(_LOOK_SECONDS)


def _look(districts: list[District]) -> dict[str, dict[str, Any]]:
    with ThreadPoolExecutor() as pool:
        return dict(zip((district.code for district in districts), pool.map(District.status, districts), strict=True))


def _compare(districts: list[District], here: dict[str, dict[str, Any]], ask_hub: Ask) -> City:
    there = {found["code"]: found for found in ask_hub("/api/v1/districts")["items"]}
    everybody = ask_hub("/api/v1/city")
    return City(
        people=everybody["people"],
        registrations=everybody["registrations"],
        pending_reviews=everybody["pending_reviews"],
        comparisons=[
            Comparison(
                district=district,
                said=here[district.code]["head"],
                taken=there[district.code]["standing"]["applied"],
                registrations=here[district.code]["registrations"],
                registrations_at_hub=there[district.code]["registrations"],
                minutes=here[district.code]["certified_minutes"],
                minutes_at_hub=there[district.code]["minutes"],
            )
            for district in districts
        ],
    )
