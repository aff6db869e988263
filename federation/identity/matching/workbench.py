"""How is a register laid out, so that Splink can work on it?

Needs the extra `matching`. Personal data stay in memory: DuckDB may not write what does not fit to a disk.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice

import duckdb
import pyarrow
from splink import DuckDBAPI, Linker

from federation.identity.matching.frequencies import FURTHER_COUNTS, FURTHER_RECORDS, MOST_SHARING_A_PHONE
from federation.identity.matching.levels import SQL_FUNCTIONS
from federation.identity.persons.features import Features

REGISTER = "register"
_MEMORY = "3GiB"
_AT_ONCE = 100_000
_FIELDS = Features.__struct_fields__


@contextmanager
def lay_out(register: Iterable[Features]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Opens a database in memory with the table `REGISTER`: `record`, the place in `register` from 0, and the features.

    What is not known is null there, and so are phones of more registrations than `MOST_SHARING_A_PHONE`.
    """
    with duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": ""}) as connection:
        connection.execute(SQL_FUNCTIONS)
        columns = ", ".join(f"{field} VARCHAR" for field in _FIELDS)
        connection.execute(f"CREATE TABLE {REGISTER} (record INTEGER, {columns})")
        _fill(connection, register)
        connection.execute(_WITHOUT_DESKS)
        yield connection


def linker_of(connection: duckdb.DuckDBPyConnection, settings: dict[str, object]) -> Linker:
    """Splink with these settings on the table that was laid out, and with the frequencies that one pair is scored by."""
    api = DuckDBAPI(connection)
    linker = Linker(api.register(REGISTER), settings, log_level=None)
    for field, further in FURTHER_COUNTS.items():
        table = f"frequencies_{field}"
        connection.execute(
            f"""
            CREATE OR REPLACE TABLE {table} AS
            SELECT
                {field},
                (count(*) - 1 + {further}) / ((SELECT count(*) FROM {REGISTER}) - 1 + {FURTHER_RECORDS}) AS tf_{field}
            FROM {REGISTER} WHERE {field} IS NOT NULL GROUP BY {field}
            """  # noqa: S608 - names and figures of our own
        )
        linker.table_management.register_term_frequency_lookup(api.register(table), field)
    return linker


def _fill(connection: duckdb.DuckDBPyConnection, register: Iterable[Features]) -> None:
    filled = ", ".join(f"nullif({field}, '')" for field in _FIELDS)
    first, remaining = 0, iter(register)
    while batch := list(islice(remaining, _AT_ONCE)):
        columns = {field: [getattr(features, field) for features in batch] for field in _FIELDS}
        batch_table = pyarrow.table({"record": range(first, first + len(batch)), **columns})
        connection.register("batch", batch_table)
        connection.execute(f"INSERT INTO {REGISTER} SELECT record, {filled} FROM batch")  # noqa: S608 - our own names
        first += len(batch)
    connection.unregister("batch")


_WITHOUT_DESKS = f"""
    UPDATE {REGISTER} SET phone = NULL
    WHERE phone IN (SELECT phone FROM {REGISTER} GROUP BY phone HAVING count(*) > {MOST_SHARING_A_PHONE})
"""  # noqa: S608 - names and figures of our own
