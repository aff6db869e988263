"""How likely are two registrations one person's, before anything of them is compared?

Pairs that agree in name, birth date and phone are one person's without doubt, and are counted. How many more there are follows
from how often one person's registrations agree in each of the three: that is learnt, after a guess to begin with.
"""

import math

import duckdb

from federation.errors import Invalid
from federation.identity.matching.levels import COMPARISONS
from federation.identity.matching.model import Model
from federation.identity.matching.workbench import REGISTER

_CERTAIN = ("name", "birth_date", "phone")
_FIRST_GUESS = 0.6


class Prior:
    """The probability for a register that `workbench` laid out; raises `Invalid` where no pair is without doubt."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        [[records]] = connection.execute(f"SELECT count(*) FROM {REGISTER}").fetchall()  # noqa: S608 - a name of our own
        self.records = int(records)
        certain, _ = _pairs_agreeing(connection, _CERTAIN, knowing=_CERTAIN[0])
        if not certain:
            raise Invalid(
                "No two registrations agree in name, birth date and phone, so there is nothing to learn from. "
                "Use the model that comes with the program.",
                field="register",
            )
        self._certain: float = certain / (self.records * (self.records - 1) / 2)
        self._known = math.prod(_share_known(connection, field) for field in _CERTAIN)

    def guess(self) -> float:
        """What to begin with."""
        return self._certain / _FIRST_GUESS

    def learnt(self, model: Model) -> float:
        """What follows from a model's chances."""
        same = {comparison.field: comparison.names.index("same") for comparison in COMPARISONS}
        agreeing = math.prod(model.chances[field][same[field]].m for field in _CERTAIN)
        return self._certain / (agreeing * self._known)


def _share_known(connection: duckdb.DuckDBPyConnection, field: str) -> float:
    """Among pairs that agree in the two other fields, the share that both have this one."""
    pairs, knowing = _pairs_agreeing(connection, tuple(other for other in _CERTAIN if other != field), knowing=field)
    return knowing / pairs


def _pairs_agreeing(connection: duckdb.DuckDBPyConnection, fields: tuple[str, ...], *, knowing: str) -> tuple[int, int]:
    """How many pairs agree in all of `fields`, and in how many of these both have `knowing`."""
    known = " AND ".join(f"{field} IS NOT NULL" for field in fields)
    [[pairs, pairs_knowing]] = connection.execute(
        f"""
        SELECT coalesce(sum(n * (n - 1) // 2), 0), coalesce(sum(k * (k - 1) // 2), 0)
        FROM (SELECT count(*) AS n, count({knowing}) AS k FROM {REGISTER} WHERE {known} GROUP BY {", ".join(fields)})
        """  # noqa: S608 - names of our own
    ).fetchall()
    return int(pairs), int(pairs_knowing)
