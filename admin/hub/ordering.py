"""In which order does the operator see the districts?"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from federation.directory.standing import Standing

_NEVER = datetime.min.replace(tzinfo=UTC)

_KEYS: dict[str, Callable[[Standing], Any]] = {
    "trouble": lambda standing: (standing.state.urgency, -standing.behind),
    "name": lambda standing: standing.district,
    "heard": lambda standing: standing.heard_at or _NEVER,
    "proven": lambda standing: standing.proven_at or _NEVER,
}
ORDERS = tuple(_KEYS)
"""What districts can be ordered by, the usual first."""


def in_order(standings: Iterable[Standing], order: str) -> list[Standing]:
    """`standings` in one of `ORDERS`, what needs a look first; in the usual one where there is no such order."""
    return sorted(standings, key=_KEYS.get(order, _KEYS[ORDERS[0]]))
